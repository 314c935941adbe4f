"""The folder of pictures and sound that are decoded and not yet kept by any message."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_STALE_SECONDS = 3600
"""Folders of ended processes are left alone for so long: a process in another container has a
number that means nothing here."""
_PREFIX = "run-"
_RUN = re.compile(rf"{_PREFIX}(\d+)-\w+")


def open_part(folder: Path) -> tuple[Path, int]:
    """Make a private file for what is being written; return its path and descriptor.

    Its name begins with the process id, so that the parent can clear up after a child that it
    killed. Raises ``OSError``.
    """
    part = folder / f"{os.getpid()}-{secrets.token_hex(8)}.part"
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return part, os.open(part, flags, 0o600)


class StagingFolder:
    """A private folder inside ``root`` for one run of the application.

    Several instances share ``root``: what one of them removes, no other uses.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self.path = root / f"{_PREFIX}{os.getpid()}-{secrets.token_hex(4)}"

    def make(self) -> None:
        """Make the folder where it is not there, and clear up after runs that crashed.

        Raises:
            OSError: it can't be made.
        """
        if not self.path.is_dir():
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            remove_stale(self._root)

    def canonical(self, sha256: str) -> tuple[Path, Path]:
        """Return where a picture's canonical file and its thumbnail are."""
        return self.path / f"{sha256}.png", self.path / f"{sha256}.thumb.png"

    def recording(self, sha256: str) -> Path:
        """Return where a sound's canonical file is."""
        return self.path / f"{sha256}.flac"

    @contextmanager
    def holding(self, data: bytes) -> Iterator[Path]:
        """Keep ``data`` in a private file inside the block. Raises ``OSError``."""
        path = self.path / f"{secrets.token_hex(16)}.pasted"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        try:
            with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
                file.write(data)
            yield path
        finally:
            path.unlink(missing_ok=True)

    def remove_parts(self, pid: int) -> None:
        """Remove what a child that was killed had begun to write."""
        for part in self.path.glob(f"{pid}-*.part"):
            with contextlib.suppress(OSError):
                part.unlink()

    def remove(self) -> None:
        """Remove the folder with all in it."""
        shutil.rmtree(self.path, ignore_errors=True)


def remove_stale(root: Path) -> None:
    """Clear up in ``root`` after runs that crashed."""
    import psutil

    for folder in root.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            old = time.time() - folder.stat().st_mtime > _STALE_SECONDS
            run = _RUN.fullmatch(folder.name)
            if old and run and not psutil.pid_exists(int(run[1])):
                shutil.rmtree(folder, ignore_errors=True)
