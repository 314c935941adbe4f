"""Voice activity: silero's network (version 6.2.3, MIT) through onnxruntime.

The file is the wheel's ``silero_vad_16k_sequence.onnx``: the smallest one, which takes any number
of windows in one call and gives the same probabilities as ``silero_vad.onnx`` (compared: equal in
every bit). Source: https://github.com/snakers4/silero-vad
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmdesk.audio.samples import Samples, cleaned, to_array
from mmdesk.core.errors import InstallationBroken
from mmdesk.core.speech import SAMPLE_RATE, Activity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VAD_FILE = "silero_vad_16k_sequence.onnx"
VAD_SHA256 = "9ccdacc4719d8aa7e45a77536bfabec45a03ba1f2fad5e241ab4060b24238a85"

WINDOW = 512
"""Samples that one probability is about."""
WINDOW_SECONDS = WINDOW / SAMPLE_RATE
_CONTEXT = 64
"""Samples before a window that the network sees besides."""
_HIDDEN = (1, 1, 128)
_BLOCK = 512
"""Windows in one call at most: 16 s, which bounds what the call needs in memory."""

_BEGINS = 0.5
_ENDS = 0.35
VOICE_WINDOWS = 5
"""A voice shorter than this (0.16 s) is a click."""


class VoiceNetwork:
    """The network, loaded when it is first needed; any thread may use it.

    Args:
        path: The ONNX file, whose SHA-256 must be :data:`VAD_SHA256`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._session: Any = None

    def load(self) -> None:
        """Load it where it isn't yet.

        Raises:
            InstallationBroken: the file is missing or another, or onnxruntime isn't there.
        """
        with self._lock:
            if self._session is None:
                self._session = _load(self._path)

    def run(self, inputs: dict[str, Any]) -> list[Any]:
        """Compute ``[probabilities, hn, cn]``."""
        self.load()
        outputs: list[Any] = self._session.run(None, inputs)
        return outputs


def _load(path: Path) -> Any:
    try:
        model = path.read_bytes()
    except OSError as error:
        raise InstallationBroken(what=f"{path.name} can't be read") from error
    if hashlib.sha256(model).hexdigest() != VAD_SHA256:
        raise InstallationBroken(what=f"{path.name} is damaged")
    try:
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # it calls home from 1.31 on, in C++
        import onnxruntime
    except ImportError as error:
        raise InstallationBroken(what=str(error)) from error
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    # More threads cost more than they bring on 128 hidden units, and would spin between calls.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


class VoiceStream:
    """The voice probability of each window of a stream of samples, one after the other."""

    def __init__(self, network: VoiceNetwork) -> None:
        import numpy as np

        self._network = network
        self._h: NDArray[np.float32] = np.zeros(_HIDDEN, np.float32)
        self._c = self._h
        self._context: Samples = np.zeros(_CONTEXT, np.float32)
        self._rest: Samples = np.zeros(0, np.float32)

    def feed(self, samples: Samples) -> tuple[Samples, Samples]:
        """Return whole windows, shape ``(n, 512)``, and their probabilities, ``(n,)``.

        What is left over waits for the next call.
        """
        import numpy as np

        waiting = np.concatenate([self._rest, samples])
        count = len(waiting) // WINDOW
        windows = waiting[: count * WINDOW].reshape(count, WINDOW)
        self._rest = waiting[count * WINDOW :]
        found = [self._probabilities(windows[i : i + _BLOCK]) for i in range(0, count, _BLOCK)]
        return windows, np.concatenate(found) if found else np.zeros(0, np.float32)

    def end(self) -> tuple[Samples, Samples]:
        """Return what is left over, shape ``(1, n)`` with n < 512, and its probability.

        Both are empty where nothing is left.
        """
        import numpy as np

        rest = self._rest
        if not rest.size:
            return np.zeros((0, WINDOW), np.float32), np.zeros(0, np.float32)
        self._rest = rest[:0]
        padded = np.pad(rest, (0, WINDOW - rest.size))
        return rest[None], self._probabilities(padded[None])

    def _probabilities(self, windows: Samples) -> Samples:
        import numpy as np

        contexts = np.concatenate([self._context[None], windows[:-1, -_CONTEXT:]])
        self._context = windows[-1, -_CONTEXT:]
        frames = np.concatenate([contexts, windows], axis=1)
        inputs = {"input": frames, "h": self._h, "c": self._c}
        probabilities, self._h, self._c = self._network.run(inputs)
        return probabilities  # type: ignore[no-any-return]


class VoiceGate:
    """Whether someone speaks, with hysteresis: begins at 0.5, ends below 0.35."""

    def __init__(self) -> None:
        self._voice = False

    def hear(self, probability: float) -> bool:
        """Take the next window's probability."""
        self._voice = probability >= (_ENDS if self._voice else _BEGINS)
        return self._voice


@dataclass(slots=True)
class _Run:
    first: int
    length: int = 0


def measure(probabilities: Iterable[float]) -> Activity:
    """Return what the windows' probabilities say; voices shorter than 0.16 s don't count."""
    gate = VoiceGate()
    runs: list[_Run] = []
    peak = 0.0
    before = False
    for number, probability in enumerate(probabilities):
        peak = max(peak, probability)
        voice = gate.hear(probability)
        if voice and not before:
            runs.append(_Run(number))
        if voice:
            runs[-1].length += 1
        before = voice
    spoken = [run for run in runs if run.length >= VOICE_WINDOWS]
    if not spoken:
        return Activity(0.0, peak)
    return Activity(
        speech_seconds=sum(run.length for run in spoken) * WINDOW_SECONDS,
        peak=peak,
        start=spoken[0].first * WINDOW_SECONDS,
        end=(spoken[-1].first + spoken[-1].length) * WINDOW_SECONDS,
    )


def activity_of(network: VoiceNetwork, samples: bytes) -> Activity:
    """Return what voice activity detection finds. Raises ``InstallationBroken``."""
    stream = VoiceStream(network)
    probabilities = stream.feed(cleaned(to_array(samples)))[1].tolist()
    probabilities += stream.end()[1].tolist()
    return measure(probabilities)
