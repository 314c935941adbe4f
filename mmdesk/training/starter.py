"""Trains the starter model by a recipe; a run that was killed goes on from its last checkpoint."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import mmdesk.engine.torchvision_first  # noqa: F401

import torch
from torch.nn import functional
from torch.utils.data import Dataset
from transformers import LlavaForConditionalGeneration, LlavaProcessor, PreTrainedTokenizerFast

from mmdesk.training import fusion, loop
from mmdesk.training import model as parts
from mmdesk.training.batches import IGNORE, Batch, DenseBatches, JointBatches
from mmdesk.training.learner import dense_loss, letters_right
from mmdesk.training.optimizing import MuonAdamW
from mmdesk.training.recipe import Kind, Recipe, Stage
from mmdesk.training.tower import begin_tower
from mmdesk.training.warm import begin_from, first_tokenizer


class Trainer(loop.Loop[Stage]):
    """Runs a recipe. `work` holds the checkpoint and the log, `report` gets progress lines."""

    def __init__(
        self,
        recipe: Recipe,
        work: Path,
        report: loop.Report = print,
        device: str | None = None,
        *,
        compiled: bool = True,
        workers: int | None = None,
        tokenizer: PreTrainedTokenizerFast | None = None,
        save_every: float = 120.0,
        start: Path | None = None,
        stage: int = 0,
    ) -> None:
        """A new run begins at `stage`, with the weights of the checkpoint `start`.

        Raises:
            StartUnfit: `start` holds no such model.
        """
        torch.manual_seed(recipe.seed)
        chosen = loop.prepare(device, recipe.threads)
        self.recipe = recipe
        self.tokenizer = tokenizer or loop.own_tokenizer(work, partial(first_tokenizer, start))
        model = parts.build_model(len(self.tokenizer), recipe.shape)
        self.learner = fusion.learner(model, recipe.shape.fusion)
        begin_tower(model.model.vision_tower)
        if start is not None:
            begin_from(start, model, self.tokenizer)
        workers = recipe.workers if workers is None else workers
        super().__init__(
            self.learner, recipe.stages, work, report, chosen,
            optimizer=MuonAdamW(self.learner, recipe.weight_decay, [self.learner.heads]),
            compiled=compiled, workers=workers, save_every=save_every,
        )  # fmt: skip
        if self.state.images == 0:
            self.state.stage = stage

    @property
    def model(self) -> LlavaForConditionalGeneration:
        """The model being trained."""
        return self.learner.model

    def processor(self) -> LlavaProcessor:
        """The processor that belongs to it."""
        return parts.build_processor(self.tokenizer, self.recipe.shape)

    def _dataset(self, stage: Stage) -> Dataset[Batch]:
        if stage.kind is Kind.DENSE:
            return DenseBatches(stage.plan, loop.FOREVER)
        backend = self.tokenizer.backend_tokenizer
        return JointBatches(stage.plan, backend, stage.mix, loop.FOREVER)

    def _loss(self, stage: Stage, data: Batch) -> loop.Loss:
        if stage.kind is Kind.DENSE:
            logits = self._fast(self.learner.dense)(data["pixels"])
            loss, right = dense_loss(logits, data["dense"])
            measured = {"loss": loss, "shape_right": right}
            if stage.plan.printed:
                measured["letter_right"] = letters_right(logits, data["dense"])
            return loss, measured
        joint = self._fast(self.learner.joint)
        logits, hidden, before = joint(data["pixels"], data["ids"], data["slots"])
        wanted = data["labels"][:, 1:]
        answered = wanted != IGNORE
        words = self.model.lm_head(hidden[:, :-1][answered])
        loss = functional.cross_entropy(words.float(), wanted[answered])
        right = (words.argmax(-1) == wanted[answered]).float().mean()
        dense, _ = dense_loss(logits, data["dense"])
        measured = {"loss": loss, "token_right": right, "dense": dense}
        total = loss + stage.dense_weight * dense
        if stage.look_weight and len(data["look"]):
            measured["look"] = self.learner.look_loss(before, data)
            total = total + stage.look_weight * measured["look"]
        return total, measured

    def export(self, out: Path) -> None:
        """Writes what `AutoModelForImageTextToText` loads, without the training heads."""
        out.mkdir(parents=True, exist_ok=True)
        parts.save(self.model, self.processor(), out)
