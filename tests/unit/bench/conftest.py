"""A benchmark leaves nothing behind: no folders, and torch computes as before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch


@pytest.fixture
def threads() -> Iterator[None]:
    """Bring torch's number of threads back."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture
def one_thread(threads: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have models compute with one thread: two on two busy cores wait for each other, minutes."""
    monkeypatch.setattr("mmdesk.bench.peers.usable_cores", lambda: 1)


@pytest.fixture
def tidy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have temporary folders in the test's own; fail it where one is left."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    yield
    assert not list(tmp_path.glob("mmdesk-*"))
