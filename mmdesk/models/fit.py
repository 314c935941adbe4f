"""Whether a model fits into this computer's memory, and how large a model would.

The estimate is of the peak while a photo is asked about, the whole context in use::

    weights + KV cache + the larger of (vision tower, prefill) + what a picture leaves behind

``mmdesk bench fit`` holds it against the measured peak. It needs neither torch nor transformers.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from mmdesk.core.models import FIT_CONTEXT, Fit, FitEstimate, ModelRole
from mmdesk.models.machine import Machine, machine, main_memory
from mmdesk.models.picture_cost import PHOTO, PictureCost
from mmdesk.models.published import between
from mmdesk.models.shape import Shape, read_shape

ITEMSIZES = {"float32": 4, "bfloat16": 2, "float16": 2}
_PACKED_BITS = {"int8": 8.5, "int4": 4.5}
"""With the scales: 32 bits for 64 numbers of 4 bits each, of bitsandbytes and mostly of a CPU."""

RUNTIME_BYTES = 500_000_000
"""The process before there is a model: Python, torch and transformers, or CUDA's context."""
_SYSTEM_SHARE = 0.15
"""Of a computer's memory that the system and a desktop keep even with everything else closed."""
_HEADROOM = 1.1
"""Free memory is a moment's: the next program that starts takes some of it."""
_WORTH_HALVING = 2**30
"""Bytes of float32 weights from which on bfloat16 is faster on a CPU that multiplies it."""

_SIZES = (0.25, 0.5, 1, 2, 3, 4, 7, 8, 12, 14, 27, 32, 72)
"""Billions of parameters that open image-text models come in."""

_LEAST_CONTEXT = 1024
_LEAST_PATCHES = 1024
"""A short question about a small picture: without room for that, a model isn't loaded."""
_SMALL_PHOTO = (640, 480)
_ENCODED = 1500
"""Frames that Whisper makes of its 30 s."""

# Copies that are alive at once, fitted to what `mmdesk bench fit` measures.
_PIXEL_COPIES = 3
_TOWER_HIDDEN, _TOWER_INNER = 8, 3
_PREFILL_HIDDEN, _PREFILL_INNER = 8, 3
_MASK_BYTES = 3
"""Per pair of tokens: the mask as booleans, and once more as numbers."""
_LIBRARY_BYTES = 25_000_000
"""Heap of the libraries: tokenizer, primitives, buffers of the threads."""


def estimate_for_folder(
    path: Path,
    on: Machine | None = None,
    dtype: str = "auto",
    *,
    context: int | None = None,
    photo: tuple[int, int] = PHOTO,
) -> FitEstimate:
    """Return what the checkpoint in ``path`` takes.

    Args:
        on: The computer; None is this one.
        dtype: As in the settings. What the device can't do is taken for "auto".
        context: Tokens, pictures included; None is :data:`FIT_CONTEXT`, or what a photo and a
            question about it need. Less where the model has less.
        photo: (width, height) of the picture.

    Raises:
        ModelMissing, ModelDamaged: the files tell no sizes.
    """
    shape = read_shape(path, photo)
    return estimate(shape, on or machine(), dtype, context=context, photo=photo)


def estimate_for_parameters(
    parameters: int,
    on: Machine | None = None,
    dtype: str = "auto",
    *,
    role: ModelRole = ModelRole.CHAT,
    context: int | None = None,
) -> FitEstimate:
    """Return what a model of so many parameters will take, from published ones beside its size.

    See :mod:`mmdesk.models.published`. Models of another role see 30 s of speech, or one small
    picture, and hold as good as nothing of it.
    """
    shape = between(parameters)
    if role is not ModelRole.CHAT:
        shape = replace(shape, picture=PictureCost(), context=_ENCODED)
    return estimate(shape, on or machine(), dtype, context=context)


def estimate(
    shape: Shape,
    on: Machine,
    dtype: str = "auto",
    *,
    context: int | None = None,
    photo: tuple[int, int] = PHOTO,
) -> FitEstimate:
    """Return what a model of this shape takes on a computer's best device, and whether it fits.

    Arguments are those of :func:`estimate_for_folder`; the shape must be for the same photo.
    """
    name, free, capacity = _device(on)
    precision = _precision(shape, on, dtype)
    wanted = context or max(FIT_CONTEXT, shape.picture.tokens + _LEAST_CONTEXT)
    tokens = min(wanted, shape.context or wanted)
    found = FitEstimate(
        fit=Fit.NO,
        device=name,
        dtype=precision,
        weights=weights_bytes(shape, precision, cpu=not on.gpus),
        kv_cache=kv_cache_bytes(shape, precision, tokens),
        working=working_bytes(shape, precision, tokens, photo),
        context=tokens,
        available=max(0, free - RUNTIME_BYTES),
    )
    if found.total * _HEADROOM <= found.available:
        return replace(found, fit=Fit.FITS)
    if found.total <= capacity or (on.gpus and found.total <= _with_cpu(on)):
        return replace(found, fit=Fit.TIGHT)
    return found


def weights_bytes(shape: Shape, dtype: str, *, cpu: bool = False) -> int:
    """Return the bytes of all parameters. What is stored packed stays so.

    Args:
        cpu: Whether it is a CPU that packs: the output layer too, also where it is the embedding.
    """
    if shape.prequantized:
        return shape.stored_bytes
    bits = _PACKED_BITS.get(dtype)
    if bits is None:
        return shape.parameters * ITEMSIZES[dtype]
    packed = round(shape.packable * bits / 8) + 2 * (shape.parameters - shape.packable)
    if not cpu:
        return packed
    output = shape.output or shape.vocabulary * shape.hidden
    return packed - 2 * shape.output + round(output * bits / 8)


def kv_cache_bytes(shape: Shape, dtype: str, context: int) -> int:
    """Return the bytes of keys and values of ``context`` tokens.

    Layers with a sliding window hold no more than that; linear ones hold none.
    """
    windowed = shape.window_per_token * min(context, shape.window)
    return (shape.cache_per_token * context + windowed) * compute_itemsize(dtype)


def working_bytes(shape: Shape, dtype: str, context: int, photo: tuple[int, int] = PHOTO) -> int:
    """Return the bytes of all that is neither weights nor KV cache, at its peak.

    Args:
        photo: (width, height) of the largest picture as mmdesk keeps it.
    """
    size, picture = compute_itemsize(dtype), shape.picture
    decoded = 3 * photo[0] * photo[1] if picture.patches else 0
    pixels = 4 * picture.patches * picture.patch_elements
    tower = picture.patches * size * (
        _TOWER_HIDDEN * picture.hidden
        + _TOWER_INNER * picture.inner
        + (picture.layers * picture.hidden if picture.keeps_layers else 0)
    )  # fmt: skip
    prefill = (
        context * size * (_PREFILL_HIDDEN * shape.hidden + _PREFILL_INNER * shape.inner)
        + context**2 * _MASK_BYTES
    )
    # The processor's copies are gone by then, but one that is kept for the next question.
    return _LIBRARY_BYTES + pixels + max(decoded + (_PIXEL_COPIES - 1) * pixels, tower, prefill)


def compute_itemsize(dtype: str) -> int:
    """Return the bytes of one number of an activation."""
    return ITEMSIZES.get(dtype, 2)


def load_bytes(shape: Shape, dtype: str, *, cpu: bool = False) -> int:
    """Return the least memory that loading and a short question about a small picture take.

    While loading, one tensor at a time is there in the dtype of the file as well; a CPU packs
    straight from the mapped file.

    Args:
        cpu: See :func:`weights_bytes`.
    """
    loading = shape.largest * (shape.stored_itemsize + compute_itemsize(dtype))
    if cpu and dtype in _PACKED_BITS and not shape.prequantized:
        loading = 0
    return weights_bytes(shape, dtype, cpu=cpu) + max(loading, least_answer_bytes(shape, dtype))


def least_answer_bytes(shape: Shape, dtype: str) -> int:
    """Return what a short question about a small picture takes beside the weights."""
    context = min(_LEAST_CONTEXT, shape.context or _LEAST_CONTEXT)
    patches = min(_LEAST_PATCHES, shape.picture.patches)
    small = replace(shape, picture=replace(shape.picture, patches=patches))
    kv_cache = kv_cache_bytes(shape, dtype, context)
    return kv_cache + working_bytes(small, dtype, context, _SMALL_PHOTO)


def automatic_cpu_dtype(parameters: int, *, free: int, bfloat16: bool) -> str:
    """Choose between exactness and bytes.

    Decoding on a CPU is bound by the bytes of the weights, so a large model gains from bfloat16
    where the processor multiplies it (AVX512-BF16, AMX); elsewhere it is emulated and slower than
    float32. A small model is bound by the calls: there float32 costs nothing. Measured on a Xeon
    with AMX, one thread: a 4096 x 11008 linear layer is 1.6 times as fast in bfloat16 for one
    token and 3.9 times for 128, a 512 x 1024 one slower (0.7 times).

    Args:
        free: Bytes that the model may take.
        bfloat16: Whether the processor multiplies it.
    """
    in_float32 = parameters * ITEMSIZES["float32"]
    if (in_float32 > _WORTH_HALVING and bfloat16) or in_float32 * _HEADROOM > free:
        return "bfloat16"
    return "float32"


def automatic_gpu_dtype(parameters: int, *, free: int, bfloat16: bool) -> str:
    """Choose for a GPU.

    float16 overflows in models that were trained in bfloat16 (Gemma 3): a GPU without bfloat16
    computes in float32 as long as that fits.
    """
    if bfloat16:
        return "bfloat16"
    fits = parameters * ITEMSIZES["float32"] * _HEADROOM <= free
    return "float32" if fits else "float16"


def largest_model_billions(memory_bytes: int) -> int:
    """Return the largest common model size in whole billions of parameters; 0 if not even 1 fits.

    Args:
        memory_bytes: All memory of a computer, where the model runs on the CPU in bfloat16.
    """
    return int(largest_fitting(Machine(memory_bytes, memory_bytes), "bfloat16"))


def largest_fitting(on: Machine, dtype: str = "auto") -> float:
    """Return the largest common size in billions of parameters that loads here; 0 if none does."""
    _, free, capacity = _device(on)
    room = min(free - RUNTIME_BYTES, capacity)
    fitting = (size for size in _SIZES if _loading(size, on, dtype) <= room)
    return max(fitting, default=0)


def _loading(billions: float, on: Machine, dtype: str) -> float:
    shape = between(round(billions * 1e9))
    return load_bytes(shape, _precision(shape, on, dtype), cpu=not on.gpus) * _HEADROOM


def _precision(shape: Shape, on: Machine, dtype: str) -> str:
    """Return what ``dtype`` comes to on this computer."""
    packs = not on.apple and not shape.prequantized
    if dtype in ITEMSIZES or (dtype in _PACKED_BITS and packs):
        return dtype
    if on.gpus:
        gpu = on.gpus[0]
        return automatic_gpu_dtype(shape.parameters, free=gpu.free, bfloat16=gpu.bfloat16)
    if on.apple:
        return "bfloat16"
    return automatic_cpu_dtype(shape.parameters, free=on.available, bfloat16=on.bfloat16)


def _device(on: Machine) -> tuple[str, int, int]:
    """Return (name, free bytes, bytes that a model can have with everything else closed)."""
    if on.gpus:
        gpu = on.gpus[0]
        return gpu.name, gpu.free, gpu.total - RUNTIME_BYTES
    capacity = round(on.total * (1 - _SYSTEM_SHARE)) - RUNTIME_BYTES
    return "Apple GPU" if on.apple else "CPU", on.available, capacity


def _with_cpu(on: Machine) -> int:
    """Return what GPU and CPU have together."""
    return on.gpus[0].free + on.available - 2 * RUNTIME_BYTES


def total_memory_bytes() -> int:
    """Return the size of this computer's memory, without loading a library for it."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows, and systems without these names
        return main_memory()[0]
