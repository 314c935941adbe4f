"""Whisper's encoder over as much of its 30 s window as there is to hear.

``whisper.model.AudioEncoder`` takes the whole window only; this is its ``forward`` on the
beginning of it, with the positional embedding cut to match.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from whisper.model import AudioEncoder

Check = Callable[[], None]
"""Called between the steps of long work; raises to end it."""


def encode(
    encoder: AudioEncoder, spectrogram: torch.Tensor, dtype: torch.dtype, check: Check
) -> torch.Tensor:
    """Return the encoded sound, shape ``(1, frames, width)``.

    Args:
        spectrogram: Shape ``(mels, 2 * frames)``.
        dtype: What is computed in; the modules convert weights that are stored as another.
    """
    device = encoder.conv1.weight.device
    x = spectrogram.unsqueeze(0).to(device, dtype)
    x = F.gelu(encoder.conv1(x))
    x = F.gelu(encoder.conv2(x)).permute(0, 2, 1)
    x = (x + encoder.positional_embedding[: x.shape[1]]).to(dtype)
    for block in encoder.blocks:
        check()
        x = block(x)
    encoded: torch.Tensor = encoder.ln_post(x)
    return encoded
