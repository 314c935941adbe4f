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
# Once places are learned: more of what is still weak.
_LATE_MIX = {
    **DEFAULT_MIX,
    Skill.PLACE: 10,
    Skill.SHAPE_AT_PLACE: 9,
    Skill.COUNT_KIND: 16,
    Skill.EXISTS: 13,
    Skill.RELATION: 26,
    Skill.DESCRIPTION: 10,
}
# And at the end, of counting, the last to come.
_LAST_MIX = {
    **DEFAULT_MIX,
    Skill.COLOUR: 8,
    Skill.PLACE: 7,
    Skill.SHAPE_AT_PLACE: 7,
    Skill.COUNT_KIND: 40,
    Skill.DESCRIPTION: 10,
}


def _joint(
    number: int,
    minutes: float,
    rate: float,
    floor: float,
    dense_weight: float = 1.0,
    look_weight: float = 0.3,
    counting: bool = True,
    mix: Mapping[Skill, float] = DEFAULT_MIX,
) -> Stage:
    plan = Plan(_SEED + number - 1, singles=26, doubles=6, counting=counting)
    warmup = 100 if number == 1 else 1
    return Stage(
        Kind.JOINT, minutes, plan, rate, floor, warmup, mix,
        dense_weight=dense_weight, look_weight=look_weight,
    )  # fmt: skip


CPU = Recipe(
    Shape(),
    (
        Stage(Kind.DENSE, 15, Plan(_SEED, singles=48), floor=2e-4),
        # What the first two joint stages taught: with the patch labels weighted 0.25 the vision
        # tower forgets shapes (93 % -> 85 % of item patches within a quarter of an hour); and
        # without being shown where to look, no head finds "the star" in 75,000 pictures.
        _joint(1, 14, 1e-3, 8e-4, dense_weight=0.25, look_weight=0.0),
        _joint(2, 14.5, 8e-4, 5.7e-4, look_weight=0.0),
        _joint(3, 13.5, 7e-4, 4.6e-4, counting=False),
        _joint(4, 16.5, 5e-4, 2.2e-4, mix=_LATE_MIX),
        _joint(5, 14.5, 2.6e-4, 0.0, mix=_LAST_MIX),
    ),
)
GPU = Recipe(
    Shape(vision_layers=6, text_layers=5),
    (
        Stage(Kind.DENSE, 15, Plan(_SEED, singles=256), floor=2e-4),
        Stage(Kind.JOINT, 120, Plan(_SEED, singles=208, doubles=48)),
    ),
)
