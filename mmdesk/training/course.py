"""What all recipes of stages can do: be stretched, counted in steps, and seeded anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Generic, Self, TypeVar

AnyShape = TypeVar("AnyShape")
AnyStage = TypeVar("AnyStage")


@dataclass(frozen=True)
class Course(Generic[AnyShape, AnyStage]):
    """Everything that decides the outcome, besides the machine's speed.

    A stage is a frozen dataclass with `minutes`, `steps` and a `plan` that has a `seed`.
    """

    shape: AnyShape
    stages: tuple[AnyStage, ...]
    seed: int
    threads: int = 2
    weight_decay: float = 0.01

    @property
    def minutes(self) -> float:
        """Planned wall-clock minutes of all stages."""
        return float(sum(stage.minutes for stage in self._stages))

    def seeded(self, seed: int) -> Self:
        """The same recipe with other weights to start from and other pictures."""
        stages = tuple(
            replace(s, plan=replace(s.plan, seed=seed + number))
            for number, s in enumerate(self._stages)
        )
        return replace(self, stages=stages, seed=seed)

    def with_threads(self, threads: int) -> Self:
        """The same recipe on another number of CPU threads."""
        return replace(self, threads=threads)

    def within_minutes(self, minutes: float) -> Self:
        """The same recipe stretched or shortened to `minutes`."""
        share = minutes / self.minutes
        stages = tuple(replace(s, minutes=s.minutes * share) for s in self._stages)
        return replace(self, stages=stages)

    def within_steps(self, steps: int) -> Self:
        """The same recipe by steps instead of minutes: reproducible to the bit on one machine."""
        stages = tuple(
            replace(s, steps=max(1, round(steps * s.minutes / self.minutes))) for s in self._stages
        )
        return replace(self, stages=stages)

    @property
    def _stages(self) -> tuple[Any, ...]:
        return self.stages
