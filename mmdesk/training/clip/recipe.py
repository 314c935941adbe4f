"""The contrastive model's recipe as values: what is trained, in which stages, for how long."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from mmdesk.training import batches as chat
from mmdesk.training.clip.batches import Plan
from mmdesk.training.clip.model import Shape
from mmdesk.training.course import Course


class Kind(Enum):
    """DENSE: vision tower alone on per-patch classes. PAIRS: pictures against captions."""

    DENSE = "dense"
    PAIRS = "pairs"


@dataclass(frozen=True)
class Stage:
    """One stage. The rate climbs over `warmup` steps, then falls in a straight line to `floor`.

    `patch_weight` and `cell_weight`: of the losses of the heads that are thrown away.
    """

    kind: Kind
    minutes: float
    plan: Plan
    rate: float = 1e-3
    floor: float = 0.0
    warmup: int = 100
    patch_weight: float = 0.3
    cell_weight: float = 0.3
    steps: int | None = None

    @property
    def dense_plan(self) -> chat.Plan:
        """The same as the chat starter's dense stage takes it."""
        plan = self.plan
        return chat.Plan(
            plan.seed, side=plan.side, grid=plan.grid, singles=plan.pictures, foreign=0.0
        )


@dataclass(frozen=True)
class Recipe(Course[Shape, Stage]):
    """The contrastive model's course."""

    seed: int = 20261121

    def with_tower(self) -> Recipe:
        """The same recipe from a vision tower that knows patches already: no dense stage."""
        return replace(self, stages=tuple(s for s in self.stages if s.kind is not Kind.DENSE))


_SEED = 20261121
CPU = Recipe(
    Shape(),
    (
        Stage(Kind.DENSE, 10, Plan(_SEED, pictures=48), floor=3e-4),
        Stage(Kind.PAIRS, 45, Plan(_SEED + 1, pictures=96, families=12)),
    ),
)
GPU = Recipe(
    Shape(),
    (
        Stage(Kind.DENSE, 5, Plan(_SEED, pictures=256), floor=3e-4),
        Stage(Kind.PAIRS, 30, Plan(_SEED + 1, pictures=512, families=64)),
    ),
)
