"""Who holds a lock, and until when."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mmdesk.file_lock import FileLock, held


def test_one_at_a_time(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "a.lock")
    with pytest.raises(BlockingIOError):
        FileLock(tmp_path / "a.lock")
    with pytest.raises(BlockingIOError), held(tmp_path / "a.lock", 0.0):
        pass
    lock.release()
    lock.release()
    with held(tmp_path / "a.lock", 0.0):
        pass
    FileLock(tmp_path / "a.lock").release()


def test_a_copy_of_the_descriptor_keeps_nobody_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is being started has one for a moment."""
    copies: list[int] = []
    close = os.close

    def copied(descriptor: int) -> None:
        copies.append(os.dup(descriptor))
        close(descriptor)

    lock = FileLock(tmp_path / "a.lock")
    with monkeypatch.context() as patch:
        patch.setattr(os, "close", copied)
        lock.release()
    FileLock(tmp_path / "a.lock").release()
    (copy,) = copies
    os.close(copy)
