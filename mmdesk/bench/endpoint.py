"""How long the text of a hands-free question comes after its last sound and the pause.

The sound runs through the real voice activity detection and cutting, not in real time: what the
clock would say is the number of windows that went by, and what is computed is timed.
"""

from __future__ import annotations

import io
import shutil
import statistics
import subprocess
import time

import numpy as np
import soundfile
import soxr

from mmdesk import paths
from mmdesk.audio.activity import WINDOW, WINDOW_SECONDS, VoiceNetwork, VoiceStream
from mmdesk.audio.cutting import PauseCutter, Utterance, Window
from mmdesk.core.figures import Figure
from mmdesk.core.requests import SpeechModel, Transcribe, VoiceSettings
from mmdesk.core.speech import SAMPLE_RATE
from mmdesk.session.hearing import around_voice
from mmdesk.speech.features import Samples
from mmdesk.speech.local import LocalTranscriber

_QUESTION = "What color is the circle?"
_LONGEST_S = 29.0
_QUIET = 0.02
"""Of the loudest sample: the last one above it ends the speech."""


def measure(trials: int) -> Figure:
    """Return ``endpoint_ms`` with the starter speech model; None where espeak-ng isn't there."""
    folder = paths.starter_speech()
    if shutil.which("espeak-ng") is None or not (folder / "config.json").is_file():
        return Figure("endpoint_ms", None, "ms", 0)
    speech = _speech()
    spoken = np.flatnonzero(np.abs(speech) > _QUIET * np.abs(speech).max())[-1] / SAMPLE_RATE
    sound = np.concatenate([speech, np.zeros(3 * SAMPLE_RATE, np.float32)])
    network = VoiceNetwork(paths.voice_activity_model())
    silence_s = VoiceSettings().silence_s
    transcriber = LocalTranscriber()
    found: list[float] = []
    for _ in range(trials + 1):
        utterance, heard_at = _cut(network, sound, silence_s)
        started = time.perf_counter()
        samples = around_voice(utterance.samples, utterance.activity)
        transcriber.transcribe(Transcribe("", samples, SpeechModel(folder)), lambda: False)
        computed = time.perf_counter() - started
        found.append(1000 * (heard_at - spoken - silence_s + computed))
    transcriber.close()
    return Figure("endpoint_ms", statistics.median(found[1:]), "ms", trials)


def _cut(network: VoiceNetwork, sound: Samples, silence_s: float) -> tuple[Utterance, float]:
    """Return the utterance, and the second of the sound in which its end is known."""
    stream, cutter = VoiceStream(network), PauseCutter(silence_s, _LONGEST_S)
    for number in range(len(sound) // WINDOW):
        windows, chances = stream.feed(sound[number * WINDOW : (number + 1) * WINDOW])
        for samples, chance in zip(windows, chances.tolist(), strict=True):
            if utterance := cutter.hear(Window(samples, chance)):
                return utterance, (number + 1) * WINDOW_SECONDS
    raise AssertionError("no end of the speech was found")


def _speech() -> Samples:
    command = ["espeak-ng", "-v", "en-us", "--stdout", _QUESTION]
    spoken = subprocess.run(command, capture_output=True, check=True).stdout
    samples, rate = soundfile.read(io.BytesIO(spoken), dtype="float32")
    found: Samples = soxr.resample(samples, rate, SAMPLE_RATE)
    return found
