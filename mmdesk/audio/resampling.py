"""From a device's own channels and rate to mono at 16 kHz."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmdesk.audio.level import level_of
from mmdesk.audio.samples import Samples, cleaned
from mmdesk.core.speech import SAMPLE_RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MEMORY = 0.9
"""How much of a channel's loudness stays from one block (some 50 ms) to the next."""
_LOUDER = 4.0
"""Another channel takes over at four times the power (6 dB), so that it doesn't go to and fro."""


class LoudestChannel:
    """Takes the loudest channel of several, and fades over when another one takes its place.

    A mean would cancel a balanced microphone on a stereo jack (the same sound, once inverted),
    and on an array it would bury the one channel that is connected.
    """

    def __init__(self, channels: int) -> None:
        import numpy as np

        self._power: NDArray[np.float64] = np.zeros(channels)
        self._chosen = 0

    def mix(self, block: Samples) -> Samples:
        """Return one channel of a block, shape ``(frames, channels)`` to ``(frames,)``."""
        import numpy as np

        if block.shape[1] == 1 or not len(block):
            return block[:, 0]
        before = self._chosen
        heard = np.mean(np.square(block, dtype=np.float64), axis=0)
        # The first sound decides at once, later blocks only in the long run.
        memory = _MEMORY if self._power.any() else 0.0
        self._power = memory * self._power + (1 - memory) * heard
        loudest = int(np.argmax(self._power))
        if self._power[loudest] > _LOUDER * self._power[before]:
            self._chosen = loudest
        if before == self._chosen:
            return block[:, before]
        fade = np.linspace(0.0, 1.0, len(block), dtype=np.float32)
        return block[:, before] * (1 - fade) + block[:, self._chosen] * fade


class ToSpeech:
    """Turns what a device gives into samples, block after block.

    Args:
        rate: The device's, Hz.
        channels: The device's.
    """

    def __init__(self, rate: int, channels: int) -> None:
        self.level = 0.0
        """How loud the last block was; the resampler gives its samples later and in lumps."""
        self._channels = channels
        self._mixer = LoudestChannel(channels)
        self._resampler = resampler(rate, SAMPLE_RATE)

    def convert(self, block: bytes) -> Samples:
        """Return the samples of a block of interleaved 32-bit floats."""
        import numpy as np

        frames = cleaned(np.frombuffer(block, np.float32)).reshape(-1, self._channels)
        mono = self._mixer.mix(frames)
        self.level = level_of(mono)
        if self._resampler is None:
            return np.ascontiguousarray(mono)
        return cleaned(self._resampler.resample_chunk(np.ascontiguousarray(mono)))

    def end(self) -> Samples:
        """Return the last samples, which the resampler held back."""
        import numpy as np

        nothing: Samples = np.zeros(0, np.float32)
        if self._resampler is None:
            return nothing
        return cleaned(self._resampler.resample_chunk(nothing, last=True))


def resampler(source: int, target: int) -> Any:
    """Return a stream of mono float32 from one rate to another; None where they are the same."""
    import soxr

    return None if source == target else soxr.ResampleStream(source, target, 1, dtype="float32")
