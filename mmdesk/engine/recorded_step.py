"""An answer's tokens by a recorded step, once the plain one is known to work.

A conversation's keys and values have one home, its cache. While an answer is written they are also
in the buffers of a :class:`~mmdesk.engine.fixed_step.FixedStep`; what the answer adds is written
back at its end. Whatever goes wrong with that, the plain step goes on from the cache.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from transformers import DynamicCache, PreTrainedModel

from mmdesk.engine.cuda_graph import Outbox
from mmdesk.engine.fixed_step import FixedDecoder, FixedStep
from mmdesk.engine.kv_cache import GrowingLayer, GrowingWindowLayer
from mmdesk.engine.token_step import TokenStep
from mmdesk.models.hardware import is_out_of_memory

_LOG = logging.getLogger(__name__)

_LEAST_ROOM = 1024
"""Tokens; each further room has twice as many, and a recording of its own."""
_PLAIN_FIRST = 4
"""Tokens of a model that the plain step makes before anything is recorded."""

Recorder = Callable[[FixedStep], Callable[[], None]]
"""Returns what runs a step again, from the numbers and keys that stand in its buffers then."""


@dataclass(frozen=True, slots=True)
class _Recorded:
    step: FixedStep
    run: Callable[[], None]


class RecordedStep:
    """Computes a token as ``plain`` does, faster where a recording can be made.

    Args:
        model: One that :func:`~mmdesk.engine.token_step.steps` says yes to.
        plain: Its step.
        recorder: Makes what records; called again after :meth:`forget`.
    """

    def __init__(
        self, model: PreTrainedModel, plain: TokenStep, recorder: Callable[[], Recorder]
    ) -> None:
        self._model = model
        self._plain = plain
        self._make_recorder = recorder
        self._recorder: Recorder | None = None
        self._decoder: FixedDecoder | None = None
        self._recorded: dict[int, _Recorded] = {}
        self._current: _Recorded | None = None
        self._length = 0
        """Of the conversation in ``_current``: its prompt and the answer so far."""
        self._plain_left = _PLAIN_FIRST
        self._works = True
        self._has_room = True

    @property
    def rooms(self) -> tuple[int, ...]:
        """For how many tokens there are recordings."""
        return tuple(self._recorded)

    def __call__(self, token: torch.Tensor, cache: DynamicCache) -> torch.Tensor:
        """Return the logits behind one more token, (vocabulary,), valid until the next call.

        Args:
            token: Its id, (1,).
            cache: The conversation's. It is up to date again after :meth:`end`.
        """
        current = self._ready(cache)
        if current is None:
            self._plain_left -= 1
            return self._plain(token, cache)
        current.step.token.copy_(token)
        current.run()
        self._length += 1
        return current.step.logits

    def tokens(self, token: torch.Tensor, cache: DynamicCache) -> Iterator[torch.Tensor]:
        """Yield the greedy answer's next tokens, (1,), on the CPU; end where no recording is.

        Each comes while the next one is computed. Whoever wants no more of them stops asking.
        """
        while (current := self._ready(cache)) is not None:
            current.step.token.copy_(token)
            for token in self._ahead(current):
                yield token

    def end(self, cache: DynamicCache) -> None:
        """Bring the cache up to date: after every answer, however it ended."""
        self._has_room = True
        try:
            self._leave(cache)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            _LOG.info("There was no memory to keep an answer's keys and values")

    def forget(self) -> None:
        """Free the memory; between answers."""
        self._recorded.clear()
        self._recorder = None  # its memory pool ends with the last graph in it

    def _ahead(self, current: _Recorded) -> Iterator[torch.Tensor]:
        outbox = Outbox(current.step.token.device)
        begun = self._length
        while True:
            while begun < min(self._length + 2, current.step.room):
                current.run()
                outbox.send(current.step.token)
                begun += 1
            if begun == self._length:
                return
            self._length += 1
            yield outbox.receive()

    def _ready(self, cache: DynamicCache) -> _Recorded | None:
        """Return the recording that computes the conversation's next token."""
        if self._current is not None and self._length == self._current.step.room:
            self._leave(cache)
        if self._current is None and self._may_record(cache):
            self._enter(cache)
        return self._current

    def _may_record(self, cache: DynamicCache) -> bool:
        return (
            self._works
            and self._has_room
            and self._plain_left <= 0
            and _fits(cache, _room_for(cache.get_seq_length() + 1))
        )

    def _enter(self, cache: DynamicCache) -> None:
        length = cache.get_seq_length()
        trouble: Exception | None = None
        try:
            current = self._recording(_room_for(length + 1))
            current.step.load(cache)
            self._current, self._length = current, length
            return
        except Exception as error:  # whatever it is, there is another way
            trouble = error.with_traceback(None)  # whose frames hold what is to be freed
        self.forget()
        if is_out_of_memory(trouble):
            self._has_room = False
            _LOG.info("There is too little memory for a CUDA graph of %d tokens", length)
        else:
            self._works = False
            _LOG.info("No CUDA graph of this model: %r", trouble)

    def _recording(self, room: int) -> _Recorded:
        if room not in self._recorded:
            self._decoder = self._decoder or FixedDecoder(self._model)
            self._recorder = self._recorder or self._make_recorder()
            step = FixedStep(self._decoder, room)
            self._recorded[room] = _Recorded(step, self._recorder(step))
        return self._recorded[room]

    def _leave(self, cache: DynamicCache) -> None:
        if self._current is None:
            return
        current, self._current = self._current, None
        before = cache.get_seq_length()
        try:
            current.step.give_back(cache, self._length)
        except BaseException:
            for layer in cache.layers:
                _cut(layer, before)
            raise


def _fits(cache: DynamicCache, room: int) -> bool:
    """Whether every token sees all before it as long as there are no more than ``room``."""
    return all(
        type(layer) is GrowingLayer
        or (isinstance(layer, GrowingWindowLayer) and room <= layer.sliding_window)
        for layer in cache.layers
    )


def _cut(layer: Any, length: int) -> None:
    if layer.get_seq_length() > length:
        layer.crop(length - layer.get_seq_length())


def _room_for(tokens: int) -> int:
    room = _LEAST_ROOM
    while room < tokens:
        room *= 2
    return room
