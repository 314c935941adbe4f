"""Who answers: the model in the worker, or a server's."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from mmdesk.core.conversations import StopReason
from mmdesk.core.errors import InternalError, MmdeskError
from mmdesk.core.events import TurnFailed, TurnFinished
from mmdesk.core.examinations import CheckClaim, Examination, ExaminationId
from mmdesk.core.messages import Message
from mmdesk.core.models import ModelKey, is_remote
from mmdesk.core.protocols import EventSink, RemoteServers
from mmdesk.core.requests import AnswerQuestion, LoadModel, Prefill, TurnId
from mmdesk.session.worker import ModelWorker, Rank

if TYPE_CHECKING:
    from concurrent.futures import Executor

log = logging.getLogger(__name__)


class Answering:
    """Hands questions to whom they are for; every one ends in one terminal event.

    Attributes:
        request_for: Returns how a model of this computer is loaded.
    """

    def __init__(
        self,
        worker: ModelWorker,
        servers: Callable[[], RemoteServers],
        pool: Executor,
        emit: EventSink,
        request_for: Callable[[ModelKey], LoadModel],
    ) -> None:
        """``servers`` is called on ``pool``, which has a thread for each answer that streams."""
        self._worker = worker
        self._remote = RemoteTurns(servers, pool, emit)
        self._prepared: LoadModel | None = None
        self._read_ahead = Prefill(())
        self.request_for = request_for

    def answer(self, request: AnswerQuestion, model: ModelKey) -> None:
        """Have a question answered by ``model``; local ones wait for each other."""
        if is_remote(model):
            self._remote.answer(request, model)
            return
        self._prepared, self._read_ahead = self.request_for(model), Prefill(())
        self._worker.answer(replace(request, model=self._prepared))

    def replay(self, request: AnswerQuestion, model: ModelKey) -> None:
        """Have a local model compute an answer again, once there is nothing else to answer."""
        # The next question's model may have to be loaded again, and what it has read is gone then.
        self._prepared, self._read_ahead = None, Prefill(())
        self._worker.answer(replace(request, model=self.request_for(model)), Rank.REPLAY)

    def cancel(self, turn: TurnId) -> None:
        """Stop an answer, wherever it comes from."""
        if not self._remote.cancel(turn):
            self._worker.cancel(turn)

    def prepare(self, model: ModelKey, *, again: bool = False) -> None:
        """Have a model loaded ahead of a question, where it is one of this computer.

        Nothing happens for the one that is loaded or being loaded, unless ``again``.
        """
        if is_remote(model):
            return
        request = self.request_for(model)
        if again or request != self._prepared:
            self._prepared = request
            self._worker.load(request)

    def prefill(
        self, messages: tuple[Message, ...], model: ModelKey, *, again: bool = False
    ) -> None:
        """Have what a question will begin with read ahead, where that is done on this computer.

        Nothing happens for what is being read or was read last, unless ``again``.

        Args:
            messages: See :class:`~mmdesk.core.requests.Prefill`.
        """
        request = Prefill(())
        if messages and not is_remote(model):
            request = Prefill(messages, self.request_for(model))
        if (again and request.messages) or request != self._read_ahead:
            self._read_ahead = request
            self._worker.prefill(request)

    def examine(self, request: Examination) -> None:
        """Have a local model look closer at an answer of its own."""
        if not isinstance(request, CheckClaim) and request.model != self._prepared:
            self._prepared = None  # the next question's model may have to be loaded again
        self._worker.examine(request)

    def drop(self, examination: ExaminationId) -> None:
        """Break a closer look off."""
        self._worker.drop(examination)

    def unloaded(self) -> None:
        """Take note that no model is loaded any more: the next :meth:`prepare` loads it again."""
        self._prepared = None

    def close(self) -> None:
        """Stop the servers' answers; worker and servers are closed by who made them."""
        self._remote.close()


class RemoteTurns:
    """Servers' answers, each on a thread of the pool."""

    def __init__(
        self, servers: Callable[[], RemoteServers], pool: Executor, emit: EventSink
    ) -> None:
        self._servers = servers
        self._pool = pool
        self._emit = emit
        self._lock = threading.Lock()
        self._running: set[TurnId] = set()

    def answer(self, request: AnswerQuestion, model: ModelKey) -> None:
        """Begin an answer."""
        with self._lock:
            self._running.add(request.turn)
        self._pool.submit(self._answer, request, model)

    def cancel(self, turn: TurnId) -> bool:
        """Stop an answer; return whether it is one of these."""
        with self._lock:
            known = turn in self._running
            self._running.discard(turn)
        return known

    def close(self) -> None:
        """Stop all of them."""
        with self._lock:
            self._running.clear()

    def _answer(self, request: AnswerQuestion, model: ModelKey) -> None:
        def cancelled() -> bool:
            return request.turn not in self._running

        end: TurnFinished | TurnFailed
        try:
            if cancelled():
                end = TurnFinished(request.turn, StopReason.CANCELLED, "", None, model)
            else:
                end = self._servers().answer(request, model, self._emit, cancelled)
        except MmdeskError as error:
            end = TurnFailed(request.turn, error)
        except Exception as error:
            log.exception("answering from a server")
            end = TurnFailed(request.turn, InternalError.of(error))
        with self._lock:
            self._running.discard(request.turn)
        self._emit(end)
