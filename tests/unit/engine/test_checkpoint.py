"""Every bad model directory gets its own error, and nothing of it is run or half loaded."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from mmdesk.core.errors import (
    ArchitectureUnknown,
    MmdeskError,
    ModelDamaged,
    ModelIncomplete,
    ModelMissing,
    ModelOutOfMemory,
    ModelTakesNoPictures,
    RemoteCodeRefused,
)
from mmdesk.core.messages import user_message
from mmdesk.core.requests import AnswerQuestion, GenerationSettings, LoadModel
from mmdesk.engine.local import LocalChatEngine
from mmdesk.models.checkpoint import check_files, read_config

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"


@pytest.fixture
def model(llava: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(llava, tmp_path / "model"))


def load_error(path: Path) -> MmdeskError:
    engine = LocalChatEngine()
    with pytest.raises(MmdeskError) as caught:
        engine.load(LoadModel(path), lambda event: None)
    assert caught.value.hint
    return caught.value


def edit_json(file: Path, **changes: object) -> None:
    content = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps(content | changes), "utf-8")


def edit_header(file: Path, change: Callable[[dict[str, object]], object]) -> None:
    raw = file.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + length])
    text = json.dumps(change(header) or header).encode()
    file.write_bytes(len(text).to_bytes(8, "little") + text + raw[8 + length :])


def split_into_shards(model: Path) -> None:
    tensors = load_file(model / WEIGHTS)
    names = sorted(tensors)
    halves = {"model-00001-of-00002.safetensors": names[::2]}
    halves["model-00002-of-00002.safetensors"] = names[1::2]
    for file, part in halves.items():
        save_file({name: tensors[name] for name in part}, model / file, {"format": "pt"})
    weight_map = {name: file for file, part in halves.items() for name in part}
    (model / INDEX).write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    (model / WEIGHTS).unlink()


def test_a_good_checkpoint_passes(llava: Path) -> None:
    config = read_config(llava)
    assert config.model_type == "llava"
    assert config.architecture == "LlavaForConditionalGeneration"
    summary = check_files(llava)
    tensors = load_file(llava / WEIGHTS)
    assert summary.elements == sum(tensor.numel() for tensor in tensors.values())
    assert summary.stored_bytes == sum(tensor.nbytes for tensor in tensors.values())
    assert summary.tensors == len(tensors)
    assert summary.widest == max(max(tensor.shape) for tensor in tensors.values())


def test_shards_load(model: Path) -> None:
    split_into_shards(model)
    engine = LocalChatEngine()
    assert engine.load(LoadModel(model), lambda event: None).parameters > 0


def test_no_such_directory(tmp_path: Path) -> None:
    assert isinstance(load_error(tmp_path / "nowhere"), ModelMissing)


def test_an_empty_directory(tmp_path: Path) -> None:
    assert isinstance(load_error(tmp_path), ModelMissing)


def test_a_file_instead_of_a_directory(llava: Path) -> None:
    assert isinstance(load_error(llava / WEIGHTS), ModelMissing)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"model_type": "llava", ', "not valid JSON"),
        (b"\xff\xfe\x00", "not valid JSON"),
        (b"", "not valid JSON"),
        (b"[" * 200_000, "not valid JSON"),
        (b"[1, 2]", "no JSON object"),
        (b'{"model_type": 7}', "wrong type"),
        (b'{"architectures": "Llava"}', "wrong type"),
    ],
)
def test_a_damaged_config(model: Path, content: bytes, reason: str) -> None:
    (model / "config.json").write_bytes(content)
    error = load_error(model)
    assert isinstance(error, ModelDamaged)
    assert error.fields["file"] == "config.json"
    assert reason in error.message


def test_a_config_of_many_gigabytes_is_not_read(model: Path) -> None:
    os.truncate(model / "config.json", 8 * 2**30)
    assert "implausibly large" in load_error(model).message


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no FIFOs")
def test_a_fifo_does_not_block(model: Path) -> None:
    (model / "config.json").unlink()
    os.mkfifo(model / "config.json")
    error = load_error(model)
    assert isinstance(error, ModelDamaged)
    assert "not a regular file" in error.message


@pytest.mark.parametrize(
    ("removed", "named"),
    [
        (["tokenizer.json"], "tokenizer.json is missing"),
        (["processor_config.json"], "processor_config.json is missing"),
        ([WEIGHTS], f"{WEIGHTS} is missing"),
        ([WEIGHTS, "tokenizer.json"], f"{WEIGHTS}, tokenizer.json are missing"),
    ],
)
def test_missing_files_are_named(model: Path, removed: list[str], named: str) -> None:
    for name in removed:
        (model / name).unlink()
    error = load_error(model)
    assert isinstance(error, ModelIncomplete)
    assert named in error.message


def test_a_missing_shard_is_named(model: Path) -> None:
    split_into_shards(model)
    (model / "model-00002-of-00002.safetensors").unlink()
    error = load_error(model)
    assert isinstance(error, ModelIncomplete)
    assert "model-00002-of-00002.safetensors" in error.message


def test_shards_without_their_index(model: Path) -> None:
    split_into_shards(model)
    (model / INDEX).unlink()
    assert INDEX in load_error(model).message


@pytest.mark.parametrize("name", ["../model.safetensors", "/etc/passwd", "code.py", 3])
def test_an_index_that_points_elsewhere(model: Path, name: object) -> None:
    split_into_shards(model)
    (model / INDEX).write_text(json.dumps({"weight_map": {"a": name}}))
    error = load_error(model)
    assert isinstance(error, ModelDamaged)
    assert error.fields["file"] == INDEX


def test_pickled_weights_are_not_loaded(model: Path) -> None:
    (model / WEIGHTS).rename(model / "pytorch_model.bin")
    error = load_error(model)
    assert isinstance(error, ModelIncomplete)
    assert "pickled" in error.message


def test_a_truncated_shard(model: Path) -> None:
    split_into_shards(model)
    file = model / "model-00002-of-00002.safetensors"
    os.truncate(file, file.stat().st_size - 100)
    error = load_error(model)
    assert isinstance(error, ModelDamaged)
    assert error.fields["file"] == file.name
    assert "100 bytes are missing" in error.message


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "does not begin like"),
        (b"version https://git-lfs.github.com/spec/v1\n", "does not begin like"),
        ((1000).to_bytes(8, "little") + b"{}", "cut off within its header"),
        ((4).to_bytes(8, "little") + b"{{{{", "not valid JSON"),
        ((2).to_bytes(8, "little") + b"[]", "not a JSON object"),
        ((7).to_bytes(8, "little") + b'{"a":1}', "nothing sensible"),
    ],
)
def test_a_malformed_header(model: Path, content: bytes, reason: str) -> None:
    (model / WEIGHTS).write_bytes(content)
    error = load_error(model)
    assert isinstance(error, ModelDamaged)
    assert reason in error.message


def test_bytes_after_the_last_tensor(model: Path) -> None:
    with (model / WEIGHTS).open("ab") as stream:
        stream.write(b"0123")
    assert "4 bytes follow" in load_error(model).message


def test_a_shape_that_does_not_fit_its_bytes(model: Path) -> None:
    def stretch(header: dict[str, object]) -> None:
        entry = next(value for name, value in header.items() if name != "__metadata__")
        assert isinstance(entry, dict)
        entry["shape"] = [10**6, 10**6]

    edit_header(model / WEIGHTS, stretch)
    assert "does not fit its shape" in load_error(model).message


@pytest.mark.parametrize("file", ["config.json", "processor_config.json", "tokenizer_config.json"])
def test_remote_code_is_refused_and_not_run(model: Path, tmp_path: Path, file: str) -> None:
    marker = tmp_path / "was run"
    (model / "evil.py").write_text(f"open({str(marker)!r}, 'w')\nclass Evil: pass\n")
    edit_json(model / file, auto_map={"AutoProcessor": "evil.Evil", "AutoModel": "evil.Evil"})
    assert isinstance(load_error(model), RemoteCodeRefused)
    assert not marker.exists()


def test_auto_map_of_a_class_that_transformers_has_loads_that_one(
    model: Path, tmp_path: Path
) -> None:
    marker = tmp_path / "was run"
    (model / "modeling.py").write_text(f"open({str(marker)!r}, 'w')\n")
    edit_json(
        model / "config.json",
        auto_map={"AutoModelForImageTextToText": "modeling.LlavaForConditionalGeneration"},
    )
    LocalChatEngine().load(LoadModel(model), lambda event: None)
    assert not marker.exists()


@pytest.mark.parametrize(
    ("changes", "kind", "named"),
    [
        ({"model_type": "telepathy"}, ArchitectureUnknown, "telepathy"),
        ({"model_type": "", "architectures": []}, ArchitectureUnknown, "names none"),
        ({"architectures": ["LlavaLlamaForCausalLM"]}, ArchitectureUnknown, "LlavaLlama"),
        (
            {"model_type": "pi0", "architectures": ["PI0ForConditionalGeneration"]},
            ModelTakesNoPictures,
            "PI0",
        ),
        (
            {"model_type": "llama", "architectures": ["LlamaForCausalLM"]},
            ModelTakesNoPictures,
            "LlamaForCausalLM",
        ),
    ],
)
def test_other_architectures(
    model: Path, changes: dict[str, object], kind: type[MmdeskError], named: str
) -> None:
    edit_json(model / "config.json", **changes)
    error = load_error(model)
    assert isinstance(error, kind)
    assert named in error.message


def test_a_text_model_is_told_so_before_its_missing_processor(model: Path) -> None:
    edit_json(model / "config.json", model_type="qwen3", architectures=["Qwen3ForCausalLM"])
    (model / "processor_config.json").unlink()
    assert isinstance(load_error(model), ModelTakesNoPictures)


@pytest.mark.logs("LOAD REPORT")
def test_tensors_that_are_missing(model: Path) -> None:
    tensors = load_file(model / WEIGHTS)
    dropped = next(name for name in tensors if "mlp.up_proj" in name)
    del tensors[dropped]
    save_file(tensors, model / WEIGHTS, {"format": "pt"})
    error = load_error(model)
    assert isinstance(error, ModelDamaged)
    assert "1 tensors are missing" in error.message


@pytest.mark.logs("LOAD REPORT")
@pytest.mark.logs("Loading .* failed")
def test_tensors_of_another_shape(model: Path) -> None:
    edit_json(
        model / "config.json",
        text_config=json.loads((model / "config.json").read_text())["text_config"]
        | {"intermediate_size": 96},
    )
    assert isinstance(load_error(model), ModelDamaged)


@pytest.mark.logs("Loading .* failed")
@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("tokenizer.json", "{}"),
        ("processor_config.json", '{"processor_class": "Nothing"}'),
        ("chat_template.jinja", "{% for message in %}"),
    ],
)
def test_damaged_text_files(model: Path, file: str, content: str) -> None:
    (model / file).write_text(content)
    assert isinstance(load_error(model), ModelDamaged)


def test_more_weights_than_memory(model: Path) -> None:
    """Said before loading: the system would otherwise kill the process."""
    side = 10**6
    header = {"a": {"dtype": "BF16", "shape": [side, side], "data_offsets": [0, 2 * side**2]}}
    text = json.dumps(header).encode()
    (model / WEIGHTS).write_bytes(len(text).to_bytes(8, "little") + text)
    os.truncate(model / WEIGHTS, 8 + len(text) + 2 * side**2)  # sparse: takes no space
    error = load_error(model)
    assert isinstance(error, ModelOutOfMemory)
    assert error.fields["device"] == "CPU"


@pytest.mark.logs("Loading .* failed")
def test_the_engine_works_after_a_failed_load(model: Path, llava: Path) -> None:
    engine = LocalChatEngine()
    (model / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelDamaged):
        engine.load(LoadModel(model), lambda event: None)
    engine.load(LoadModel(llava), lambda event: None)
    question = AnswerQuestion("t", (user_message("Hi"),), GenerationSettings(max_tokens=3))
    assert engine.answer(question, lambda event: None, lambda: False).usage
