"""A downloaded speech model is held against its hashes before it is loaded."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mmdesk.core.errors import SpeechModelDamaged, SpeechModelIncomplete
from mmdesk.models.hashing import sha256_of
from mmdesk.models.manifest import FileRecord, Manifest, write_manifest
from mmdesk.paths import starter_speech
from mmdesk.speech.checkpoint import FolderCheckpoint, read_checkpoint


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "maker--whisper"
    shutil.copytree(starter_speech(), path)
    files = {file.name: FileRecord(file.stat().st_size, sha256_of(file)) for file in path.iterdir()}
    write_manifest(path, Manifest("maker/whisper", "hub.example", "abc", "mit", files))
    return path


def test_a_flipped_bit_in_a_tensor_is_refused_by_name(model: Path) -> None:
    assert isinstance(read_checkpoint(model), FolderCheckpoint)
    weights = model / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1000] ^= 1
    weights.write_bytes(content)
    with pytest.raises(SpeechModelDamaged, match=r"model\.safetensors"):
        read_checkpoint(model)


def test_a_missing_file_is_named(model: Path) -> None:
    (model / "generation_config.json").unlink()
    with pytest.raises(SpeechModelIncomplete, match=r"generation_config\.json"):
        read_checkpoint(model)
