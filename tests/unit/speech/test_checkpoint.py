"""Every bad speech model gets its own error, and nothing of it is run or half loaded."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import whisper
from safetensors.torch import load_file, save_file

from mmdesk.core.errors import (
    DeviceUnavailable,
    MmdeskError,
    SpeechModelDamaged,
    SpeechModelIncomplete,
    SpeechModelMissing,
    SpeechModelUnknown,
    SpeechOutOfMemory,
)
from mmdesk.core.requests import SpeechModel
from mmdesk.speech.checkpoint import FolderCheckpoint, read_checkpoint
from mmdesk.speech.local import LocalTranscriber
from mmdesk.speech.official import OFFICIAL_CHECKPOINTS, OfficialCheckpoint
from tests.unit.speech.conftest import PinnedFile
from tests.unit.speech.tiny_whispers import INDEX, WEIGHTS, ask, split_into_shards, voice


@pytest.fixture
def model(folder: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(folder, tmp_path / "model"))


def load_error(path: Path, **options) -> MmdeskError:
    with pytest.raises(MmdeskError) as caught:
        LocalTranscriber(**options).transcribe(ask(path, b""))
    assert caught.value.hint
    return caught.value


def edit_json(file: Path, **changes: object) -> None:
    content = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps(content | changes), "utf-8")


def edit_tensors(model: Path, change: Callable[[dict], object]) -> None:
    tensors = load_file(model / WEIGHTS)
    change(tensors)
    save_file(tensors, model / WEIGHTS, {"format": "pt"})


def test_all_official_files_are_pinned() -> None:
    links = {url.split("/")[-2] for url in whisper._MODELS.values()}
    assert set(OFFICIAL_CHECKPOINTS) == links
    names = {official.name for official in OFFICIAL_CHECKPOINTS.values()}
    assert {"tiny", "base.en", "medium", "large-v1", "large-v3", "large-v3-turbo"} < names


def test_official_alignment_heads_are_openais() -> None:
    for name, layers, heads in (("tiny", 4, 6), ("base.en", 6, 8), ("large-v3", 32, 20)):
        dimensions = whisper.ModelDimensions(80, 1, 4, 1, 0, 1, 1, heads * 2, heads, layers)
        reference = whisper.Whisper(dimensions)
        reference.set_alignment_heads(whisper._ALIGNMENT_HEADS[name])
        found = next(item for item in OFFICIAL_CHECKPOINTS.values() if item.name == name)
        pairs = [list(pair) for pair in found.alignment_heads or ()]
        assert reference.alignment_heads.indices().T.tolist() == pairs


def test_a_folder(folder: Path) -> None:
    checkpoint = read_checkpoint(folder)
    assert isinstance(checkpoint, FolderCheckpoint)
    assert checkpoint.name == "tiny-whisper"
    assert checkpoint.languages == ("en", "zh")
    assert checkpoint.alignment_heads == ((1, 0), (1, 3))
    assert checkpoint.dimensions.n_vocab == 51865


def test_a_snapshot_of_a_hub_cache_has_its_models_name(folder: Path, tmp_path: Path) -> None:
    snapshot = tmp_path / "models--openai--whisper-base" / "snapshots" / "0123"
    shutil.copytree(folder, snapshot)
    assert read_checkpoint(snapshot).name == "whisper-base"


def test_shards_are_the_same_model(folder: Path, model: Path) -> None:
    split_into_shards(model)
    whole = LocalTranscriber().transcribe(ask(folder, voice(1), final=False))
    parts = LocalTranscriber().transcribe(ask(model, voice(1), final=False))
    assert whole.text == parts.text != ""


def test_half_precision_weights_load(model: Path) -> None:
    for dtype in (torch.float16, torch.bfloat16):
        tensors = {name: tensor.to(dtype) for name, tensor in load_file(model / WEIGHTS).items()}
        save_file(tensors, model / WEIGHTS, {"format": "pt"})
        assert LocalTranscriber().transcribe(ask(model, voice(1), final=False)).text


def test_without_a_generation_config_all_languages_are_known(model: Path) -> None:
    (model / "generation_config.json").unlink()
    checkpoint = read_checkpoint(model)
    assert isinstance(checkpoint, FolderCheckpoint)
    assert len(checkpoint.languages) == 99
    assert checkpoint.alignment_heads is None


@pytest.mark.parametrize("heads", [[[9, 0]], [[0]], "all", [["0", 1]], [[0, -1]], [[0, 1e9]]])
def test_senseless_alignment_heads_are_passed_over(model: Path, heads: object) -> None:
    edit_json(model / "generation_config.json", alignment_heads=heads)
    checkpoint = read_checkpoint(model)
    assert isinstance(checkpoint, FolderCheckpoint)
    assert checkpoint.alignment_heads is None


def test_nothing_there(tmp_path: Path) -> None:
    assert isinstance(load_error(tmp_path / "nowhere"), SpeechModelMissing)
    assert isinstance(load_error(tmp_path), SpeechModelMissing)
    assert isinstance(load_error(tmp_path / "a\0b"), SpeechModelMissing)


def test_another_kind_of_model(model: Path) -> None:
    edit_json(model / "config.json", model_type="llava")
    assert isinstance(load_error(model), SpeechModelMissing)


def test_the_weights_instead_of_their_folder(model: Path) -> None:
    assert isinstance(load_error(model / WEIGHTS), SpeechModelMissing)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_a_fifo_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.pt")
    assert isinstance(load_error(tmp_path / "model.pt"), SpeechModelMissing)


def test_weights_are_missing(model: Path) -> None:
    (model / WEIGHTS).unlink()
    assert isinstance(load_error(model), SpeechModelIncomplete)
    (model / "pytorch_model.bin").write_bytes(b"")
    assert "pickled" in load_error(model).message


def test_a_shard_is_missing(model: Path) -> None:
    split_into_shards(model)
    (model / "model-00002-of-00002.safetensors").unlink()
    error = load_error(model)
    assert isinstance(error, SpeechModelIncomplete)
    assert "model-00002-of-00002.safetensors is missing" in error.message


@pytest.mark.parametrize("name", ["../stolen.safetensors", "/etc/passwd", 7, "model.bin"])
def test_an_index_that_names_something_else(model: Path, name: object) -> None:
    split_into_shards(model)
    (model / INDEX).write_text(json.dumps({"weight_map": {"a": name}}))
    assert isinstance(load_error(model), SpeechModelDamaged)


@pytest.mark.parametrize(
    "content", [b'{"model_type": "whisper", ', b"\xff\xfe\x00", b"", b"[" * 200_000, b"[1]"]
)
@pytest.mark.parametrize("name", ["config.json", "generation_config.json"])
def test_damaged_json(model: Path, name: str, content: bytes) -> None:
    (model / name).write_bytes(content)
    error = load_error(model)
    assert isinstance(error, SpeechModelDamaged)
    assert name in error.message


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"d_model": 10**12}, "d_model"),
        ({"d_model": 65}, ""),
        ({"d_model": "64"}, "d_model"),
        ({"encoder_layers": 10**9}, "n_audio_layer is 1000000000"),
        ({"decoder_layers": 0}, "n_text_layer is 0"),
        ({"encoder_attention_heads": 3}, "heads"),
        ({"encoder_attention_heads": 0}, "heads"),
        ({"vocab_size": 32000}, "32000 tokens"),
        ({"num_mel_bins": 64}, "64 mel bands"),
        ({"max_source_positions": 10**7}, "n_audio_ctx"),
        ({"max_target_positions": True}, "max_target_positions"),
        ({"encoder_ffn_dim": 100}, "encoder_ffn_dim is 100 instead of 256"),
        ({"activation_function": "relu"}, "activation_function"),
        ({"decoder_layers": 3}, "missing"),
        ({"decoder_layers": 1}, "not Whisper's"),
        ({"max_source_positions": 1000}, "shape"),
    ],
)
def test_a_configuration_that_lies(model: Path, changes: dict, said: str) -> None:
    edit_json(model / "config.json", **changes)
    error = load_error(model)
    assert isinstance(error, SpeechModelDamaged)
    assert said in error.message or "n_audio_state" in error.message


def test_truncated_weights(model: Path) -> None:
    whole = (model / WEIGHTS).read_bytes()
    for length in (0, 7, 100, len(whole) // 2, len(whole) - 1):
        (model / WEIGHTS).write_bytes(whole[:length])
        assert isinstance(load_error(model), SpeechModelDamaged)
    (model / WEIGHTS).write_bytes(whole + b"\0")
    assert "follow its last tensor" in load_error(model).message


def test_tensors_that_do_not_fit(model: Path) -> None:
    name = "model.encoder.layers.0.fc1.weight"
    edit_tensors(model, lambda tensors: tensors.update({name: torch.zeros(256, 63)}))
    assert "shape [256, 63] instead of [256, 64]" in load_error(model).message
    edit_tensors(
        model, lambda tensors: tensors.update({name: torch.zeros(256, 64, dtype=torch.int64)})
    )
    assert "stored as I64" in load_error(model).message
    edit_tensors(model, lambda tensors: tensors.pop(name))
    assert "1 tensors are missing" in load_error(model).message


def test_tensors_that_are_not_whispers(model: Path) -> None:
    edit_tensors(model, lambda tensors: tensors.update({"lora.weight": torch.zeros(2)}))
    assert "lora.weight" in load_error(model).message


def test_a_tied_output_may_be_stored(folder: Path, model: Path) -> None:
    edit_tensors(
        model,
        lambda tensors: tensors.update(
            {"proj_out.weight": tensors["model.decoder.embed_tokens.weight"].clone()}
        ),
    )
    stored = LocalTranscriber().transcribe(ask(model, voice(1), final=False))
    assert stored.text == LocalTranscriber().transcribe(ask(folder, voice(1), final=False)).text


def test_a_pt_file_of_another_hash(openai_file: PinnedFile, tmp_path: Path) -> None:
    assert isinstance(load_error(openai_file.path), SpeechModelUnknown)
    changed = bytearray(openai_file.path.read_bytes())
    changed[-1] ^= 1
    (tmp_path / "tiny.pt").write_bytes(changed)
    error = load_error(tmp_path / "tiny.pt", pinned=openai_file.pinned)
    assert isinstance(error, SpeechModelUnknown)


class Bomb:
    """Writes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = str(mark)

    def __reduce__(self) -> tuple:
        return (open, (self.mark, "w"))


@pytest.mark.filterwarnings("ignore:unclosed file")
def test_a_pickle_bomb_does_not_go_off(tmp_path: Path) -> None:
    file, mark = tmp_path / "tiny.pt", tmp_path / "mark"
    file.write_bytes(pickle.dumps({"dims": Bomb(mark)}, protocol=2))
    assert isinstance(load_error(file), SpeechModelUnknown)
    # Not even where someone pinned it: weights_only is the second lock.
    pinned = {hashlib.sha256(file.read_bytes()).hexdigest(): OfficialCheckpoint("bomb")}
    assert isinstance(load_error(file, pinned=pinned), SpeechModelDamaged)
    torch.save({"dims": Bomb(mark), "model_state_dict": {}}, file)
    pinned = {hashlib.sha256(file.read_bytes()).hexdigest(): OfficialCheckpoint("bomb")}
    assert isinstance(load_error(file, pinned=pinned), SpeechModelDamaged)
    assert not mark.exists()
    torch.load(file, weights_only=False)  # it was a real one
    assert mark.exists()


@pytest.mark.parametrize(
    "content",
    [
        [],
        {"dims": {}, "model_state_dict": {}},
        {"dims": {"n_mels": 80}, "model_state_dict": {}},
        {"dims": None, "model_state_dict": None},
    ],
)
def test_a_pinned_file_without_a_whisper(tmp_path: Path, content: object) -> None:
    torch.save(content, tmp_path / "tiny.pt")
    digest = hashlib.sha256((tmp_path / "tiny.pt").read_bytes()).hexdigest()
    pinned = {digest: OfficialCheckpoint("tiny")}
    assert isinstance(load_error(tmp_path / "tiny.pt", pinned=pinned), SpeechModelDamaged)


def test_a_device_that_is_not_there(folder: Path) -> None:
    request = ask(folder, b"")
    for device in ("tpu", "cuda" if not torch.cuda.is_available() else "mps"):
        wrong = SpeechModel(folder, device)
        with pytest.raises(DeviceUnavailable):
            LocalTranscriber().transcribe(type(request)(utterance="u", samples=b"", model=wrong))


def test_a_model_that_does_not_fit_the_memory(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psutil

    memory = psutil.virtual_memory()
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory._replace(available=10**6))
    assert isinstance(load_error(folder), SpeechOutOfMemory)


def test_a_wrong_folder_is_said_without_torch(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from mmdesk.core.errors import SpeechModelMissing
from mmdesk.core.requests import SpeechModel, Transcribe
from mmdesk.speech.local import LocalTranscriber
try:
    LocalTranscriber().transcribe(Transcribe("u", b"", SpeechModel(Path(sys.argv[1]))))
except SpeechModelMissing:
    print(sorted({"torch", "whisper", "numpy"} & set(sys.modules)))
"""
    command = [sys.executable, "-c", program, str(tmp_path)]
    finished = subprocess.run(command, capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == "[]"


def test_a_failed_load_leaves_the_transcriber_usable(folder: Path, tmp_path: Path) -> None:
    transcriber = LocalTranscriber()
    assert transcriber.transcribe(ask(folder, voice(1), final=False)).text
    with pytest.raises(SpeechModelMissing):
        transcriber.transcribe(ask(tmp_path, voice(1), final=False))
    assert transcriber.transcribe(ask(folder, voice(1), final=False)).text
    transcriber.close()
    transcriber.close()
