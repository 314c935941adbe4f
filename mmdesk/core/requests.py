"""What the worker is asked to do: one frozen dataclass per request."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from mmdesk.core.messages import Message

TurnId = str
"""Names one question and its answer while the application runs; the session makes them."""


@dataclass(frozen=True, slots=True)
class GenerationSettings:
    """How an answer is sampled.

    Attributes:
        temperature: 0 is greedy: the same answer every time.
        top_p: Nucleus sampling (Holtzman et al., 2020), in (0, 1].
        max_tokens: The longest answer, in tokens.
        seed: Seeds the sampler; None draws a fresh one.
    """

    temperature: float = 0.0
    top_p: float = 1.0
    max_tokens: int = 1024
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class LoadModel:
    """Load the checkpoint in ``path``, replacing the one that is loaded.

    Attributes:
        device: "auto", "cuda", "mps" or "cpu".
        dtype: "auto", "float32", "bfloat16" or "float16".
        threads: CPU threads for inference; 0 means the number of cores less one.
    """

    path: Path
    device: str = "auto"
    dtype: str = "auto"
    threads: int = 0


@dataclass(frozen=True, slots=True)
class AnswerQuestion:
    """Continue ``messages`` (the last one is the user's) with an answer."""

    turn: TurnId
    messages: tuple[Message, ...]
    settings: GenerationSettings = field(default_factory=GenerationSettings)


@dataclass(frozen=True, slots=True)
class Shutdown:
    """Free the model and end the worker."""


Request = LoadModel | AnswerQuestion | Shutdown
