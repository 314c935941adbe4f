"""The loop of the picture recipes: stages, numbered batches, a learning rate, checkpoints.

A run that was killed goes on from its last checkpoint; counted in steps instead of minutes it then
makes the same loss curve as a run that was left alone.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import mmdesk.engine.torchvision_first  # noqa: F401

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset
from transformers import PreTrainedTokenizerFast

from mmdesk.training.batches import Batch

Report = Callable[[str], None]
Loss = tuple[torch.Tensor, dict[str, torch.Tensor]]
FOREVER = 10**9


class Timed(Protocol):
    """What the loop needs to know of a stage; `steps`, where given, counts instead of `minutes`.

    The rate climbs over `warmup` steps, then falls in a straight line from `rate` to `floor`. The
    value of `kind` is the stage's name in progress lines.
    """

    @property
    def kind(self) -> Enum: ...

    @property
    def minutes(self) -> float: ...

    @property
    def steps(self) -> int | None: ...

    @property
    def rate(self) -> float: ...

    @property
    def floor(self) -> float: ...

    @property
    def warmup(self) -> int: ...


AnyStage = TypeVar("AnyStage", bound=Timed)


class Optimizer(Protocol):
    """What the loop needs of an optimizer."""

    @property
    def param_groups(self) -> list[dict[str, Any]]: ...

    def step(self) -> object: ...

    def zero_grad(self, set_to_none: bool = ...) -> None: ...

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: dict[str, Any]) -> None: ...


@dataclass
class State:
    """Where a run stands; saved with every checkpoint."""

    stage: int = 0
    step: int = 0
    elapsed: float = 0.0
    images: int = 0
    total_seconds: float = 0.0
    curve: list[dict[str, Any]] = field(default_factory=list)


class Loop(ABC, Generic[AnyStage]):
    """Trains `learner` through `stages`. `work` holds the checkpoint, `report` gets progress lines.

    Every batch has "pixels", whose length counts pictures.
    """

    def __init__(
        self,
        learner: nn.Module,
        stages: Sequence[AnyStage],
        work: Path,
        report: Report,
        device: torch.device,
        *,
        optimizer: Optimizer,
        compiled: bool,
        workers: int,
        save_every: float,
    ) -> None:
        self.work, self.report, self.device = work, report, device
        work.mkdir(parents=True, exist_ok=True)
        self.state = State()
        self._stages, self._parameters = stages, learner.to(device)
        self._compiled = compiled and _can_compile(device)
        self._calls: dict[Callable[..., Any], Callable[..., Any]] = {}
        self._workers, self._save_every = workers, save_every
        self._optimizer = optimizer
        self._resume()

    @abstractmethod
    def _dataset(self, stage: AnyStage) -> Dataset[Batch]:
        """The stage's batches; number n is always the same batch."""

    @abstractmethod
    def _loss(self, stage: AnyStage, data: Batch) -> Loss:
        """The loss to go down, and what goes into the curve ("loss" at least)."""

    def run(self, stop_after: int | None = None) -> State:
        """Trains to the recipe's end, or for at most `stop_after` steps of this call."""
        left = FOREVER if stop_after is None else stop_after
        while self.state.stage < len(self._stages) and left > 0:
            stage = self._stages[self.state.stage]
            left -= self._run_stage(stage, left)
        return self.state

    def _fast(self, forward: Callable[..., Any]) -> Callable[..., Any]:
        """The method, compiled where that can be done."""
        if forward not in self._calls:
            self._calls[forward] = torch.compile(forward) if self._compiled else forward
        return self._calls[forward]

    def _batches(self, stage: AnyStage) -> Iterator[Batch]:
        loader: DataLoader[Batch] = DataLoader(
            self._dataset(stage),
            batch_size=None,
            sampler=range(self.state.step, FOREVER),
            num_workers=self._workers,
            prefetch_factor=6 if self._workers else None,
        )
        return iter(loader)

    def _progress(self, stage: AnyStage) -> float:
        if stage.steps is not None:
            return self.state.step / stage.steps
        return self.state.elapsed / (60 * stage.minutes)

    def _run_stage(self, stage: AnyStage, most: int) -> int:
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
            row = self._step(stage, batch)
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

    def _step(self, stage: AnyStage, batch: Batch) -> dict[str, Any]:
        state = self.state
        climb = min(1.0, (state.step + 1) / stage.warmup)
        fall = stage.floor + (stage.rate - stage.floor) * max(0.0, 1 - self._progress(stage))
        for group in self._optimizer.param_groups:
            group["lr"] = climb * fall
        data = {name: value.to(self.device) for name, value in batch.items()}
        with torch.autocast(self.device.type, torch.bfloat16):
            loss, measured = self._loss(stage, data)
        loss.backward()
        nn.utils.clip_grad_norm_(self._parameters.parameters(), 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        row = {"stage": state.stage, "step": state.step} | {
            k: float(v.detach()) for k, v in measured.items()
        }
        state.curve.append(row)
        state.step += 1
        state.images += len(batch["pixels"])
        return row

    def _show(self, stage: AnyStage, row: dict[str, Any], batch: Batch, seconds: float) -> None:
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
            "learner": self._parameters.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "state": asdict(self.state),
        }
        torch.save(values, scratch)
        os.replace(scratch, path)
        with open(self.work / "curve.jsonl", "w", encoding="utf-8") as log:
            log.writelines(json.dumps(row) + "\n" for row in self.state.curve)

    def _resume(self) -> None:
        if not begun(self.work):
            return
        path = self.work / "checkpoint.pt"
        values = torch.load(path, map_location=self.device, weights_only=True)
        self._parameters.load_state_dict(values["learner"])
        self._optimizer.load_state_dict(values["optimizer"])
        self.state = State(**values["state"])
        self.report(f"going on from stage {self.state.stage + 1}, step {self.state.step}")


def prepare(device: str | None, threads: int) -> torch.device:
    """The device to train on (CUDA if there is one and none is named), with its threads set."""
    chosen = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    if chosen.type == "cpu":
        torch.set_num_threads(threads)
        keep_memory()
    return chosen


def begun(work: Path) -> bool:
    """Whether there is a run in `work` to go on from."""
    return (work / "checkpoint.pt").is_file()


def keep_memory() -> None:
    """Tells glibc to keep freed memory: handing each tensor back cost half of the time."""
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for option, value in ((-4, 0), (-1, 2**31 - 1), (-2, 2**26)):  # MMAP_MAX, TRIM, TOP_PAD
            mallopt(option, value)


def own_tokenizer(
    work: Path, build: Callable[[], PreTrainedTokenizerFast]
) -> PreTrainedTokenizerFast:
    """The run's own tokenizer: built at its start, and the same one after a resume."""
    folder = work / "tokenizer"
    if not (folder / "tokenizer.json").is_file():
        build().save_pretrained(folder)
    loaded: PreTrainedTokenizerFast = PreTrainedTokenizerFast.from_pretrained(folder)
    return loaded


def _can_compile(device: torch.device) -> bool:
    """Whether torch.compile has the compiler that it needs here."""
    if device.type == "cuda":
        return shutil.which("gcc") is not None
    return device.type == "cpu" and any(shutil.which(name) for name in ("g++", "clang++"))
