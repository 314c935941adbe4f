"""A contrastive model and the captions that it is to tell apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mmdesk.engine.torchvision_first  # noqa: F401

import torch

from mmdesk.engine.bounded_cache import BoundedCache
from mmdesk.training.clip.learner import contrastive_loss
from mmdesk.training.clip.model import MAX_SCALE
from mmdesk.training.own.folder import Entry, Folder
from mmdesk.training.own.held_out import Parts
from mmdesk.training.own.pictures import read_picture

LONGEST_SIDE = 1024
MOST_MEASURED = 1000
_MEASURED_BATCH = 64
_CACHE_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Pair:
    """A picture and one of its captions; `digest` tells the picture by content."""

    picture: Path
    digest: str
    caption: str


def pairs_of(entries: Sequence[Entry], folder: Folder) -> list[Pair]:
    """One for each caption."""
    return [
        Pair(entry.pictures[0], folder.digests[entry.pictures[0]], caption)
        for entry in entries
        for caption in entry.captions
    ]


class ClipTask:
    """A `Task` of the loop. `module` is the model, or the model with LoRA around it.

    Attributes:
        measured: How many of the examples that are kept apart the loss is measured on.
    """

    def __init__(
        self, module: Any, processor: Any, parts: Parts, folder: Folder, device: torch.device
    ) -> None:
        self.module, self.device = module, device
        self._model = module.get_base_model() if hasattr(module, "peft_config") else module
        self._processor = processor
        self._pairs = pairs_of(parts.training, folder)
        self._held_out = pairs_of(parts.held_out, folder)[:MOST_MEASURED]
        self.count, self.measured = len(self._pairs), len(self._held_out)
        self.has_held_out = self.measured > 1
        self._true = _true_captions(self._pairs + self._held_out)
        self._pixels: BoundedCache[str, torch.Tensor] = BoundedCache(10**6, _CACHE_BYTES)

    def learn(self, numbers: Sequence[int]) -> float:
        """Adds the gradients of the symmetric InfoNCE loss of a batch; returns it."""
        with torch.no_grad():
            self._model.logit_scale.clamp_(max=math.log(MAX_SCALE))
        loss = self._loss([self._pairs[number] for number in numbers])
        loss.backward()
        return float(loss.detach())

    def held_out_loss(self) -> float:
        """The mean loss over batches of the pairs that are kept apart."""
        batches = [
            self._held_out[start : start + _MEASURED_BATCH]
            for start in range(0, len(self._held_out), _MEASURED_BATCH)
        ]
        losses = [(float(self._loss(batch)), len(batch)) for batch in batches if len(batch) > 1]
        return sum(loss * count for loss, count in losses) / sum(count for _, count in losses)

    @torch.no_grad()
    def recall(self) -> tuple[float, float, int] | None:
        """recall@1 from picture to text and back among the pairs kept apart, and how many.

        A caption that some line gives to the picture is right, and so is the same text elsewhere.
        """
        pairs = self._held_out
        if len(pairs) < 2:
            return None
        self.module.eval()
        found = [
            self._embedded(pairs[start : start + _MEASURED_BATCH])
            for start in range(0, len(pairs), _MEASURED_BATCH)
        ]
        images, texts = (torch.cat(each) for each in zip(*found, strict=True))
        likeness = images @ texts.T
        right = torch.eye(len(pairs), dtype=torch.bool) | self._also_true(pairs).T
        rows = torch.arange(len(pairs))
        by_image = right[rows, likeness.argmax(1)].float().mean()
        by_text = right[likeness.argmax(0), rows].float().mean()
        return float(by_image), float(by_text), len(pairs)

    def _loss(self, pairs: Sequence[Pair]) -> torch.Tensor:
        with torch.autocast(self.device.type, torch.bfloat16, self.device.type == "cuda"):
            made = self.module(**self._inputs(pairs))
        also_true = self._also_true(pairs).to(self.device)
        scale = self._model.logit_scale.exp().float()
        return contrastive_loss(made.image_embeds, made.text_embeds, scale, also_true)[0]

    def _embedded(self, pairs: Sequence[Pair]) -> tuple[torch.Tensor, torch.Tensor]:
        made = self.module(**self._inputs(pairs))
        return made.image_embeds.float().cpu(), made.text_embeds.float().cpu()

    def _inputs(self, pairs: Sequence[Pair]) -> dict[str, Any]:
        limit = int(self._model.config.text_config.max_position_embeddings)
        texts = self._processor.tokenizer(
            [pair.caption for pair in pairs], padding=True, truncation=True, max_length=limit,
            return_tensors="pt",
        )  # fmt: skip
        pixels = torch.stack([self._pixels_of(pair) for pair in pairs])
        dtype = self._model.dtype
        return {
            "input_ids": texts["input_ids"].to(self.device),
            "attention_mask": texts["attention_mask"].to(self.device),
            "pixel_values": pixels.to(self.device, dtype),
        }

    def _pixels_of(self, pair: Pair) -> torch.Tensor:
        known = self._pixels.get(pair.digest)
        if known is None:
            image = read_picture(pair.picture, LONGEST_SIDE)
            made = self._processor.image_processor(images=[image], return_tensors="pt")
            known = made["pixel_values"][0]
            self._pixels.put(pair.digest, known, known.numel() * known.element_size())
        return known

    def _also_true(self, pairs: Sequence[Pair]) -> torch.Tensor:
        """(n texts, n pictures): pairs of two lines that match too; the diagonal is False."""
        mask = torch.zeros(len(pairs), len(pairs), dtype=torch.bool)
        for row, text in enumerate(pairs):
            for column, picture in enumerate(pairs):
                same = _folded(text.caption) in self._true[picture.digest]
                mask[row, column] = row != column and (same or text.digest == picture.digest)
        return mask


def _true_captions(pairs: Sequence[Pair]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for pair in pairs:
        found.setdefault(pair.digest, set()).add(_folded(pair.caption))
    return found


def _folded(caption: str) -> str:
    return " ".join(caption.casefold().split()).rstrip(".!。")
