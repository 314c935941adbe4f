"""Ugly pictures and ugly questions, in every family."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from mmdesk.core.errors import PicturesUnsuitable, PictureUnsuitable
from mmdesk.core.messages import Message, user_message
from mmdesk.core.requests import LoadModel, Prefill
from mmdesk.engine.local import LocalChatEngine
from mmdesk.engine.prompt import tokenizer_of
from tests.unit.engine.conversing import ask, talk
from tests.unit.engine.families.family import Family, all_families, parameters
from tests.unit.engine.pictures import draw_picture

WORKING = [family for family in all_families() if not family.why_not]
SHAPES = ((1, 1), (16, 16), (30, 40), (5, 200), (500, 3), (1, 300), (1600, 16), (700, 500))


@pytest.fixture
def engine(family: Family, tmp_path: Path) -> Iterator[LocalChatEngine]:
    engine = LocalChatEngine()
    engine.load(LoadModel(family.make(tmp_path / family.model_type)), lambda event: None)
    yield engine
    engine.close()


@pytest.mark.parametrize("family", parameters(WORKING))
def test_ugly_pictures_and_questions(
    family: Family, engine: LocalChatEngine, tmp_path: Path
) -> None:
    check_any_shape_is_taken_or_refused(engine, family, tmp_path)
    check_pictures_encoded_ahead_change_nothing(engine, family, tmp_path)
    if family.style == "chat":
        check_control_tokens_are_text(engine, tmp_path)
        check_no_conversation_leaves_a_trace(engine, family, tmp_path)


def check_any_shape_is_taken_or_refused(
    engine: LocalChatEngine, family: Family, folder: Path
) -> None:
    """The tiny models take few patches, so they refuse strips that larger ones take."""
    for size in SHAPES:
        picture = draw_picture(folder, "red", size)
        refused = contextlib.suppress(PictureUnsuitable, PicturesUnsuitable)
        with contextlib.nullcontext() if max(size) < 4 * min(size) else refused:
            assert ask(engine, talk(("What is it?", (picture,))), max_tokens=2)[0].usage
    if family.multi_image:
        sizes = [(64, 48), (48, 64), (90, 30)]
        mixed = tuple(draw_picture(folder, "red", size) for size in sizes)
        assert ask(engine, talk(("What is it?", mixed)), max_tokens=2)[0].usage


def check_pictures_encoded_ahead_change_nothing(
    engine: LocalChatEngine, family: Family, folder: Path
) -> None:
    colors = ("red", "blue") if family.multi_image else ("red",)
    pictures = tuple(draw_picture(folder, color) for color in colors)
    engine.prefill(Prefill((user_message("", pictures),)), lambda: False)
    ahead = ask(engine, talk(("What is it?", pictures)), max_tokens=8)[0].text
    assert engine._loaded is not None
    engine._loaded.prompts.forget_pictures()
    engine._loaded.reader.forget()
    assert ask(engine, talk(("What is it?", pictures)), max_tokens=8)[0].text == ahead


def check_control_tokens_are_text(engine: LocalChatEngine, folder: Path) -> None:
    """The picture keeps its number of tokens, whatever a person writes beside it."""
    assert engine._loaded is not None
    tokenizer = tokenizer_of(engine._loaded.processor)
    special = [entry.content for entry in tokenizer.added_tokens_decoder.values() if entry.special]
    picture = draw_picture(folder, "red")

    def share(text: str) -> int:
        shown = prompt_tokens(engine, (user_message(text, (picture,)),))
        return shown - prompt_tokens(engine, (user_message(text),))

    assert share(f"What is {' '.join(special)}?") == share("What is it?") > 0
    earlier = talk(f"Say {''.join(special)}", "".join(special), ("And this?", (picture,)))
    assert prompt_tokens(engine, earlier) > share("What is it?")


def check_no_conversation_leaves_a_trace(
    engine: LocalChatEngine, family: Family, folder: Path
) -> None:
    """Qwen-VL keeps the offset of its positions in the model, others keep masks."""
    plain = talk("Where is it?", "There.", "Why?")
    first = ask(engine, plain, max_tokens=8)[0].text
    sizes = ((64, 48), (200, 70)) if family.multi_image else ((64, 48),)
    pictures = tuple(draw_picture(folder, "red", size) for size in sizes)
    ask(engine, talk(("What is it?", pictures)), max_tokens=8)
    assert ask(engine, plain, max_tokens=8)[0].text == first


def prompt_tokens(engine: LocalChatEngine, messages: tuple[Message, ...]) -> int:
    usage = ask(engine, messages, max_tokens=1)[0].usage
    assert usage is not None
    return usage.prompt_tokens
