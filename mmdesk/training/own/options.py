"""What a person may ask of a training on own pictures, and what is taken where nothing is said."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["clip", "chat"]

EPOCHS = 10
BATCH: dict[Kind, int] = {"clip": 32, "chat": 8}
_RATE = {"clip": 1e-4, "chat": 3e-4}
_RATE_PARAMETERS = 4.5e6
_LORA_TIMES = 10


@dataclass(frozen=True, slots=True)
class Options:
    """A training as the command line asks for it.

    Attributes:
        epochs, minutes, steps: Whichever is over first; None doesn't count.
        rate: The highest learning rate; None is `usual_rate`.
        held_out: The share of the pictures that is kept apart.
        patience: How many measurements without a lower held-out loss end it; 0 is no end.
        threads: CPU threads; 0 is the number of cores less one.
    """

    kind: Kind
    epochs: int | None
    minutes: float | None
    steps: int | None
    batch: int
    rate: float | None
    lora: bool
    rank: int
    seed: int
    held_out: float
    patience: int
    device: str
    threads: int


@dataclass(frozen=True, slots=True)
class Plan:
    """How the loop goes; see `Options`."""

    epochs: int | None
    minutes: float | None
    steps: int | None
    batch: int
    rate: float
    seed: int
    patience: int


def usual_rate(kind: Kind, parameters: int, lora: bool) -> float:
    """A learning rate: the smaller the larger the model is, and higher for LoRA.

    A rule of thumb through what works for the starter (4.5 million parameters, 3e-4) and what is
    usual for models of two billion (1e-5 to 2e-5; LoRA 1e-4 to 2e-4). Two digits.
    """
    rate = _RATE[kind] * math.sqrt(_RATE_PARAMETERS / max(1, parameters))
    rate = min(1e-3, rate) * (_LORA_TIMES if lora else 1)
    return float(f"{min(3e-3, rate):.1e}")


def plan_of(options: Options, parameters: int) -> Plan:
    """The plan for a model with so many parameters."""
    unbounded = options.epochs is options.minutes is options.steps is None
    rate = options.rate or usual_rate(options.kind, parameters, options.lora)
    return Plan(
        EPOCHS if unbounded else options.epochs, options.minutes, options.steps, options.batch,
        rate, options.seed, options.patience,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Places:
    """Where a training reads and writes.

    Attributes:
        out: The result's folder, which isn't there yet.
        work: What a stopped run goes on from; gone when it is done.
    """

    data: Path
    model: Path
    out: Path
    work: Path
