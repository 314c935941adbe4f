"""What a model directory holds, checked before a byte of it is loaded.

Needs neither torch nor transformers. Everything here reads foreign files: sizes are bounded,
and whatever is wrong ends in a :class:`~mmdesk.core.errors.ModelError`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from mmdesk.core.errors import ModelDamaged, ModelIncomplete, ModelMissing
from mmdesk.models.files import is_file
from mmdesk.models.safetensors_header import MalformedHeader, read_header
from mmdesk.models.untrusted import (
    INDEX,
    WEIGHTS,
    check_configs,
    check_entries,
    check_is_whole_model,
    numbers_of,
    read_json,
)

_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")
_TOKENIZERS = (
    ("tokenizer.json",),
    ("tokenizer.model",),
    ("tekken.json",),
    ("tiktoken.model",),
    ("spiece.model",),
    ("sentencepiece.bpe.model",),
    ("vocab.json", "merges.txt"),
    ("vocab.txt",),
)
_PROCESSORS = ("processor_config.json", "preprocessor_config.json")
_LAYERS = re.compile(r"(?!max_window_)(.*_)?layers?|depths?")
_EXPERTS = re.compile(r"(num|n)_(.*_)?experts")
_TOLERANCE = 2
"""Elements in memory for one in the files: tied weights are stored once."""
_BUFFERS = 2**24
"""Elements that no file holds, such as position tables."""
_MOST_PER_BYTE = 8
"""Packed parameters in a byte of the files, at the very most."""


@dataclass(frozen=True, slots=True)
class WeightsSummary:
    """Numbers of a checkpoint's tensors; summaries of several files add up.

    Attributes:
        elements: Tensor elements; the parameters, unless the weights are packed.
        stored_bytes: Their size on disk.
        tensors: Their number.
        widest: The longest side of any.
    """

    elements: int = 0
    stored_bytes: int = 0
    tensors: int = 0
    widest: int = 0

    def __add__(self, other: WeightsSummary) -> WeightsSummary:
        return WeightsSummary(
            self.elements + other.elements,
            self.stored_bytes + other.stored_bytes,
            self.tensors + other.tensors,
            max(self.widest, other.widest),
        )


@dataclass(frozen=True, slots=True)
class CheckpointConfig:
    """What ``config.json`` and its neighbours say about a checkpoint.

    Attributes:
        model_type: transformers' name of the architecture, or "" where none is given.
        architectures: The model classes that the checkpoint was saved from.
        custom_classes: Classes that ``auto_map`` entries of any of its files name.
        quantized: Whether the weights are stored in a quantisation scheme.
        layers, experts: The largest number of them that any part of the model is to have.
    """

    path: Path
    model_type: str
    architectures: tuple[str, ...]
    custom_classes: tuple[str, ...]
    quantized: bool
    layers: int = 0
    experts: int = 0

    @property
    def architecture(self) -> str:
        """The name to show to a person."""
        return next(iter(self.architectures), "") or self.model_type or "config.json names none"


def read_config(path: Path) -> CheckpointConfig:
    """Read the configuration of the checkpoint in ``path``.

    Raises:
        ModelMissing: no such directory, or no ``config.json`` in it.
        ModelDamaged: a configuration can't be read, or contradicts what mmdesk may load.
        ModelIsAdapter, RemoteCodeRefused: see :mod:`mmdesk.models.untrusted`.
    """
    check_is_whole_model(path)
    if not (path / "config.json").exists():
        raise ModelMissing(path=str(path))
    check_entries(path)
    config = read_json(path, "config.json")
    model_type = config.get("model_type", "")
    architectures = config.get("architectures") or []
    if not isinstance(model_type, str) or not isinstance(architectures, list):
        raise _damaged(path, "config.json", "model_type or architectures is of the wrong type")
    return CheckpointConfig(
        path=path,
        model_type=model_type,
        architectures=tuple(name for name in architectures if isinstance(name, str)),
        custom_classes=check_configs(path),
        quantized=bool(config.get("quantization_config")),
        layers=_largest(config, _LAYERS),
        experts=_largest(config, _EXPERTS),
    )


def _largest(config: dict[str, object], keys: re.Pattern[str]) -> int:
    return max((number for key, number in numbers_of(config) if keys.fullmatch(key)), default=0)


def check_files(path: Path) -> WeightsSummary:
    """Check that all files are there and that every weight file is whole.

    Raises:
        ModelIncomplete: files are missing.
        ModelDamaged: a file contradicts itself.
    """
    shards, missing = _shards(path)
    if not any(all(is_file(path / name) for name in names) for names in _TOKENIZERS):
        missing.append("tokenizer.json")
    if not any(is_file(path / name) for name in _PROCESSORS):
        missing.append("processor_config.json")
    if missing:
        raise ModelIncomplete(path=str(path), missing=_listed(missing))
    total = WeightsSummary()
    for name, promised in shards.items():
        total += _summary(path, name, promised)
    return total


def check_counts(config: CheckpointConfig, weights: WeightsSummary) -> None:
    """Check that a model has no more parts than its files can hold, before it is built at all.

    Raises:
        ModelDamaged: the configuration asks for more.
    """
    if config.layers > weights.tensors:
        raise _too_much(config, f"{config.layers} layers, but the files hold {weights.tensors}")
    if config.experts > max(weights.tensors, weights.widest):
        raise _too_much(config, f"{config.experts} experts, which the files don't hold")


def check_elements(config: CheckpointConfig, weights: WeightsSummary, elements: int) -> None:
    """Check that a model is no larger than its files, before there is a place for it in memory.

    Args:
        elements: Of the model as its configuration describes it.

    Raises:
        ModelDamaged: it is much larger.
    """
    limit = weights.elements * _TOLERANCE + _BUFFERS
    if config.quantized:
        limit = max(limit, weights.stored_bytes * _MOST_PER_BYTE)
    if elements > limit:
        raise _too_much(config, f"{elements} numbers, but the files hold {weights.elements}")


def _too_much(config: CheckpointConfig, what: str) -> ModelDamaged:
    return _damaged(config.path, "config.json", f"it asks for {what}")


def _summary(path: Path, name: str, promised: set[str]) -> WeightsSummary:
    """Return what a weight file holds, at least the tensors ``promised`` by the index."""
    try:
        header = read_header(path / name)
    except MalformedHeader as error:
        raise _damaged(path, name, str(error)) from error
    lacking = min(promised - header.tensors.keys(), default="")
    if lacking:
        raise _damaged(path, name, f"it lacks {lacking[:80]}, which {INDEX} looks for in it")
    tensors = header.tensors.values()
    return WeightsSummary(
        elements=sum(tensor.elements for tensor in tensors),
        stored_bytes=header.stored_bytes,
        tensors=len(tensors),
        widest=max((side for tensor in tensors for side in tensor.shape), default=0),
    )


def _shards(path: Path) -> tuple[dict[str, set[str]], list[str]]:
    """Return the weight files with the tensors that they should hold, and what is missing.

    What is checked must be what is loaded: beside a ``model.safetensors``, transformers doesn't
    look at an index.
    """
    if is_file(path / WEIGHTS):
        return {WEIGHTS: set()}, []
    if is_file(path / INDEX):
        shards = _indexed_files(path)
        return shards, sorted(name for name in shards if not is_file(path / name))
    if any(path.glob("model-*-of-*.safetensors")):
        return {}, [INDEX]
    if any(next(path.glob(pattern), None) for pattern in _PICKLES):
        # Unpickling runs code that the file carries.
        return {}, [f"{WEIGHTS} (mmdesk loads no pickled .bin or .pt files)"]
    return {}, [WEIGHTS]


def _indexed_files(path: Path) -> dict[str, set[str]]:
    weight_map = read_json(path, INDEX).get("weight_map")
    if not isinstance(weight_map, dict) or not weight_map:
        raise _damaged(path, INDEX, "weight_map is missing")
    shards: dict[str, set[str]] = {}
    for tensor, name in weight_map.items():
        plain = isinstance(name, str) and Path(name).name == name and name.endswith(".safetensors")
        if not plain:
            raise _damaged(path, INDEX, "weight_map names something else than .safetensors files")
        shards.setdefault(name, set()).add(tensor)
    return shards


def _listed(names: list[str], shown: int = 4) -> str:
    """``a, b is missing``; a long list is cut."""
    text = ", ".join(names[:shown])
    if len(names) > shown:
        text += f" and {len(names) - shown} more"
    return text + (" is missing" if len(names) == 1 else " are missing")


def _damaged(path: Path, file: str, reason: str) -> ModelDamaged:
    return ModelDamaged(path=str(path), file=file, reason=reason)
