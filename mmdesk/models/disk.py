"""Who may write to a model's files, and what is said where the disk refuses."""

from __future__ import annotations

import contextlib
import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

from mmdesk.core.errors import DiskFull, DownloadElsewhere, DownloadError, ModelsFolderUnwritable
from mmdesk.file_lock import held
from mmdesk.models.incoming import Incoming

MARGIN = 256 * 2**20
"""Bytes that stay free on the disk."""
_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextlib.contextmanager
def locked(models: Path, model_id: str, patience_s: float = 0.0) -> Iterator[None]:
    """Keep every other process from a model's files.

    Raises:
        DownloadElsewhere: another one has kept us from them for ``patience_s``.
        OSError: the folder can't be made.
    """
    incoming = Incoming(models, model_id)
    incoming.lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.ExitStack() as holding:
        try:
            holding.enter_context(held(incoming.lock, patience_s))
        except BlockingIOError:
            raise DownloadElsewhere(id=model_id) from None
        yield


def disk_refusal(models: Path, error: OSError) -> DownloadError:
    """Return what is said when the disk refuses."""
    if error.errno in _FULL:
        free = shutil.disk_usage(_existing(models)).free
        return DiskFull(path=str(models), needed=gigabytes(MARGIN), free=gigabytes(free))
    reason = (error.strerror or str(error)).lower()
    return ModelsFolderUnwritable(path=str(models), reason=reason)


def gigabytes(count: int) -> str:
    """Return a size as text, in gigabytes."""
    return f"{count / 1e9:.1f}"


def _existing(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder
