"""The loop of trainings on own pictures: shuffled batches, a held-out loss, checkpoints.

A run that was stopped or killed goes on from its last checkpoint. Counted in epochs or steps (not
minutes) it then makes, with the same number of CPU threads, the same loss curve to the bit as a run
that was left alone: batch number n is always the same, and each step seeds torch anew.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import mmdesk.engine.torchvision_first  # noqa: F401

import torch
from torch import nn

from mmdesk.core.errors import (
    MediaError,
    TrainingDiverged,
    TrainingOutOfMemory,
)
from mmdesk.models.hardware import device_name, is_out_of_memory
from mmdesk.training.optimizing import adamw
from mmdesk.training.own.options import Plan
from mmdesk.training.own.places import BEST, CHECKPOINT, CURVE, write_text
from mmdesk.training.own.saving import damaged, read_tensors, write_tensors
from mmdesk.training.own.stopping import Stop

Report = Callable[[str], None]

SAVE_EVERY_S = 60.0
_SAVING_SHARE = 20
"""Saving takes at most about a twentieth of the time."""
_SHOW_EVERY_S = 5.0
_EVERY = (20, 500)
"""Steps between two measurements: an epoch, within these."""
_MOST_WARMUP = 50
_WEIGHT_DECAY = 0.01


class Task(Protocol):
    """What is trained, and on what; `count` examples to learn from."""

    device: torch.device
    count: int
    has_held_out: bool

    @property
    def module(self) -> nn.Module:
        """What has the parameters; those that require gradients are trained."""

    def learn(self, numbers: Sequence[int]) -> float:
        """Adds the gradients of a batch; returns its loss."""

    def held_out_loss(self) -> float:
        """The loss on the examples that are kept apart."""


@dataclass
class State:
    """Where a run stands; saved with every checkpoint.

    Attributes:
        best: The lowest held-out loss of a trained model, at step `best_step`.
        worse: Measurements since then.
        curve: One row a step, and one a measurement ("held_out").
    """

    step: int = 0
    seconds: float = 0.0
    best: float | None = None
    best_step: int = 0
    worse: int = 0
    curve: list[dict[str, Any]] = field(default_factory=list)

    @property
    def measured(self) -> list[tuple[int, float]]:
        """Steps and held-out losses."""
        return [(row["step"], row["held_out"]) for row in self.curve if "held_out" in row]


class OwnLoop:
    """Trains `task` by `plan`. `work` is a folder that is there."""

    def __init__(self, task: Task, plan: Plan, work: Path, report: Report) -> None:
        self.state = State()
        self._task, self._plan, self._work, self._report = task, plan, work, report
        self._batch = min(plan.batch, task.count)
        self._per_epoch = max(1, task.count // self._batch)
        self._every = min(_EVERY[1], max(_EVERY[0], self._per_epoch))
        wanted = [p for p in task.module.parameters() if p.requires_grad]
        self._optimizer = adamw(wanted, _WEIGHT_DECAY)
        self._trained = {n for n, p in task.module.named_parameters() if p.requires_grad}
        self._whole = all(p.requires_grad for p in task.module.parameters())
        self._resume()

    def run(self, stop: Stop, stop_after: int | None = None) -> bool:
        """Trains until the plan is done or `stop` asked for; returns whether it is done.

        Args:
            stop_after: At most so many steps in this call.

        Raises:
            TrainingUnwritable, TrainingDiverged, TrainingOutOfMemory: as their names say.
            MediaError: a picture that can't be decoded; what was learned is saved.
        """
        try:
            return self._run(stop, stop_after)
        except MediaError:
            self.save()
            raise

    def _run(self, stop: Stop, stop_after: int | None) -> bool:
        state = self.state
        last = None if stop_after is None else state.step + stop_after
        saved = shown = time.monotonic()
        pause = SAVE_EVERY_S
        if state.step == 0 and self._task.has_held_out and not state.measured:
            self._measure()
        while not self._done():
            if stop.asked or state.step == last:
                self.save()
                return False
            started = time.monotonic()
            self._step()
            if self._task.has_held_out and state.step % self._every == 0:
                self._measure()
            now = time.monotonic()
            state.seconds += now - started
            if now - shown > _SHOW_EVERY_S:
                self._show()
                shown = now
            if now - saved > pause:
                self.save()
                saved = time.monotonic()
                pause = max(SAVE_EVERY_S, _SAVING_SHARE * (saved - now))
        if self._task.has_held_out and state.measured[-1][0] != state.step:
            self._measure()
        self.save()
        return True

    @property
    def progress(self) -> float:
        """From 0 to 1."""
        plan, state = self._plan, self.state
        parts = [0.0]
        if plan.steps is not None:
            parts.append(state.step / plan.steps)
        if plan.epochs is not None:
            parts.append(state.step / (plan.epochs * self._per_epoch))
        if plan.minutes is not None:
            parts.append(state.seconds / (60 * plan.minutes))
        return min(1.0, max(parts))

    def _done(self) -> bool:
        patience = self._plan.patience
        return self.progress >= 1 or (patience > 0 and self.state.worse >= patience)

    @property
    def stopped_early(self) -> bool:
        """Whether the held-out loss ended it."""
        return self._done() and self.progress < 1

    def _numbers(self) -> list[int]:
        epoch, place = divmod(self.state.step, self._per_epoch)
        generator = torch.Generator().manual_seed(self._plan.seed * 1_000_003 + epoch)
        order = torch.randperm(self._task.count, generator=generator)
        return order[place * self._batch : (place + 1) * self._batch].tolist()

    def _rate(self) -> float:
        plan = self._plan
        lengths = [plan.steps, plan.epochs and plan.epochs * self._per_epoch]
        known = [length for length in lengths if length]
        warmup = max(1, min(_MOST_WARMUP, min(known) // 20)) if known else 10
        return plan.rate * min(1.0, (self.state.step + 1) / warmup) * (1 - self.progress)

    def _step(self) -> None:
        state, task = self.state, self._task
        torch.manual_seed(self._plan.seed * 1_000_003 + state.step)
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate()
        _learning(task.module)
        with self._memory_told():
            loss = task.learn(self._numbers())
            if not math.isfinite(loss):
                raise TrainingDiverged(step=state.step + 1, rate=f"{self._plan.rate:g}")
            nn.utils.clip_grad_norm_(task.module.parameters(), 1.0)
            self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        state.step += 1
        state.curve.append({"step": state.step, "loss": loss})

    def _measure(self) -> None:
        state, task = self.state, self._task
        task.module.eval()
        with torch.no_grad(), self._memory_told():
            loss = task.held_out_loss()
        state.curve.append({"step": state.step, "held_out": loss})
        if state.step == 0:
            return
        if state.best is None or loss < state.best:
            state.best, state.best_step, state.worse = loss, state.step, 0
            write_tensors(self._work, BEST, self._weights())
        else:
            state.worse += 1
        self._show()

    def _memory_told(self) -> _MemoryTold:
        return _MemoryTold(self._task.device, self._batch)

    def _show(self) -> None:
        state = self.state
        recent = [row["loss"] for row in state.curve[-60:] if "loss" in row][-20:]
        measured = state.measured
        held_out = f" held-out {measured[-1][1]:.4f}" if measured else ""
        epoch = state.step / self._per_epoch
        self._report(
            f"{self.progress:6.1%} step {state.step} epoch {epoch:.1f} "
            f"min {state.seconds / 60:.1f} loss {sum(recent) / max(1, len(recent)):.4f}{held_out} "
            f"lr {self._optimizer.param_groups[0]['lr']:.2e}"
        )

    def _weights(self) -> dict[str, torch.Tensor]:
        state = self._task.module.state_dict()
        return state if self._whole else {n: v for n, v in state.items() if n in self._trained}

    def save(self) -> None:
        """Saves everything that the run needs to go on from here; whole or not at all.

        Raises:
            TrainingUnwritable: the disk is full, or forbids.
        """
        values = {
            "weights": self._weights(),
            "optimizer": self._optimizer.state_dict(),
            "state": asdict(self.state),
        }
        write_tensors(self._work, CHECKPOINT, values)
        lines = "".join(json.dumps(row) + "\n" for row in self.state.curve)
        write_text(self._work, CURVE, lines)

    def _resume(self) -> None:
        values = read_tensors(self._work, CHECKPOINT, self._task.device)
        if values is None:
            return
        try:
            self._load(values["weights"])
            self._optimizer.load_state_dict(values["optimizer"])
            self.state = State(**values["state"])
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise damaged(self._work, error) from error
        self._report(f"going on from step {self.state.step}")

    def take_best(self) -> None:
        """Puts the weights with the lowest held-out loss into the module, if it was measured."""
        values = read_tensors(self._work, BEST, self._task.device)
        if self.state.best is not None and values is not None:
            self._load(values)

    def _load(self, weights: dict[str, torch.Tensor]) -> None:
        found = self._task.module.load_state_dict(weights, strict=self._whole)
        if found.unexpected_keys or self._trained & set(found.missing_keys):
            raise ValueError("its weights are another model's")


def _learning(module: nn.Module) -> None:
    """Sets dropout and the like to learning, and leaves batch normalisation as it answers.

    A few pictures' means are far from those that a model was trained with; beside them, held-out
    pictures would be answered by another network than the one that learned.
    """
    module.train()
    for part in module.modules():
        if isinstance(part, nn.modules.batchnorm._BatchNorm):
            part.eval()


class _MemoryTold:
    """Says in a sentence that the memory didn't suffice."""

    def __init__(self, device: torch.device, batch: int) -> None:
        self._device, self._batch = device, batch

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None and is_out_of_memory(error):
            raise TrainingOutOfMemory(
                device=device_name(self._device), batch=self._batch
            ) from error
