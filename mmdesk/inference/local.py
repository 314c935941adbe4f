"""Chat, speech and matching in this process, as one engine."""

from __future__ import annotations

from collections.abc import Callable

from mmdesk.core.events import ModelInfo, TurnFinished
from mmdesk.core.examinations import CheckClaim, ClaimChecked, Examination, Examined
from mmdesk.core.protocols import EventSink
from mmdesk.core.requests import AnswerQuestion, LoadModel, Prefill, Transcribe
from mmdesk.core.speech import Transcript
from mmdesk.engine.local import LocalChatEngine
from mmdesk.matching.local import LocalMatcher
from mmdesk.speech.local import LocalTranscriber


class LocalEngine:
    """An :class:`~mmdesk.core.protocols.Engine`; each part imports what it needs when used."""

    def __init__(self) -> None:
        self._chat = LocalChatEngine()
        self._speech = LocalTranscriber()
        self._matcher = LocalMatcher()

    def load(
        self,
        request: LoadModel,
        emit: EventSink,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> ModelInfo | None:
        """Load a chat model; see :class:`~mmdesk.core.protocols.ChatEngine`."""
        return self._chat.load(request, emit, cancelled)

    def answer(
        self, request: AnswerQuestion, emit: EventSink, cancelled: Callable[[], bool]
    ) -> TurnFinished:
        """Generate; see :class:`~mmdesk.core.protocols.ChatEngine`."""
        return self._chat.answer(request, emit, cancelled)

    def examine(
        self, request: Examination, emit: EventSink, cancelled: Callable[[], bool]
    ) -> Examined | None:
        """Look closer; see :class:`~mmdesk.core.protocols.ChatEngine`."""
        if not isinstance(request, CheckClaim):
            return self._chat.examine(request, emit, cancelled)
        matches = self._matcher.match(request.match, cancelled)
        return None if matches is None else ClaimChecked(request.id, matches)

    def prefill(self, request: Prefill, cancelled: Callable[[], bool]) -> None:
        """Read ahead; see :class:`~mmdesk.core.protocols.ChatEngine`."""
        self._chat.prefill(request, cancelled)

    def transcribe(self, request: Transcribe, cancelled: Callable[[], bool]) -> Transcript | None:
        """Write down; see :class:`~mmdesk.core.protocols.Transcriber`."""
        return self._speech.transcribe(request, cancelled)

    def close(self) -> None:
        """Free all models. May be called twice."""
        self._chat.close()
        self._matcher.close()
        self._speech.close()
