"""Trains the contrastive model by a recipe, in the loop that the chat starter uses."""

from __future__ import annotations

from pathlib import Path

import mmdesk.engine.torchvision_first  # noqa: F401

import torch
from torch.utils.data import Dataset
from transformers import CLIPModel, CLIPProcessor, PreTrainedTokenizerFast

from mmdesk.training import loop
from mmdesk.training.batches import Batch, DenseBatches
from mmdesk.training.clip import model as parts
from mmdesk.training.clip.batches import LANGS, PIECES, CaptionBatches
from mmdesk.training.clip.learner import Learner, cell_loss, contrastive_loss
from mmdesk.training.clip.recipe import Kind, Recipe, Stage
from mmdesk.training.learner import dense_loss
from mmdesk.training.optimizing import adamw


class ClipTrainer(loop.Loop[Stage]):
    """Runs a recipe. `work` holds the checkpoint and the log, `report` gets progress lines.

    With `tower`, a chat checkpoint, its vision tower is taken over and the dense stage is left out.

    Raises:
        TowerUnfit: the tower can't be had.
    """

    def __init__(
        self,
        recipe: Recipe,
        work: Path,
        report: loop.Report = print,
        device: str | None = None,
        *,
        tower: Path | None = None,
        compiled: bool = True,
        workers: int = 1,
        tokenizer: PreTrainedTokenizerFast | None = None,
        save_every: float = 120.0,
    ) -> None:
        torch.manual_seed(recipe.seed)
        chosen = loop.prepare(device, recipe.threads)
        self.recipe = recipe if tower is None else recipe.with_tower()
        self.tokenizer = tokenizer or loop.own_tokenizer(work, parts.build_tokenizer)
        self.learner = Learner(parts.build_model(len(self.tokenizer), recipe.shape))
        if tower is not None and not loop.begun(work):
            parts.take_tower(self.model, tower)
        super().__init__(
            self.learner, self.recipe.stages, work, report, chosen,
            optimizer=adamw(self.learner.parameters(), recipe.weight_decay), compiled=compiled,
            workers=workers, save_every=save_every,
        )  # fmt: skip

    @property
    def model(self) -> CLIPModel:
        """The model being trained."""
        return self.learner.model

    def processor(self) -> CLIPProcessor:
        """The processor that belongs to it."""
        return parts.build_processor(self.tokenizer, self.recipe.shape)

    def _dataset(self, stage: Stage) -> Dataset[Batch]:
        if stage.kind is Kind.DENSE:
            return DenseBatches(stage.dense_plan, loop.FOREVER)
        return CaptionBatches(stage.plan, self.tokenizer.backend_tokenizer, loop.FOREVER)

    def _loss(self, stage: Stage, data: Batch) -> loop.Loss:
        if stage.kind is Kind.DENSE:
            logits = self._fast(self.learner.dense)(data["pixels"])
            loss, right = dense_loss(logits, data["dense"])
            return loss, {"loss": loss, "shape_right": right}
        return self._pairs_loss(stage, data)

    def _pairs_loss(self, stage: Stage, data: Batch) -> loop.Loss:
        learner = self.learner
        learner.clamp_scale()
        patches, images = self._fast(learner.pictures)(data["pixels"])
        read = self._fast(learner.captions)
        pieces = [read(data[f"ids{piece}"]) for piece in range(PIECES)]
        texts = torch.cat(pieces)[data["place"]]
        scale = self.model.logit_scale.exp()
        each = [
            contrastive_loss(images, own, scale, data["also_true"][number])
            for number, own in enumerate(texts.chunk(len(LANGS)))
        ]
        loss = torch.stack([one for one, _ in each]).mean()
        dense, _ = dense_loss(patches, data["dense"])
        of_images = cell_loss(learner.cells(images), data["cells"])
        of_texts = cell_loss(learner.cells(texts), data["told"])
        total = loss + stage.patch_weight * dense + stage.cell_weight * (of_images + of_texts)
        return total, {
            "loss": loss,
            "right": torch.stack([right for _, right in each]).mean(),
            "dense": dense,
            "cells_of_images": of_images,
            "cells_of_texts": of_texts,
            "scale": scale,
        }

    def export(self, out: Path) -> None:
        """Writes what `AutoModel` and `AutoProcessor` load, without the training heads."""
        self.learner.clamp_scale()
        out.mkdir(parents=True, exist_ok=True)
        parts.save(self.model, self.processor(), out)
