"""Whisper in this process; torch and whisper are imported by the first request."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from mmdesk.core.errors import SpeechModelNeedsPackage, SpeechOutOfMemory
from mmdesk.core.requests import SpeechModel, Transcribe
from mmdesk.core.speech import Transcript
from mmdesk.speech.checkpoint import read_checkpoint
from mmdesk.speech.official import OFFICIAL_CHECKPOINTS, OfficialCheckpoint

if TYPE_CHECKING:
    from mmdesk.speech.transcription import Recognizer

_LOG = logging.getLogger(__name__)


class LocalTranscriber:
    """A :class:`~mmdesk.core.protocols.Transcriber` with Whisper in this process.

    Args:
        pinned: The ``.pt`` files that may be opened, by SHA-256: OpenAI's own.
    """

    def __init__(self, pinned: Mapping[str, OfficialCheckpoint] = OFFICIAL_CHECKPOINTS) -> None:
        self._pinned = pinned
        self._model: SpeechModel | None = None
        self._recognizer: Recognizer | None = None

    def transcribe(
        self, request: Transcribe, cancelled: Callable[[], bool] = lambda: False
    ) -> Transcript | None:
        """Write down what was said; see :class:`~mmdesk.core.protocols.Transcriber`."""

        def check() -> None:
            if cancelled():
                raise _Cancelled

        device = "CPU"
        try:
            recognizer = self._loaded(request.model)
            device = recognizer.device
            with _computing_with(request.model.threads):  # the chat model has another number
                return recognizer.transcribe(request, check)
        except _Cancelled:
            return None
        except (MemoryError, RuntimeError) as error:
            if not _is_out_of_memory(error):
                raise
            _LOG.info("out of memory", exc_info=True)
        # Outside `except`: the exception's frames hold the tensors that were too many.
        self._release()
        raise SpeechOutOfMemory(device=device)

    def close(self) -> None:
        """Free the model. May be called twice."""
        if self._recognizer is not None:
            self._model = self._recognizer = None
            self._release()

    def _loaded(self, model: SpeechModel) -> Recognizer:
        """Return the recognizer of a model, loading it if it is not the one at hand."""
        if self._recognizer is not None and self._model == model:
            return self._recognizer
        self.close()
        checkpoint = read_checkpoint(model.path, self._pinned)  # said before torch is there
        try:
            from mmdesk.speech.loading import load_speech_model
            from mmdesk.speech.transcription import Recognizer
        except ImportError as error:
            raise SpeechModelNeedsPackage(package=error.name or str(error)) from error
        self._recognizer = Recognizer(load_speech_model(checkpoint, model))
        self._model = model
        return self._recognizer

    def _release(self) -> None:
        """Give memory that nothing uses any more back to the device."""
        gc.collect()
        if torch := sys.modules.get("torch"):
            torch.cuda.empty_cache()


class _Cancelled(Exception):
    """Nobody waits for this any more."""


def _computing_with(threads: int) -> AbstractContextManager[None]:
    from mmdesk.models.hardware import computing_with

    return computing_with(threads)


def _is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError):  # perhaps before torch was imported
        return True
    from mmdesk.models.hardware import is_out_of_memory

    return is_out_of_memory(error)
