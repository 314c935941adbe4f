"""What a model's folder may not hold: files that block, references to code, other models.

transformers refuses much of this too, but some of it only with one optional package or another
installed (``kernels``, ``peft``, ``timm``). Needs neither torch nor transformers.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from mmdesk.core.errors import ModelDamaged, ModelIsAdapter, RemoteCodeRefused

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
CONFIG_LIMIT = 64 * 2**20

_TEXT_LIMIT = 256 * 2**20
_TEXTS = (".json", ".jinja", ".txt", ".model", ".jsonl")
_TEMPLATES = "additional_chat_templates"
_ADAPTER = "adapter_config.json"
_IMPLEMENTATION = ("_implementation", "_implementation_internal")
_REFERENCES = frozenset({"architecture", "backbone"})
_QUANTIZATIONS = frozenset(
    {
        "aqlm", "auto-round", "awq", "bitnet", "bitsandbytes", "compressed-tensors", "eetq",
        "fbgemm_fp8", "fouroversix", "fp8", "fp_quant", "gemma", "gptq", "higgs", "hqq", "metal",
        "mxfp4", "mxfp8", "nvfp4", "quanto", "quark", "sinq", "spqr", "torchao", "vptq",
    }
)  # fmt: skip
"""transformers 5.23, utils/quantization_config.py, without GGUF. Others it would pass over, and
load packed numbers as if they were weights."""


def check_entries(path: Path) -> None:
    """Check that every file that a library might open is a regular one of bounded size.

    Links are followed: the Hugging Face cache consists of them.

    Raises:
        ModelDamaged: a FIFO, socket or device, or a text file of absurd size.
    """
    for folder in (path, path / _TEMPLATES):
        for file in _listed(folder):
            _check_entry(path, file)


def check_is_whole_model(path: Path) -> None:
    """Check that there is no ``adapter_config.json``: it may name any other model to be loaded.

    Raises:
        ModelIsAdapter: there is one.
    """
    if (path / _ADAPTER).exists():
        raise ModelIsAdapter(path=str(path))


def check_configs(path: Path) -> tuple[str, ...]:
    """Check all configurations in a folder.

    Returns:
        The class names in their ``auto_map`` entries.

    Raises:
        RemoteCodeRefused: one names code in a hub repository.
        ModelDamaged: one can't be read, or asks for weights that were not checked.
    """
    names: list[str] = []
    for file in _listed(path):
        if file.suffix == ".json" and "config" in file.name:
            for key, value in _entries(read_json(path, file.name)):
                if key == "auto_map":
                    names += _class_names(value)
                _check_value(path, file.name, key, value)
    return tuple(names)


def read_json(path: Path, name: str) -> dict[str, object]:
    """Return the object in a JSON file of the checkpoint.

    Raises:
        ModelDamaged: there is none.
    """
    file = path / name
    try:
        if file.stat().st_size > CONFIG_LIMIT:
            raise _damaged(path, name, "it is implausibly large")
        content = json.loads(file.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise _damaged(path, name, f"it can't be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise _damaged(path, name, f"it is not valid JSON ({_short(error)})") from error
    if not isinstance(content, dict):
        raise _damaged(path, name, "it holds no JSON object")
    return content


def numbers_of(config: Mapping[str, object]) -> Iterator[tuple[str, int]]:
    """Yield all whole numbers in a configuration, with their keys; lists are entered."""
    for key, value in _entries(config):
        for number in value if isinstance(value, list) else [value]:
            if isinstance(number, int) and not isinstance(number, bool):
                yield key, number


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:  # not there; what is needed is missed by name
        return []


def _check_entry(path: Path, file: Path) -> None:
    try:
        status = file.stat()
    except (OSError, ValueError):
        return  # a link that leads nowhere opens as nothing
    name = str(file.relative_to(path))
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
        raise _damaged(path, name, "it is not a regular file")
    if file.suffix in _TEXTS and status.st_size > _TEXT_LIMIT:
        raise _damaged(path, name, "it is implausibly large")


def _entries(config: object) -> Iterator[tuple[str, object]]:
    """Yield all keys and values, however deep."""
    rest = [config]
    while rest:
        each = rest.pop()
        if isinstance(each, dict):
            yield from each.items()
            rest += each.values()
        elif isinstance(each, list):
            rest += each


def _check_value(path: Path, file: str, key: str, value: object) -> None:
    if key.endswith(_IMPLEMENTATION) and any(set("/\\:") & set(text) for text in _texts(value)):
        raise RemoteCodeRefused(path=str(path))  # a repository of kernels
    if key in _REFERENCES and any(":" in text for text in _texts(value)):
        raise RemoteCodeRefused(path=str(path))  # timm's "hf-hub:…" and "local-dir:…"
    if key == "custom_generate" and value is not None:
        raise RemoteCodeRefused(path=str(path))
    if key == "transformers_weights" and value not in (None, WEIGHTS, INDEX):
        raise _damaged(path, file, "it names weights of its own")
    if key == "quant_method" and value not in _QUANTIZATIONS:
        raise _damaged(path, file, f"its quantisation “{str(value)[:40]}” is unknown")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _class_names(auto_map: object) -> Iterator[str]:
    """Yield the classes of an ``auto_map``: ``module.Class``, alone or in lists."""
    targets = list(auto_map.values()) if isinstance(auto_map, dict) else [auto_map]
    for target in targets:
        for reference in target if isinstance(target, list) else [target]:
            if reference is not None:
                yield str(reference).rpartition(".")[2]


def _short(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]


def _damaged(path: Path, file: str, reason: str) -> ModelDamaged:
    return ModelDamaged(path=str(path), file=file, reason=reason)
