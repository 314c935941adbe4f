"""Samples to log-mel spectrograms, and how much of Whisper's window they need."""

from __future__ import annotations

import math

import numpy as np
import torch
from whisper.audio import HOP_LENGTH, N_FFT, log_mel_spectrogram

from mmdesk.core.speech import SAMPLE_BYTES, SAMPLE_RATE
from mmdesk.speech.dimensions import FRAMES_PER_SECOND

_MARGIN = 128
"""Frames of silence behind the speech: Whisper was trained on padded sound, and loops without."""
_FLOOR = 256
_MEL_PER_FRAME = SAMPLE_RATE // HOP_LENGTH // FRAMES_PER_SECOND

Samples = np.ndarray[tuple[int], np.dtype[np.float32]]


def read_samples(raw: bytes) -> Samples:
    """Return samples as an array in -1..1; what is no number becomes silence."""
    whole = len(raw) // SAMPLE_BYTES * SAMPLE_BYTES
    samples = np.frombuffer(raw[:whole], dtype="<f4").astype(np.float32)
    np.nan_to_num(samples, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    return np.clip(samples, -1.0, 1.0, out=samples)


def cut_frames(samples: Samples, full: int) -> int:
    """Return the encoder frames (20 ms each) that these samples need.

    Args:
        full: The encoder's own context.
    """
    needed = math.ceil(len(samples) * FRAMES_PER_SECOND / SAMPLE_RATE) + _MARGIN
    return min(max(needed, _FLOOR), full)


def mel_spectrogram(samples: Samples, mels: int, frames: int) -> torch.Tensor:
    """Return the log-mel spectrogram, shape ``(mels, 2 * frames)``, float32, on the CPU.

    The numbers are those of ``whisper.transcribe``: the sound is followed by silence, not by its
    own reflection.
    """
    length = frames * _MEL_PER_FRAME
    padding = max(0, length * HOP_LENGTH - len(samples)) + N_FFT
    spectrogram: torch.Tensor = log_mel_spectrogram(samples, mels, padding=padding)
    return spectrogram[:, :length]
