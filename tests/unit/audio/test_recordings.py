"""FLAC files, and long ones cut at their pauses."""

from __future__ import annotations

import hashlib
import resource
import stat
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mmdesk.audio.activity import VoiceNetwork
from mmdesk.audio.flac import read_blocks, read_flac, write_flac
from mmdesk.audio.samples import to_array, to_bytes
from mmdesk.audio.splitting import LONGEST_SECONDS, split_at_pauses
from mmdesk.core.errors import (
    FileMissing,
    FileUnreadable,
    SoundDamaged,
    SoundSilent,
    SoundUnwritable,
)
from mmdesk.core.speech import Recording, seconds_of


def test_there_and_back(tmp_path: Path, spoken: np.ndarray) -> None:
    recording = write_flac(to_bytes(spoken), tmp_path / "new" / "staging", "question.m4a")
    assert recording.path.name == f"{recording.sha256}.flac"
    assert recording.sha256 == hashlib.sha256(recording.path.read_bytes()).hexdigest()
    assert stat.S_IMODE(recording.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(recording.path.parent.stat().st_mode) == 0o700
    assert recording.name == "question.m4a"
    assert recording.seconds == pytest.approx(len(spoken) / 16_000)
    assert [path.suffix for path in recording.path.parent.iterdir()] == [".flac"]
    info = soundfile.info(recording.path)
    assert (info.samplerate, info.channels, info.subtype) == (16_000, 1, "PCM_16")
    np.testing.assert_allclose(to_array(read_flac(recording)), spoken, atol=1e-4)
    assert write_flac(to_bytes(spoken), tmp_path / "other").sha256 == recording.sha256


def test_ugly_samples_are_written_too(tmp_path: Path) -> None:
    ugly = np.array([np.nan, np.inf, -np.inf, 3.0, -3.0, 0.5], np.float32)
    written = to_array(read_flac(write_flac(to_bytes(ugly), tmp_path)))
    np.testing.assert_allclose(written, [0.0, 1.0, -1.0, 1.0, -1.0, 0.5], atol=1e-4)
    with pytest.raises(SoundSilent):
        write_flac(b"", tmp_path)


def test_a_part_of_it(tmp_path: Path) -> None:
    samples = np.linspace(-0.5, 0.5, 16_000 * 25, dtype=np.float32)
    recording = write_flac(to_bytes(samples), tmp_path)
    part = np.concatenate(list(read_blocks(recording, 3.0, 16.5)))
    np.testing.assert_allclose(part, samples[48_000:264_000], atol=1e-4)
    assert list(read_blocks(recording, 20.0, 10.0)) == []
    assert sum(map(len, read_blocks(recording, -1.0, 99.0))) == len(samples)


def test_files_that_are_none(tmp_path: Path, spoken: np.ndarray) -> None:
    good = write_flac(to_bytes(spoken), tmp_path)

    def broken(data: bytes) -> Recording:
        path = tmp_path / "broken.flac"
        path.write_bytes(data)
        return Recording("", path, "mine.ogg", 1.0)

    whole = good.path.read_bytes()
    for data in (b"", b"nonsense", whole[: len(whole) // 2], whole[:50]):
        with pytest.raises(SoundDamaged, match="mine"):
            read_flac(broken(data))
    soundfile.write(tmp_path / "stereo.flac", np.zeros((100, 2)), 44_100)
    with pytest.raises(SoundDamaged):
        read_flac(Recording("", tmp_path / "stereo.flac", "", 1.0))
    with pytest.raises(FileMissing):
        read_flac(Recording("", tmp_path / "none.flac", "", 1.0))
    with pytest.raises(FileUnreadable):
        read_flac(Recording("", tmp_path, "", 1.0))


def test_a_folder_that_can_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SoundUnwritable) as raised:
        write_flac(b"\0" * 64, tmp_path / "file" / "staging")
    assert str(tmp_path) in raised.value.hint


def test_a_full_disk(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).uniform(-1, 1, 16_000 * 20).astype(np.float32)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(SoundUnwritable):
            write_flac(to_bytes(noise), tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


def test_stretches_lie_where_they_were_said(
    tmp_path: Path, network: VoiceNetwork, spoken: np.ndarray
) -> None:
    said = spoken[16_000:-16_000]
    starts = [5.0, 15.0, 95.0]
    sound = np.zeros(16_000 * 120, np.float32)
    for start in starts:
        sound[round(start * 16_000) :][: len(said)] = said
    recording = write_flac(to_bytes(sound), tmp_path)
    stretches = list(split_at_pauses(network, recording))
    assert len(stretches) == len(starts)
    for start, (offset, samples) in zip(starts, stretches, strict=True):
        assert start - 0.6 < offset <= start + 0.1
        first = round(offset * 16_000)
        kept = to_array(samples)
        np.testing.assert_allclose(kept, sound[first : first + len(kept)], atol=1e-4)
        assert offset + seconds_of(samples) > start + len(said) / 16_000 - 0.3


def test_speech_without_pauses_fits_the_window(
    tmp_path: Path, network: VoiceNetwork, spoken: np.ndarray
) -> None:
    said = np.tile(spoken[16_000:-16_000], 60)
    recording = write_flac(to_bytes(said), tmp_path)
    stretches = list(split_at_pauses(network, recording))
    assert all(seconds_of(samples) <= LONGEST_SECONDS for _, samples in stretches)
    assert sum(seconds_of(samples) for _, samples in stretches) > 0.97 * len(said) / 16_000
    assert len(stretches) < len(said) / 16_000 / 10


def test_silence_has_no_stretches(tmp_path: Path, network: VoiceNetwork) -> None:
    recording = write_flac(bytes(16_000 * 4 * 60), tmp_path)
    assert list(split_at_pauses(network, recording)) == []
