"""What a model directory holds, checked before a byte of it is loaded.

Needs neither torch nor transformers. Everything here reads foreign files: sizes are bounded,
and whatever is wrong ends in a :class:`~mmdesk.core.errors.ModelError`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mmdesk.core.errors import ModelDamaged, ModelIncomplete, ModelMissing
from mmdesk.models.files import is_file
from mmdesk.models.safetensors_header import MalformedHeader, read_header

_JSON_LIMIT = 64 * 2**20
_WEIGHTS = "model.safetensors"
_INDEX = "model.safetensors.index.json"
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")
_TOKENIZERS = (
    ("tokenizer.json",),
    ("tokenizer.model",),
    ("tekken.json",),
    ("spiece.model",),
    ("sentencepiece.bpe.model",),
    ("vocab.json", "merges.txt"),
    ("vocab.txt",),
)
_PROCESSORS = ("processor_config.json", "preprocessor_config.json")
_MAY_NAME_CODE = ("config.json", "tokenizer_config.json", *_PROCESSORS)


@dataclass(frozen=True, slots=True)
class WeightsSummary:
    """Numbers of a checkpoint's tensors; summaries of several files add up.

    Attributes:
        elements: Tensor elements; the parameters, unless the weights are packed.
        stored_bytes: Their size on disk.
    """

    elements: int = 0
    stored_bytes: int = 0

    def __add__(self, other: WeightsSummary) -> WeightsSummary:
        return WeightsSummary(
            self.elements + other.elements, self.stored_bytes + other.stored_bytes
        )


@dataclass(frozen=True, slots=True)
class CheckpointConfig:
    """What ``config.json`` and its neighbours say about a checkpoint.

    Attributes:
        model_type: transformers' name of the architecture, or "" where none is given.
        architectures: The model classes that the checkpoint was saved from.
        custom_classes: Classes that ``auto_map`` entries of any of its files name.
        quantized: Whether the weights are stored in a quantisation scheme.
    """

    path: Path
    model_type: str
    architectures: tuple[str, ...]
    custom_classes: tuple[str, ...]
    quantized: bool

    @property
    def architecture(self) -> str:
        """The name to show to a person."""
        return next(iter(self.architectures), "") or self.model_type or "config.json names none"


def read_config(path: Path) -> CheckpointConfig:
    """Read the configuration of the checkpoint in ``path``.

    Raises:
        ModelMissing: no such directory, or no ``config.json`` in it.
        ModelDamaged: the configuration can't be read.
    """
    if not is_file(path / "config.json"):
        raise ModelMissing(path=str(path))
    config = _read_json(path, "config.json")
    model_type = config.get("model_type", "")
    architectures = config.get("architectures") or []
    if not isinstance(model_type, str) or not isinstance(architectures, list):
        raise _damaged(path, "config.json", "model_type or architectures is of the wrong type")
    return CheckpointConfig(
        path=path,
        model_type=model_type,
        architectures=tuple(name for name in architectures if isinstance(name, str)),
        custom_classes=tuple(_custom_classes(path)),
        quantized=bool(config.get("quantization_config")),
    )


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
    for name in shards:
        total += _summary(path, name)
    return total


def _summary(path: Path, name: str) -> WeightsSummary:
    try:
        header = read_header(path / name)
    except MalformedHeader as error:
        raise _damaged(path, name, str(error)) from error
    elements = sum(tensor.elements for tensor in header.tensors.values())
    return WeightsSummary(elements, header.stored_bytes)


def _shards(path: Path) -> tuple[list[str], list[str]]:
    """Return the names of the weight files, and of those that are missing."""
    if is_file(path / _INDEX):
        names = _indexed_files(path)
        return names, [name for name in names if not is_file(path / name)]
    if is_file(path / _WEIGHTS):
        return [_WEIGHTS], []
    if any(path.glob("model-*-of-*.safetensors")):
        return [], [_INDEX]
    if any(next(path.glob(pattern), None) for pattern in _PICKLES):
        # Unpickling runs code that the file carries.
        return [], [f"{_WEIGHTS} (mmdesk loads no pickled .bin or .pt files)"]
    return [], [_WEIGHTS]


def _indexed_files(path: Path) -> list[str]:
    weight_map = _read_json(path, _INDEX).get("weight_map")
    if not isinstance(weight_map, dict) or not weight_map:
        raise _damaged(path, _INDEX, "weight_map is missing")
    names: set[str] = set()
    for name in weight_map.values():
        if not isinstance(name, str) or Path(name).name != name or not name.endswith("safetensors"):
            raise _damaged(path, _INDEX, "weight_map names something else than .safetensors files")
        names.add(name)
    return sorted(names)


def _custom_classes(path: Path) -> Iterator[str]:
    """Yield the class names of all ``auto_map`` entries: ``module.Class``, alone or in lists."""
    for name in _MAY_NAME_CODE:
        if not is_file(path / name):
            continue
        auto_map = _read_json(path, name).get("auto_map")
        targets = list(auto_map.values()) if isinstance(auto_map, dict) else [auto_map]
        for target in targets:
            for reference in target if isinstance(target, list) else [target]:
                if reference is not None:
                    yield str(reference).rpartition(".")[2]


def _read_json(path: Path, name: str) -> dict[str, object]:
    """Return the object in a JSON file of the checkpoint."""
    file = path / name
    try:
        if file.stat().st_size > _JSON_LIMIT:
            raise _damaged(path, name, "it is implausibly large")
        content = json.loads(file.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise _damaged(path, name, f"it can't be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise _damaged(path, name, f"it is not valid JSON ({_short(error)})") from error
    if not isinstance(content, dict):
        raise _damaged(path, name, "it holds no JSON object")
    return content


def _listed(names: list[str], shown: int = 4) -> str:
    """``a, b is missing``; a long list is cut."""
    text = ", ".join(names[:shown])
    if len(names) > shown:
        text += f" and {len(names) - shown} more"
    return text + (" is missing" if len(names) == 1 else " are missing")


def _short(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]


def _damaged(path: Path, file: str, reason: str) -> ModelDamaged:
    return ModelDamaged(path=str(path), file=file, reason=reason)
