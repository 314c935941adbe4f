"""Trains the starter model by a recipe; a run that was killed goes on from its last checkpoint."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import mmdesk.engine.torchvision_first  # noqa: F401

import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset
from transformers import LlavaForConditionalGeneration, LlavaProcessor, PreTrainedTokenizerFast

from mmdesk.training import model as parts
from mmdesk.training.batches import IGNORE, Batch, DenseBatches, JointBatches
from mmdesk.training.learner import Learner, dense_loss
from mmdesk.training.recipe import Kind, Recipe, Stage

Report = Callable[[str], None]
_FOREVER = 10**9


@dataclass
class State:
    """Where a run stands; saved with every checkpoint."""

    stage: int = 0
    step: int = 0
    elapsed: float = 0.0
    images: int = 0
    total_seconds: float = 0.0
    curve: list[dict[str, Any]] = field(default_factory=list)


class Trainer:
    """Runs a recipe. `work` holds the checkpoint and the log, `report` gets progress lines."""

    def __init__(
        self,
        recipe: Recipe,
        work: Path,
        report: Report = print,
        device: str | None = None,
        *,
        compiled: bool = True,
        workers: int = 1,
        tokenizer: PreTrainedTokenizerFast | None = None,
        save_every: float = 120.0,
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.work, self.report = recipe, work, report
        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        if self.device.type == "cpu":
            torch.set_num_threads(recipe.threads)
            keep_memory()
        work.mkdir(parents=True, exist_ok=True)
        self.tokenizer = tokenizer or _tokenizer(work / "tokenizer")
        self.learner = Learner(parts.build_model(len(self.tokenizer), recipe.shape))
        self.learner.to(self.device)
        self.state = State()
        self._compiled = compiled and _can_compile(self.device)
        self._workers, self._save_every = workers, save_every
        self._optimizer = self._new_optimizer()
        self._resume()

    @property
    def model(self) -> LlavaForConditionalGeneration:
        """The model being trained."""
        return self.learner.model

    def processor(self) -> LlavaProcessor:
        """The processor that belongs to it."""
        return parts.build_processor(self.tokenizer, self.recipe.shape)

    def run(self, stop_after: int | None = None) -> State:
        """Trains to the recipe's end, or for at most `stop_after` steps of this call."""
        left = _FOREVER if stop_after is None else stop_after
        while self.state.stage < len(self.recipe.stages) and left > 0:
            stage = self.recipe.stages[self.state.stage]
            left -= self._run_stage(stage, left)
        return self.state

    def _new_optimizer(self) -> torch.optim.AdamW:
        decayed = [p for p in self.learner.parameters() if p.ndim > 1]
        others = [p for p in self.learner.parameters() if p.ndim <= 1]
        groups = [
            {"params": decayed, "weight_decay": self.recipe.weight_decay},
            {"params": others, "weight_decay": 0.0},
        ]
        return torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.98), fused=True)

    def _dataset(self, stage: Stage) -> Dataset[Batch]:
        if stage.kind is Kind.DENSE:
            return DenseBatches(stage.plan, _FOREVER)
        backend = self.tokenizer.backend_tokenizer
        return JointBatches(stage.plan, backend, stage.mix, _FOREVER)

    def _batches(self, stage: Stage) -> Iterator[Batch]:
        loader: DataLoader[Batch] = DataLoader(
            self._dataset(stage),
            batch_size=None,
            sampler=range(self.state.step, _FOREVER),
            num_workers=self._workers,
            prefetch_factor=6 if self._workers else None,
        )
        return iter(loader)

    def _progress(self, stage: Stage) -> float:
        if stage.steps is not None:
            return self.state.step / stage.steps
        return self.state.elapsed / (60 * stage.minutes)

    def _run_stage(self, stage: Stage, most: int) -> int:
        forward = self.learner.dense if stage.kind is Kind.DENSE else self.learner.joint
        call = torch.compile(forward) if self._compiled else forward
        saved = shown = start = time.monotonic()
        done = 0
        self.report(f"stage {self.state.stage + 1}: {stage.kind.value}, on {self.device}")
        for batch in self._batches(stage):
            if self._progress(stage) >= 1:
                self.state.stage += 1
                self.state.step, self.state.elapsed = 0, 0.0
                self.checkpoint()
                return done
            if done >= most:
                return done
            row = self._step(stage, call, batch)
            now = time.monotonic()
            self.state.elapsed += now - start
            self.state.total_seconds += now - start
            done += 1
            if now - shown > 10 or done == 1:
                self._show(stage, row, batch, now - start)
                shown = now
            if now - saved > self._save_every:
                self.checkpoint()
                saved = now
            start = now
        return done

    def _step(self, stage: Stage, call: Callable[..., Any], batch: Batch) -> dict[str, Any]:
        state = self.state
        climb = min(1.0, (state.step + 1) / stage.warmup)
        fall = stage.floor + (stage.rate - stage.floor) * max(0.0, 1 - self._progress(stage))
        for group in self._optimizer.param_groups:
            group["lr"] = climb * fall
        data = {name: value.to(self.device) for name, value in batch.items()}
        with torch.autocast(self.device.type, torch.bfloat16):
            loss, measured = self._loss(stage, call, data)
        loss.backward()
        nn.utils.clip_grad_norm_(self.learner.parameters(), 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        row = {"stage": state.stage, "step": state.step} | {
            k: float(v.detach()) for k, v in measured.items()
        }
        state.curve.append(row)
        state.step += 1
        state.images += len(batch["pixels"])
        return row

    def _loss(
        self, stage: Stage, call: Callable[..., Any], data: Batch
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        if stage.kind is Kind.DENSE:
            loss, right = dense_loss(call(data["pixels"]), data["dense"])
            return loss, {"loss": loss, "shape_right": right}
        logits, hidden, before = call(data["pixels"], data["ids"], data["slots"])
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

    def _show(self, stage: Stage, row: dict[str, Any], batch: Batch, seconds: float) -> None:
        state = self.state
        recent = [r["loss"] for r in state.curve[-20:] if r["stage"] == row["stage"]]
        values = " ".join(f"{k} {v:.4f}" for k, v in row.items() if isinstance(v, float))
        self.report(
            f"{self._progress(stage):6.1%} step {state.step} min {state.total_seconds / 60:.1f} "
            f"images {state.images} mean_loss {sum(recent) / len(recent):.4f} {values} "
            f"images/s {len(batch['pixels']) / seconds:.0f} "
            f"lr {self._optimizer.param_groups[0]['lr']:.2e}"
        )

    def checkpoint(self) -> None:
        """Saves everything that the run needs to go on from here."""
        path = self.work / "checkpoint.pt"
        scratch = path.with_suffix(".part")
        values = {
            "learner": self.learner.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "state": asdict(self.state),
        }
        torch.save(values, scratch)
        os.replace(scratch, path)
        with open(self.work / "curve.jsonl", "w", encoding="utf-8") as log:
            log.writelines(json.dumps(row) + "\n" for row in self.state.curve)

    def _resume(self) -> None:
        path = self.work / "checkpoint.pt"
        if not path.is_file():
            return
        values = torch.load(path, map_location=self.device, weights_only=True)
        self.learner.load_state_dict(values["learner"])
        self._optimizer.load_state_dict(values["optimizer"])
        self.state = State(**values["state"])
        self.report(f"going on from stage {self.state.stage + 1}, step {self.state.step}")

    def export(self, out: Path) -> None:
        """Writes what `AutoModelForImageTextToText` loads, without the training heads."""
        out.mkdir(parents=True, exist_ok=True)
        parts.save(self.model, self.processor(), out)


def _tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """The run's own tokenizer: made at its start, and the same one after a resume."""
    if not (folder / "tokenizer.json").is_file():
        parts.build_tokenizer().save_pretrained(folder)
    loaded: PreTrainedTokenizerFast = PreTrainedTokenizerFast.from_pretrained(folder)
    return loaded


def keep_memory() -> None:
    """Tells glibc to keep freed memory: handing each tensor back cost half of the time."""
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for option, value in ((-4, 0), (-1, 2**31 - 1), (-2, 2**26)):  # MMAP_MAX, TRIM, TOP_PAD
            mallopt(option, value)


def _can_compile(device: torch.device) -> bool:
    """Whether torch.compile has the compiler that it needs here."""
    if device.type == "cuda":
        return shutil.which("gcc") is not None
    return device.type == "cpu" and any(shutil.which(name) for name in ("g++", "clang++"))
