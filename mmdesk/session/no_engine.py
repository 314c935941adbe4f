"""What the worker holds where no engine could be made."""

from __future__ import annotations

from collections.abc import Callable

from mmdesk.core.errors import MmdeskError
from mmdesk.core.events import ModelInfo, TurnFinished
from mmdesk.core.examinations import Examination, Examined
from mmdesk.core.protocols import EventSink
from mmdesk.core.requests import AnswerQuestion, LoadModel, Prefill, Transcribe
from mmdesk.core.speech import Transcript


class NoEngine:
    """An :class:`~mmdesk.core.protocols.Engine` that answers every request with one error."""

    def __init__(self, error: MmdeskError) -> None:
        self._error = error

    def load(
        self, request: LoadModel, emit: EventSink, cancelled: Callable[[], bool]
    ) -> ModelInfo | None:
        raise self._error

    def answer(
        self, request: AnswerQuestion, emit: EventSink, cancelled: Callable[[], bool]
    ) -> TurnFinished:
        raise self._error

    def examine(
        self, request: Examination, emit: EventSink, cancelled: Callable[[], bool]
    ) -> Examined | None:
        raise self._error

    def prefill(self, request: Prefill, cancelled: Callable[[], bool]) -> None:
        """There is nothing to read with."""

    def transcribe(self, request: Transcribe, cancelled: Callable[[], bool]) -> Transcript | None:
        raise self._error

    def close(self) -> None:
        """Nothing is held."""
