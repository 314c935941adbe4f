"""What holds for every test of the families."""

from __future__ import annotations

import pytest
from transformers.utils import logging

from mmdesk.engine import prefix_attention


@pytest.fixture(autouse=True)
def warned_anew() -> None:
    """Let transformers warn as in a fresh process, whichever family came before."""
    logging.warning_once.cache_clear()
    logging.info_once.cache_clear()


@pytest.fixture(autouse=True)
def attention_in_two_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be so for the few tokens of these tests, as for the many of a real conversation."""
    monkeypatch.setattr(prefix_attention, "_NEW", 2)
    monkeypatch.setattr(prefix_attention, "_KNOWN", 2)
