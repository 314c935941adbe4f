"""The starter's recipe as values: what is trained, in which stages, for how long.

`CPU` is what made the shipped weights on two cores; `GPU` is the same, longer and larger, within
the same 16 MB.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from mmdesk.training.batches import Plan
from mmdesk.training.grammar import Skill
from mmdesk.training.lessons import DEFAULT_MIX
from mmdesk.training.model import Shape


class Kind(Enum):
    """DENSE: vision tower alone on per-patch classes. JOINT: the whole model on conversations."""

    DENSE = "dense"
    JOINT = "joint"


@dataclass(frozen=True)
class Stage:
    """One stage. The rate climbs over `warmup` steps, then falls in a straight line to `floor`."""

    kind: Kind
    minutes: float
    plan: Plan
    rate: float = 1e-3
    floor: float = 0.0
    warmup: int = 100
    mix: Mapping[Skill, float] = field(default_factory=lambda: dict(DEFAULT_MIX))
    dense_weight: float = 1.0
    look_weight: float = 0.3
    steps: int | None = None


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the outcome, besides the machine's speed."""

    shape: Shape
    stages: tuple[Stage, ...]
    seed: int = 20261120
    threads: int = 2
    weight_decay: float = 0.01

    @property
    def minutes(self) -> float:
        """Planned wall-clock minutes of all stages."""
        return sum(stage.minutes for stage in self.stages)

    def seeded(self, seed: int) -> Recipe:
        """The same recipe with other weights to start from and other pictures."""
        stages = tuple(
            replace(s, plan=replace(s.plan, seed=seed + number))
            for number, s in enumerate(self.stages)
        )
        return replace(self, stages=stages, seed=seed)

    def with_threads(self, threads: int) -> Recipe:
        """The same recipe on another number of CPU threads."""
        return replace(self, threads=threads)

    def within_minutes(self, minutes: float) -> Recipe:
        """The same recipe stretched or shortened to `minutes`."""
        share = minutes / self.minutes
        stages = tuple(replace(s, minutes=s.minutes * share) for s in self.stages)
        return replace(self, stages=stages)

    def within_steps(self, steps: int) -> Recipe:
        """The same recipe by steps instead of minutes: reproducible to the bit on one machine."""
        stages = tuple(
            replace(s, steps=max(1, round(steps * s.minutes / self.minutes))) for s in self.stages
        )
        return replace(self, stages=stages)


_SEED = 20261120
CPU = Recipe(
    Shape(),
    (
        Stage(Kind.DENSE, 15, Plan(_SEED, singles=48), floor=2e-4),
        # With the patch labels weighted 0.25 the vision tower forgot shapes (93 % -> 85 % of item
        # patches) within a quarter of an hour; with 1 it keeps them.
        Stage(Kind.JOINT, 14, Plan(_SEED, singles=26, doubles=6), floor=8e-4, dense_weight=0.25),
        Stage(Kind.JOINT, 19, Plan(_SEED + 1, singles=26, doubles=6), 8e-4, 5e-4, warmup=1),
        Stage(Kind.JOINT, 35, Plan(_SEED + 2, singles=26, doubles=6), 5e-4, 0.0, warmup=1),
    ),
)
GPU = Recipe(
    Shape(vision_layers=6, text_layers=5),
    (
        Stage(Kind.DENSE, 15, Plan(_SEED, singles=256), floor=2e-4),
        Stage(Kind.JOINT, 120, Plan(_SEED, singles=208, doubles=48)),
    ),
)
