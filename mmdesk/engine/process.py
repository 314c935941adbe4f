"""The engine whose model lives in a child process: the parent's side.

A device-side assert, an out-of-memory kill or a native crash ends the child and costs one
answer. Imports neither torch nor transformers.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from mmdesk.core.errors import EngineCrashed, EngineEmpty, MmdeskError
from mmdesk.core.events import ModelInfo, TurnFinished
from mmdesk.core.protocols import Child, EventSink, Spawn
from mmdesk.core.requests import AnswerQuestion, LoadModel, Shutdown
from mmdesk.engine.child import Cancel, serve

_POLL_S = 0.02
_GOODBYE_S = 1.0
_NICE = 5
"""The window stays responsive while the model computes on all cores."""

_Result = TypeVar("_Result", ModelInfo, TurnFinished)
_GONE = (EOFError, OSError)


class _LoadCancelled(Exception):
    """Nobody waits for the load any more."""


class ChildChatEngine:
    """A :class:`~mmdesk.core.protocols.ChatEngine` in a spawned process.

    Args:
        spawn: Starts the process.
        log_path: Where the child's output and logs go.
    """

    def __init__(self, spawn: Spawn, log_path: Path) -> None:
        self._spawn = spawn
        self._log_path = log_path
        self._child: Child | None = None

    def load(
        self,
        request: LoadModel,
        emit: EventSink,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> ModelInfo | None:
        """Load a checkpoint, in a fresh process if there is none."""
        if self._child is None or self._child.exit_code is not None:
            self._discard()
            self._child = self._spawn("mmdesk engine", serve, str(self._log_path), nice=_NICE)

        def give_up_if_cancelled() -> None:
            if cancelled():
                raise _LoadCancelled

        try:
            return self._ask(self._child, request, ModelInfo, emit, give_up_if_cancelled)
        except _LoadCancelled:
            self._discard()  # only the end of its process stops a load
            return None

    def answer(
        self, request: AnswerQuestion, emit: EventSink, cancelled: Callable[[], bool]
    ) -> TurnFinished:
        """Generate; a cancel reaches the child within ``_POLL_S`` and is sent once."""
        child = self._child
        if child is None:
            raise EngineEmpty
        sent = False

        def pass_on_cancel() -> None:
            nonlocal sent
            if not sent and cancelled():
                sent = True
                child.connection.send(Cancel(request.turn))

        return self._ask(child, request, TurnFinished, emit, pass_on_cancel)

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

    def _ask(
        self,
        child: Child,
        request: LoadModel | AnswerQuestion,
        result_type: type[_Result],
        emit: EventSink,
        meanwhile: Callable[[], None],
    ) -> _Result:
        """Send a request, pass its events on and return its result.

        Raises:
            MmdeskError: the child's answer was one.
            EngineCrashed: the child ended.
        """
        try:
            child.connection.send(request)
            while True:
                meanwhile()
                if not child.connection.poll(_POLL_S):
                    continue
                message = child.connection.recv()
                if isinstance(message, result_type):
                    return message
                if isinstance(message, MmdeskError):
                    raise message
                emit(message)
        except _GONE:
            pass
        raise EngineCrashed(reason=self._discard(ended=True))

    def _discard(self, *, ended: bool = False) -> str:
        """Reap the child, if there is one, and say how it ended."""
        child, self._child = self._child, None
        if child is None:
            return ""
        if ended:
            _await_exit(child)
        child.kill()
        return _ending(child.exit_code)


def _await_exit(child: Child) -> None:
    """Wait for the exit code: a dying process closes its pipe a little earlier."""
    deadline = time.monotonic() + _GOODBYE_S
    while child.exit_code is None and time.monotonic() < deadline:
        time.sleep(_POLL_S)


def _ending(exit_code: int | None) -> str:
    if exit_code is None:
        return "it does not answer"
    if exit_code >= 0:
        return f"exit code {exit_code}"
    try:
        return f"killed by {signal.Signals(-exit_code).name}"
    except ValueError:
        return f"killed by signal {-exit_code}"
