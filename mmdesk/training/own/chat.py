"""A chat model and the answers that it is to learn.

Labels are on the tokens of the answers alone. Examples go through the model one by one and their
gradients add up: what a batch's pictures look like as tensors is each family's own affair.
"""

from __future__ import annotations

import hashlib
import inspect
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import mmdesk.engine.torchvision_first  # noqa: F401

import torch
from torch.nn import functional

from mmdesk.core.boxes import written_boxes
from mmdesk.core.errors import PromptTooLong
from mmdesk.core.messages import Message, Picture, user_message
from mmdesk.core.requests import GenerationSettings
from mmdesk.engine.bounded_cache import BoundedCache
from mmdesk.engine.generation import generate, neutral_config
from mmdesk.engine.loading import prompts_of
from mmdesk.engine.prompt import tokenizer_of
from mmdesk.engine.tensors import tensor_bytes
from mmdesk.training.own.answers import Answers, answer_message, appended
from mmdesk.training.own.folder import Entry
from mmdesk.training.own.held_out import Parts
from mmdesk.training.own.pictures import read_picture

LONGEST_SIDE = 1024
"""Pixels; larger pictures are shrunk to it before the model's own processor gets them."""
MOST_MEASURED = 300
_MOST_ANSWERED = 50
_LONGEST_ANSWER = 96
_CACHE_BYTES = 512 * 2**20


@dataclass(frozen=True, slots=True)
class Sample:
    """One answer to learn: the number of a turn of an entry."""

    entry: Entry
    turn: int


@dataclass(frozen=True, slots=True)
class _Example:
    """Inputs of prompt and answer, on the CPU; the answer is the last `answer` tokens."""

    inputs: dict[str, Any]
    answer: int


def answer_of(entry: Entry, turn: int) -> str:
    """What is to be learned: the commonest answer, the first of those; or the boxes as JSON."""
    if entry.boxes is not None:
        return written_boxes((box.corners, box.label) for box in entry.boxes)
    return Counter(entry.turns[turn].answers).most_common(1)[0][0]


def samples_of(entries: Sequence[Entry]) -> list[Sample]:
    """One for each question."""
    return [Sample(entry, turn) for entry in entries for turn in range(len(entry.turns))]


class ChatTask:
    """A `Task` of the loop. `module` is the model, or the model with LoRA around it.

    Attributes:
        measured: How many of the examples that are kept apart the loss is measured on.
    """

    def __init__(
        self, module: Any, processor: Any, parts: Parts, device: torch.device,
        report: Callable[[str], None],
    ) -> None:  # fmt: skip
        self.module, self.device = module, device
        self._model = module.get_base_model() if hasattr(module, "peft_config") else module
        self._samples = samples_of(parts.training)
        self._held_out = samples_of(parts.held_out)[:MOST_MEASURED]
        self.count, self.measured = len(self._samples), len(self._held_out)
        self.has_held_out = self.measured > 0
        self._tokenizer = tokenizer_of(processor)
        self._tokenizer.model_max_length = 2**62
        generation = neutral_config(self._model.generation_config, self._tokenizer)
        self._generation = generation
        self.prompts = prompts_of(self._model, processor)
        self._answers = Answers(self.prompts, processor, generation)
        self._report = report
        self._left_out: set[int] = set()
        self._cache: BoundedCache[tuple[int, int], _Example] = BoundedCache(10**6, _CACHE_BYTES)
        forward = inspect.signature(self._model.forward).parameters
        self._keeps_logits = "logits_to_keep" in forward

    def learn(self, numbers: Sequence[int]) -> float:
        """Adds the gradients of the mean loss over the answers' tokens; returns it."""
        found = [self._example(self._samples[number]) for number in numbers]
        examples = [example for example in found if example is not None]
        total = sum(example.answer for example in examples)
        loss = 0.0
        for example in examples:
            part = self._loss(example) / total
            part.backward()
            loss += float(part.detach())
        return loss

    def held_out_loss(self) -> float:
        """The mean loss over the tokens of the answers that are kept apart."""
        loss, tokens = 0.0, 0
        for sample in self._held_out:
            example = self._example(sample)
            if example is not None:
                loss += float(self._loss(example))
                tokens += example.answer
        return loss / max(1, tokens)

    def exact_match(self) -> tuple[float, int] | None:
        """The share of answers that come out exactly, and of how many; None without any."""
        asked = self._held_out[:_MOST_ANSWERED]
        right = [self._is_right(sample) for sample in asked]
        known = [each for each in right if each is not None]
        return (sum(known) / len(known), len(known)) if known else None

    def answer(self, sample: Sample) -> str:
        """The greedy answer. Raises `PromptTooLong`."""
        with TemporaryDirectory(prefix="mmdesk-") as folder:
            prompt = self.prompts.build(self._messages(sample, Path(folder)), 1, _nothing)
        own = self._model.generation_config
        self._model.generation_config = self._generation
        self.module.eval()
        try:
            made = generate(
                self._model, self._tokenizer, self._moved(dict(prompt.inputs)),
                GenerationSettings(max_tokens=_LONGEST_ANSWER, temperature=0.0),
                max_tokens=min(_LONGEST_ANSWER, prompt.room or _LONGEST_ANSWER), started=0.0,
                sink=lambda text, tokens: None, cancelled=lambda: False,
            )  # fmt: skip
        finally:
            self._model.generation_config = own
        return made.text.strip()

    def _is_right(self, sample: Sample) -> bool | None:
        try:
            said = self.answer(sample)
        except PromptTooLong:
            return None
        return said.casefold() == answer_of(sample.entry, sample.turn).casefold()

    def _loss(self, example: _Example) -> torch.Tensor:
        """The summed cross-entropy of the answer's tokens."""
        inputs = self._moved(example.inputs)
        wanted = inputs["input_ids"][0, -example.answer :]
        keep = {"logits_to_keep": example.answer + 1} if self._keeps_logits else {}
        with torch.autocast(self.device.type, torch.bfloat16, self.device.type == "cuda"):
            logits = self.module(**inputs, use_cache=False, **keep).logits
        logits = logits[0, -example.answer - 1 : -1].float()
        return functional.cross_entropy(logits, wanted, reduction="sum")

    def _moved(self, inputs: dict[str, Any]) -> dict[str, Any]:
        dtype = self._model.dtype
        return {
            name: value.to(self.device, dtype if value.is_floating_point() else None)
            if isinstance(value, torch.Tensor)
            else value
            for name, value in inputs.items()
        }

    def _example(self, sample: Sample) -> _Example | None:
        """None where the context has no room for it, which is reported once."""
        key = sample.entry.line, sample.turn
        known = self._cache.get(key)
        if known is not None:
            return known
        try:
            with TemporaryDirectory(prefix="mmdesk-") as folder:
                prompt = self.prompts.build(self._messages(sample, Path(folder)), 1, _nothing)
            ids = prompt.inputs["input_ids"][0].tolist()
            tokens = self._answers.tokens(ids, answer_of(sample.entry, sample.turn))
            if prompt.room is not None and len(tokens) > prompt.room:
                raise PromptTooLong(
                    tokens=len(ids) + len(tokens), limit=len(ids) + prompt.room,
                    picture_tokens=0, pictures=len(sample.entry.pictures),
                )  # fmt: skip
        except PromptTooLong as error:
            if sample.entry.line not in self._left_out:
                self._left_out.add(sample.entry.line)
                self._report(f"line {sample.entry.line} is left out: {error.message}")
            return None
        example = _Example(appended(prompt.inputs, tokens), len(tokens))
        self._cache.put(key, example, tensor_bytes(example.inputs))
        return example

    def _messages(self, sample: Sample, folder: Path) -> tuple[Message, ...]:
        """The conversation up to a question; pictures stand in the first, as in the window."""
        entry = sample.entry
        pictures = tuple(_staged(path, folder) for path in entry.pictures)
        messages = [user_message(entry.turns[0].question, pictures)]
        for turn in range(sample.turn):
            messages.append(answer_message(answer_of(entry, turn)))
            messages.append(user_message(entry.turns[turn + 1].question))
        return tuple(messages)


def _staged(path: Path, folder: Path) -> Picture:
    """A picture as the engine takes them: a canonical PNG, here for a moment only."""
    name = hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).hexdigest()
    file = folder / f"{name}.png"
    image = read_picture(path, LONGEST_SIDE)
    image.save(file, compress_level=0)
    return Picture(name, file, file, path.name, image.width, image.height)


def _nothing(done: int, total: int) -> None:
    del done, total
