"""Sound that tests make, and files of it."""

from __future__ import annotations

import io
from pathlib import Path

import av
import numpy as np
import soundfile
from numpy.typing import NDArray

from mmdesk.core.speech import SAMPLE_RATE, Recording

Samples = NDArray[np.float32]

SUBTYPES = {
    "wav": ("WAV", "PCM_16"),
    "aiff": ("AIFF", "PCM_16"),
    "flac": ("FLAC", "PCM_16"),
    "ogg": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
}
"""What libsndfile writes: by ending, its format and subtype."""
CONTAINERS = {
    "m4a": ("ipod", "aac"),
    "alac.m4a": ("ipod", "alac"),
    "aac": ("adts", "aac"),
    "opus.mp4": ("mp4", "libopus"),
    "id3.mp3": ("mp3", "mp3"),
}
"""What FFmpeg writes: by ending, its format and codec."""
KINDS = (*SUBTYPES, *CONTAINERS)


def tone(
    seconds: float = 2.0, rate: int = 48_000, *, hertz: float = 440.0, peak: float = 0.5
) -> Samples:
    """Return a sine, shape (frames,)."""
    times = np.arange(round(seconds * rate)) / rate
    return (peak * np.sin(2 * np.pi * hertz * times)).astype(np.float32)


def wav(samples: Samples, rate: int = 48_000, subtype: str = "PCM_16", kind: str = "WAV") -> bytes:
    """Return a file that libsndfile writes; ``samples`` has shape (frames,[ channels])."""
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=kind, subtype=subtype)
    return file.getvalue()


def film(
    samples: Samples | None, container: str, codec: str = "aac", *, pictures: bool = False
) -> bytes:
    """Return a file that FFmpeg writes: stereo at 48 kHz, and perhaps a second of pictures."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        track = output.add_stream(codec, rate=48_000) if samples is not None else None
        if isinstance(track, av.AudioStream):
            track.layout = "stereo"
        if pictures:
            _film_pictures(output)
        if samples is not None and isinstance(track, av.AudioStream):
            stereo = np.repeat(samples, 2).reshape(1, -1)
            for at in range(0, stereo.shape[1], 9600):
                part = np.ascontiguousarray(stereo[:, at : at + 9600])
                frame = av.AudioFrame.from_ndarray(part, format="flt", layout="stereo")
                frame.sample_rate, frame.pts = 48_000, at // 2
                output.mux(track.encode(frame))
            output.mux(track.encode(None))
    return file.getvalue()


def _film_pictures(output: av.container.OutputContainer) -> None:
    track = output.add_stream("mpeg4", rate=25)
    assert isinstance(track, av.VideoStream)
    track.width, track.height, track.pix_fmt = 64, 48, "yuv420p"
    frame = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
    for _ in range(25):
        output.mux(track.encode(frame))
    output.mux(track.encode(None))


def sound_file(kind: str, samples: Samples | None = None) -> bytes:
    """Return a file of one of :data:`KINDS`: stereo at 48 kHz, two seconds of 440 Hz."""
    chosen = tone() if samples is None else samples
    if kind in CONTAINERS:
        return film(chosen, *CONTAINERS[kind])
    container, subtype = SUBTYPES[kind]
    return wav(np.stack([chosen, chosen], axis=1), subtype=subtype, kind=container)


def heard(recording: Recording) -> Samples:
    """Return the canonical file's samples, shape (frames,), after a look at its format."""
    assert isinstance(recording.path, Path)
    info = soundfile.info(recording.path)
    assert (info.format, info.subtype, info.samplerate, info.channels) == (
        "FLAC",
        "PCM_16",
        SAMPLE_RATE,
        1,
    )
    samples: Samples = soundfile.read(recording.path, dtype="float32")[0]
    assert len(samples) == round(recording.seconds * SAMPLE_RATE)
    return samples


def pitch(samples: Samples) -> float:
    """Return the loudest frequency, Hz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(spectrum.argmax() * SAMPLE_RATE / len(samples))


def loudness(samples: Samples) -> float:
    """Return the root mean square."""
    return float(np.sqrt(np.mean(np.square(samples))))
