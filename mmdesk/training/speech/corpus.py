"""The spoken clips on disk: made in parts by several processes, so that a stopped run goes on.

A part is `part-00012.i16` (16 kHz mono, one clip after the other) and `part-00012.jsonl` (one line
per clip). What is said in a part, and by whom, depends on its number and the seed alone.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mmdesk.training.grammar import Lang
from mmdesk.training.speech import voices
from mmdesk.training.speech.sentences import spoken

PART = 400
ZH_SHARE = 0.28
TWO_SENTENCES = 0.07


@dataclass(frozen=True)
class Clip:
    """One spoken text. `start` and `length` count samples of the part's array file."""

    text: str
    lang: str
    voice: str
    start: int
    length: int


def _text(lang: Lang, rng: random.Random) -> str:
    first = spoken(lang, rng, for_evaluation=False)
    if rng.random() >= TWO_SENTENCES:
        return first
    return first + (" " if lang is Lang.EN else "") + spoken(lang, rng, for_evaluation=False)


def make_part(folder: Path, seed: int, number: int, size: int = PART) -> None:
    """Speaks the clips of one part; the index appears last, when the part is whole."""
    rng = random.Random(f"{seed}/{number}")
    index: list[Clip] = []
    start = 0
    path = folder / f"part-{number:05d}.i16"
    with open(path.with_suffix(".tmp"), "wb") as sound:
        for _ in range(size):
            lang = Lang.ZH if rng.random() < ZH_SHARE else Lang.EN
            text, voice = _text(lang, rng), voices.training_voice(lang, rng)
            samples = voices.speak(voice, text)
            scaled = samples * (0.95 / max(1e-3, float(np.abs(samples).max())))
            sound.write((scaled * 32767).astype(np.int16).tobytes())
            index.append(Clip(text, lang.value, voice.name, start, len(scaled)))
            start += len(scaled)
    os.replace(path.with_suffix(".tmp"), path)
    lines = "".join(json.dumps(asdict(clip), ensure_ascii=False) + "\n" for clip in index)
    scratch = path.with_suffix(".jsonl.tmp")
    scratch.write_text(lines, encoding="utf-8")
    os.replace(scratch, path.with_suffix(".jsonl"))


def _make(job: tuple[Path, int, int, int]) -> int:
    make_part(*job)
    return job[2]


def make(
    folder: Path, clips: int, seed: int, processes: int, report: Callable[[str], None]
) -> None:
    """Makes the parts that are not there yet, `clips` clips in all."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers = range(-(-clips // PART))
    left = [n for n in numbers if not (folder / f"part-{n:05d}.jsonl").is_file()]
    if not left:
        return
    begun = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        jobs = [(folder, seed, number, PART) for number in left]
        for done, number in enumerate(pool.imap_unordered(_make, jobs), 1):
            speed = done * PART / (time.monotonic() - begun)
            report(f"clips: part {number}, {len(numbers) - len(left) + done} of {len(numbers)}, "
                   f"{speed:.0f} clips/s")  # fmt: skip


class Corpus:
    """The clips of all whole parts in a folder; `refresh` takes in those made since."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sounds: dict[int, NDArray[np.int16]] = {}
        self.clips: list[tuple[int, Clip]] = []
        self.refresh()

    def refresh(self) -> int:
        """Reads new parts; returns how many clips there are now."""
        for path in sorted(self._folder.glob("part-*.jsonl")):
            number = int(path.stem.split("-")[1])
            if number in self._sounds:
                continue
            self._sounds[number] = np.memmap(path.with_suffix(".i16"), np.int16, "r")
            for line in path.read_text(encoding="utf-8").splitlines():
                self.clips.append((number, Clip(**json.loads(line))))
        return len(self.clips)

    def samples(self, number: int) -> NDArray[np.float32]:
        """The sound of clip `number`: float32 in [-1, 1] at 16 kHz."""
        part, clip = self.clips[number]
        sound = self._sounds[part][clip.start : clip.start + clip.length]
        return sound.astype(np.float32) / np.float32(32768)
