"""In every family an answer is the same whether the prompt was read before or not."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from transformers import BatchFeature

from mmdesk.core.messages import Message, Picture, Role, TextPart, user_message
from mmdesk.core.requests import LoadModel, Prefill
from mmdesk.engine import answering, asking, reading
from mmdesk.engine.answering import _Rung
from mmdesk.engine.local import LocalChatEngine
from mmdesk.engine.prompt import tokenizer_of
from mmdesk.engine.reading import REUSING, PromptReader, Reading
from tests.unit.engine.conversing import ask, talk
from tests.unit.engine.families.family import Family, all_families, parameters
from tests.unit.engine.pictures import draw_picture

FAMILIES = [each for each in all_families() if not each.why_not and each.style == "chat"]
WHOLE_PREFIXES = {"lfm2_vl", "minicpmv4_6", "minicpmv4_7", "qwen3_5"}
"""Linear attention has no past to cut back to."""
TOKENS = 12


def told(*turns: str | tuple[str, tuple[Picture, ...]]) -> tuple[Message, ...]:
    """Return a conversation that begins with more tokens than are too few to keep."""
    return (Message(Role.SYSTEM, (TextPart("Answer in whole sentences."),)), *talk(*turns))


class Desk:
    """An engine, and how much of each prompt it knew."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.engine = LocalChatEngine()
        self.engine.load(LoadModel(path, dtype="float32"), lambda event: None)
        self.known: list[int] = []
        self.rest: list[int] = []
        read = PromptReader.read

        def noted(
            reader: PromptReader, inputs: BatchFeature, pictures: Sequence[Picture], *rest: Any
        ) -> Reading:
            found = read(reader, inputs, pictures, *rest)
            self.known.append(found.known)
            self.rest = inputs["input_ids"][0, found.known :].tolist()
            return found

        monkeypatch.setattr(PromptReader, "read", noted)

    def warm(self, messages: tuple[Message, ...]) -> str:
        """Answer; return the text once it is the one that a model without memory gives."""
        finished = ask(self.engine, messages, max_tokens=TOKENS)[0]
        assert finished.run is not None
        loaded = self.engine._loaded
        assert loaded is not None
        rest = self.rest
        kept, loaded.reader._kept._kept = loaded.reader._kept._kept, []
        encoder = loaded.reader._encoder
        loaded.reader._encoder = type(encoder)(loaded.model)
        cold = ask(self.engine, messages, max_tokens=TOKENS)[0]
        assert self.known.pop() == 0
        self.rest = rest
        loaded.reader._kept._kept, loaded.reader._encoder = kept, encoder
        assert cold.run is not None
        assert finished.run.tokens == cold.run.tokens
        return finished.text

    def prefill(
        self, before: tuple[Message, ...], *pictures: Picture, stopped_at: int | None = None
    ) -> None:
        """Read ahead, until ``cancelled`` was asked so often."""
        asked = itertools.count()
        request = Prefill((*before, user_message("", pictures)))
        self.engine.prefill(request, lambda: next(asked) == stopped_at)

    def check_rest(self, question: str, family: Family) -> None:
        """Check that of the last prompt only the question, and what follows, was not known."""
        if family.model_type in REUSING:
            assert self.engine._loaded is not None
            rest = tokenizer_of(self.engine._loaded.processor).decode(self.rest)
            assert rest.strip().startswith(question)

    def forget(self) -> None:
        """Have the engine forget what it has read."""
        assert self.engine._loaded is not None
        self.engine._loaded.reader.forget()


@pytest.fixture
def desk(family: Family, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    desk = Desk(family.make(tmp_path / "model"), monkeypatch)
    yield desk
    desk.engine.close()


@pytest.mark.parametrize("family", parameters(FAMILIES))
def test_what_was_read_before_changes_no_answer(family: Family, desk: Desk, tmp_path: Path) -> None:
    red, blue, green = (draw_picture(tmp_path, color) for color in ("red", "blue", "green"))
    first = ("What is in the picture?", (red,))
    one = desk.warm(talk(first))
    two = desk.warm(talk(first, one, "And which color is it?"))
    other = desk.warm(talk(("Something else entirely: what is it?", (blue,))))
    desk.warm(talk(first, one, "And which color is it?", two, "Why?"))
    desk.warm(talk(first, one, "And which color is it?", two, "Why?"))  # again
    desk.warm(talk(first, one, "And how large is it?"))  # an edit
    desk.warm(talk(("Something else entirely: what is it?", (blue,)), other, "Sure?"))
    desk.warm(talk(("Tell me about this.", (red,))))
    desk.warm(talk("What is in the picture?"))  # as the first question, without it
    if family.multi_image:
        desk.warm(talk(first, one, ("And in this one?", (green,))))
        desk.warm(talk(("What is in the picture?", (blue, red))))
        desk.warm(talk(("What is in the picture?", (red, blue))))
    if family.model_type not in REUSING:
        assert not any(desk.known)
    elif family.model_type not in WHOLE_PREFIXES:
        follow_up, again = desk.known[1], desk.known[4]
        assert again > follow_up > 8, desk.known


@pytest.mark.parametrize("family", parameters(FAMILIES))
def test_a_question_that_was_read_ahead_has_the_same_answer(
    family: Family, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_SLICE", {"cpu": 7})  # many of them end within a picture
    red, blue, green = (draw_picture(tmp_path, color) for color in ("red", "blue", "green"))
    first = ("What is in the picture?", (red,))
    desk.prefill(told(), red)
    one = desk.warm(told(first))
    desk.check_rest(first[0], family)
    desk.prefill(told(first, one))
    desk.warm(told(first, one, "图里有什么?"))
    desk.check_rest("图里有什么?", family)
    desk.prefill(told(), blue)  # in another conversation
    desk.prefill(told())
    if family.multi_image:
        again = told(first, one, ("And in these?", (green, blue)))
        desk.prefill(again[:-1], green)
        desk.prefill(again[:-1], green, blue)
        desk.warm(again)
        desk.check_rest("And in these?", family)
        desk.prefill(told(), red, green)  # the first question, edited
        desk.warm(told(("Which is red?", (red, green))))
        desk.check_rest("Which is red?", family)
    if family.model_type not in REUSING:
        assert not any(desk.known)


@pytest.mark.parametrize("family", parameters(FAMILIES))
def test_what_was_read_of_a_question_is_kept_wherever_that_was_stopped(
    family: Family, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_SLICE", {"cpu": 10})
    monkeypatch.setattr(asking, "_ASK_EVERY_S", 3600.0)  # how fast the machine is changes nothing
    red = draw_picture(tmp_path, "red")
    known = []
    for asked in range(5, 25, 4):
        desk.prefill(told(), red, stopped_at=asked)
        desk.warm(told(("What is in the picture?", (red,))))
        known.append(desk.known[-1])
        desk.forget()
    assert known == sorted(known)
    desk.prefill(told(), red)
    desk.warm(told(("What is in the picture?", (red,))))
    assert desk.known[-1] >= known[-1]
    if family.model_type in REUSING:
        assert desk.known[-1] > known[0]


@pytest.mark.parametrize("family", parameters(FAMILIES))
def test_regions_and_smaller_pictures(
    family: Family, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    red = draw_picture(tmp_path, "red", (96, 80))
    region = cut_out(red, (40, 0, 96, 56))
    first = ("What is in the picture?", (red,))
    one = desk.warm(told(first))
    if family.multi_image:
        again = told(first, one, ("And in this part of it?", (region,)))
        two = desk.warm(again)
        desk.warm(told(first, one, ("And in this part of it?", (region,)), two, "Sure?"))
        desk.warm(told(("Which is a part of the other?", (region, red))))
    desk.warm(told(("What is in the picture?", (region,))))
    for side in (64, 40, 64):
        # As where memory is too small for all of it.
        monkeypatch.setattr(
            answering, "_ladder", lambda messages, _, side=side: iter([_Rung(messages, 0, side)])
        )
        desk.warm(told(first, one, "And now?"))
        desk.warm(told(("Something else: what is it?", (region,))))


def cut_out(picture: Picture, box: tuple[int, int, int, int]) -> Picture:
    """Return a region of a picture, as the window cuts it out."""
    path = picture.path.with_name(f"{picture.path.stem}-{box}.png")
    with Image.open(picture.path) as image:
        image.crop(box).save(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Picture(digest, path, path, path.name, box[2] - box[0], box[3] - box[1])
