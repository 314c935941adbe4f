"""Cuts a recording of any length into stretches that fit a speech model's window."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mmdesk.audio.activity import WINDOW_SECONDS, VoiceNetwork, VoiceStream
from mmdesk.audio.cutting import PauseCutter, Utterance, Window
from mmdesk.audio.flac import read_blocks
from mmdesk.audio.samples import Samples
from mmdesk.core.speech import Recording

LONGEST_SECONDS = 28.0
_PAUSE_SECONDS = 0.8


def split_at_pauses(
    network: VoiceNetwork, recording: Recording, ended: Callable[[], bool] = lambda: False
) -> Iterator[tuple[float, bytes]]:
    """Yield ``(offset in seconds, samples)`` of each stretch with a voice, in order.

    No more than one stretch and 10 s of the recording are in memory. Raises ``MediaError``.

    Args:
        ended: Asked every 10 s of the recording; True ends it there.
    """
    stream = VoiceStream(network)
    cutter = PauseCutter(_PAUSE_SECONDS, LONGEST_SECONDS)
    for block in read_blocks(recording):
        if ended():
            return
        yield from _cut(cutter, *stream.feed(block))
    yield from _cut(cutter, *stream.end())
    if last := cutter.end():
        yield _placed(last)


def _cut(
    cutter: PauseCutter, windows: Samples, probabilities: Samples
) -> Iterator[tuple[float, bytes]]:
    for samples, probability in zip(windows, probabilities.tolist(), strict=True):
        if found := cutter.hear(Window(samples, probability)):
            yield _placed(found)


def _placed(utterance: Utterance) -> tuple[float, bytes]:
    return utterance.start * WINDOW_SECONDS, utterance.samples
