"""The engine that holds the model in this process."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from mmdesk.core.errors import EngineEmpty, ModelNeedsPackage
from mmdesk.core.events import (
    LoadStage,
    ModelInfo,
    ModelLoading,
    TurnFinished,
)
from mmdesk.core.examinations import AnswerExamination, Examined
from mmdesk.core.protocols import EventSink
from mmdesk.core.requests import AnswerQuestion, LoadModel, Prefill
from mmdesk.models.checkpoint import read_config
from mmdesk.models.offline import OFFLINE

if TYPE_CHECKING:
    from mmdesk.engine.loading import LoadedModel

_LOG = logging.getLogger(__name__)
_ENVIRONMENT = OFFLINE | {
    # Read by cuBLAS when CUDA starts: the same question gets the same greedy answer.
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
}


class LocalChatEngine:
    """A :class:`~mmdesk.core.protocols.ChatEngine` with torch and transformers in this process.

    Both are imported by the first :meth:`load`, which takes seconds.
    """

    def __init__(self) -> None:
        self._loaded: LoadedModel | None = None

    def load(
        self,
        request: LoadModel,
        emit: EventSink,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> ModelInfo:
        """Load a checkpoint to the end; see :class:`~mmdesk.core.protocols.ChatEngine`."""
        del cancelled  # transformers can't be stopped in the middle
        self.close()
        emit(ModelLoading(LoadStage.STARTING))
        config = read_config(request.path)  # a wrong folder is said before torch is there
        os.environ.update(_ENVIRONMENT)
        try:
            from mmdesk.engine.loading import load_model
        except ImportError as error:
            package = error.name or str(error)
            raise ModelNeedsPackage(path=str(request.path), package=package) from error
        self._loaded = load_model(request, config, emit)
        return self._loaded.info

    def answer(
        self, request: AnswerQuestion, emit: EventSink, cancelled: Callable[[], bool]
    ) -> TurnFinished:
        """Generate; see :class:`~mmdesk.core.protocols.ChatEngine`."""
        if self._loaded is None:
            raise EngineEmpty
        from mmdesk.engine.answering import answer_question
        from mmdesk.engine.memory import return_freed_pages

        try:
            return answer_question(self._loaded, request, emit, cancelled)
        finally:
            return_freed_pages()

    def examine(
        self, request: AnswerExamination, emit: EventSink, cancelled: Callable[[], bool]
    ) -> Examined | None:
        """Look closer; see :class:`~mmdesk.core.protocols.ChatEngine`."""
        if self._loaded is None:
            raise EngineEmpty
        from mmdesk.engine.evidence.examining import examine
        from mmdesk.engine.memory import return_freed_pages

        try:
            return examine(self._loaded, request, emit, cancelled)
        finally:
            return_freed_pages()

    def prefill(self, request: Prefill, cancelled: Callable[[], bool]) -> None:
        """Read ahead; see :class:`~mmdesk.core.protocols.ChatEngine`."""
        if self._loaded is None or not request.messages:
            return
        from mmdesk.engine.asking import Cancelled
        from mmdesk.engine.prefill import prefill

        try:
            prefill(self._loaded, request.messages, cancelled)
        except Cancelled:
            return
        except Exception as error:  # the question will say it, if there is one
            _LOG.info("the question was not read ahead: %r", error)
        else:
            return
        from mmdesk.models.hardware import free_memory

        free_memory(self._loaded.placement.device)

    def close(self) -> None:
        """Free the model. May be called twice."""
        if self._loaded is None:
            return
        from mmdesk.models.hardware import free_memory

        device = self._loaded.placement.device
        self._loaded = None
        free_memory(device)
