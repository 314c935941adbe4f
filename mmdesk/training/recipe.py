"""The starter's recipe as values: what is trained, in which stages, for how long.

`CPU` is for two cores, in sittings of any length; `GPU` is the same course with a larger model at
a higher resolution, for one H100 and the sixteen cores that draw for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from mmdesk.training.batches import Plan
from mmdesk.training.course import Course
from mmdesk.training.grammar import Skill
from mmdesk.training.lessons import DEFAULT_MIX
from mmdesk.training.shape import Fusion, Shape


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
class Recipe(Course[Shape, Stage]):
    """The chat starter's course."""

    seed: int = 20261120
    workers: int = 1

    def with_fusion(self, fusion: Fusion) -> Recipe:
        """The same recipe with another way from the vision tower to the language model."""
        return replace(self, shape=replace(self.shape, fusion=fusion))

    def by_steps(self, steps: Sequence[int]) -> Recipe:
        """The same recipe with this many steps in each stage."""
        stages = tuple(replace(s, steps=n) for s, n in zip(self.stages, steps, strict=True))
        return replace(self, stages=stages)


_SEED = 20261120
# Towards the end, more of what comes last: counting, relations, two pictures' worth of comparing.
LATE_MIX: Mapping[Skill, float] = {
    **DEFAULT_MIX,
    Skill.PLACE: 10,
    Skill.SHAPE_AT_PLACE: 9,
    Skill.COUNT_KIND: 22,
    Skill.EXISTS: 12,
    Skill.RELATION: 22,
    Skill.DESCRIPTION: 10,
    Skill.SIZE: 9,
}
# After the first course everything was there but relations, which stood at chance.
AGAIN_MIX: Mapping[Skill, float] = {
    **DEFAULT_MIX,
    Skill.PLACE: 10,
    Skill.SHAPE_AT_PLACE: 9,
    Skill.COUNT_KIND: 16,
    Skill.RELATION: 45,
    Skill.DESCRIPTION: 10,
    Skill.POINT_ALL: 10,
}


def _course(
    shape: Shape,
    minutes: tuple[float, float, float],
    singles: int,
    again: tuple[float, float] | None = None,
) -> tuple[Stage, ...]:
    """The three stages: patches alone, everything, everything with more of what comes last.

    `again` are minutes of the last two once more, with another mix.
    """
    doubles = max(1, singles // 4)
    whole = Plan(
        _SEED + 1, shape.side, shape.grid, 2 * shape.grid**2 + 180, singles, doubles, printed=True
    )
    dense = replace(whole, seed=_SEED, singles=2 * singles, lettering=0.5)
    late = replace(whole, seed=_SEED + 2)
    first = (
        Stage(Kind.DENSE, minutes[0], dense, 2.5e-3, 1e-3),
        Stage(Kind.JOINT, minutes[1], whole, 1e-3, 5e-4),
        Stage(Kind.JOINT, minutes[2], late, 5e-4, 0.0, warmup=1, mix=LATE_MIX),
    )
    if again is None:
        return first
    more, last = (replace(whole, seed=_SEED + number) for number in (3, 4))
    return (
        *first,
        Stage(Kind.JOINT, again[0], more, 1e-3, 4e-4, mix=AGAIN_MIX),
        Stage(Kind.JOINT, again[1], last, 4e-4, 0.0, warmup=1, mix=AGAIN_MIX),
    )


_SMALL = Shape(side=192, vision_layers=4, text_layers=5)
_LARGE = Shape(
    side=240, vision_width=256, vision_layers=5, vision_heads=4,
    text_width=256, text_layers=6, text_heads=4, text_inner=704,
)  # fmt: skip
CPU = Recipe(_SMALL, _course(_SMALL, (45, 130, 65), 24, again=(100, 45)))
GPU = Recipe(_LARGE, _course(_LARGE, (5, 13, 9), 208), workers=15)
# The three ways of fusion, on the same pictures, size and steps: small enough for twenty minutes.
_TRIAL = Shape(
    side=144, stem=(48, 96, 192), vision_layers=3, vision_heads=3, text_layers=4, text_heads=3
)
FUSION = Recipe(
    _TRIAL,
    tuple(
        # Attention to patches alone has nothing to turn to where it counts.
        replace(stage, plan=replace(stage.plan, counting=False))
        for stage in _course(_TRIAL, (6, 10, 4), 24)
    ),
)
