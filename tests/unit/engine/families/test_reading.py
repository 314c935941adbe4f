"""In every family an answer is the same whether the prompt was read before or not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from transformers import BatchFeature

from mmdesk.core.messages import Message, Picture
from mmdesk.core.requests import EncodePictures, LoadModel
from mmdesk.engine.local import LocalChatEngine
from mmdesk.engine.reading import REUSING, PromptReader, Reading
from tests.unit.engine.conversing import ask, talk
from tests.unit.engine.families.family import Family, all_families, parameters
from tests.unit.engine.pictures import draw_picture

FAMILIES = [each for each in all_families() if not each.why_not and each.style == "chat"]
WHOLE_PREFIXES = {"lfm2_vl", "minicpmv4_6", "minicpmv4_7", "qwen3_5"}
"""Linear attention has no past to cut back to."""
TOKENS = 12


class Desk:
    """An engine, and how much of each prompt it knew."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.engine = LocalChatEngine()
        self.engine.load(LoadModel(path, dtype="float32"), lambda event: None)
        self.known: list[int] = []
        read = PromptReader.read

        def noted(
            reader: PromptReader, inputs: BatchFeature, pictures: Sequence[Picture], *rest: Any
        ) -> Reading:
            reading = read(reader, inputs, pictures, *rest)
            self.known.append(reading.known)
            return reading

        monkeypatch.setattr(PromptReader, "read", noted)

    def warm(self, messages: tuple[Message, ...]) -> str:
        """Answer; return the text once it is the one that a model without memory gives."""
        finished = ask(self.engine, messages, max_tokens=TOKENS)[0]
        assert finished.run is not None
        loaded = self.engine._loaded
        assert loaded is not None
        kept, loaded.reader._kept._kept = loaded.reader._kept._kept, []
        encoder = loaded.reader._encoder
        loaded.reader._encoder = type(encoder)(loaded.model)
        cold = ask(self.engine, messages, max_tokens=TOKENS)[0]
        assert self.known.pop() == 0
        loaded.reader._kept._kept, loaded.reader._encoder = kept, encoder
        assert cold.run is not None
        assert finished.run.tokens == cold.run.tokens
        return finished.text


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
def test_pictures_are_encoded_while_the_question_is_made(
    family: Family, desk: Desk, tmp_path: Path
) -> None:
    red = draw_picture(tmp_path, "red")
    desk.engine.encode(EncodePictures((red,)), lambda: False)
    desk.warm(talk(("What is in the picture?", (red,))))
