"""The free speech synthesisers that speak the sentences, and which of their voices stay unheard.

Each is its own program from Debian (espeak-ng, flite, festival); none is linked or shipped.
"""

from __future__ import annotations

import io
import random
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from mmdesk.training.grammar import Lang

RATE = 16_000
Samples = NDArray[np.float32]

# Never trained on, in no language and with no accent: the evaluation's four voices (two men, two
# women), and the one of another synthesiser.
HELD_OUT_VARIANTS = ("michel", "max", "belinda", "linda")
HELD_OUT_EN = ("en-us+michel", "en-gb+max", "en-us+belinda", "en-gb-x-rp+linda")
HELD_OUT_ZH = tuple(f"cmn-latn-pinyin+{variant}" for variant in HELD_OUT_VARIANTS)
HELD_OUT_FLITE = "rms"

ACCENTS = ("en-us", "en-us", "en-us", "en-gb", "en-gb", "en-gb-x-rp", "en-gb-scotland", "en-029",
           "en-us-nyc", "en-gb-x-gbclan", "en-gb-x-gbcwmd")  # fmt: skip
# espeak-ng's plain "cmn" spells Chinese characters in Debian 12; the pinyin voice reads them.
MANDARIN = "cmn-latn-pinyin"
CLEAR = (
    "", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "f1", "f2", "f3", "f4", "f5",
    "Alex", "Alicia", "Andrea", "Andy", "Annie", "Denis", "Diogo", "Gene", "Gene2", "Henrique",
    "Hugo", "Jacky", "Lee", "Marco", "Mario", "Michael", "Mike", "Mr serious", "Nguyen", "Storm",
    "RicishayMax", "RicishayMax2", "RicishayMax3", "Tweaky", "adam", "anika", "antonio", "aunty",
    "benjamin", "boris", "caleb", "david", "ed", "edward", "edward2", "gustave", "grandma",
    "grandpa", "iven", "iven2", "iven3", "iven4", "john", "kaukovalta", "klatt", "klatt2", "klatt3",
    "klatt4", "marcelo", "miguel", "norbert", "pablo", "paul", "pedro", "quincy", "rob", "robert",
    "sandro", "shelby", "steph", "steph2", "steph3", "travis", "victor", "zac", "announcer",
)  # fmt: skip
STRANGE = (
    "AnxiousAndy", "Demonic", "UniRobot", "anikaRobot", "croak", "fast", "klatt5", "klatt6",
    "robosoft", "robosoft2", "robosoft3", "robosoft4", "robosoft5", "robosoft6", "robosoft7",
    "robosoft8", "whisper", "whisperf",
)  # fmt: skip
STRANGE_SHARE = 0.05
FLITE_VOICES = ("slt", "slt", "kal16", "awb", "kal")


class SynthesiserError(RuntimeError):
    """A synthesiser is missing, or did not speak; the text says what to do."""


@dataclass(frozen=True)
class Voice:
    """Who speaks and how.

    Attributes:
        engine: "espeak-ng", "flite" or "festival".
        name: The synthesiser's name of the voice, for example "en-us+f3".
        speed: espeak-ng: words per minute; the others: how many times faster than usual.
        pitch: espeak-ng: 0-99; flite: Hz; not used by festival.
        gap: espeak-ng: pause between words in 10 ms.
    """

    engine: str
    name: str
    speed: float = 160.0
    pitch: int = 50
    gap: int = 0


def espeak(name: str, rng: random.Random, wild: bool = True) -> Voice:
    """An espeak-ng voice at a speed and pitch drawn around the usual ones."""
    if not wild:
        return Voice("espeak-ng", name, rng.randint(140, 175), rng.randint(40, 60))
    gap = rng.choice((0, 0, 0, 0, 1, 2, 4))
    return Voice("espeak-ng", name, rng.randint(110, 215), rng.randint(20, 80), gap)


def flite(name: str, rng: random.Random) -> Voice:
    """A flite voice; the two speakers' own pitch lies near 110 Hz, the woman's near 180 Hz."""
    low, high = (150, 230) if name == "slt" else (80, 160)
    return Voice("flite", name, rng.uniform(0.75, 1.3), rng.randint(low, high))


def variant(rng: random.Random) -> str:
    """A variant of espeak-ng's for training, with the plus sign before it."""
    name = rng.choice(STRANGE if rng.random() < STRANGE_SHARE else CLEAR)
    return f"+{name}" if name else ""


def training_voice(lang: Lang, rng: random.Random) -> Voice:
    """Any voice that training may hear: in English one in six speaks with flite."""
    if lang is Lang.ZH:
        return espeak(MANDARIN + variant(rng), rng)
    if rng.random() < 1 / 6 and shutil.which("flite"):
        return flite(rng.choice(FLITE_VOICES), rng)
    return espeak(rng.choice(ACCENTS) + variant(rng), rng)


def missing(engine: str = "espeak-ng") -> str | None:
    """One sentence that says what to install, or None when the synthesiser is there."""
    if shutil.which(engine):
        return None
    return f"The synthetic speech needs {engine}: sudo apt-get install {engine}"


def speak(voice: Voice, text: str) -> Samples:
    """The spoken text: mono float32 in [-1, 1] at 16 kHz, silence at both ends cut.

    Raises:
        SynthesiserError: the synthesiser is not installed, or said nothing.
    """
    if voice.engine == "flite":
        data = _flite(voice, text)
    else:
        data = _run(
            ["espeak-ng", "-v", voice.name, "-s", str(int(voice.speed)), "-p", str(voice.pitch),
             "-g", str(voice.gap), "-b", "1", "--stdout", "--", text]
        )  # fmt: skip
    samples, rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=False)
    spoken = _trimmed(samples)
    if len(spoken) < rate // 20:
        raise SynthesiserError(f"{voice.engine} said nothing for {text!r} with {voice.name}")
    resampled: Samples = soxr.resample(spoken, rate, RATE).astype(np.float32)
    return resampled


def _flite(voice: Voice, text: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spoken.wav"
        _run(
            ["flite", "-voice", voice.name, "--setf", f"duration_stretch={1 / voice.speed:.3f}",
             "--setf", f"int_f0_target_mean={voice.pitch}", "-t", text, "-o", str(path)]
        )  # fmt: skip
        return path.read_bytes()


def _run(command: list[str]) -> bytes:
    try:
        done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    except FileNotFoundError:
        raise SynthesiserError(missing(command[0]) or f"{command[0]} is not installed") from None
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise SynthesiserError(f"{command[0]} failed: {error}") from error
    return done.stdout


def _trimmed(samples: Samples, threshold: float = 0.004) -> Samples:
    loud = np.flatnonzero(np.abs(samples) > threshold)
    return samples[loud[0] : loud[-1] + 1] if len(loud) else samples[:0]
