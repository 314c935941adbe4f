"""A prompt and the answer to learn behind it, in the tokens of any chat model.

The prompt is the one that the window would send: the engine's own builder makes it. The answer goes
behind it as the model's chat template would put it there, with the token that ends a turn. What
stands between prompt and answer (a space, the end of an empty thought) is found out once, by
comparing a prompt with that of the question after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mmdesk.engine.torchvision_first  # noqa: F401

import torch
from transformers import BatchFeature, PreTrainedTokenizerBase, ProcessorMixin

from mmdesk.core.errors import MmdeskError
from mmdesk.core.messages import Message, Role, TextPart, user_message
from mmdesk.engine.control_tokens import ControlTokens
from mmdesk.engine.generation import end_tokens
from mmdesk.engine.prompt import PromptBuilder, tokenizer_of

_EMPTY_THOUGHT = "\n</think>\n\n"
_AROUND = 12
"""Tokens of the prompt that an answer is cut into tokens behind."""
_QUESTION, _ANSWER, _NEXT = "How many?", "Seven", "Why?"


class Answers:
    """Puts answers behind prompts of one model. `generation` is its generation config."""

    def __init__(self, prompts: PromptBuilder, processor: ProcessorMixin, generation: Any) -> None:
        self._tokenizer: PreTrainedTokenizerBase = tokenizer_of(processor)
        self._control_tokens = ControlTokens(processor, self._tokenizer)
        ends = end_tokens(generation)
        self._lead, self._end = self._found_out(prompts, ends)
        if self._end is None:
            own = self._tokenizer.eos_token_id
            self._end = own if isinstance(own, int) else min(ends, default=None)

    def _found_out(self, prompts: PromptBuilder, ends: frozenset[int]) -> tuple[str, int | None]:
        """What stands before an answer, and the token behind it."""
        question = user_message(_QUESTION)
        chat = (question, answer_message(_ANSWER), user_message(_NEXT))
        try:
            asked = prompts.build((question,), 1, _nothing)
            later = prompts.build(chat, 1, _nothing).inputs["input_ids"][0].tolist()
        except MmdeskError:  # a model that wants a picture with every question
            return "", None
        before = asked.inputs["input_ids"][0].tolist()
        if asked.opening:
            return _EMPTY_THOUGHT, next((n for n in later if n in ends), None)
        start, whole = self._read(before), self._read(later)
        if not whole.startswith(start):
            return "", None
        lead, found, _ = whole[len(start) :].partition(_ANSWER)
        end = next((n for n in later[len(before) :] if n in ends), None)
        return (lead, end) if found and not lead.strip() else ("", end)

    def tokens(self, prompt: Sequence[int], answer: str) -> list[int]:
        """The tokens of an answer behind a prompt, with the one that ends it."""
        text = self._lead + self._control_tokens.defuse(answer)
        around = self._read(prompt[-_AROUND:])
        before, whole = self._cut(around), self._cut(around + text)
        cleanly = whole[: len(before)] == before
        said = whole[len(before) :] if cleanly else self._cut(text)
        return said if self._end is None else [*said, self._end]

    def _read(self, tokens: Sequence[int]) -> str:
        text = self._tokenizer.decode(
            list(tokens), skip_special_tokens=False, clean_up_tokenization_spaces=False
        )
        assert isinstance(text, str)
        return text

    def _cut(self, text: str) -> list[int]:
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])


def answer_message(text: str) -> Message:
    """An earlier answer."""
    return Message(Role.ASSISTANT, (TextPart(text),))


def appended(inputs: BatchFeature, tokens: Sequence[int]) -> dict[str, Any]:
    """A prompt's inputs with tokens behind it; what there is one of for each token grows too."""
    shape = inputs["input_ids"].shape
    grown: dict[str, Any] = {}
    for name, value in inputs.items():
        if isinstance(value, torch.Tensor) and value.shape[:2] == shape:
            more = value[:, -1:].repeat_interleave(len(tokens), dim=1)
            if name == "input_ids":
                more[0] = torch.tensor(list(tokens))
            value = torch.cat([value, more], dim=1)
        grown[name] = value
    return grown


def _nothing(done: int, total: int) -> None:
    del done, total
