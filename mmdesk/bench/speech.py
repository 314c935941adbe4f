"""Short speech through mmdesk and through ``whisper.transcribe``, taking turns in one process.

Random weights of the ``base`` size, one network for both sides, so the text means nothing and only
its length counts: both are held to the same number of tokens, at temperature 0, with no second try.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
import whisper
from whisper.model import ModelDimensions, Whisper

from mmdesk.core.figures import Figure
from mmdesk.core.requests import SpeechModel, Transcribe
from mmdesk.core.speech import SAMPLE_RATE
from mmdesk.models.hardware import set_threads
from mmdesk.speech.decoding import Vocabulary
from mmdesk.speech.devices import place
from mmdesk.speech.dimensions import Dimensions
from mmdesk.speech.features import Samples
from mmdesk.speech.loading import LoadedSpeechModel
from mmdesk.speech.transcription import Recognizer

_BASE = Dimensions(80, 1500, 512, 8, 6, 51865, 448, 512, 8, 6)
_SEED = 0
_SECONDS = 3.0
_TOKENS = 12
_STEP_S = 0.7
_STEPS = 6
_REQUEST = SpeechModel(Path("base"), device="cpu")


def measure(trials: int, dimensions: Dimensions = _BASE) -> Iterator[Figure]:
    """Yield the figures of ``mmdesk bench speech``.

    Args:
        trials: How often each side transcribes; once more at first, which does not count.
    """
    set_threads(0)
    model = _random_weights(dimensions)
    sound = _sound(_STEP_S * _STEPS)
    yield from _side_by_side(model, sound, trials)
    yield from _partials(model, sound, trials)


def _side_by_side(model: LoadedSpeechModel, sound: Samples, trials: int) -> Iterator[Figure]:
    ours = Recognizer(model, _held_to(model, _TOKENS), retries=False)
    short = sound[: round(_SECONDS * SAMPLE_RATE)]

    def mmdesk(**options: Any) -> Callable[[], object]:
        request = Transcribe("bench", short.tobytes(), _REQUEST, **options)
        return lambda: ours.transcribe(request, _never)

    def theirs(language: str | None) -> Callable[[], object]:
        return lambda: _whisper(model, short, language)

    contestants = {
        "whisper_auto": theirs(None),
        "mmdesk_auto": mmdesk(),
        "whisper_fixed": theirs("en"),
        "mmdesk_fixed": mmdesk(language="en"),
        "mmdesk_full": mmdesk(language="en", cut_context=False),
    }
    ms = _take_turns(contestants, trials)
    for name, bar in (("auto", 0.25), ("fixed", 0.4)):
        ratio = ms[f"mmdesk_{name}"] / ms[f"whisper_{name}"]
        yield Figure(f"short_ratio_{name}", ratio, "x", trials, _SEED, bar, lower=True)
    for name in contestants:
        if name != "mmdesk_full":
            yield Figure(f"{name}_ms", ms[name], "ms", trials, _SEED)
    yield Figure("retry_full_context_ms", ms["mmdesk_full"], "ms", trials, _SEED)


def _partials(model: LoadedSpeechModel, sound: Samples, trials: int) -> Iterator[Figure]:
    """Yield what a partial transcript costs while a question grows.

    The text grows with the sound, by two tokens each time, as speech does. Apart: the same with all
    tokens written anew each time, as where every word is revised.
    """
    growing = [_held_to(model, _TOKENS * step // _STEPS) for step in range(1, _STEPS + 1)]
    drafted: list[float] = []
    anew: list[float] = []
    with_draft = Recognizer(model, growing[0], retries=False)
    without = Recognizer(model, growing[-1], retries=False)
    for trial in range(trials + 1):
        for step, vocabulary in enumerate(growing, start=1):
            samples = sound[: round(step * _STEP_S * SAMPLE_RATE)].tobytes()
            request = Transcribe(str(trial), samples, _REQUEST, final=False)
            with_draft.vocabulary = vocabulary
            drafted.append(_timed(partial(with_draft.transcribe, request, _never)))
            other = replace(request, utterance=f"{trial}/{step}")
            anew.append(_timed(partial(without.transcribe, other, _never)))
    new_audio_ms = 1000 * _STEP_S
    count = trials * _STEPS
    ratio = statistics.median(drafted[_STEPS:]) / new_audio_ms
    yield Figure("partial_ratio", ratio, "x", count, _SEED, bar=0.3, lower=True)
    ratio = statistics.median(anew[_STEPS:]) / new_audio_ms
    yield Figure("partial_anew_ratio", ratio, "x", count, _SEED)


def _whisper(model: LoadedSpeechModel, samples: Samples, language: str | None) -> object:
    end = model.tokenizer("en").eot
    return whisper.transcribe(
        model.network,
        samples,
        temperature=0.0,
        compression_ratio_threshold=None,
        logprob_threshold=None,
        no_speech_threshold=None,
        condition_on_previous_text=False,
        language=language,
        without_timestamps=True,
        sample_len=_TOKENS,
        suppress_tokens=[-1, end],
        fp16=False,
    )


def _held_to(model: LoadedSpeechModel, tokens: int) -> Vocabulary:
    """Return rules under which a text has so many tokens exactly."""
    vocabulary = Vocabulary.of(model)
    vocabulary.forbidden[vocabulary.end] = -torch.inf
    return replace(vocabulary, limit=tokens)


def _take_turns(contestants: dict[str, Callable[[], object]], trials: int) -> dict[str, float]:
    """Return each one's median in milliseconds."""
    ms: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(trials + 1):
        for name, run in contestants.items():
            ms[name].append(_timed(run))
    return {name: statistics.median(values[1:]) for name, values in ms.items()}


def _timed(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return 1000 * (time.perf_counter() - started)


def _random_weights(dimensions: Dimensions) -> LoadedSpeechModel:
    torch.manual_seed(_SEED)
    network = Whisper(ModelDimensions(**asdict(dimensions)))
    # The only parameter that openai-whisper leaves as the allocator gave it.
    torch.nn.init.normal_(network.decoder.positional_embedding, std=0.02)
    parameters = sum(parameter.numel() for parameter in network.parameters())
    return LoadedSpeechModel(
        name="base",
        network=network.eval().requires_grad_(False),
        dimensions=dimensions,
        languages=dimensions.languages,
        alignment_heads=dimensions.default_alignment_heads,
        placement=place(_REQUEST, parameters),
    )


def _sound(seconds: float) -> Samples:
    random = np.random.default_rng(_SEED)
    length = round(seconds * SAMPLE_RATE)
    wave = np.sin(2 * np.pi * 180 * np.arange(length) / SAMPLE_RATE)
    return (0.2 * wave + 0.05 * random.standard_normal(length)).astype(np.float32)


def _never() -> None:
    """Nobody cancels."""
