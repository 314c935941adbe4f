"""Sound files of every kind become mono 16 kHz FLAC that sounds like them."""

from __future__ import annotations

import hashlib
import io
import os
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from mmdesk.core.errors import NotMedia, SoundDamaged
from mmdesk.core.messages import Picture
from mmdesk.core.speech import Recording
from mmdesk.media.mono import Chunk, to_mono
from mmdesk.media.reader import LimitedMediaReader
from tests.unit.media.conftest import RecordingSpawn
from tests.unit.media.samples import corners, encode
from tests.unit.media.sounds import (
    KINDS,
    Samples,
    film,
    heard,
    loudness,
    pitch,
    sound_file,
    tone,
    wav,
)


def read(reader: LimitedMediaReader, folder: Path, data: bytes, name: str = "a.wav") -> Recording:
    (folder / name).write_bytes(data)
    recording = reader.read(folder / name)
    assert isinstance(recording, Recording)
    return recording


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_sounds_the_same(reader: LimitedMediaReader, tmp_path: Path, kind: str) -> None:
    recording = read(reader, tmp_path, sound_file(kind), f"sound.{kind}")
    assert recording.name == f"sound.{kind}"
    assert recording.seconds == pytest.approx(2.0, abs=0.06)
    samples = heard(recording)
    assert pitch(samples) == pytest.approx(440, abs=2)
    assert loudness(samples[3200:-3200]) == pytest.approx(0.5 / np.sqrt(2), rel=0.05)


def test_the_file_is_named_after_its_content_and_private(
    reader: LimitedMediaReader, tmp_path: Path
) -> None:
    recording = read(reader, tmp_path, sound_file("wav"))
    assert recording.path.name == f"{recording.sha256}.flac"
    assert hashlib.sha256(recording.path.read_bytes()).hexdigest() == recording.sha256
    if os.name == "posix":
        assert recording.path.stat().st_mode & 0o777 == 0o600
    assert not list(recording.path.parent.glob("*.part"))
    assert read(reader, tmp_path, sound_file("aiff"), "b.aiff").sha256 == recording.sha256


@pytest.mark.parametrize("name", ["sound.png", "sound", "sound.txt", "语音.wav"])
def test_content_decides_not_the_name(
    reader: LimitedMediaReader, tmp_path: Path, name: str
) -> None:
    assert read(reader, tmp_path, sound_file("mp3"), name).name == name


def test_a_picture_named_wav_is_a_picture(reader: LimitedMediaReader, tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(encode(corners(), "PNG"))
    assert isinstance(reader.read(tmp_path / "a.wav"), Picture)


@pytest.mark.parametrize("rate", [1_000, 8_000, 11_025, 16_000, 44_100, 96_000, 192_000])
def test_every_rate(reader: LimitedMediaReader, tmp_path: Path, rate: int) -> None:
    recording = read(reader, tmp_path, wav(tone(1.5, rate, hertz=300), rate))
    assert recording.seconds == pytest.approx(1.5, abs=0.001)
    assert pitch(heard(recording)) == pytest.approx(300, abs=2)


def test_what_16_khz_can_not_hold_is_filtered_not_folded(
    reader: LimitedMediaReader, tmp_path: Path
) -> None:
    assert loudness(heard(read(reader, tmp_path, wav(tone(1, hertz=12_000))))) < 0.01


@pytest.mark.parametrize(
    "subtype", ["PCM_U8", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW", "IMA_ADPCM"]
)
def test_every_depth(reader: LimitedMediaReader, tmp_path: Path, subtype: str) -> None:
    samples = heard(read(reader, tmp_path, wav(tone(), subtype=subtype)))
    assert pitch(samples) == pytest.approx(440, abs=2)
    assert loudness(samples[3200:-3200]) == pytest.approx(0.5 / np.sqrt(2), rel=0.05)


def test_16_khz_mono_keeps_every_sample(reader: LimitedMediaReader, tmp_path: Path) -> None:
    values = np.random.default_rng(0).integers(-32767, 32768, 40_000).astype(np.int16)
    data = wav(values, 16_000)  # type: ignore[arg-type]
    kept = np.rint(heard(read(reader, tmp_path, data)) * 32768).astype(int)
    assert np.abs(kept - values).max() <= 1


def test_samples_that_are_no_numbers_become_silence(
    reader: LimitedMediaReader, tmp_path: Path
) -> None:
    samples = tone(2)
    samples[10_000:12_000] = np.nan
    samples[20_000:20_100] = np.inf
    samples[30_000:30_100] = -np.inf
    samples[40_000:40_100] = 1e30
    result = heard(read(reader, tmp_path, wav(samples, subtype="FLOAT")))
    assert np.abs(result[3_400:3_900]).max() < 0.01
    assert np.abs(result).max() <= 1.0
    assert pitch(result) == pytest.approx(440, abs=2)


def stereo(left: Samples, right: Samples) -> Samples:
    return np.stack([left, right], axis=1)


@pytest.mark.parametrize("gain", [-1.0, -0.9, 0.0], ids=["opposite", "nearly", "one side"])
def test_channels_do_not_cancel(reader: LimitedMediaReader, tmp_path: Path, gain: float) -> None:
    voice = tone(3)
    samples = heard(read(reader, tmp_path, wav(stereo(voice, gain * voice))))
    assert loudness(samples[3200:-3200]) > 0.45 * loudness(voice)
    assert pitch(samples) == pytest.approx(440, abs=2)


def test_stereo_keeps_both_speakers(reader: LimitedMediaReader, tmp_path: Path) -> None:
    data = wav(stereo(tone(3, hertz=400), tone(3, hertz=900)))
    spectrum = np.abs(np.fft.rfft(heard(read(reader, tmp_path, data))))
    assert spectrum[400 * 3] == pytest.approx(spectrum[900 * 3], rel=0.1)


@pytest.mark.parametrize("channels", [3, 6, 8, 200])
def test_one_voice_among_many_channels_stays_loud(
    reader: LimitedMediaReader, tmp_path: Path, channels: int
) -> None:
    samples = np.zeros((48_000, channels), np.float32)
    samples[:, channels - 1] = tone(1)
    assert loudness(heard(read(reader, tmp_path, wav(samples)))) > 0.15


def test_a_change_of_the_mix_does_not_click() -> None:
    """In phase, then opposite: the loudest channel takes over without a jump."""
    voice = tone(4, 16_000, hertz=100)
    block = stereo(voice, voice.copy())
    block[32_000:, 1] *= -1
    mixed = np.concatenate(
        list(to_mono([Chunk(16_000, block[:32_000]), Chunk(16_000, block[32_000:])]))
    )
    steps = np.abs(np.diff(mixed.astype(np.float64))) / 32767
    assert steps.max() < 2 * np.abs(np.diff(voice)).max()


def test_rate_and_channels_may_change_on_the_way() -> None:
    parts = [
        Chunk(48_000, stereo(tone(1), tone(1))),
        Chunk(8_000, tone(1, 8_000)[:, None]),
        Chunk(48_000, np.repeat(tone(1)[:, None], 6, axis=1)),
    ]
    mixed = np.concatenate(list(to_mono(parts)))
    assert len(mixed) == pytest.approx(48_000, abs=30)
    assert pitch(mixed.astype(np.float32)) == pytest.approx(440, abs=2)


def test_a_large_cover_picture_is_passed_over(reader: LimitedMediaReader, tmp_path: Path) -> None:
    size = 9_000_000
    digits = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    tag = b"ID3\x04\0\0" + digits + b"APIC" + b"\xaa" * (size - 4)
    for kind in ("mp3", "flac", "aac"):
        recording = read(reader, tmp_path, tag + sound_file(kind), f"art.{kind}")
        assert recording.seconds == pytest.approx(2.0, abs=0.06)


def test_an_mp4_with_sound_alone_is_sound(reader: LimitedMediaReader, tmp_path: Path) -> None:
    assert read(reader, tmp_path, film(tone(), "mp4"), "memo.mp4").seconds > 1.9


def test_pictures_alone_load_no_sound_library(
    own_reader: tuple[LimitedMediaReader, RecordingSpawn], tmp_path: Path
) -> None:
    if sys.platform != "linux":
        pytest.skip("looks into /proc")
    reader, spawned = own_reader
    reader.read_bytes(encode(corners(), "PNG"), "a.png")
    maps = Path(f"/proc/{spawned.children[0].pid}/maps")
    assert not any(name in maps.read_text() for name in ("avcodec", "sndfile", "soxr", "numpy"))
    read(reader, tmp_path, sound_file("m4a"))
    assert all(name in maps.read_text() for name in ("avcodec", "sndfile", "soxr", "numpy"))


@pytest.mark.skipif(os.name != "posix", reason="FIFOs")
@pytest.mark.parametrize("tag", [b"", b"ID3\x04\0\0\0\0\0\0", b"\xff\xf1\x4c\x80"])
def test_a_playlist_leads_nowhere(reader: LimitedMediaReader, tmp_path: Path, tag: bytes) -> None:
    """What it names is a FIFO: whoever opens that waits for ever."""
    os.mkfifo(tmp_path / "other.aac")
    other = os.fsencode(tmp_path / "other.aac")
    for text in (b"#EXTM3U\n#EXTINF:9,\n%s\n", b"ffconcat version 1.0\nfile '%s'\n"):
        (tmp_path / "list.m4a").write_bytes(tag + text % other)
        with pytest.raises((NotMedia, SoundDamaged)):
            reader.read(tmp_path / "list.m4a")


def test_a_file_that_names_another_is_refused_by_ffmpeg_too(tmp_path: Path) -> None:
    """Were a playlist let in, FFmpeg would still ask for what it names, and be told no."""
    from mmdesk.media import sources

    (tmp_path / "a.aac").write_bytes(sound_file("aac"))
    start, end = b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n", b"\n#EXT-X-ENDLIST\n"
    playlist = start + os.fsencode(tmp_path / "a.aac") + end
    assert av.open(io.BytesIO(playlist), format="hls").duration == 9 * av.time_base  # unguarded
    for guard in (
        {"container_options": sources.CONTAINER_OPTIONS},
        {"io_open": sources.refuse_to_open},
    ):
        with pytest.raises(sources.DECODER_ERRORS):
            av.open(io.BytesIO(playlist), format="hls", **guard)
