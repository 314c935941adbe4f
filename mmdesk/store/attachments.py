"""The pictures of kept messages, each once, named after the SHA-256 of its file.

``ab/abcdef….png`` is the canonical file and ``ab/abcdef….thumb.png`` its thumbnail. A file that
has its final name is whole and on disk.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
from pathlib import Path

from mmdesk.core.messages import Picture

_SHA256 = re.compile(r"[0-9a-f]{64}")


class AttachmentMismatch(OSError):
    """A file's content doesn't have the hash that names it."""


def is_sha256(text: object) -> bool:
    """Return whether ``text`` may name an attachment."""
    return isinstance(text, str) and _SHA256.fullmatch(text) is not None


class AttachmentFolder:
    """A folder of canonical pictures, shared by all conversations."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def paths(self, sha256: str) -> tuple[Path, Path]:
        """Return where the canonical file and its thumbnail are, or would be."""
        shelf = self._folder / sha256[:2]
        return shelf / f"{sha256}.png", shelf / f"{sha256}.thumb.png"

    def keep(self, picture: Picture) -> None:
        """Keep a picture's files; when this returns, they are on disk.

        Raises:
            OSError: they can't be read or written.
            ValueError: the hash is none.
        """
        if not is_sha256(picture.sha256):
            raise ValueError(f"not a SHA-256: {picture.sha256!r}")
        path, thumbnail = self.paths(picture.sha256)
        if not path.exists():
            # One by one, since mkdir's mode is not that of the parents it makes.
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            _keep_file(picture.path, path, picture.sha256)
        if not thumbnail.exists() and picture.thumbnail.exists():
            _keep_file(picture.thumbnail, thumbnail, None)
        _sync_folder(path.parent)
        _sync_folder(self._folder)


def _keep_file(source: Path, target: Path, sha256: str | None) -> None:
    part = target.with_name(f"{secrets.token_hex(16)}.part")
    try:
        # A link costs nothing; across file systems, and where there are none, a copy.
        try:
            os.link(source, part)
        except OSError:
            shutil.copyfile(source, part)
            os.chmod(part, 0o600)
        with part.open("rb+") as file:
            if sha256 and hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                raise AttachmentMismatch(f"“{source.name}” was changed meanwhile")
            os.fsync(file.fileno())
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Put the names in a folder on disk; Windows can't and needn't open one."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        # Some network file systems refuse; the file itself was synced.
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
