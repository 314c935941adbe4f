"""One answer, with less of the picture or the conversation where memory is too small for all.

The ladder, until an answer begins: again with all caches freed; the pictures with half as many
pixels, and again, as long as that makes them cost less; the conversation without its oldest turns.
What was left out is told in the answer's notes. After the first text there is no way back.
"""

from __future__ import annotations

import itertools
import logging
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch

from mmdesk.core.conversations import Run, StopReason, Usage
from mmdesk.core.errors import AnswerOutOfMemory, MemoryRanOut, QuestionOutOfMemory
from mmdesk.core.events import TextDelta, TurnFinished, TurnProgress, TurnStage
from mmdesk.core.messages import Message, Role, pictures_of
from mmdesk.core.phrases import QT_TRANSLATE_NOOP, Phrase
from mmdesk.core.protocols import EventSink
from mmdesk.core.requests import AnswerQuestion
from mmdesk.core.sight import Sight
from mmdesk.engine.continuing import (
    beginning,
    has_ended,
    inputs_with,
    with_possible_tokens,
)
from mmdesk.engine.devices import gigabytes, machine_of
from mmdesk.engine.evidence.sight import sight_of
from mmdesk.engine.generation import generate, seeded
from mmdesk.engine.libraries import libraries
from mmdesk.engine.loading import LoadedModel
from mmdesk.engine.memory import allocatable_bytes, limited_to_free_memory, return_large_blocks
from mmdesk.engine.prompt import Prompt, tokenizer_of
from mmdesk.models import fit
from mmdesk.models.hardware import free_memory, is_out_of_memory

_LOG = logging.getLogger(__name__)

LEAST_SIDE = 448
"""Pixels on the longer side below which a picture says too little to be worth an answer."""
_WORTH_TRYING = 0.9
"""Of the tensors that were too many; what isn't smaller would fail like the last."""

_SMALLER = QT_TRANSLATE_NOOP(
    "notes",
    "There was too little memory for the picture(s) at full size: the model saw them with at most "
    "{pixels} pixels on the longer side.",
)
_SHORTER = QT_TRANSLATE_NOOP(
    "notes",
    "There was too little memory for the whole conversation: its {count} oldest message(s) were "
    "left out.",
)


@dataclass(frozen=True, slots=True)
class _Rung:
    """A way to ask.

    Attributes:
        dropped: Oldest messages that are left out.
        longest_side: See :meth:`PromptBuilder.build`.
    """

    messages: tuple[Message, ...]
    dropped: int = 0
    longest_side: int | None = None

    @property
    def notes(self) -> tuple[Phrase, ...]:
        smaller = Phrase(_SMALLER, {"pixels": self.longest_side})
        shorter = Phrase(_SHORTER, {"count": self.dropped})
        return (smaller,) * bool(self.longest_side) + (shorter,) * bool(self.dropped)


def answer_question(
    loaded: LoadedModel,
    request: AnswerQuestion,
    emit: EventSink,
    cancelled: Callable[[], bool],
) -> TurnFinished:
    """Answer, or go on with an answer; see :class:`~mmdesk.core.protocols.ChatEngine`.

    The event's run has all of the answer's tokens, those of ``request.begun`` too; text, usage and
    ``max_tokens`` are of the new part alone.

    Raises:
        AnswerOutOfMemory: on the last rung too, or in the middle of the answer.
    """
    attempt = _Attempt(loaded, request, emit, cancelled)
    messages = with_possible_tokens(loaded.model, loaded.processor, request.messages)
    for rung in _ladder(messages, attempt):
        finished = attempt.run(rung)
        if finished is None or attempt.failed:
            # Outside of any `except`: its frames hold the tensors that were too many.
            free_caches(loaded)
        if finished is not None:
            return finished
        if attempt.spoken:
            raise MemoryRanOut(device=loaded.placement.device_name)
        if cancelled():
            return attempt.unspoken(StopReason.CANCELLED, 0)
    raise _out_of_memory(loaded, attempt.tokens)


def free_caches(loaded: LoadedModel) -> None:
    """Free what is kept for the next question, and what an error has left behind."""
    loaded.prompts.forget_pictures()
    loaded.reader.forget()
    if loaded.decode is not None:
        loaded.decode.forget()
    return_large_blocks()
    free_memory(loaded.placement.device)


class _Attempt:
    """Tries the rungs of one question.

    Attributes:
        spoken: Whether text has gone out.
        failed: Whether memory ran out at least once.
        smaller: Whether the last rung's pictures cost less than those before.
        tokens: Of the last prompt that could be built.
    """

    def __init__(
        self,
        loaded: LoadedModel,
        request: AnswerQuestion,
        emit: EventSink,
        cancelled: Callable[[], bool],
    ) -> None:
        self._loaded = loaded
        self._request = request
        self._emit = emit
        self._cancelled = cancelled
        self._settings = seeded(request.settings)
        self._started = time.perf_counter()
        self._least = math.inf
        self._owed = ""
        self.spoken = False
        self.failed = False
        self.smaller = False
        self.tokens = 0

    def run(self, rung: _Rung) -> TurnFinished | None:
        """Answer, or return None where memory ran out or surely would again."""
        self.smaller = False
        try:
            with limited_to_free_memory(self._loaded.placement.device):
                return self._answer(rung)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            self.failed = True
            _LOG.info("Out of memory for %d messages: %s", len(rung.messages), str(error)[:200])
        return None

    def _answer(self, rung: _Rung) -> TurnFinished | None:
        prompt = self._loaded.prompts.build(
            rung.messages,
            self._request.settings.max_tokens,
            self._prepared,
            rung.longest_side,
            pixels=not self._loaded.reader.remembers(pictures_of(rung.messages)),
        )
        if self._cancelled():
            return self.unspoken(StopReason.CANCELLED, prompt.tokens)
        self.smaller = prompt.size <= self._least * _WORTH_TRYING
        if rung.longest_side and not (rung.dropped or self.smaller):
            return None
        self._least, self.tokens = min(prompt.size, self._least), prompt.tokens
        return self._generated(prompt, rung)

    def _generated(self, prompt: Prompt, rung: _Rung) -> TurnFinished:
        loaded, most = self._loaded, self._settings.max_tokens
        begun = beginning(
            loaded.model,
            loaded.processor,
            self._request.begun,
            prompt.opening,
            loaded.prompts.framing,
        )
        room = most if prompt.room is None else prompt.room - len(begun.tokens)
        if has_ended(loaded.model, begun.tokens):
            return self.unspoken(StopReason.STOP, prompt.tokens, begun.tokens)
        if begun.tokens and room < 1:
            return self.unspoken(StopReason.LENGTH, prompt.tokens, begun.tokens)
        self._emit(TurnProgress(self._request.turn, TurnStage.PREFILL))
        self._owed = begun.owed
        pictures = pictures_of(rung.messages)
        inputs = inputs_with(loaded.model, prompt, begun.tokens)
        reading = loaded.reader.read(inputs, pictures, rung.longest_side)
        answer = generate(
            loaded.model,
            tokenizer_of(loaded.processor),
            reading.arguments,
            self._settings,
            max_tokens=min(most, room),
            started=self._started,
            sink=self._speak,
            cancelled=self._cancelled,
            begun=begun.tokens,
            decode=loaded.decode,
        )
        loaded.reader.keep(reading, answer.tokens)
        return TurnFinished(
            self._request.turn,
            answer.stop_reason,
            (begun.owed if self.spoken else "") + answer.text,
            answer.usage,
            loaded.info.name,
            prompt.notes + rung.notes,
            self._run(begun.tokens, answer.tokens, self._sight(rung)),
        )

    def unspoken(
        self, reason: StopReason, prompt_tokens: int, begun: tuple[int, ...] | None = None
    ) -> TurnFinished:
        """Return the end of a turn in which nothing new was said."""
        if begun is None:
            begun = self._request.begun.tokens if self._request.begun else ()
        return TurnFinished(
            self._request.turn,
            reason,
            "",
            Usage(prompt_tokens, 0, 0.0, 0.0),
            self._loaded.info.name,
            run=self._run(begun, ()),
        )

    def _run(self, begun: tuple[int, ...], new: tuple[int, ...], sight: Sight | None = None) -> Run:
        info = self._loaded.info
        return Run(
            settings=self._settings,
            tokens=begun + new,
            begun=len(begun),
            dtype=info.dtype,
            device=info.device,
            threads=torch.get_num_threads(),
            libraries=libraries(self._loaded.placement),
            sight=sight,
        )

    def _sight(self, rung: _Rung) -> Sight | None:
        """Return what the model saw; of less than everything, the notes tell and no more is known.

        Smaller pictures have other frames, and without some messages pictures other numbers.
        """
        if rung.notes or not pictures_of(rung.messages):
            return None
        kind = self._loaded.model.config.model_type
        return sight_of(self._loaded.sight, kind, rung.messages)

    def _prepared(self, done: int, total: int) -> None:
        self._emit(TurnProgress(self._request.turn, TurnStage.PICTURES, done, total))

    def _speak(self, text: str, tokens: int) -> None:
        if not self.spoken:
            text = self._owed + text
        self.spoken = True
        self._emit(TextDelta(self._request.turn, text, tokens))


def _ladder(messages: tuple[Message, ...], attempt: _Attempt) -> Iterator[_Rung]:
    """Yield ways to ask, each smaller than those before; goes on where they failed."""
    yield _Rung(messages)
    yield _Rung(messages)  # with the caches freed
    side = None
    for fewer in _sides(messages):
        yield _Rung(messages, longest_side=fewer)
        if attempt.smaller:
            side = fewer
    for dropped in _droppable(messages):
        kept = tuple(each for number, each in enumerate(messages) if number not in dropped)
        yield _Rung(kept, len(dropped), side)


def _sides(messages: tuple[Message, ...]) -> Iterator[int]:
    """Yield longest sides, each for half as many pixels as the last."""
    pictures = pictures_of(messages)
    side = max((max(each.width, each.height) for each in pictures), default=0)
    while side > LEAST_SIDE:
        side = max(LEAST_SIDE, math.floor(side / math.sqrt(2)))
        yield side


def _droppable(messages: tuple[Message, ...]) -> Iterator[set[int]]:
    """Yield the numbers of messages to leave out: the older half of the turns, then all.

    Instructions stay, as do the question and the turn with the pictures that it is about.
    """
    starts = [number for number, each in enumerate(messages) if each.role is Role.USER]
    if not starts:
        return
    shown = max((n for n, each in enumerate(messages) if each.pictures), default=starts[-1])
    turns = [range(start, end) for start, end in itertools.pairwise(starts)]
    optional = [turn for turn in turns if shown not in turn]
    half = optional[: math.ceil(len(optional) / 2)]
    for left_out in (half, optional) if len(half) < len(optional) else (optional,):
        if left_out:
            yield {
                number
                for turn in left_out
                for number in turn
                if messages[number].role is not Role.SYSTEM
            }


def _out_of_memory(loaded: LoadedModel, tokens: int) -> AnswerOutOfMemory:
    """Say what is missing, and what would fit."""
    device, shape, dtype = loaded.placement.device, loaded.shape, loaded.placement.precision
    free = allocatable_bytes(device)
    beside = fit.kv_cache_bytes(shape, dtype, tokens) + fit.working_bytes(shape, dtype, tokens)
    fields: dict[str, object] = {
        "device": loaded.placement.device_name,
        "needed": gigabytes(max(beside, free)),
        "available": gigabytes(free),
    }
    weights = fit.weights_bytes(shape, dtype, cpu=device.type == "cpu")
    billions = fit.largest_fitting(machine_of(device, more=weights), dtype)
    if not billions or billions * 1e9 >= shape.parameters:
        return QuestionOutOfMemory(**fields)
    return AnswerOutOfMemory(**fields, billions=f"{billions:g}")
