"""How well a speech model writes down a person's sounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from mmdesk import compose
from mmdesk.core.claims import has_han
from mmdesk.core.errors import (
    DeviceUnavailable,
    MmdeskError,
    SpeechModelDamaged,
    SpeechModelIncomplete,
    SpeechModelMissing,
    SpeechModelNeedsPackage,
    SpeechModelUnknown,
)
from mmdesk.core.figures import Figure
from mmdesk.evaluate.transcripts import Unit, error_rate
from mmdesk.settings import Settings
from mmdesk.training.own.folder import Entry
from mmdesk.transcribe import Hearing

_OF_THE_MODEL = (
    DeviceUnavailable,
    SpeechModelDamaged,
    SpeechModelIncomplete,
    SpeechModelMissing,
    SpeechModelNeedsPackage,
    SpeechModelUnknown,
)
"""What would be the same with every sound."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said in a sound, and what the model wrote; "" where it heard nothing.

    Attributes:
        problem: Why there is nothing.
    """

    line: int
    said: str
    wrote: str = ""
    problem: MmdeskError | None = None


@contextmanager
def hearing(settings: Settings) -> Iterator[Hearing]:
    """Have the app's transcriber with the settings' speech model, each language detected."""
    application = compose.build(lambda event: None, settings, keep=False)
    application.worker.start()
    try:
        yield Hearing(application, settings, None, "")
    finally:
        application.close()


def hear(ear: Hearing, entry: Entry) -> Heard:
    """Return what the model writes of a sound of any length.

    Raises:
        SpeechError, DeviceUnavailable: the model can't be loaded.
    """
    assert entry.sound is not None
    assert entry.text is not None
    try:
        transcript = ear.transcript(entry.sound)
    except _OF_THE_MODEL:
        raise
    except MmdeskError as error:
        return Heard(entry.line, entry.text, problem=error)
    wrote = " ".join(segment.text.strip() for segment in transcript.segments)
    return Heard(entry.line, entry.text, wrote)


def figures(heard: Sequence[Heard], seed: int | None) -> list[Figure]:
    """Return word and character errors, of Chinese characters alone; silence is all errors."""
    spaced = [each for each in heard if not has_han(each.said)]
    chinese = [each for each in heard if has_han(each.said)]
    parts: list[tuple[str, Unit, list[Heard]]]
    parts = [("wer", "wer", spaced), ("cer", "cer", spaced), ("cer_zh", "cer", chinese)]
    found = []
    for name, unit, part in parts:
        if part:
            rate = error_rate([each.said for each in part], [each.wrote for each in part], unit)
            found.append(Figure(name, rate, unit.upper(), len(part), seed, lower=True))
    silent = sum(not each.wrote for each in heard)
    of = f"of {len(heard)}"
    found.append(Figure("unanswered", silent, of, len(heard), seed, lower=True))
    return found
