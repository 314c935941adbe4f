"""A contrastive checkpoint that puts pictures and texts into one space, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import mmdesk.engine.torchvision_first  # noqa: F401

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from transformers import AutoModel, AutoProcessor

_LOCAL_ONLY = {"local_files_only": True, "trust_remote_code": False}


class Matcher:
    """CLIP, Chinese-CLIP or SigLIP, as transformers' auto classes load it.

    Args:
        device: "" takes a GPU where there is one.
    """

    def __init__(self, model: Path, batch: int = 50, device: str = "") -> None:
        processors: Any = AutoProcessor
        models: Any = AutoModel
        self._processor = processors.from_pretrained(model, **_LOCAL_ONLY)
        self._model = models.from_pretrained(
            model, **_LOCAL_ONLY, use_safetensors=True, dtype=torch.float32
        )
        self._model.to(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self._model.eval()
        self._batch = batch
        # SigLIP reads texts of one length only: that is how it was trained.
        siglip = self._model.config.model_type.startswith("siglip")
        self._padding = "max_length" if siglip else True

    @torch.inference_mode()
    def pictures(self, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
        """(n, width) embeddings of length 1."""
        found = []
        for start in range(0, len(pictures), self._batch):
            part = list(pictures[start : start + self._batch])
            inputs = self._processor(images=part, return_tensors="pt")
            found.append(self._rows(self._model.get_image_features, inputs))
        return np.concatenate(found)

    @torch.inference_mode()
    def texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, width) embeddings of length 1; what is longer than the model reads is cut off."""
        found = []
        for start in range(0, len(texts), self._batch):
            part = list(texts[start : start + self._batch])
            inputs = self._processor(
                text=part, return_tensors="pt", padding=self._padding, truncation=True
            )
            found.append(self._rows(self._model.get_text_features, inputs))
        return np.concatenate(found)

    def _rows(self, features: Any, inputs: Any) -> NDArray[np.float32]:
        made = features(**inputs.to(self._model.device)).pooler_output
        rows: NDArray[np.float32] = (
            torch.nn.functional.normalize(made.float(), dim=-1).cpu().numpy()
        )
        return rows
