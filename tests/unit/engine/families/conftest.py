"""What holds for every test of the families."""

from __future__ import annotations

import pytest
from transformers.utils import logging


@pytest.fixture(autouse=True)
def warned_anew() -> None:
    """Let transformers warn as in a fresh process, whichever family came before."""
    logging.warning_once.cache_clear()
    logging.info_once.cache_clear()
