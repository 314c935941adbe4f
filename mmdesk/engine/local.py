"""The engine that holds the model in this process."""

from __future__ import annotations

import gc
import logging
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from mmdesk.core.conversations import StopReason, Usage
from mmdesk.core.errors import AnswerOutOfMemory, EngineEmpty, ModelNeedsPackage
from mmdesk.core.events import (
    LoadStage,
    ModelInfo,
    ModelLoading,
    TextDelta,
    TurnFinished,
    TurnProgress,
    TurnStage,
)
from mmdesk.core.messages import Picture, user_message
from mmdesk.core.protocols import EventSink
from mmdesk.core.requests import AnswerQuestion, EncodePictures, LoadModel
from mmdesk.engine.checkpoint import read_config

if TYPE_CHECKING:
    from mmdesk.engine.loading import LoadedModel

_LOG = logging.getLogger(__name__)
_ENVIRONMENT = {
    # transformers asks the hub even about cached files unless told not to.
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
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
        from mmdesk.models.hardware import free_memory, is_out_of_memory

        try:
            return _answer(self._loaded, request, emit, cancelled)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
        # Outside `except`: the exception's frames hold the tensors that were too many.
        self._loaded.prompts.forget_pictures()
        self._loaded.encoder.forget()
        gc.collect()
        free_memory(self._loaded.placement.device)
        raise AnswerOutOfMemory(device=self._loaded.placement.device_name)

    def encode(self, request: EncodePictures, cancelled: Callable[[], bool]) -> None:
        """Encode ahead; see :class:`~mmdesk.core.protocols.ChatEngine`.

        Only a question with exactly these pictures in its conversation, in this order, gains.
        """
        if self._loaded is None or not request.pictures:
            return
        try:
            _encode(self._loaded, request.pictures, cancelled)
        except _Cancelled:
            return
        except Exception as error:  # the question will say it, if there is one
            _LOG.info("pictures were not encoded ahead: %r", error)
        else:
            return
        from mmdesk.models.hardware import free_memory

        gc.collect()
        free_memory(self._loaded.placement.device)

    def close(self) -> None:
        """Free the model. May be called twice."""
        if self._loaded is None:
            return
        from mmdesk.models.hardware import free_memory

        device = self._loaded.placement.device
        self._loaded = None
        gc.collect()
        free_memory(device)


class _Cancelled(Exception):
    """Other work waits."""


def _encode(
    loaded: LoadedModel, pictures: tuple[Picture, ...], cancelled: Callable[[], bool]
) -> None:
    def look(_done: int = 0, _total: int = 0) -> None:
        if cancelled():
            raise _Cancelled

    # Any text will do: templates expect one, and it says nothing of the pictures.
    prompt = loaded.prompts.build((user_message("?", pictures),), 1, look)
    look()
    loaded.encoder.encode(prompt.inputs)


def _answer(
    loaded: LoadedModel,
    request: AnswerQuestion,
    emit: EventSink,
    cancelled: Callable[[], bool],
) -> TurnFinished:
    from mmdesk.engine.generation import generate
    from mmdesk.engine.prompt import tokenizer_of

    started = time.perf_counter()
    turn, settings = request.turn, request.settings

    def prepared(done: int, total: int) -> None:
        emit(TurnProgress(turn, TurnStage.PICTURES, done, total))

    prompt = loaded.prompts.build(request.messages, settings.max_tokens, prepared)
    if cancelled():
        usage = Usage(prompt.tokens, 0, 0.0, 0.0)
        return TurnFinished(turn, StopReason.CANCELLED, "", usage, loaded.info.name)
    emit(TurnProgress(turn, TurnStage.PREFILL))
    room = settings.max_tokens if prompt.room is None else prompt.room
    answer = generate(
        loaded.model,
        tokenizer_of(loaded.processor),
        loaded.encoder.encode(prompt.inputs),
        settings,
        max_tokens=min(settings.max_tokens, room),
        started=started,
        sink=lambda text, tokens: emit(TextDelta(turn, text, tokens)),
        cancelled=cancelled,
    )
    return TurnFinished(turn, answer.stop_reason, answer.text, answer.usage, loaded.info.name)
