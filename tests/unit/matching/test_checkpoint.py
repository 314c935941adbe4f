"""Folders that hold no contrastive model, or a broken one: each with a sentence of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from mmdesk import paths
from mmdesk.core.errors import (
    MatchModelUnfit,
    MatchModelUnknown,
    MmdeskError,
    ModelDamaged,
    ModelIncomplete,
    ModelIsAdapter,
    ModelMissing,
    RemoteCodeRefused,
)
from mmdesk.core.matching import MatchPicture
from mmdesk.matching.checkpoint import read_checkpoint
from mmdesk.matching.local import LocalMatcher
from tests.unit.matching.tiny_matchers import KINDS, gradient, model_of, picture

Checkpoint = Callable[[str], Path]
WEIGHTS = "model.safetensors"


def configured(folder: Path, **config: object) -> Path:
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config))
    return folder


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (
            {"model_type": "llava", "architectures": ["LlavaForConditionalGeneration"]},
            "a chat model (LlavaForConditionalGeneration); it takes pictures and questions",
        ),
        ({"model_type": "whisper"}, "a speech model (whisper); it takes sound"),
        (
            {"model_type": "llama", "architectures": ["LlamaForCausalLM"]},
            "a language model (LlamaForCausalLM); it takes text alone",
        ),
        (
            {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"]},
            "a language model (GPT2LMHeadModel); it takes text alone",
        ),
    ],
)
def test_another_kind_is_named_with_what_it_takes(
    config: dict[str, object], said: str, tmp_path: Path
) -> None:
    folder = configured(tmp_path / "other", **config)
    with pytest.raises(MatchModelUnfit) as caught:
        read_checkpoint(folder)
    assert said in caught.value.message
    assert str(folder) in caught.value.message


def test_the_models_that_ship_but_answer_or_hear() -> None:
    for folder, takes in [
        (paths.starter(), "pictures and questions"),
        (paths.starter_speech(), "sound"),
    ]:
        with pytest.raises(MatchModelUnfit) as caught:
            read_checkpoint(folder)
        assert caught.value.fields["takes"] == takes


def test_a_whisper_of_openai_s(tmp_path: Path) -> None:
    (tmp_path / "base.pt").write_bytes(b"PK")
    with pytest.raises(MatchModelUnfit, match="takes sound"):
        read_checkpoint(tmp_path / "base.pt")


@pytest.mark.parametrize("config", [{"model_type": "altclip"}, {}, {"model_type": "vit"}])
def test_a_kind_that_nobody_knows(config: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(MatchModelUnknown):
        read_checkpoint(configured(tmp_path / "m", **config))


def test_no_folder_or_an_empty_one(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(ModelMissing):
            read_checkpoint(folder)


def remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def write(name: str, content: str) -> Callable[[Path], None]:
    def do(folder: Path) -> None:
        (folder / name).write_text(content)

    return do


def changed(name: str, before: str, after: str) -> Callable[[Path], None]:
    def do(folder: Path) -> None:
        text = (folder / name).read_text()
        assert before in text
        (folder / name).write_text(text.replace(before, after))

    return do


def truncated(folder: Path) -> None:
    data = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(data[: len(data) // 2])


def without_a_tensor(folder: Path) -> None:
    tensors = load_file(folder / WEIGHTS)
    del tensors["text_projection.weight"]
    save_file(tensors, folder / WEIGHTS, {"format": "pt"})


def of_no_numbers(folder: Path) -> None:
    tensors = load_file(folder / WEIGHTS)
    tensors["logit_scale"] = torch.tensor(float("nan"))
    save_file(tensors, folder / WEIGHTS, {"format": "pt"})


@pytest.mark.parametrize(
    ("harm", "error"),
    [
        (remove(WEIGHTS), ModelIncomplete),
        (remove("tokenizer.json"), ModelIncomplete),
        (remove("processor_config.json"), ModelIncomplete),
        (truncated, ModelDamaged),
        pytest.param(without_a_tensor, ModelDamaged, marks=pytest.mark.logs("MISSING")),
        (of_no_numbers, ModelDamaged),
        (write("config.json", "{"), ModelDamaged),
        (write("tokenizer.json", "{}"), ModelDamaged),
        (write("processor_config.json", "[]"), ModelDamaged),
        (write("processor_config.json", '{"processor_class": "Nonsense"}'), ModelDamaged),
        (write("adapter_config.json", "{}"), ModelIsAdapter),
        (changed("config.json", '"num_hidden_layers": 2', '"num_hidden_layers": 999'),
         ModelDamaged),
        (changed("config.json", '"intermediate_size": 48', '"intermediate_size": 999999999'),
         ModelDamaged),
        pytest.param(changed("config.json", '"image_size": 32', '"image_size": 64'), ModelDamaged,
                     marks=pytest.mark.logs("MISMATCH")),
        (changed("processor_config.json", '"height": 32', '"height": 48'), ModelDamaged),
        (changed("config.json", '"model_type": "clip",',
                 '"model_type": "clip", "_attn_implementation": "some/kernel",'),
         RemoteCodeRefused),
    ],
)  # fmt: skip
def test_a_folder_that_is_damaged_or_a_trick(
    harm: Callable[[Path], None],
    error: type[MmdeskError],
    checkpoint: Checkpoint,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "harmed"
    shutil.copytree(checkpoint("clip"), folder)
    harm(folder)
    request = MatchPicture(picture(tmp_path, gradient(40, 40)), ("a", "b"), model_of(folder))
    with pytest.raises(error) as caught:
        LocalMatcher().match(request)
    assert str(folder) in caught.value.message
    assert "\n" not in caught.value.message


def as_once(folder: Path) -> None:
    """Lay the processor out as when it had no file of its own."""
    whole = json.loads((folder / "processor_config.json").read_text())
    older = whole["image_processor"] | {"processor_class": whole["processor_class"]}
    (folder / "preprocessor_config.json").write_text(json.dumps(older))
    (folder / "processor_config.json").unlink()


def with_a_word_a_line(folder: Path) -> None:
    """Lay the tokenizer out as BERT's."""
    vocabulary = json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]
    words = sorted(vocabulary, key=lambda word: int(vocabulary[word]))
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()


@pytest.mark.parametrize(
    ("kind", "laid_out"),
    [*((kind, as_once) for kind in KINDS), ("chinese_clip", with_a_word_a_line)],
)
def test_the_layouts_in_which_these_models_are_published(
    kind: str, laid_out: Callable[[Path], None], checkpoint: Checkpoint, tmp_path: Path
) -> None:
    shutil.copytree(checkpoint(kind), tmp_path / f"tiny-{kind}")
    laid_out(tmp_path / f"tiny-{kind}")
    shown = picture(tmp_path, gradient(60, 40))
    found = [
        LocalMatcher().match(MatchPicture(shown, ("a cat", "红色"), model_of(folder)))
        for folder in (tmp_path / f"tiny-{kind}", checkpoint(kind))
    ]
    assert found[0] is not None
    assert found[1] is not None
    assert found[0].matches == found[1].matches


def test_what_is_wrong_is_said_without_torch(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from mmdesk.core.errors import ModelMissing
from mmdesk.core.matching import MatchModel, MatchPicture
from mmdesk.core.messages import Picture
from mmdesk.matching.local import LocalMatcher
here = Path(sys.argv[1])
try:
    LocalMatcher().match(
        MatchPicture(Picture("", here, here, "", 1, 1), ("a", "b"), MatchModel(here))
    )
except ModelMissing:
    print({"torch", "transformers", "PIL"} & set(sys.modules))
"""
    command = [sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
