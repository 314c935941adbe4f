"""A contrastive model in memory: pictures and texts as points of one space."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from PIL import Image

from mmdesk.core.messages import well_formed
from mmdesk.matching.pictures import fitted
from mmdesk.matching.placement import Placement

BATCH = 64
"""Texts or pictures that are computed at once."""
_LONGEST_TOKEN = 100
"""Characters. A tokenizer need not read a book of which the model gets a sentence."""


class DualEncoder:
    """CLIP, Chinese-CLIP, SigLIP or SigLIP 2, with its processor.

    Args:
        model: With ``get_image_features``, ``get_text_features``, ``logit_scale``.
        batch: Texts or pictures that are computed at once.

    Attributes:
        among: Whether its probabilities are of one text among several (CLIP, softmax); a SigLIP's
            are of each text by itself (sigmoid; https://arxiv.org/abs/2303.15343).
        tokens: The most that it reads of a text, with those that begin and end it.
    """

    def __init__(
        self, name: str, model: Any, processor: Any, placement: Placement, batch: int = BATCH
    ) -> None:
        self.name = name
        self.placement = placement
        siglip = str(model.config.model_type).startswith("siglip")
        self.among = not siglip
        self.tokens = int(model.config.text_config.max_position_embeddings)
        self._model = model
        # Not through the processor: SigLIP 2's overrides the numbers of its image processor.
        self._image_processor = processor.image_processor
        self._tokenizer = processor.tokenizer
        self._batch = batch
        # SigLIP was trained with texts in small letters, padded to the one length.
        self._lower = siglip
        self._padding = "max_length" if siglip else True

    @torch.inference_mode()
    def pictures(self, images: Sequence[Image.Image]) -> torch.Tensor:
        """(n, width) embeddings of length 1, float32, of pictures in RGB."""
        found = []
        for part in self._batches(images):
            shown = [fitted(image, self._image_processor) for image in part]
            inputs = self._image_processor(images=shown, return_tensors="pt")
            found.append(self._rows(self._model.get_image_features, inputs))
        return torch.cat(found)

    @torch.inference_mode()
    def texts(self, texts: Sequence[str], check: Callable[[], None] = lambda: None) -> torch.Tensor:
        """(n, width) embeddings of length 1, float32; what is too long is cut off.

        Args:
            check: Called before each batch; may raise to stop.
        """
        found = []
        for part in self._batches([self._prepared(text) for text in texts]):
            check()
            inputs = self._tokenizer(
                part,
                return_tensors="pt",
                padding=self._padding,
                truncation=True,
                max_length=self.tokens,
            )
            found.append(self._rows(self._model.get_text_features, inputs))
        return torch.cat(found)

    def cuts(self, text: str) -> bool:
        """Whether a text has more tokens than the model reads."""
        read = self._prepared(text)
        if len(read) < len(text):
            return True
        # Not "verbose": it would warn that the text is too long, which is what is asked.
        ids = self._tokenizer(read, truncation=False, verbose=False)["input_ids"]
        return len(ids) > self.tokens

    @torch.inference_mode()
    def probabilities(self, picture: torch.Tensor, texts: torch.Tensor) -> list[float]:
        """Return how probable each text is for a picture, from their embeddings.

        Args:
            picture: (width,).
            texts: (n, width).
        """
        logits = texts @ picture * self._model.logit_scale.float().exp()
        if self.among:
            shares = logits.softmax(dim=0)
        else:
            shares = (logits + self._model.logit_bias.float()).sigmoid()
        return [float(share) for share in shares]

    def _prepared(self, text: str) -> str:
        text = well_formed(text[: self.tokens * _LONGEST_TOKEN])
        return text.lower() if self._lower else text

    def _batches(self, items: Sequence[Any]) -> Iterator[list[Any]]:
        for start in range(0, len(items), self._batch):
            yield list(items[start : start + self._batch])

    def _rows(self, features: Callable[..., Any], inputs: Any) -> torch.Tensor:
        placed = inputs.to(self.placement.device)
        if "pixel_values" in placed:
            placed["pixel_values"] = placed["pixel_values"].to(self.placement.dtype)
        rows: torch.Tensor = features(**placed).pooler_output.float()
        return torch.nn.functional.normalize(rows, dim=-1)
