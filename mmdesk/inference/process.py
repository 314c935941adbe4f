"""The engine whose models live in a child process: the parent's side.

A device-side assert, an out-of-memory kill or a native crash ends the child and costs one
answer. Imports neither torch nor transformers.
"""

from __future__ import annotations

import itertools
import signal
import time
from collections.abc import Callable
from pathlib import Path

from mmdesk.core.errors import EngineCrashed, EngineEmpty, MmdeskError
from mmdesk.core.events import Event, ModelInfo, TurnFinished
from mmdesk.core.examinations import Examination, Examined
from mmdesk.core.protocols import Child, EventSink, Spawn
from mmdesk.core.requests import AnswerQuestion, LoadModel, Prefill, Shutdown, Transcribe
from mmdesk.core.speech import Transcript
from mmdesk.inference.child import Call, Cancel, Found, Result, Served, serve

_POLL_S = 0.02
_GOODBYE_S = 1.0
PATIENCE_S = 15.0
"""A process that says nothing for so long after it was told to stop hangs: between two looks at
its pipe, the slowest thing it does is one piece of a long prompt."""
_NICE = 5
"""The window stays responsive while the model computes on all cores."""

_HUNG = "it does not answer"
_GONE = (EOFError, OSError)
_Meanwhile = Callable[[int, float], bool]
"""Called with a request's number and when something was heard last, while it is waited for;
returns whether that is too long ago."""


class _LoadCancelled(Exception):
    """Nobody waits for the load any more."""


class ChildEngine:
    """An :class:`~mmdesk.core.protocols.Engine` in a spawned process.

    Args:
        spawn: Starts the process.
        log_path: Where the child's output and logs go.
        patience_s: Until a child that was told to stop, and says nothing, is ended.
    """

    def __init__(self, spawn: Spawn, log_path: Path, patience_s: float = PATIENCE_S) -> None:
        self._spawn = spawn
        self._log_path = log_path
        self._patience_s = patience_s
        self._child: Child | None = None
        self._holds_model = False
        self._numbers = itertools.count()

    def load(
        self,
        request: LoadModel,
        emit: EventSink,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> ModelInfo | None:
        """Load a checkpoint, in a fresh process if there is none or it holds another model.

        A process gives all its memory back when it ends; one that only lets go of a model keeps
        what its allocators, CUDA's context and its kernels take.
        """
        if self._child is not None and (self._holds_model or self._child.exit_code is not None):
            self._discard()

        def give_up_if_cancelled(_number: int, _heard: float) -> bool:
            if cancelled():
                raise _LoadCancelled
            return False

        try:
            child = self._started()
            self._holds_model = True  # parts of it, if it fails
            loaded = self._ask(child, request, emit, give_up_if_cancelled)
        except _LoadCancelled:
            self._discard()  # only the end of its process stops a load
            return None
        assert isinstance(loaded, ModelInfo)
        return loaded

    def answer(
        self, request: AnswerQuestion, emit: EventSink, cancelled: Callable[[], bool]
    ) -> TurnFinished:
        """Generate; a cancel reaches the child within ``_POLL_S`` and is sent once."""
        if self._child is None:
            raise EngineEmpty
        passing = self._passing_on(self._child, cancelled)
        finished = self._ask(self._child, request, emit, passing)
        assert isinstance(finished, TurnFinished)
        return finished

    def examine(
        self, request: Examination, emit: EventSink, cancelled: Callable[[], bool]
    ) -> Examined | None:
        """Look closer; without a process there is nothing to do it with."""
        if self._child is None:
            raise EngineEmpty
        passing = self._passing_on(self._child, cancelled)
        found = self._ask(self._child, request, emit, passing)
        assert found is None or isinstance(found, Examined)
        return found

    def prefill(self, request: Prefill, cancelled: Callable[[], bool]) -> None:
        """Read ahead; without a process there is nothing to do it with."""
        if self._child is not None:
            passing = self._passing_on(self._child, cancelled)
            self._ask(self._child, request, _no_events, passing)

    def transcribe(self, request: Transcribe, cancelled: Callable[[], bool]) -> Transcript | None:
        """Write down, in a fresh process if there is none."""
        child = self._started()
        passing = self._passing_on(child, cancelled)
        heard = self._ask(child, request, _no_events, passing)
        assert heard is None or isinstance(heard, Transcript)
        return heard

    def close(self) -> None:
        """Let the child end, or end it. May be called twice."""
        if self._child is not None and self._child.exit_code is None:
            try:
                self._child.connection.send(Shutdown())
                while self._child.connection.poll(_GOODBYE_S):
                    self._child.connection.recv()
            except _GONE:
                pass  # that is what was asked for
        self._discard()

    def _started(self) -> Child:
        if self._child is None:
            self._child = self._spawn("mmdesk engine", serve, str(self._log_path), nice=_NICE)
        return self._child

    def _passing_on(self, child: Child, cancelled: Callable[[], bool]) -> _Meanwhile:
        """Return a check that sends a cancel to the child, once."""
        sent: float | None = None

        def check(number: int, heard: float) -> bool:
            nonlocal sent
            if sent is None and cancelled():
                sent = time.monotonic()
                child.connection.send(Cancel(number))
            return sent is not None and time.monotonic() - max(sent, heard) > self._patience_s

        return check

    def _ask(
        self,
        child: Child,
        request: Served,
        emit: EventSink,
        meanwhile: _Meanwhile,
    ) -> Found:
        """Send a request, pass its events on and return its answer.

        Raises:
            MmdeskError: the child's answer was one.
            EngineCrashed: the child ended, or hung and was ended.
        """
        number = next(self._numbers)
        heard = time.monotonic()
        try:
            child.connection.send(Call(number, request))
            while not meanwhile(number, heard):
                if not child.connection.poll(_POLL_S):
                    continue
                message = child.connection.recv()
                heard = time.monotonic()
                if not isinstance(message, Result):
                    emit(message)
                elif isinstance(message.answer, MmdeskError):
                    raise message.answer
                else:
                    return message.answer
        except _GONE:
            raise EngineCrashed(reason=self._discard(ended=True)) from None
        self._discard()
        raise EngineCrashed(reason=_HUNG)

    def _discard(self, *, ended: bool = False) -> str:
        """Reap the child, if there is one, and say how it ended."""
        child, self._child, self._holds_model = self._child, None, False
        if child is None:
            return ""
        if ended:
            _await_exit(child)
        child.kill()
        return _ending(child.exit_code)


def _no_events(event: Event) -> None:
    raise AssertionError(f"an event of a request that has none: {event}")


def _await_exit(child: Child) -> None:
    """Wait for the exit code: a dying process closes its pipe a little earlier."""
    deadline = time.monotonic() + _GOODBYE_S
    while child.exit_code is None and time.monotonic() < deadline:
        time.sleep(_POLL_S)


def _ending(exit_code: int | None) -> str:
    if exit_code is None:
        return _HUNG
    if exit_code >= 0:
        return f"exit code {exit_code}"
    try:
        return f"killed by {signal.Signals(-exit_code).name}"
    except ValueError:
        return f"killed by signal {-exit_code}"
