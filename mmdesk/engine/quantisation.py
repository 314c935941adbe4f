"""int8 and int4 weights: by bitsandbytes on CUDA, by :mod:`mmdesk.engine.packing` on a CPU.

bitsandbytes runs on a CPU too, but there is nothing to gain: a Qwen2.5-VL of 845 million parameters
that takes 1.5 GB in bfloat16 took 26 s to load in int4 and 1.8 GB of anonymous memory beside the
file while it did (bitsandbytes 0.50.2).
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from mmdesk.core.errors import ModelNeedsPackage, PrecisionUnavailable
from mmdesk.models.hardware import device_name
from mmdesk.models.shape import NEVER_PACKED

PACKED = ("int8", "int4")
PACKAGE = "bitsandbytes"
_SKIPPED = rf".*(?:{NEVER_PACKED})[^.]*"
"""Vision tower, what joins it to the language model, and the output: they feel it most and are
small. Matched from the beginning of a module's name to the end of one of its parts."""


def check_packing(dtype: str, device: torch.device, path: Path) -> None:
    """Check that ``dtype`` can be had on a device before anything is read.

    Raises:
        PrecisionUnavailable: it is packed, and the device can't.
        ModelNeedsPackage: bitsandbytes isn't there.
    """
    if dtype not in PACKED or device.type == "cpu":
        return
    if device.type != "cuda":
        raise PrecisionUnavailable(path=str(path), dtype=dtype, device=device_name(device))
    if find_spec(PACKAGE) is None:
        raise ModelNeedsPackage(path=str(path), package=PACKAGE)


def packing_config(dtype: str, compute: torch.dtype) -> Any:
    """Return transformers' configuration for "int8" or "int4".

    int4 is NF4 with one scale for 64 weights (Dettmers et al., 2023), int8 is LLM.int8()
    (Dettmers et al., 2022).
    """
    from transformers import BitsAndBytesConfig

    if dtype == "int4":
        return BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_compute_dtype=compute,
            llm_int8_skip_modules=[_SKIPPED],
        )
    return BitsAndBytesConfig(load_in_8bit=True, llm_int8_skip_modules=[_SKIPPED])
