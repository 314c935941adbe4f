"""Decodes one untrusted sound file to mono 16 kHz FLAC; runs in the media child only."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mmdesk.core.errors import SoundDamaged, SoundSilent, SoundTooLong
from mmdesk.core.speech import SAMPLE_RATE
from mmdesk.media import wire
from mmdesk.media.flac import FlacPart
from mmdesk.media.mono import Chunk, to_mono
from mmdesk.media.opening import read_failure
from mmdesk.media.sources import DECODER_ERRORS, Source, open_ffmpeg, open_sndfile

FRAGMENT_SECONDS = 0.5
"""A file that breaks off gives what is there if it is at least this much."""
_HOURS = wire.SOUND_LIMIT_SECONDS // 3600
_UNFINISHED = {0, 0xFFFFFFFF}
"""Sizes in a WAV header that was never finished: its recorder crashed, or wrote to a pipe."""


@dataclass(slots=True)
class _Try:
    """What one decoder made of the file."""

    part: FlacPart | None = None
    declared: float = 0.0
    damaged: bool = True

    @property
    def samples(self) -> int:
        return self.part.samples if self.part else 0

    @property
    def seconds(self) -> float:
        return self.samples / SAMPLE_RATE


def decode_sound(
    file: BinaryIO,
    sound_format: str,
    name: str,
    staging: Path,
    declare: Callable[[float], None],
) -> wire.Recorded:
    """Decode a file into ``<sha256>.flac`` in ``staging``, which appears whole or not at all.

    Args:
        sound_format: What :func:`~mmdesk.media.sniff.sniff` told.
        declare: Is told how many seconds there will be at most, before they are decoded.

    Raises:
        MediaError: whatever the file is.
        OSError: the folder can't be written, or is full.
    """
    openers = (open_ffmpeg,) if sound_format in {"MP4", "AAC"} else (open_sndfile, open_ffmpeg)
    best = _Try()
    with ExitStack() as parts:
        for opener in openers:
            this = _Try()
            with ExitStack() as opened:
                try:
                    source = opened.enter_context(opener(file, sound_format, name))
                except DECODER_ERRORS:
                    continue
                except OSError as error:
                    raise read_failure(error, name) from error
                this.declared = _declared(source, name)
                declare(this.declared)
                this.part = parts.enter_context(FlacPart(staging))
                _fill(this, source, name)
            best = max(best, this, key=lambda each: (each.samples, not each.damaged))
            if best.samples and not best.damaged:
                break  # else FFmpeg may get over damage at which libsndfile gives up
        _require_enough(best, file, sound_format, name)
        assert best.part is not None
        return wire.Recorded(best.part.finish(), best.seconds)


def _declared(source: Source, name: str) -> float:
    if source.seconds is None:
        return wire.SOUND_LIMIT_SECONDS
    if source.seconds > wire.SOUND_LIMIT_SECONDS:
        hours = math.ceil(source.seconds / 360) / 10
        raise SoundTooLong(name=name, hours=f"{hours:g}", limit=_HOURS)
    return source.seconds


def _fill(this: _Try, source: Source, name: str) -> None:
    assert this.part is not None
    for samples in to_mono(_decoded(this, source, name)):
        this.part.write(samples)
        if this.seconds > wire.SOUND_LIMIT_SECONDS + 1:  # declared less, or nothing
            raise SoundTooLong(name=name, hours=f"> {_HOURS}", limit=_HOURS)


def _decoded(this: _Try, source: Source, name: str) -> Iterator[Chunk]:
    """Yield what can be decoded, and note in ``this`` whether it ended in damage."""
    try:
        yield from source.chunks
    except DECODER_ERRORS:
        return
    except OSError as error:
        raise read_failure(error, name) from error
    this.damaged = False


def _require_enough(best: _Try, file: BinaryIO, sound_format: str, name: str) -> None:
    if best.seconds >= FRAGMENT_SECONDS:
        return
    short = best.declared != wire.SOUND_LIMIT_SECONDS and best.seconds < best.declared - 0.1
    # An Ogg whose last page is missing declares nothing, like one without samples.
    lost = sound_format == "OGG" and not best.samples
    if best.damaged or short or lost or _breaks_off(file):
        raise SoundDamaged(name=name)
    if not best.samples:
        raise SoundSilent(name=name)


def _breaks_off(file: BinaryIO) -> bool:
    """Whether a WAV or AIFF header speaks of more bytes than there are."""
    file.seek(0)
    head = file.read(8)
    if head[:4] not in {b"RIFF", b"FORM", b"RIFX"}:
        return False
    size = int.from_bytes(head[4:8], "little" if head[:4] == b"RIFF" else "big")
    return size not in _UNFINISHED and size + 8 > os.fstat(file.fileno()).st_size
