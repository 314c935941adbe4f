"""Checkpoints as they lie on the hub since before transformers 5: the same model, other files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from mmdesk.core.requests import LoadModel
from mmdesk.engine.local import LocalChatEngine
from tests.unit.engine.conversing import ask, talk
from tests.unit.engine.families import qwen2_5_vl, qwen3_5
from tests.unit.engine.families.family import Family, all_families, parameters
from tests.unit.engine.pictures import draw_picture

PROCESSOR, TOKENIZER = "processor_config.json", "tokenizer_config.json"
CHATS = [family for family in all_families() if family.style == "chat" and not family.why_not]


def answers(path: Path, folder: Path) -> list[str]:
    engine = LocalChatEngine()
    engine.load(LoadModel(path), lambda event: None)
    pictures = draw_picture(folder, "red"), draw_picture(folder, "blue", (40, 90))
    questions = [talk("Why?"), talk(("What is it?", pictures[:1]), "A star.", ("And this?", ()))]
    try:
        return [ask(engine, question, max_tokens=8)[0].text for question in questions]
    finally:
        engine.close()


def lay_out_as_before(path: Path, *, template_in: str) -> None:
    """Move the processor's parts to the files that transformers 4 wrote.

    The video processor has no file: checkpoints from before there were any lack it.
    """
    own = read(path / PROCESSOR)
    pictures = own.pop("image_processor")
    assert isinstance(pictures, dict)
    own.pop("video_processor", None)
    own.pop("feature_extractor", None)
    write(path / "preprocessor_config.json", pictures | {"processor_class": own["processor_class"]})
    (path / PROCESSOR).unlink()
    if len(own) > 1:
        write(path / PROCESSOR, own)
    template = (path / "chat_template.jinja").read_text()
    (path / "chat_template.jinja").unlink()
    content = read(path / template_in) if (path / template_in).exists() else {}
    write(path / template_in, content | {"chat_template": template})


def read(path: Path) -> dict[str, object]:
    content = json.loads(path.read_text())
    assert isinstance(content, dict)
    return content


def write(path: Path, content: dict[str, object]) -> None:
    path.write_text(json.dumps(content))


@pytest.mark.parametrize("family", parameters(CHATS))
def test_older_layouts_are_the_same_model(family: Family, tmp_path: Path) -> None:
    path = family.make(tmp_path / "now")
    before = Path(shutil.copytree(path, tmp_path / "before"))
    # Both were in use: models with several parts had the first, LLaVA and Gemma 3 the second.
    name = "chat_template.json" if "video_processor" in read(before / PROCESSOR) else TOKENIZER
    lay_out_as_before(before, template_in=name)
    assert answers(before, tmp_path) == answers(path, tmp_path)


def test_a_flat_configuration_is_the_same_model(tmp_path: Path) -> None:
    """Qwen2.5-VL was published with the language model's fields at the top of ``config.json``."""
    path = qwen2_5_vl.FAMILY.make(tmp_path / "now")
    before = Path(shutil.copytree(path, tmp_path / "before"))
    config = json.loads((before / "config.json").read_text())
    text = config.pop("text_config")
    rope = text.pop("rope_parameters")
    text |= {
        "rope_theta": rope["rope_theta"],
        "rope_scaling": {"type": "mrope", "mrope_section": rope["mrope_section"]},
    }
    vision = config["vision_config"] | {"model_type": "qwen2_5_vl"}
    write(before / "config.json", text | config | {"vision_config": vision})
    assert answers(before, tmp_path) == answers(path, tmp_path)


@pytest.mark.parametrize("family", parameters([qwen3_5.FAMILY]))
def test_trained_without_a_cache(family: Family, tmp_path: Path) -> None:
    """Trainers switch it off for themselves and save that, too: it is no property of the model."""
    path = family.make(tmp_path / "now")
    before = Path(shutil.copytree(path, tmp_path / "before"))
    write(before / "generation_config.json", {"use_cache": False})
    config = read(before / "config.json")
    assert isinstance(config["text_config"], dict)
    text = config["text_config"] | {"use_cache": False}
    write(before / "config.json", config | {"text_config": text})
    assert follow_up(before) == follow_up(path)


def follow_up(path: Path) -> str:
    engine = LocalChatEngine()
    engine.load(LoadModel(path), lambda event: None)
    try:
        said = ask(engine, talk("Hi there"), max_tokens=8)[0].text
        return ask(engine, talk("Hi there", said, "and then?"), max_tokens=8)[0].text
    finally:
        engine.close()
