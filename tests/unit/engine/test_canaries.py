"""Checkpoints made to run code of their own, or somebody else's: none of it happens."""

from __future__ import annotations

import json
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from mmdesk.core.errors import (
    ModelDamaged,
    ModelIncomplete,
    ModelIsAdapter,
    ModelNeedsPackage,
    RemoteCodeRefused,
)
from tests.unit.engine.poisoning import CONFIGS, WEIGHTS, edit, load_error, loads

INDEX = f"{WEIGHTS}.index.json"
HUB_KERNEL = "evil-org/evil-kernel"


@pytest.fixture
def model(llava: Path, tmp_path: Path) -> Path:
    """A copy that a test may poison."""
    return Path(shutil.copytree(llava, tmp_path / "model"))


@pytest.fixture
def marker(model: Path) -> Path:
    """The file that ``evil.py`` in the model's folder, and its pickles, would write."""
    return model.parent / "was run"


@pytest.fixture
def evil(model: Path, marker: Path) -> str:
    """A module in the model's folder that tells when it is imported; returns its name."""
    code = f"open({str(marker)!r}, 'w').close()\nclass Evil: pass\ngenerate = Evil\n"
    (model / "evil.py").write_text(code)
    return "evil"


class Pickled:
    """Writes the marker when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str, str]]:
        return open, (str(self.marker), "w")


def write_pickle(model: Path, marker: Path) -> None:
    # As torch.save wrote it before 1.6, and as it writes it today.
    (model / "pytorch_model.bin").write_bytes(pickle.dumps(Pickled(marker)))
    torch.save({"weight": Pickled(marker)}, model / "training_args.bin")


# Pickles


def test_a_pickle_beside_the_weights_is_not_opened(model: Path, marker: Path) -> None:
    write_pickle(model, marker)
    index = {"weight_map": {"a": "pytorch_model.bin"}}
    (model / "pytorch_model.bin.index.json").write_text(json.dumps(index))
    loads(model)
    assert not marker.exists()


@pytest.mark.parametrize("index", [INDEX, "pytorch_model.bin.index.json", None])
def test_a_pickle_in_the_place_of_weights(model: Path, marker: Path, index: str | None) -> None:
    write_pickle(model, marker)
    (model / WEIGHTS).unlink()
    if index is not None:
        (model / index).write_text(json.dumps({"weight_map": {"a": "pytorch_model.bin"}}))
    assert isinstance(load_error(model), ModelIncomplete | ModelDamaged)
    assert not marker.exists()


def test_a_pickle_that_is_named_like_safe_weights(model: Path, marker: Path) -> None:
    write_pickle(model, marker)
    os.replace(model / "pytorch_model.bin", model / WEIGHTS)
    assert isinstance(load_error(model), ModelDamaged)
    assert not marker.exists()


@pytest.mark.parametrize("name", ["pytorch_model.bin", "other.safetensors", "../x.safetensors"])
def test_weights_that_the_configuration_names(model: Path, marker: Path, name: str) -> None:
    """They would be loaded in the place of those that were checked."""
    write_pickle(model, marker)
    shutil.copy(model / WEIGHTS, model / "other.safetensors")
    edit(model / "config.json", lambda config: config.update(transformers_weights=name))
    error = load_error(model)
    assert "weights of its own" in error.message
    assert not marker.exists()


def test_what_is_checked_is_what_is_loaded(model: Path) -> None:
    """transformers takes model.safetensors and never looks at an index beside it."""
    shutil.copy(model / WEIGHTS, model / "model-00001-of-00001.safetensors")
    index = {"weight_map": {"a": "model-00001-of-00001.safetensors"}}
    (model / INDEX).write_text(json.dumps(index))
    os.truncate(model / WEIGHTS, 1000)
    error = load_error(model)
    assert error.fields["file"] == WEIGHTS


# Code


@pytest.mark.parametrize("reference", ["evil.Evil", "evil-org/evil--evil.Evil"])
@pytest.mark.parametrize("file", CONFIGS)
def test_auto_map_is_refused(
    model: Path, evil: str, marker: Path, file: str, reference: str
) -> None:
    classes = ("AutoConfig", "AutoProcessor", "AutoTokenizer", "AutoImageProcessor", "AutoModel")
    auto_map = {name: [None, reference] if "Tok" in name else reference for name in classes}
    edit(model / file, lambda config: config.update(auto_map=auto_map))
    assert isinstance(load_error(model), RemoteCodeRefused)
    assert not marker.exists()


@pytest.mark.parametrize("part", ["text_config", "vision_config"])
def test_auto_map_of_a_part_is_refused(model: Path, evil: str, marker: Path, part: str) -> None:
    auto_map = {"AutoConfig": "evil.Evil", "AutoModel": "evil.Evil"}
    edit(model / "config.json", lambda config: config[part].update(auto_map=auto_map))
    assert isinstance(load_error(model), RemoteCodeRefused)
    assert not marker.exists()


def test_auto_map_of_a_real_class_does_not_run_its_module(
    model: Path, evil: str, marker: Path
) -> None:
    (model / "processing_llava.py").write_text((model / "evil.py").read_text())
    auto_map = {"AutoProcessor": "processing_llava.LlavaProcessor"}
    edit(model / "processor_config.json", lambda config: config.update(auto_map=auto_map))
    loads(model)
    assert not marker.exists()


@pytest.mark.parametrize("part", [None, "text_config", "vision_config"])
@pytest.mark.parametrize(
    "key",
    [
        "attn_implementation",
        "_attn_implementation",
        "_attn_implementation_internal",
        "experts_implementation",
        "_experts_implementation",
        "_experts_implementation_internal",
    ],
)
def test_kernels_of_a_repository_are_refused(model: Path, key: str, part: str | None) -> None:
    def change(config: dict[str, Any]) -> None:
        (config[part] if part else config)[key] = HUB_KERNEL

    edit(model / "config.json", change)
    assert isinstance(load_error(model), RemoteCodeRefused)


@pytest.mark.parametrize("value", [{"text_config": HUB_KERNEL}, {"": f"{HUB_KERNEL}@main:run"}])
def test_kernels_by_part_are_refused(model: Path, value: dict[str, str]) -> None:
    edit(model / "config.json", lambda config: config.update(attn_implementation=value))
    assert isinstance(load_error(model), RemoteCodeRefused)


@pytest.mark.parametrize("name", ["flash_attention_2", "flex_attention", "nonsense"])
def test_how_attention_is_computed_is_not_the_checkpoints_to_say(model: Path, name: str) -> None:
    """Published checkpoints ask for FlashAttention, which most machines don't have."""
    edit(model / "config.json", lambda config: config.update(_attn_implementation=name))
    engine = loads(model)
    assert engine._loaded is not None
    assert engine._loaded.model.config._attn_implementation == "sdpa"


def test_a_generate_function_in_the_folder_is_not_run(model: Path, evil: str, marker: Path) -> None:
    (model / "custom_generate").mkdir()
    shutil.copy(model / "evil.py", model / "custom_generate" / "generate.py")
    loads(model)
    assert not marker.exists()


@pytest.mark.parametrize("file", ["config.json", "generation_config.json"])
def test_a_generate_function_that_is_named_is_refused(model: Path, file: str) -> None:
    edit(model / file, lambda config: config.update(custom_generate="evil-org/evil"))
    assert isinstance(load_error(model), RemoteCodeRefused)


def test_a_vision_tower_of_a_repository_is_refused(model: Path) -> None:
    edit(
        model / "config.json",
        lambda config: config["vision_config"].update(architecture="hf-hub:evil-org/evil"),
    )
    assert isinstance(load_error(model), RemoteCodeRefused)


@pytest.mark.logs("Loading .* failed")
def test_an_unknown_processor_class(model: Path, evil: str, marker: Path) -> None:
    edit(model / "processor_config.json", lambda config: config.update(processor_class="Evil"))
    edit(model / "tokenizer_config.json", lambda config: config.update(processor_class="Evil"))
    assert isinstance(load_error(model), ModelDamaged)
    assert not marker.exists()


def test_an_unknown_tokenizer_class_is_not_looked_for(model: Path, evil: str, marker: Path) -> None:
    edit(model / "tokenizer_config.json", lambda config: config.update(tokenizer_class="Evil"))
    loads(model)
    assert not marker.exists()


def test_an_adapter_for_another_model(model: Path) -> None:
    """With peft installed, transformers would load the model that it names."""
    base = {"base_model_name_or_path": "evil-org/evil", "peft_type": "LORA"}
    (model / "adapter_config.json").write_text(json.dumps(base))
    assert isinstance(load_error(model), ModelIsAdapter)
    (model / "config.json").unlink()
    assert isinstance(load_error(model), ModelIsAdapter)


def test_a_quantisation_that_nobody_knows(model: Path) -> None:
    """transformers would pass over it."""
    quantization = {"quant_method": "evil"}
    edit(model / "config.json", lambda config: config.update(quantization_config=quantization))
    assert "quantisation “evil” is unknown" in load_error(model).message


@pytest.mark.logs("Loading .* failed")
def test_a_quantisation_whose_package_is_missing(model: Path) -> None:
    quantization = {"quant_method": "gptq", "bits": 4}
    edit(model / "config.json", lambda config: config.update(quantization_config=quantization))
    error = load_error(model)
    assert isinstance(error, ModelNeedsPackage)
    assert error.fields["package"] == "optimum"
