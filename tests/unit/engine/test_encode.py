"""Pictures encoded ahead: the same tokens, without the same work again."""

from __future__ import annotations

import contextlib
import gc
import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch.nn.modules import module as torch_module

from mmdesk.core.errors import FileMissing, PictureDamaged
from mmdesk.core.messages import Message, Picture, user_message
from mmdesk.core.requests import LoadModel, Prefill
from mmdesk.engine.local import LocalChatEngine
from tests.unit.engine.conftest import PictureMaker
from tests.unit.engine.conversing import ask, talk, trimmed
from tests.unit.engine.test_local import reference

TOWERS = {"CLIPVisionModel", "Idefics3VisionTransformer"}
TOKENS = 40


def started(path: Path, **options: Any) -> LocalChatEngine:
    engine = LocalChatEngine()
    engine.load(LoadModel(path, **options), lambda event: None)
    return engine


@pytest.fixture(params=["llava", "idefics"])
def path(request: pytest.FixtureRequest) -> Path:
    found: Path = request.getfixturevalue(request.param)
    return found


def encode(engine: LocalChatEngine, *pictures: Picture, cancelled: bool = False) -> None:
    engine.prefill(Prefill((user_message("", pictures),)), lambda: cancelled)


def answer(engine: LocalChatEngine, messages: tuple[Message, ...]) -> str:
    return trimmed(ask(engine, messages, max_tokens=TOKENS)[0].text)


def plain(path: Path, messages: tuple[Message, ...]) -> str:
    """What transformers answers when it does all by itself."""
    conversation: list[dict[str, object]] = []
    for message in messages:
        content = [{"type": "image", "image": Image.open(each.path)} for each in message.pictures]
        content.append({"type": "text", "text": message.text})
        conversation.append({"role": message.role.value, "content": content})
    return trimmed(reference(path, conversation, TOKENS))


@contextlib.contextmanager
def tower_runs() -> Iterator[list[weakref.ref[torch.Tensor]]]:
    """Collect what the vision tower returns."""
    runs: list[weakref.ref[torch.Tensor]] = []

    def note(module: torch.nn.Module, _inputs: object, output: Any) -> None:
        if type(module).__name__ in TOWERS:
            runs.append(weakref.ref(output.last_hidden_state))

    handle = torch_module.register_module_forward_hook(note)
    try:
        yield runs
    finally:
        handle.remove()


@pytest.mark.parametrize(
    ("ahead", "asked"),
    [
        ([["red"]], [["red"]]),
        ([["red", "blue"]], [["red", "blue"]]),
        ([["red"], ["red", "blue"]], [["red", "blue"]]),
        ([["red"]], [["red", "blue"]]),
        ([["blue", "red"]], [["red", "blue"]]),
        ([["red", "red"]], [["red", "red"]]),
        ([["red"]], [["red"], []]),
        ([["red"], ["red", "blue"]], [["red"], ["blue"]]),
        ([["blue"]], [["red"], ["blue"]]),
        ([], [["red"], ["blue"]]),
        ([["green"]], [[]]),
    ],
    ids=[
        "one", "two", "one by one", "partly", "other order", "twice the same", "text follow-up",
        "picture follow-up", "follow-up partly", "nothing ahead", "not asked about",
    ],
)  # fmt: skip
def test_the_same_tokens(
    path: Path, picture: PictureMaker, ahead: list[list[str]], asked: list[list[str]]
) -> None:
    sizes = {"red": (64, 48), "blue": (200, 40), "green": (30, 30)}

    def pictures(colors: list[str]) -> tuple[Picture, ...]:
        return tuple(picture(color, sizes[color]) for color in colors)

    engine = started(path)
    for colors in ahead:
        encode(engine, *pictures(colors))
    messages: tuple[Message, ...] = ()
    for number, colors in enumerate(asked):
        messages += talk((f"What is {number}? 图片里?", pictures(colors)), "It is red.")
        question = messages[:-1]
        assert answer(engine, question) == plain(path, question)
        assert answer(engine, question) == plain(path, question), "asked again"


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_the_same_bits_in_every_dtype(path: Path, picture: PictureMaker, dtype: str) -> None:
    """In bfloat16 a batch of two pictures gives other numbers than one and one."""
    messages = talk(("What?", (picture("red"), picture("blue", (200, 40)))))
    ahead, after = started(path, dtype=dtype), started(path, dtype=dtype)
    encode(ahead, picture("red"))
    encode(ahead, *messages[0].pictures)
    assert answer(ahead, messages) == answer(after, messages)


def test_the_tower_runs_once(path: Path, picture: PictureMaker) -> None:
    red = picture("red")
    engine = started(path)
    with tower_runs() as runs:
        encode(engine, red)
        assert len(runs) == 1
        encode(engine, red)
        answer(engine, talk(("What?", (red,))))
        answer(engine, talk(("What?", (red,)), "This.", "And?"))
        assert len(runs) == 1
        answer(engine, talk(("What?", (picture("blue"),))))
        answer(engine, talk(("Where?", (picture("blue"),))))
        assert len(runs) == 2


def test_what_was_encoded_is_not_decoded_again(
    path: Path, picture: PictureMaker, tmp_path: Path
) -> None:
    """The file's header stays whole, its pixels don't."""
    red = replace(picture("red"), path=tmp_path / "red.png")
    data = picture("red").path.read_bytes()
    red.path.write_bytes(data)
    messages = talk(("What?", (red,)))
    expected = plain(path, messages)
    engine = started(path)
    encode(engine, red)
    begin = data.index(b"IDAT") + 4
    red.path.write_bytes(data[:begin] + b"\0" * (len(data) - begin))
    assert answer(engine, messages) == expected
    with pytest.raises(PictureDamaged):
        answer(started(path), messages)


def test_what_fails_is_left_to_the_question(
    llava: Path, picture: PictureMaker, tmp_path: Path
) -> None:
    lost = replace(picture("red"), sha256="0" * 64, path=tmp_path / "lost.png", name="lost.png")
    encode(LocalChatEngine(), lost)
    engine = started(llava)
    encode(engine)
    encode(engine, lost)
    encode(engine, *(picture("red"),) * 500)  # beyond the context
    with pytest.raises(FileMissing):
        answer(engine, talk(("What?", (lost,))))
    messages = talk(("What?", (picture("red"),)))
    assert answer(engine, messages) == plain(llava, messages)


def test_other_work_goes_first(llava: Path, picture: PictureMaker) -> None:
    messages = talk(("What?", (picture("red"),)))
    engine = started(llava)
    with tower_runs() as runs:
        encode(engine, picture("red"), cancelled=True)
        assert runs == []
    assert answer(engine, messages) == plain(llava, messages)


def test_features_go_with_the_model(path: Path, picture: PictureMaker) -> None:
    engine = started(path)
    with tower_runs() as runs:
        encode(engine, picture("red"))
        encode(engine, picture("red"))
        assert len(runs) == 1, "kept for the question"
        gc.collect()
        assert runs[0]() is None, "but not what no language model reads"
    assert engine._loaded is not None
    reader = weakref.ref(engine._loaded.reader)
    engine.close()
    gc.collect()
    assert reader() is None
    encode(engine, picture("red"))  # an empty engine does nothing


def test_another_model_makes_its_own_features(
    llava: Path, idefics: Path, picture: PictureMaker
) -> None:
    messages = talk(("What?", (picture("red"),)))
    engine = started(llava)
    for path in (llava, idefics, llava):
        engine.load(LoadModel(path), lambda event: None)
        encode(engine, picture("red"))
        assert answer(engine, messages) == plain(path, messages)
