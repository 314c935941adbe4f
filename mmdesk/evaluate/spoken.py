"""Clips for the evaluation of the speech model: sentences and voices that training never had."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmdesk.training.grammar import Lang
from mmdesk.training.speech import noise, voices
from mmdesk.training.speech.sentences import spoken

EN, ZH, OTHER = "en", "zh", "other"


@dataclass(frozen=True)
class Said:
    """What a voice says: mono float32 samples at 16 kHz, and the text as it is to be written.

    Attributes:
        group: EN and ZH for held-out voices of espeak-ng, OTHER for English of another synthesiser.
    """

    group: str
    voice: str
    text: str
    samples: NDArray[np.float32]


def texts(lang: Lang, count: int, seed: int) -> list[str]:
    """Different sentences from the evaluation's side of the split, in the order of their draw."""
    rng = random.Random(f"evaluation/{seed}/{lang.value}")
    found: dict[str, None] = {}
    while len(found) < count:
        found[spoken(lang, rng, for_evaluation=True)] = None
    return list(found)


def _recorded(samples: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    """The clip as the app keeps it: some 0.4 s before and after, hiss, any level."""
    rng = np.random.default_rng(seed)
    sound = noise.between(samples, rng.uniform(0.3, 0.5), rng.uniform(0.3, 0.5))
    loud = float(np.sqrt(np.mean(samples**2)))
    hiss = noise.white(rng, len(sound)) * np.float32(10 * loud * 10 ** (-rng.uniform(25, 45) / 20))
    return noise.levelled(rng, sound + hiss, -25)


def clips(count: int, seed: int) -> Iterator[Said]:
    """English: `count` sentences by each of four voices; the rest: `count` clips each."""
    english, chinese = texts(Lang.EN, count, seed), texts(Lang.ZH, count, seed)
    rng = random.Random(f"evaluation/{seed}/voices")
    plan = [(EN, voices.espeak(name, rng, wild=False), text)
            for name in voices.HELD_OUT_EN for text in english]  # fmt: skip
    plan += [(OTHER, voices.Voice("flite", voices.HELD_OUT_FLITE, 1.0, 110), text)
             for text in english]  # fmt: skip
    plan += [(ZH, voices.espeak(_turn(voices.HELD_OUT_ZH, i), rng, wild=False), text)
             for i, text in enumerate(chinese)]  # fmt: skip
    for number, (group, voice, text) in enumerate(plan):
        if group == OTHER and voices.missing(voice.engine):
            continue
        samples = voices.speak(voice, text)
        yield Said(group, voice.name, text, _recorded(samples, 1000 * seed + number))


def silences(count: int, seed: int) -> Iterator[NDArray[np.float32]]:
    """Recordings of 1 to 8 seconds in which nobody speaks."""
    rng = np.random.default_rng([seed, 77])
    for _ in range(count):
        yield noise.nobody(rng, int(rng.uniform(1, 8) * noise.RATE))


def _turn(names: Sequence[str], number: int) -> str:
    return names[number % len(names)]
