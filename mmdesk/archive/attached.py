"""Pictures and recordings that an imported file refers to: found, compared, decoded."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
import shutil
import stat
from dataclasses import replace
from pathlib import Path

from mmdesk.archive.document import MEDIA
from mmdesk.core.errors import (
    ArchiveFileChanged,
    ArchiveFileMissing,
    ArchiveStrays,
    ArchiveTooLarge,
    PictureDamaged,
    SoundDamaged,
    SoundUnwritable,
)
from mmdesk.core.messages import Picture
from mmdesk.core.protocols import MediaReader
from mmdesk.core.speech import SAMPLE_RATE, Recording

LARGEST_MB = 2000
"""Of one attachment; hours of speech are 200 MB."""
_FLAC_HEAD = 22


class Attached:
    """What lies beside the files of one folder.

    All of it goes through the decoding child, since a file with a fitting hash may be made to
    break a decoder; what is kept is what the child wrote.
    """

    def __init__(self, folder: Path, reader: MediaReader) -> None:
        self._folder = folder
        self._reader = reader
        self._read: dict[Path, Picture | Recording] = {}

    def picture(self, of: str, sha256: str, *, missing: bool) -> Picture:
        """Return the picture with a hash.

        Args:
            of: The name of the file that refers to it.
            missing: Whether it was gone when that was written; it is without a file if it
                still is.

        Raises:
            ArchiveError: it isn't there, or is another.
            MediaError: it can't be decoded.
        """
        path = self._exported(of, f"{sha256}.png", sha256, missing=missing)
        if path is None:
            nowhere = self._nowhere()
            return Picture(sha256, nowhere, nowhere, "", 0, 0)
        return self._picture(path)

    def recording(self, of: str, sha256: str, *, missing: bool) -> Recording:
        """Return the recording with a hash; for the rest see :meth:`picture`."""
        path = self._exported(of, f"{sha256}.flac", sha256, missing=missing)
        if path is None:
            return Recording(sha256, self._nowhere(), "", 0.0)
        read = self._decoded(path)
        if not isinstance(read, Recording):
            raise SoundDamaged(name=path.name)
        try:
            return read if read.sha256 == sha256 else _as_it_is(path, sha256, read)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            place = read.path.parent
            raise SoundUnwritable(name=path.name, reason=reason, path=place) from error

    def named(self, of: str, reference: str) -> Picture:
        """Return the picture that a relative path names."""
        return self._picture(self._inside(of, reference))

    def inline(self, of: str, url: str, name: str) -> Picture:
        """Return the picture in a ``data:`` URL (RFC 2397), base64."""
        head, _, data = url.partition(",")
        if len(data) > LARGEST_MB << 20:
            raise ArchiveTooLarge(name=name, limit=LARGEST_MB)
        try:
            if not head.endswith(";base64"):
                raise PictureDamaged(name=name)
            content = base64.b64decode("".join(data.split()), validate=True)
        except (binascii.Error, ValueError):
            raise PictureDamaged(name=name) from None
        return self._reader.read_bytes(content, name)

    def _picture(self, path: Path) -> Picture:
        read = self._decoded(path)
        if not isinstance(read, Picture):
            raise PictureDamaged(name=path.name)
        return read

    def _decoded(self, path: Path) -> Picture | Recording:
        if path not in self._read:
            self._read[path] = self._reader.read(path)
        return self._read[path]

    def _exported(self, of: str, name: str, sha256: str, *, missing: bool) -> Path | None:
        """Return the file of an export after comparing its content with its name."""
        try:
            path = self._inside(of, f"{MEDIA}/{name}")
        except ArchiveFileMissing:
            if missing:
                return None
            raise
        if path not in self._read and self._digest(of, path) != sha256:
            raise ArchiveFileChanged(name=of, file=f"{MEDIA}/{name}")
        return path

    def _inside(self, of: str, reference: str) -> Path:
        """Return a regular file inside the folder, reached without any link."""
        shown = reference[:200]
        pieces = reference.split("/")
        strange = any(character in reference for character in "\\:\0")
        if strange or any(piece in ("", ".", "..") for piece in pieces):
            raise ArchiveStrays(name=of, file=shown)
        path, mode = self._folder, 0
        for piece in pieces:
            path = path / piece
            try:
                mode = os.lstat(path).st_mode
            except (OSError, ValueError):
                raise ArchiveFileMissing(name=of, file=shown) from None
            if stat.S_ISLNK(mode):
                raise ArchiveStrays(name=of, file=shown)
        if not stat.S_ISREG(mode):
            raise ArchiveFileMissing(name=of, file=shown)
        return path

    def _digest(self, of: str, path: Path) -> str:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        try:
            with os.fdopen(os.open(path, flags), "rb") as file:
                if os.fstat(file.fileno()).st_size > LARGEST_MB << 20:
                    raise ArchiveTooLarge(name=path.name, limit=LARGEST_MB)
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            raise ArchiveFileMissing(name=of, file=path.name) from None

    def _nowhere(self) -> Path:
        """Return a path that nothing has, and nobody can have foreseen."""
        return self._folder / f"{secrets.token_hex(16)}.missing"


def _as_it_is(path: Path, sha256: str, read: Recording) -> Recording:
    """Return another encoder's bytes of sound that decodes, where they are as mmdesk's own.

    Their hash names them. A copy: the person may change the exported file.
    """
    if not _is_canonical(path):
        return read
    own = read.path.with_name(f"{sha256}.flac")
    shutil.copyfile(path, own)
    os.chmod(own, 0o600)
    return replace(read, sha256=sha256, path=own)


def _is_canonical(path: Path) -> bool:
    """Whether a FLAC file says that it is as mmdesk writes them: mono, 16 kHz, 16 bits.

    RFC 9639, section 8.2: after the marker and the block's header, STREAMINFO has 20 bits of
    sample rate, 3 of channels less one, 5 of bits less one.
    """
    with path.open("rb") as file:
        head = file.read(_FLAC_HEAD)
    if len(head) < _FLAC_HEAD or head[:5] not in (b"fLaC\x00", b"fLaC\x80"):
        return False
    return int.from_bytes(head[18:22], "big") >> 4 == SAMPLE_RATE << 8 | 0 << 5 | 15
