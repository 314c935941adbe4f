"""Recordings as FLAC files: 16 bit, 16 kHz, mono, named after their own SHA-256."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mmdesk.audio.samples import Samples, cleaned, to_array, to_bytes
from mmdesk.core.errors import (
    FileMissing,
    FileUnreadable,
    SoundDamaged,
    SoundSilent,
    SoundUnwritable,
)
from mmdesk.core.speech import SAMPLE_BYTES, SAMPLE_RATE, Recording, seconds_of

BLOCK_SECONDS = 10.0
"""Read at once: what an hours-long recording needs in memory."""


def write_flac(samples: bytes, folder: Path, name: str = "") -> Recording:
    """Write ``<sha256>.flac`` into ``folder``, which is made if need be.

    The file appears whole or not at all, readable by its owner only.

    Raises:
        SoundSilent: there are no samples.
        SoundUnwritable: the folder can't be written, or is full.
    """
    if len(samples) < SAMPLE_BYTES:
        raise SoundSilent(name=name or "recording")
    flac = _encoded(samples)
    sha256 = hashlib.sha256(flac).hexdigest()
    path = folder / f"{sha256}.flac"
    part = folder / f"{os.getpid()}-{secrets.token_hex(8)}.part"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(part, flags, 0o600), "wb") as file:
                file.write(flac)
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        reason = _reason(error)
        raise SoundUnwritable(name=name or "recording", reason=reason, path=folder) from error
    return Recording(sha256, path, name, seconds_of(samples))


def _encoded(samples: bytes) -> bytes:
    """Return a FLAC file. In memory, since soundfile loses the reason why a disk refuses."""
    import soundfile

    flac = io.BytesIO()
    soundfile.write(flac, cleaned(to_array(samples)), SAMPLE_RATE, "PCM_16", format="FLAC")
    return flac.getvalue()


def read_flac(recording: Recording) -> bytes:
    """Return all samples of a recording. Raises ``MediaError``."""
    return b"".join(to_bytes(block) for block in read_blocks(recording))


def read_blocks(
    recording: Recording, start: float = 0.0, end: float | None = None
) -> Iterator[Samples]:
    """Yield the samples from ``start`` to ``end`` (seconds), at most 10 s at a time.

    Raises:
        FileMissing, FileUnreadable: the file can't be opened.
        SoundDamaged: it isn't what :func:`write_flac` wrote.
    """
    first = max(0, round(start * SAMPLE_RATE))
    with _opened(recording) as flac:
        last = flac.frames if end is None else min(flac.frames, round(end * SAMPLE_RATE))
        if first >= last:
            return
        flac.seek(first)
        left = last - first
        while left > 0:
            block = flac.read(min(left, round(BLOCK_SECONDS * SAMPLE_RATE)), dtype="float32")
            if not block.size:
                raise SoundDamaged(name=_name(recording))
            left -= len(block)
            yield block


@contextmanager
def _opened(recording: Recording) -> Iterator[Any]:
    import soundfile

    try:
        with recording.path.open("rb") as file, soundfile.SoundFile(file) as flac:
            if (flac.samplerate, flac.channels) != (SAMPLE_RATE, 1):
                raise SoundDamaged(name=_name(recording))
            yield flac
    except FileNotFoundError as error:
        raise FileMissing(name=_name(recording)) from error
    except OSError as error:
        raise FileUnreadable(name=_name(recording), reason=_reason(error)) from error
    except soundfile.LibsndfileError as error:
        raise SoundDamaged(name=_name(recording)) from error


def _name(recording: Recording) -> str:
    return recording.name or recording.path.name


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
