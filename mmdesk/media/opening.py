"""Opens a path that a person gave: regular files only, never blocking on a FIFO or device;
and tells what is in it."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from mmdesk.core.errors import (
    FileEmpty,
    FileMissing,
    FileUnreadable,
    MediaError,
    NotAFile,
    NotMedia,
    UnsupportedKind,
    UnsupportedSound,
)
from mmdesk.media.sniff import HEAD_BYTES, SOUND_KINDS, Sniffed, id3_size, sniff

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)
_MISSING = {errno.ENOENT, errno.ENOTDIR, errno.ESTALE}


def open_regular(path: Path, name: str) -> BinaryIO:
    """Open a regular, non-empty file for reading.

    Raises:
        FileMissing, NotAFile, FileUnreadable, FileEmpty: as their names say.
    """
    try:
        # Asked before opening too: opening a device can by itself do something.
        _require_regular(os.stat(path), name)
        descriptor = os.open(path, _FLAGS)
    except (OSError, ValueError) as error:
        raise read_failure(error, name) from error
    try:
        status = os.fstat(descriptor)
        _require_regular(status, name)
        if status.st_size == 0:
            raise FileEmpty(name=name)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _require_regular(status: os.stat_result, name: str) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise NotAFile(name=name)


def recognise(file: BinaryIO, name: str, *, sound: bool) -> Sniffed:
    """Return the format of a picture or, where ``sound`` is taken too, of a sound.

    Raises:
        NotMedia, UnsupportedKind, UnsupportedSound: it is neither.
        FileUnreadable: the system refuses.
    """
    try:
        head = file.read(HEAD_BYTES)
        sniffed = sniff(head, Path(name).suffix.lower())
        if tag := id3_size(head):  # before MP3 as a rule, but not always
            file.seek(tag)
            behind = sniff(file.read(HEAD_BYTES), "")
            sniffed = behind if behind.sound_format in {"AAC", "FLAC"} else sniffed
    except OSError as error:
        raise read_failure(error, name) from error
    if sniffed.picture_format or (sound and sniffed.sound_format):
        return sniffed
    if not sniffed.other_kind:
        raise NotMedia(name=name)
    kind = UnsupportedSound if sniffed.other_kind in SOUND_KINDS else UnsupportedKind
    raise kind(name=name, kind_name=sniffed.other_kind)


def read_failure(error: OSError | ValueError, name: str) -> MediaError:
    """Return what an operating system error means for the person who gave the file."""
    if not isinstance(error, OSError):  # a NUL in the path
        return FileMissing(name=name)
    if error.errno in _MISSING:
        return FileMissing(name=name)
    if error.errno in {errno.EISDIR, errno.ENXIO}:
        return NotAFile(name=name)
    return FileUnreadable(name=name, reason=(error.strerror or str(error)).lower())
