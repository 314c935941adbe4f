"""Cuts a stream of windows into utterances, by the pauses between them or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from mmdesk.audio.activity import VOICE_WINDOWS, WINDOW_SECONDS, VoiceGate, measure
from mmdesk.audio.samples import Samples, to_bytes
from mmdesk.core.speech import Activity
from mmdesk.core.values import value

GROWTH_SECONDS = 0.6
"""So much new speech is worth another partial transcript."""
PREROLL_SECONDS = 0.4
"""Kept from before a voice begins: the network is late on soft consonants."""
_TAIL_SECONDS = 0.3
"""Kept from after it ended."""
_NEAR_END = 0.4
"""The last part of an utterance that is too long, in which the quietest place is looked for."""
_SMOOTHING = 5


@value
class Window:
    """512 samples (the last of a stream may have fewer) and their voice probability."""

    samples: Samples
    probability: float


@value
class Utterance:
    """A whole utterance. ``start`` is its first window's number in the stream."""

    samples: bytes
    activity: Activity
    start: int


class Cutter(Protocol):
    """Takes windows in order."""

    voice: bool
    """Whether someone speaks in the last window."""

    def hear(self, window: Window) -> Utterance | None:
        """Return the utterance that the window completes."""

    def growth(self) -> bytes | None:
        """Return the utterance so far if the last window made it worth another look."""

    def end(self) -> Utterance | None:
        """Return what is left at the end of the stream."""


def _joined(windows: Sequence[Window]) -> bytes:
    return b"".join(to_bytes(window.samples) for window in windows)


def _utterance(windows: Sequence[Window], start: int) -> Utterance:
    activity = measure(window.probability for window in windows)
    return Utterance(_joined(windows), activity, start)


def _windows(seconds: float) -> int:
    return max(1, round(seconds / WINDOW_SECONDS))


class _Growth:
    """Tells when an utterance has grown enough to look at it again."""

    def __init__(self) -> None:
        self._last = 0

    def due(self, length: int, voice: bool) -> bool:
        """Return whether ``length`` windows with a voice at the end are worth it."""
        if not voice or length - self._last < _windows(GROWTH_SECONDS):
            return False
        self._last = length
        return True

    def restart(self, length: int) -> None:
        """Begin another utterance, of which ``length`` windows are there."""
        self._last = length


class WholeCutter:
    """Everything is one utterance: while a button is held."""

    def __init__(self) -> None:
        self.voice = False
        self._gate = VoiceGate()
        self._windows: list[Window] = []
        self._growth = _Growth()

    @property
    def seconds(self) -> float:
        """The length so far."""
        return len(self._windows) * WINDOW_SECONDS

    def hear(self, window: Window) -> None:
        """Take it; only :meth:`end` completes the utterance."""
        self._windows.append(window)
        self.voice = self._gate.hear(window.probability)

    def growth(self) -> bytes | None:
        """Return the utterance so far each time that it grew with a voice in it."""
        due = self._growth.due(len(self._windows), self.voice)
        return _joined(self._windows) if due else None

    def end(self) -> Utterance:
        """Return all of it, be it silence."""
        return _utterance(self._windows, 0)


class PauseCutter:
    """Utterances are what lies between pauses: hands-free, and hours of recording.

    Args:
        silence_s: The pause that ends an utterance.
        longest_s: One that is longer is cut at its quietest place near the end.
    """

    def __init__(self, silence_s: float, longest_s: float) -> None:
        self.voice = False
        self._silence = _windows(silence_s)
        self._longest = _windows(longest_s)
        self._gate = VoiceGate()
        self._growth = _Growth()
        self._windows: list[Window] = []
        self._start = 0
        self._speaking = False
        self._voiced = 0
        self._silent = 0

    def hear(self, window: Window) -> Utterance | None:
        """Return the utterance that ends with this window."""
        self._windows.append(window)
        self.voice = self._gate.hear(window.probability)
        if not self._speaking:
            self._wait_for_voice()
            return None
        self._silent = 0 if self.voice else self._silent + 1
        if self._silent >= self._silence:
            return self._cut_at_pause()
        if len(self._windows) >= self._longest:
            return self._cut_at_quietest()
        return None

    def growth(self) -> bytes | None:
        """Return the utterance that goes on, each time that it grew with a voice in it."""
        due = self._speaking and self._growth.due(len(self._windows), self.voice)
        return _joined(self._windows) if due else None

    def end(self) -> Utterance | None:
        """Return the utterance that is going on, if there is one with a voice."""
        return self._take(len(self._windows)) if self._speaking else None

    def _wait_for_voice(self) -> None:
        self._voiced = self._voiced + 1 if self.voice else 0
        self._drop(len(self._windows) - self._voiced - _windows(PREROLL_SECONDS))
        if self._voiced >= VOICE_WINDOWS:
            self._speaking = True
            self._silent = 0
            self._growth.restart(0)

    def _cut_at_pause(self) -> Utterance | None:
        found = self._take(len(self._windows) - max(0, self._silent - _windows(_TAIL_SECONDS)))
        self._speaking = False
        self._voiced = 0
        return found

    def _cut_at_quietest(self) -> Utterance | None:
        first = round(len(self._windows) * (1 - _NEAR_END))
        found = self._take(first + quietest(self._windows[first:]))
        self._growth.restart(len(self._windows))
        return found

    def _take(self, count: int) -> Utterance | None:
        """Cut off the first ``count`` windows; nothing comes of them without a voice."""
        utterance = _utterance(self._windows[:count], self._start)
        self._drop(count)
        return utterance if utterance.activity.speech_seconds else None

    def _drop(self, count: int) -> None:
        if count > 0:
            del self._windows[:count]
            self._start += count


def quietest(windows: Sequence[Window]) -> int:
    """Return the number of the window to cut before: least voice, and among those least sound."""
    import numpy as np

    kernel = np.ones(_SMOOTHING) / _SMOOTHING
    voice = np.convolve([window.probability for window in windows], kernel, "same")
    power = np.array([float(np.mean(np.square(window.samples))) for window in windows])
    sound = np.convolve(power, kernel, "same")
    loudest = float(sound.max())
    cost = voice + (sound / loudest if loudest > 0 else 0.0)
    # A convolution that keeps the length sees zeros beyond both ends: they look quiet and aren't.
    edge = min(_SMOOTHING // 2, (len(windows) - 1) // 2)
    return edge + int(np.argmin(cost[edge : len(windows) - edge]))
