"""Two ways to an answer from the same weights: mmdesk's engine and transformers' ``generate``.

Both are greedy, get the same prompt and write the same number of tokens.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mmdesk.engine.torchvision_first  # noqa: F401

import torch
from PIL import Image
from transformers.generation.streamers import BaseStreamer

from mmdesk.bench.random_models import Sizes, write_checkpoint
from mmdesk.canonical_picture import canonical_png
from mmdesk.core.events import Event, TurnFinished
from mmdesk.core.messages import Message, Picture
from mmdesk.core.requests import AnswerQuestion, GenerationSettings, LoadModel
from mmdesk.engine.loading import LoadedModel
from mmdesk.engine.local import LocalChatEngine
from mmdesk.models.hardware import usable_cores

Messages = tuple[Message, ...]
SEED = 0


@dataclass(frozen=True, slots=True)
class Trial:
    """A model's sizes, and the name that its figures end with."""

    name: str
    sizes: Sizes


TRIALS = (
    # The Llama and the tower of SmolVLM-256M, joined as LLaVA joins them.
    Trial("250m", Sizes(576, 1536, 30, 9, 3, 49280, 768, 3072, 12, 12, side=378)),
    # Qwen2.5-0.5B with a tower of SmolVLM's size.
    Trial("500m", Sizes(896, 4864, 24, 14, 2, 151936, 768, 3072, 12, 12, most_pixels=602_112)),
)
GPU_TRIALS = (
    Trial("3b", Sizes(2048, 11008, 36, 16, 2, 151936, 1280, 3420, 32, 16)),
    Trial("7b", Sizes(3584, 18944, 28, 28, 4, 152064, 1280, 3420, 32, 16, tied=False)),
)


class Desk:
    """An engine with one model, and ways to ask it."""

    def __init__(self, path: Path, dtype: str, device: str = "cpu") -> None:
        self.engine = LocalChatEngine()
        self.engine.load(LoadModel(path, device, dtype, usable_cores()), ignored)
        assert self.engine._loaded is not None
        self.loaded: LoadedModel = self.engine._loaded

    def ask(self, messages: Messages, tokens: int) -> TurnFinished:
        """Answer as mmdesk does, with all that it remembers."""
        settings = GenerationSettings(max_tokens=tokens)
        return self.engine.answer(AnswerQuestion("bench", messages, settings), ignored, _never)

    def forget(self) -> None:
        """Have the next question be the first that this model was ever asked."""
        self.loaded.prompts.forget_pictures()
        self.loaded.reader.forget()

    def plain(self, messages: Messages, tokens: int, **options: Any) -> Generated:
        """Answer as transformers does, given what its processor makes of the conversation."""
        self.loaded.prompts.forget_pictures()
        clock = _Clock()
        inputs = self.loaded.prompts.build(messages, tokens, _ignored_progress).inputs
        model: Any = self.loaded.model
        placed = inputs.to(model.device, dtype=model.dtype)
        with torch.inference_mode():
            model.generate(
                **placed, do_sample=False, max_new_tokens=tokens, streamer=clock, **options
            )
        return clock.generated()


@dataclass(frozen=True, slots=True)
class Generated:
    """What ``generate`` wrote, and how fast.

    Attributes:
        first_ms: From the question to the first token.
        per_second: Tokens, from the first one on.
    """

    tokens: tuple[int, ...]
    first_ms: float
    per_second: float


class _Clock(BaseStreamer):
    """Notes when each token comes; the prompt comes first."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._times: list[float] = []
        self._tokens: list[int] = []

    def put(self, value: torch.Tensor) -> None:
        self._times.append(time.perf_counter())
        if len(self._times) > 1:
            self._tokens += value.flatten().tolist()

    def end(self) -> None:
        """Part of the streamer interface."""

    def generated(self) -> Generated:
        _, first, *_, last = self._times
        per_second = (len(self._tokens) - 1) / (last - first) if last > first else 0.0
        return Generated(tuple(self._tokens), 1000 * (first - self._started), per_second)


def random_model(trial: Trial, folder: Path, device: str = "cpu") -> Path:
    """Write a checkpoint of a size; return where it is."""
    return write_checkpoint(
        folder / trial.name, trial.sizes, seed=SEED, device=device, letters=True
    )


def photos(folder: Path, size: tuple[int, int], count: int) -> Iterator[Picture]:
    """Yield pictures that differ, as they lie in the attachment folder."""
    for number in range(count):
        noise = Image.effect_noise((size[0] // 8, size[1] // 8), 30.0 + 40 * number)
        yield canonical_png(noise.resize(size).convert("RGB"), folder / f"photo-{number}.png")


def ignored(event: Event) -> None:
    """Take an event that nobody waits for."""
    del event


def tokens_of(finished: TurnFinished) -> tuple[int, ...]:
    """Return an answer's tokens."""
    assert finished.run is not None
    return finished.run.tokens


def _ignored_progress(done: int, total: int) -> None:
    del done, total


def _never() -> bool:
    return False
