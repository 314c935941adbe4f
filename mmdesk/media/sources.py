"""Opens sound files with libsndfile, and with FFmpeg's libraries what that can't read.

Neither is given a path or a name: libsndfile reads from a descriptor, FFmpeg from ``read`` and
``seek``, with the container that the content told, no protocols, and no playlists. Thus no file
leads to another one, nor to the network.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, NoReturn

import av
import numpy as np
import soundfile
from av.container import InputContainer
from av.stream import Disposition, Stream
from numpy.typing import NDArray

from mmdesk.core.errors import NoSoundTrack, UnsupportedKind, UnsupportedSound
from mmdesk.media.flac import StreamedFile
from mmdesk.media.mono import Chunk, Samples

RATES = range(1_000, 1_000_001)
"""Hz that a sound file may have; others are lies."""
DECODER_ERRORS = (
    av.FFmpegError,
    soundfile.SoundFileError,
    ValueError,  # with UnicodeError
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    EOFError,
    RuntimeError,
)
"""What damaged files may raise out of the two bindings."""

_CHUNK_VALUES = 1 << 15
"""Frames times channels read at once: what was decoded before damage in a chunk is lost."""
_UNKNOWN_FRAMES = 1 << 62
"""libsndfile gives the largest number for a FLAC that doesn't declare its length."""
_CODEC_NAMES = (
    "aac,aac_latm,ac3,alac,eac3,flac,libopus,mp2,mp2float,mp3,mp3float,opus,speex,libspeex,vorbis,"
    "adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,gsm,gsm_ms,pcm_alaw,pcm_f32be,pcm_f32le,pcm_f64be,"
    "pcm_f64le,pcm_mulaw,pcm_s16be,pcm_s16le,pcm_s24be,pcm_s24le,pcm_s32be,pcm_s32le,pcm_s8,pcm_u8"
)
"""FFmpeg's decoders that may run: those that voice recorders and music shops write for."""
_CODECS = frozenset(_CODEC_NAMES.split(","))
CONTAINER_OPTIONS = {"codec_whitelist": _CODEC_NAMES, "protocol_whitelist": "none"}
_DEMUXERS = {
    "WAV": "wav",
    "AIFF": "aiff",
    "FLAC": "flac",
    "OGG": "ogg",
    "MP3": "mp3",
    "MP4": "mov",
    "AAC": "aac",
}
_CONTAINERS = {"MP4": "MP4", "OGG": "Ogg"}
"""The formats that films have too, by the names that people know."""
_GUESSING = {"AAC", "MP3"}
"""FFmpeg guesses the length of these from their bit rate."""


@dataclass(slots=True)
class Source:
    """An open sound file.

    Attributes:
        seconds: The length that it declares, or None.
        chunks: The samples; raises one of :data:`DECODER_ERRORS` where the file is damaged.
    """

    seconds: float | None
    chunks: Iterator[Chunk]


@contextmanager
def open_sndfile(file: BinaryIO, sound_format: str, name: str) -> Iterator[Source]:
    """Open WAV, AIFF, FLAC, Ogg or MP3. Raises one of :data:`DECODER_ERRORS`."""
    os.lseek(file.fileno(), 0, os.SEEK_SET)
    with StreamedFile(file.fileno(), closefd=False) as sound:
        _require_rate(sound.samplerate)
        frames = sound.frames
        seconds = frames / sound.samplerate if frames < _UNKNOWN_FRAMES else None
        yield Source(seconds, _sndfile_chunks(sound))


def _sndfile_chunks(sound: StreamedFile) -> Iterator[Chunk]:
    shape = (max(1, _CHUNK_VALUES // sound.channels), sound.channels)
    while True:
        buffer = np.empty(shape, np.float32)
        # Not read(): it stops at the declared length, which may be none.
        count = sound.buffer_read_into(buffer.data, "float32")
        if not count:
            return
        yield Chunk(sound.samplerate, buffer[:count])


class _Readable:
    """A file without the name, descriptor and ``close`` that FFmpeg would use."""

    def __init__(self, file: BinaryIO) -> None:
        self.read, self.seek, self.tell = file.read, file.seek, file.tell


def refuse_to_open(url: str, flags: int, options: dict[str, str]) -> NoReturn:
    """Open nothing: FFmpeg calls it for what a file names."""
    raise ValueError(f"a sound file names another: {url}")


@contextmanager
def open_ffmpeg(file: BinaryIO, sound_format: str, name: str) -> Iterator[Source]:
    """Open whatever :mod:`~mmdesk.media.sniff` calls a sound format.

    Raises:
        UnsupportedKind: it has a video track.
        UnsupportedSound: its sound is in a code that isn't read.
        NoSoundTrack: it has none.
        One of DECODER_ERRORS: it is damaged.
    """
    file.seek(0)
    with av.open(
        _Readable(file),
        "r",
        format=_DEMUXERS[sound_format],
        container_options=CONTAINER_OPTIONS,
        metadata_errors="replace",
        io_open=refuse_to_open,
    ) as container:
        if any(stream.type == "video" and not _is_cover(stream) for stream in container.streams):
            raise UnsupportedKind(name=name, kind_name=f"{_CONTAINERS[sound_format]} video")
        track = container.streams.best("audio")
        if not isinstance(track, av.AudioStream) and sound_format in _CONTAINERS:
            raise NoSoundTrack(name=name)
        if not isinstance(track, av.AudioStream):
            raise ValueError(f"no {sound_format} frame")
        codec = track.codec_context
        if codec is None or codec.name not in _CODECS:
            raise UnsupportedSound(name=name, kind_name="sound in a rare or protected format")
        if codec.sample_rate:  # else only the first frame tells it
            _require_rate(codec.sample_rate)
        codec.thread_count = 1
        known = container.duration is not None and sound_format not in _GUESSING
        seconds = container.duration / av.time_base if known and container.duration else None
        yield Source(seconds, _ffmpeg_chunks(container, track))


def _is_cover(stream: Stream) -> bool:
    return bool(stream.disposition & Disposition.attached_pic)


def _ffmpeg_chunks(container: InputContainer, track: Stream) -> Iterator[Chunk]:
    damage: Exception | None = None
    for packet in container.demux(track):
        try:
            frames = packet.decode()
        except DECODER_ERRORS as error:  # the packets after a damaged one may be whole
            damage = error
            continue
        for frame in frames:
            if isinstance(frame, av.AudioFrame) and frame.samples:
                _require_rate(frame.sample_rate)
                yield Chunk(frame.sample_rate, _floats(frame))
    if damage is not None:
        raise damage


def _floats(frame: av.AudioFrame) -> Samples:
    values: NDArray[Any] = frame.to_ndarray()
    channels = frame.layout.nb_channels
    shaped = values.T if frame.format.is_planar else values.reshape(-1, channels)
    offset, scale = 0.0, 1.0
    if np.issubdtype(shaped.dtype, np.integer):
        scale = float(1 << (8 * shaped.dtype.itemsize - 1))
        offset = scale if shaped.dtype == np.uint8 else 0.0
    with np.errstate(over="ignore"):  # a double beyond a float's range becomes infinite
        return np.asarray((shaped - offset) / scale, np.float32)


def _require_rate(rate: int) -> None:
    if rate not in RATES:
        raise ValueError(f"{rate} Hz is no rate")
