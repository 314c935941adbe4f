"""A contrastive model in this process; torch and transformers are imported by the first request."""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mmdesk.core.errors import (
    MatchOutOfMemory,
    MatchTextAlone,
    MatchTextEmpty,
    MatchTextMissing,
    ModelNeedsPackage,
    TooManyTexts,
)
from mmdesk.core.matching import Match, Matches, MatchModel, MatchPicture
from mmdesk.matching.checkpoint import read_checkpoint
from mmdesk.models.offline import OFFLINE

if TYPE_CHECKING:
    from mmdesk.matching.encoder import DualEncoder
    from mmdesk.matching.placement import Placement

_LOG = logging.getLogger(__name__)
MOST_TEXTS = 10_000


class LocalMatcher:
    """Compares pictures with texts; keeps one model, until another is asked for."""

    def __init__(self) -> None:
        self._model: MatchModel | None = None
        self._encoder: DualEncoder | None = None

    def match(
        self, request: MatchPicture, cancelled: Callable[[], bool] = lambda: False
    ) -> Matches | None:
        """Return how well the texts fit the picture, loading the model first if need be.

        A text that is given several times counts once. ``cancelled`` is asked before loading and
        between batches of texts; None if it ended the call early.

        Raises:
            MatchError: this model, or these texts, can't be compared with a picture.
            ModelError: the model can't be loaded.
            PictureError: the picture's file is gone or broken.
        """
        texts = _checked(request.texts)

        def check() -> None:
            if cancelled():
                raise _Cancelled

        try:
            check()
            encoder = self._loaded(request.model)
            return _told(lambda: _compared(encoder, request, texts, check), request.model.path)
        except _Cancelled:
            return None
        except (MemoryError, RuntimeError) as error:
            if not _is_out_of_memory(error):
                raise
            _LOG.info("out of memory", exc_info=True)
        # Outside `except`: the exception's frames hold the tensors that were too many.
        raise MatchOutOfMemory(device=self._cleared())

    def close(self) -> None:
        """Free the model. May be called twice."""
        if self._encoder is not None:
            placement = self._encoder.placement
            self._model = self._encoder = None
            _give_back(placement)

    def _cleared(self) -> str:
        """Return the name of the device, once what was computed there is gone."""
        if self._encoder is None:  # there was not even room for torch
            return "CPU"
        _give_back(self._encoder.placement)
        return self._encoder.placement.name

    def _loaded(self, model: MatchModel) -> DualEncoder:
        if self._encoder is not None and self._model == model:
            return self._encoder
        self.close()
        checkpoint = read_checkpoint(model.path)  # said before torch is there
        os.environ.update(OFFLINE)
        try:
            from mmdesk.matching.loading import load_encoder
        except ImportError as error:
            package = error.name or str(error)
            raise ModelNeedsPackage(path=str(model.path), package=package) from error
        self._encoder = load_encoder(checkpoint, model)
        self._model = model
        return self._encoder


class _Cancelled(Exception):
    """Nobody waits for this any more."""


def _checked(texts: tuple[str, ...]) -> list[str]:
    """Return the texts, each once."""
    if not texts:
        raise MatchTextMissing
    if len(texts) > MOST_TEXTS:
        raise TooManyTexts(count=len(texts), limit=MOST_TEXTS)
    for number, text in enumerate(texts, 1):
        if not text.strip():
            raise MatchTextEmpty(number=number)
    return list(dict.fromkeys(texts))


def _told(compared: Callable[[], Matches], path: Path) -> Matches:
    """Return what is compared, or say that the files of the checkpoint don't fit each other.

    Raises:
        ModelDamaged: a processor that makes other pictures or tokens than the model takes.
    """
    try:
        return compared()
    except (IndexError, KeyError, TypeError, ValueError, RuntimeError) as error:
        if _is_out_of_memory(error) or _is_the_gpu_s(error):
            raise
        _LOG.info("comparing with %s", path, exc_info=True)
        from mmdesk.models.load_failure import load_failure

        failure = load_failure(error, path, "config.json")
    raise failure


def _compared(
    encoder: DualEncoder, request: MatchPicture, texts: list[str], check: Callable[[], None]
) -> Matches:
    from mmdesk.matching.pictures import read_picture
    from mmdesk.models.hardware import computing_with

    if encoder.among and len(texts) == 1:
        raise MatchTextAlone(text=texts[0][:80])
    image = read_picture(request.picture)
    with computing_with(request.model.threads):  # the chat model has another number
        rows = encoder.texts(texts, check)
        check()
        probabilities = encoder.probabilities(encoder.pictures([image])[0], rows)
    if not all(map(math.isfinite, probabilities)):
        raise ValueError("what it computes is no number")
    matches = tuple(map(Match, texts, probabilities))
    cut = tuple(text for text in texts if encoder.cuts(text))
    return Matches(encoder.name, matches, encoder.among, cut)


def _give_back(placement: Placement) -> None:
    from mmdesk.models.hardware import free_memory

    free_memory(placement.device)


def _is_the_gpu_s(error: BaseException) -> bool:
    import torch

    return isinstance(error, torch.AcceleratorError)


def _is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError):  # perhaps before torch was imported
        return True
    from mmdesk.models.hardware import is_out_of_memory

    return is_out_of_memory(error)
