"""How well texts fit a picture, as a contrastive model (CLIP, SigLIP) judges."""

from __future__ import annotations

from pathlib import Path

from mmdesk.core.messages import Picture
from mmdesk.core.values import value


@value
class MatchModel:
    """Which contrastive model compares, and where it runs.

    Attributes:
        path: A folder with ``config.json`` and safetensors.
        device, dtype, threads: As for :class:`~mmdesk.core.requests.LoadModel`.
    """

    path: Path
    device: str = "auto"
    dtype: str = "auto"
    threads: int = 0


@value
class MatchPicture:
    """Compare a picture with texts; the model is loaded if need be."""

    picture: Picture
    texts: tuple[str, ...]
    model: MatchModel


@value
class Match:
    """A text and how probable it is.

    Attributes:
        probability: In 0..1; of a CLIP among the texts it was asked with, which sum to 1; of a
            SigLIP for itself alone.
    """

    text: str
    probability: float


@value
class Matches:
    """What a contrastive model says, in the order in which the texts were given.

    Attributes:
        model: Its name, for people.
        among: Whether the probabilities are of one text among these; else each stands alone.
        cut: The texts that were longer than the model reads.
    """

    model: str
    matches: tuple[Match, ...]
    among: bool
    cut: tuple[str, ...] = ()
