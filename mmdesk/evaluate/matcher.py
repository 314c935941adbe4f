"""A contrastive checkpoint that puts pictures and texts into one space, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mmdesk.core.matching import MatchModel
from mmdesk.matching.checkpoint import read_checkpoint
from mmdesk.matching.loading import load_encoder


class Matcher:
    """CLIP, Chinese-CLIP or SigLIP, as ``mmdesk match`` loads it, in float32.

    Args:
        batch: Pictures or texts that are computed at once.
        device: "auto" takes a GPU where there is one.

    Raises:
        MatchError, ModelError: it can't be loaded.
    """

    def __init__(self, model: Path, batch: int = 50, device: str = "auto") -> None:
        request = MatchModel(model, device, "float32")
        self._encoder = load_encoder(read_checkpoint(model), request, batch)

    def pictures(self, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
        """(n, width) embeddings of length 1."""
        rows: NDArray[np.float32] = self._encoder.pictures(pictures).cpu().numpy()
        return rows

    def texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, width) embeddings of length 1; what is longer than the model reads is cut off."""
        rows: NDArray[np.float32] = self._encoder.texts(texts).cpu().numpy()
        return rows
