"""Sound that can't be used is refused with one sentence; what can be rescued is."""

from __future__ import annotations

import os
import struct
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest

from mmdesk.core.errors import (
    FileEmpty,
    MediaError,
    NoSoundTrack,
    NotAFile,
    NotMedia,
    SoundDamaged,
    SoundSilent,
    SoundTooLong,
    SoundTooSlow,
    SoundUnwritable,
    UnsupportedKind,
    UnsupportedSound,
)
from mmdesk.core.protocols import Child
from mmdesk.core.speech import Recording
from mmdesk.media import child, wire
from mmdesk.media.reader import LimitedMediaReader
from tests.unit.media.conftest import RecordingSpawn
from tests.unit.media.sounds import KINDS, film, heard, pitch, sound_file, tone, wav

FLAC_COUNT = 18
"""Where STREAMINFO has 28 bits of format and then 36 bits of the number of samples."""


def attempt(reader: LimitedMediaReader, folder: Path, data: bytes) -> Recording | MediaError:
    (folder / "a.wav").write_bytes(data)
    try:
        result = reader.read(folder / "a.wav")
    except MediaError as error:
        return error
    assert isinstance(result, Recording)
    return result


def flac_of(count: int, seconds: float = 2.0) -> bytes:
    """Return a FLAC that declares ``count`` samples; 0 is an unknown number."""
    data = sound_file("flac", tone(seconds))
    field = int.from_bytes(data[FLAC_COUNT : FLAC_COUNT + 8], "big") >> 36 << 36 | count
    return data[:FLAC_COUNT] + field.to_bytes(8, "big") + data[FLAC_COUNT + 8 :]


def test_an_empty_file(reader: LimitedMediaReader, tmp_path: Path) -> None:
    assert type(attempt(reader, tmp_path, b"")) is FileEmpty


@pytest.mark.skipif(os.name != "posix", reason="FIFOs")
def test_a_fifo_and_a_folder(reader: LimitedMediaReader, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "folder.mp3").mkdir()
    for name in ("pipe.wav", "folder.mp3"):
        with pytest.raises(NotAFile):
            reader.read(tmp_path / name)


def test_no_samples_at_all(reader: LimitedMediaReader, tmp_path: Path) -> None:
    error = attempt(reader, tmp_path, wav(tone(0)))
    assert type(error) is SoundSilent
    assert error.message == "Nothing is said in “a.wav”."


def test_digital_silence_is_sound(reader: LimitedMediaReader, tmp_path: Path) -> None:
    """Whether anyone speaks is for voice activity detection to say."""
    silence = np.zeros((48_000, 2), np.float32)
    result = attempt(reader, tmp_path, wav(silence))
    assert isinstance(result, Recording)
    assert not heard(result).any()


@pytest.mark.parametrize("container", ["mp4", "mov", "ipod"])
@pytest.mark.parametrize("sound", [True, False])
def test_a_film_is_a_video(
    reader: LimitedMediaReader, tmp_path: Path, container: str, sound: bool
) -> None:
    data = film(tone() if sound else None, container, pictures=True)
    error = attempt(reader, tmp_path, data)
    assert type(error) is UnsupportedKind
    assert "video" in error.message


@pytest.mark.parametrize(("container", "codec"), [("matroska", "aac"), ("webm", "libopus")])
def test_other_containers_are_named(
    reader: LimitedMediaReader, tmp_path: Path, container: str, codec: str
) -> None:
    error = attempt(reader, tmp_path, film(tone(), container, codec))
    assert isinstance(error, UnsupportedKind)
    assert "Matroska or WebM video" in error.message


def test_an_mp4_without_tracks(reader: LimitedMediaReader, tmp_path: Path) -> None:
    movie = struct.pack(">I4s", 8 + 108, b"moov") + struct.pack(">I4s", 108, b"mvhd")
    movie += struct.pack(">IIIII", 0, 0, 0, 1000, 1000) + b"\0" * 80
    data = b"\0\0\0\x18ftypisom\0\0\2\0isommp42" + movie
    assert type(attempt(reader, tmp_path, data)) is NoSoundTrack


@pytest.mark.parametrize(
    "data",
    [
        b"#!AMR\n\x3c" + b"\0" * 99,
        b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9",
        b"MThd\0\0\0\6",
        wav(tone(), subtype="PCM_16").replace(b"fmt \x10\0\0\0\1\0", b"fmt \x10\0\0\0\x61\1"),
    ],
    ids=["amr", "wma", "midi", "wma in wav"],
)
def test_a_rare_kind_says_what_to_do(
    reader: LimitedMediaReader, tmp_path: Path, data: bytes
) -> None:
    error = attempt(reader, tmp_path, data)
    assert type(error) is UnsupportedSound
    assert error.hint == "Save it as WAV, FLAC, OGG, MP3 or M4A and drop that."


@pytest.mark.parametrize(
    ("at", "value"),
    [(22, b"\0\0"), (24, b"\0\0\0\0"), (24, b"\xff\xff\xff\x7f"), (24, b"\1\0\0\0")],
    ids=["no channels", "no rate", "2 GHz", "1 Hz"],
)
def test_an_impossible_format_is_damage(
    reader: LimitedMediaReader, tmp_path: Path, at: int, value: bytes
) -> None:
    data = sound_file("wav")
    assert (
        type(attempt(reader, tmp_path, data[:at] + value + data[at + len(value) :])) is SoundDamaged
    )


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 10_000_000, 96_000])
@pytest.mark.parametrize("riff", [True, False])
def test_sizes_that_a_wav_header_lies_about(
    reader: LimitedMediaReader, tmp_path: Path, size: int, riff: bool
) -> None:
    """A recorder that crashed leaves 0 or the largest number; what is there is taken."""
    data = sound_file("wav")
    assert data[36:40] == b"data"
    number = struct.pack("<I", size)
    data = data[:40] + number + data[44:]
    if riff:
        data = data[:4] + number + data[8:]
    result = attempt(reader, tmp_path, data)
    assert isinstance(result, Recording)
    assert result.seconds == pytest.approx(0.5 if size == 96_000 else 2.0, abs=0.01)


@pytest.mark.parametrize("kind", KINDS)
def test_truncated_anywhere(
    reader: LimitedMediaReader, spawned: RecordingSpawn, tmp_path: Path, kind: str
) -> None:
    """What is there is kept from half a second on, and is the beginning of the whole."""
    data = sound_file(kind, tone(4))
    before = len(spawned.children)
    for length in sorted({*range(1, 60, 7), *range(60, len(data), len(data) // 25 + 1)}):
        result = attempt(reader, tmp_path, data[:length])
        if isinstance(result, Recording):
            assert 0.5 <= result.seconds <= 4.1
            assert pitch(heard(result)) == pytest.approx(440, abs=5)
        else:
            assert isinstance(result, SoundDamaged | NotMedia)
    assert len(spawned.children) == before
    if kind not in {"m4a", "alac.m4a", "opus.mp4"}:  # their table of contents comes last
        late = attempt(reader, tmp_path, data[: len(data) * 9 // 10])
        assert isinstance(late, Recording)
        assert late.seconds > 2


def test_a_flac_is_heard_past_its_damage(reader: LimitedMediaReader, tmp_path: Path) -> None:
    """libsndfile stops at a broken frame; FFmpeg takes those behind it."""
    data = bytearray(sound_file("flac", tone(8)))
    middle = len(data) // 2
    data[middle : middle + 3000] = b"\x55" * 3000
    result = attempt(reader, tmp_path, bytes(data))
    assert isinstance(result, Recording)
    assert result.seconds > 6


def test_ten_hours_are_refused_from_the_header(reader: LimitedMediaReader, tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    header = bytearray(wav(tone(0, 8_000), 8_000)[:44])
    size = 10 * 3600 * 16_000
    header[4:8], header[40:44] = struct.pack("<I", size + 36), struct.pack("<I", size)
    with path.open("wb") as file:
        file.write(header)
        file.truncate(44 + size)
    start = time.monotonic()
    with pytest.raises(SoundTooLong) as caught:
        reader.read(path)
    assert time.monotonic() - start < 5
    assert caught.value.message == "“long.wav” is 10 hours long; mmdesk takes up to 4."
    assert type(attempt(reader, tmp_path, flac_of(36_000 * 48_000))) is SoundTooLong


def test_an_unknown_length_is_no_obstacle(reader: LimitedMediaReader, tmp_path: Path) -> None:
    result = attempt(reader, tmp_path, flac_of(0))
    assert isinstance(result, Recording)
    assert result.seconds == 2.0


def serve_on_a_full_disk(connection: Connection, staging: str) -> None:
    """Serve where no file can grow beyond 1000 bytes."""
    child.FILE_LIMIT = 1000
    child.serve(connection, staging)


def serve_slowly(connection: Connection, staging: str) -> None:
    """Say that a sound of one minute comes, and never give it."""
    connection.send_bytes(wire.READY)
    connection.recv_bytes()
    connection.send_bytes(wire.pack_declared(wire.Declared(60.0)))
    time.sleep(60)


def serve_and_crash(connection: Connection, staging: str) -> None:
    """Say that a sound comes, and die of it."""
    connection.send_bytes(wire.READY)
    connection.recv_bytes()
    connection.send_bytes(wire.pack_declared(wire.Declared(0.0)))
    os.abort()


def serve_a_minute(connection: Connection, staging: str) -> None:
    """Serve with a limit of one minute instead of four hours."""
    wire.SOUND_LIMIT_SECONDS = 60
    child.serve(connection, staging)


class SpawnOf(RecordingSpawn):
    """Starts another child than the reader asks for."""

    def __init__(self, entry: Callable[[Connection, str], None]) -> None:
        super().__init__()
        self._entry = entry

    def __call__(
        self, name: str, entry: Callable[..., None], *arguments: object, nice: int = 0
    ) -> Child:
        return super().__call__(name, self._entry, *arguments, nice=nice)


def test_more_than_the_limit_that_nothing_declares(tmp_path: Path) -> None:
    """A recorder's FLAC with no length in its header is refused on the way."""
    reader = LimitedMediaReader(SpawnOf(serve_a_minute), tmp_path / "staging", 60.0)
    error = attempt(reader, tmp_path, flac_of(0, 90.0))
    left = list((tmp_path / "staging").rglob("*.part"))
    fits = attempt(reader, tmp_path, flac_of(0, 60.0))
    reader.close()
    assert type(error) is SoundTooLong
    assert str(error.fields["hours"]).startswith("> ")
    assert left == []
    assert isinstance(fits, Recording)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX limits")
def test_a_full_disk_is_not_blamed_on_the_sound(tmp_path: Path) -> None:
    reader = LimitedMediaReader(SpawnOf(serve_on_a_full_disk), tmp_path / "staging", 60.0)
    noise = np.random.default_rng(0).uniform(-1, 1, 96_000).astype(np.float32)
    error = attempt(reader, tmp_path, wav(noise))
    left = [path for path in (tmp_path / "staging").rglob("*") if path.is_file()]
    reader.close()
    assert type(error) is SoundUnwritable
    assert "file too large" in error.message
    assert left == []


def test_a_sound_gets_a_second_more_for_each_minute(tmp_path: Path) -> None:
    reader = LimitedMediaReader(SpawnOf(serve_slowly), tmp_path / "staging", 1.0)
    start = time.monotonic()
    error = attempt(reader, tmp_path, sound_file("wav"))
    spent = time.monotonic() - start
    reader.close()
    assert type(error) is SoundTooSlow
    assert error.fields["seconds"] == 2
    assert spent > 2


def test_a_crash_costs_the_child_only(tmp_path: Path) -> None:
    spawned = SpawnOf(serve_and_crash)
    reader = LimitedMediaReader(spawned, tmp_path / "staging", 60.0)
    error = attempt(reader, tmp_path, sound_file("wav"))
    reader.close()
    assert type(error) is SoundDamaged
    assert len(spawned.children) == 2
