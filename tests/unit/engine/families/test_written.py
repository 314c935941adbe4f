"""In every family a conversation goes on from the tokens that the model wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import BatchFeature

from mmdesk.core.conversations import Run
from mmdesk.core.messages import Message, Picture, assistant_message, user_message
from mmdesk.core.requests import LoadModel, Prefill
from mmdesk.engine.local import LocalChatEngine
from mmdesk.engine.reading import REUSING, PromptReader, Reading
from tests.unit.engine.conversing import ask
from tests.unit.engine.families.family import Family, all_families, parameters
from tests.unit.engine.pictures import draw_picture

FAMILIES = [each for each in all_families() if not each.why_not and each.style == "chat"]
THINKING = {"kimi_k25", "qwen3_5"}
"""What they write first is a thought, which later prompts leave out."""
FRAMED_OTHERWISE = {"gemma4"}
"""A new answer begins behind more than an old one does."""
TILES = {"llava_onevision"}
"""A picture is cut into tiles only where there is no other."""
WHOLE_PREFIXES = {"lfm2_vl", "minicpmv4_6", "minicpmv4_7"}
"""What they have read can't be cut back to where the question was another one."""
TOKENS = 14


class Desk:
    """An engine, and how much of its last prompt it knew."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.engine = LocalChatEngine()
        self.engine.load(LoadModel(path, dtype="float32"), lambda event: None)
        self.known = 0
        read = PromptReader.read

        def noted(
            reader: PromptReader, inputs: BatchFeature, pictures: Sequence[Picture], *rest: Any
        ) -> Reading:
            found = read(reader, inputs, pictures, *rest)
            self.known = found.known
            return found

        monkeypatch.setattr(PromptReader, "read", noted)

    @property
    def loaded(self) -> Any:
        return self.engine._loaded

    def ask(self, *messages: Message, **settings: Any) -> tuple[Message, Run, int]:
        """Return the answer as the next prompt gets it, its run and the tokens of its prompt."""
        finished, _ = ask(self.engine, messages, **({"max_tokens": TOKENS} | settings))
        assert finished.run is not None
        assert finished.usage is not None
        message = replace(assistant_message(finished.text), tokens=finished.run.tokens)
        return message, finished.run, finished.usage.prompt_tokens

    def inputs(self, *messages: Message) -> BatchFeature:
        inputs = self.loaded.prompts.build(messages, 1, lambda done, total: None).inputs
        assert isinstance(inputs, BatchFeature)
        return inputs

    def plain(self, *messages: Message) -> tuple[int, ...]:
        """Return what ``generate`` writes behind the same tokens, without anything remembered."""
        inputs = self.inputs(*messages)
        with torch.inference_mode():
            output = self.loaded.model.generate(**inputs, do_sample=False, max_new_tokens=TOKENS)
        return tuple(output[0, inputs["input_ids"].shape[1] :].tolist())


@pytest.fixture
def desk(family: Family, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    desk = Desk(family.make(tmp_path / "model"), monkeypatch)
    yield desk
    desk.engine.close()


def otherwise_cut(desk: Desk, question: Message, after: Message) -> tuple[Message, int, int]:
    """Return an answer that the tokenizer would cut in another way.

    Also how many tokens there are up to its end, and how many of them come before it.
    """
    for seed in range(1, 9):
        answer, run, before = desk.ask(question, temperature=1.0, seed=seed)
        prompt = desk.inputs(question, answer, after)["input_ids"][0].tolist()
        plain = desk.inputs(question, replace(answer, tokens=()), after)["input_ids"][0].tolist()
        if prompt != plain and any(
            tuple(prompt[n:])[: len(run.tokens)] == run.tokens for n in range(len(prompt))
        ):
            return answer, before + len(run.tokens), before
    raise AssertionError("every answer is cut anew")


@pytest.mark.parametrize(
    "family", parameters([each for each in FAMILIES if each.model_type not in THINKING])
)
def test_the_next_answer_goes_on_from_them(family: Family, desk: Desk, tmp_path: Path) -> None:
    red, green = draw_picture(tmp_path, "red"), draw_picture(tmp_path, "green")
    question = user_message("What is in the picture?", (red,))
    why = user_message("And why?", (green,) if family.multi_image else ())
    answer, length, before = otherwise_cut(desk, question, why)
    reason, run, _ = desk.ask(question, answer, why)
    if family.model_type in REUSING - FRAMED_OTHERWISE - TILES:
        assert desk.known == length - 1  # nobody has asked what follows the last of them
    assert run.tokens == desk.plain(question, answer, why)[: len(run.tokens)]
    last = (question, answer, why, reason, user_message("图里有什么?"))
    desk.engine.prefill(Prefill((*last[:-1], user_message(""))), lambda: False)
    _, run, _ = desk.ask(*last)
    assert run.tokens == desk.plain(*last)[: len(run.tokens)]
    desk.loaded.reader.forget()  # as after a restart
    assert desk.ask(*last)[1].tokens == run.tokens
    _, edited, _ = desk.ask(question, answer, user_message("And how?"))
    if family.model_type in REUSING - FRAMED_OTHERWISE - TILES - WHOLE_PREFIXES:
        assert desk.known >= before
    expected = desk.plain(question, answer, user_message("And how?"))
    assert edited.tokens == expected[: len(edited.tokens)]


@pytest.mark.parametrize(
    "family", parameters([each for each in FAMILIES if each.model_type in THINKING])
)
def test_what_was_thought_is_left_out(family: Family, desk: Desk, tmp_path: Path) -> None:
    question = user_message("What is in the picture?", (draw_picture(tmp_path, "red"),))
    answer, run, _ = desk.ask(question)
    why = user_message("And why?")
    prompt = desk.inputs(question, answer, why)["input_ids"][0].tolist()
    plain = desk.inputs(question, replace(answer, tokens=()), why)["input_ids"][0].tolist()
    assert run.tokens
    assert prompt == plain
