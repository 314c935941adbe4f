"""The speech model's recipe as values: its size, its clips, how long and how fast it learns.

`CPU` is made for two cores and an hour; `GPU` hears more clips and learns for longer, within the
same 24 MB.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from mmdesk.training.speech.batches import Mix
from mmdesk.training.speech.model import Size


@dataclass(frozen=True)
class Stage:
    """A part of the training.

    Attributes:
        until: Where it ends, as a share of the whole training.
        mix: What its batches are made of.
        ctc: Weight of the encoder's phoneme loss beside the decoder's.
        guide: Weight of `guide_loss`, which shows the decoder roughly where each word is.
    """

    until: float
    mix: Mix
    ctc: float
    guide: float = 0.0


# Clean and short until sounds are known: with noise, rooms and long clips from the start the
# encoder's phoneme loss had not left its plateau after 10,000 clips; without, it fell at once.
# And shown where to look: without, the decoder had learned to ask well, not to hear, in 70,000
# clips; with it, a quarter of the words were wrong 30,000 clips later.
_LISTEN = Stage(
    0.35,
    Mix(nobody=0.03, long=0.0, tight=1.0, masks=0.0, longest=3.2, calm=0.7),
    ctc=1.0,
    guide=2.0,
)
_UNDERSTAND = Stage(
    0.76, Mix(nobody=0.04, long=0.0, tight=0.85, masks=0.1, longest=5.2, calm=0.5), 0.4, 0.3
)
# And at the end what the app will do: its contexts, the full 30 s among them.
_SETTLE = Stage(1.0, Mix(nobody=0.06, long=0.03, tight=0.5, masks=0.15, longest=8, calm=0.35), 0.25)


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the outcome, besides the machine's speed.

    Attributes:
        clips: Spoken clips to make, once.
        minutes: How long to train; `steps`, where given, counts steps instead.
        rate: The highest learning rate; it climbs over `warmup` steps and falls as a cosine to 0.
        average: How much of the averaged weights a step keeps.
        processes: How many learn together, each on one thread: on two cores that made 72 clips/s,
            one process with two threads and another for its batches 39.
        workers: Processes that make batches, beside a GPU.
    """

    size: Size = field(default_factory=Size)
    stages: tuple[Stage, ...] = (_LISTEN, _UNDERSTAND, _SETTLE)
    clips: int = 60_000
    minutes: float = 74.0
    steps: int | None = None
    rate: float = 1.9e-3
    warmup: int = 250
    weight_decay: float = 0.02
    dropout: float = 0.1
    smoothing: float = 0.02
    average: float = 0.996
    seed: int = 20261121
    processes: int = 2
    workers: int = 0

    def seeded(self, seed: int) -> Recipe:
        """The same recipe with other clips and other weights to start from."""
        return replace(self, seed=seed)

    def with_threads(self, threads: int) -> Recipe:
        """The same recipe on another number of CPU cores."""
        if self.workers:
            return replace(self, workers=max(1, threads - 1))
        return replace(self, processes=threads)

    def within_minutes(self, minutes: float) -> Recipe:
        """The same recipe stretched or shortened to `minutes` of training."""
        return replace(self, minutes=minutes, steps=None)

    def within_steps(self, steps: int) -> Recipe:
        """The same recipe by steps instead of minutes."""
        return replace(self, steps=steps)

    def with_clips(self, clips: int) -> Recipe:
        """The same recipe with another number of spoken clips."""
        return replace(self, clips=clips)


CPU = Recipe()
GPU = Recipe(
    size=Size(encoder_layers=6),
    stages=tuple(
        replace(s, mix=replace(s.mix, clips=128)) for s in (_LISTEN, _UNDERSTAND, _SETTLE)
    ),
    clips=300_000,
    minutes=120.0,
    processes=1,
    workers=14,
)
