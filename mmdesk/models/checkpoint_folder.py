"""What a folder with a model holds, by its configuration and the headers of its weights.

Nothing here loads anything; what a folder says is foreign and read within bounds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mmdesk.core.errors import (
    ArchitectureUnknown,
    ModelDamaged,
    ModelError,
    ModelIncomplete,
    ModelMissing,
    RemoteCodeRefused,
    SpeechError,
)
from mmdesk.core.models import ModelRole
from mmdesk.models.families import role_of
from mmdesk.models.files import is_file, read_regular
from mmdesk.models.repository_files import (
    CONFIG,
    INDEX,
    SMALL_LIMIT,
    SMALL_SUFFIXES,
    WEIGHTS,
)
from mmdesk.models.safetensors_header import MalformedHeader, read_header

_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")
_MAY_NAME_CODE = (
    CONFIG,
    "tokenizer_config.json",
    "processor_config.json",
    "preprocessor_config.json",
)


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """A folder with a model in it.

    Attributes:
        role: None where the configuration tells none.
        parameters: Tensor elements; None where a header can't be read.
        size: Bytes of all files that belong to it.
        problem: Why it can't be used.
    """

    role: ModelRole | None
    parameters: int | None
    size: int
    problem: ModelError | SpeechError | None


def look_into(path: Path) -> FolderFacts:
    """Return what a folder holds; what is wrong with it is among that."""
    try:
        config = read_object(path, CONFIG)
        role = role_of_config(config)
    except ModelError as error:
        return FolderFacts(None, None, folder_size(path), error)
    try:
        check_usable(path, config)
        parameters = _parameters(path)
    except ModelError as error:
        return FolderFacts(role, None, folder_size(path), error)
    return FolderFacts(role, parameters, folder_size(path), None)


def check_usable(path: Path, config: Mapping[str, object]) -> None:
    """Refuse what mmdesk can't load.

    An ``auto_map`` alone is no reason: many checkpoints still carry the one from before
    transformers took their architecture in. The engine looks at the classes that it names.

    Raises:
        RemoteCodeRefused: it needs code of its own.
        ArchitectureUnknown: it is of a kind that mmdesk doesn't know.
    """
    if role_of_config(config) is not None:
        return
    if any("auto_map" in _readable(path, name) for name in _MAY_NAME_CODE):
        raise RemoteCodeRefused(path=str(path))
    raise ArchitectureUnknown(path=str(path), architecture=architecture_of(config))


def role_of_config(config: Mapping[str, object]) -> ModelRole | None:
    """Return what a configuration's model is for, or None."""
    role = role_of(config)
    return None if role is None else ModelRole(role)


def architecture_of(config: Mapping[str, object]) -> str:
    """Return a configuration's architecture, for people."""
    match config.get("model_type"), config.get("architectures"):
        case str(name), _ if name:
            return name[:80]
        case _, [str(name), *_]:
            return name[:80]
    return "config.json names none"


def weight_names(path: Path) -> tuple[str, ...]:
    """Return the names of the weight files in a folder.

    Raises:
        ModelIncomplete: files are missing, or there are pickled ones only.
        ModelDamaged: the index makes no sense.
    """
    if is_file(path / INDEX):
        names = indexed_names(path)
        absent = sorted(name for name in names if not is_file(path / name))
    elif is_file(path / WEIGHTS):
        return (WEIGHTS,)
    else:
        names, absent = frozenset(), [WEIGHTS]
        if any(next(path.glob(pattern), None) for pattern in _PICKLES):
            absent = [f"{WEIGHTS} (mmdesk loads no pickled .bin or .pt files)"]
    if absent:
        listed = ", ".join(absent[:4]) + (f" and {len(absent) - 4} more" if absent[4:] else "")
        verb = "is" if len(absent) == 1 else "are"
        raise ModelIncomplete(path=str(path), missing=f"{listed} {verb} missing")
    return tuple(sorted(names))


def model_names(path: Path) -> list[str]:
    """Return the names of the files in a folder that belong to its model. Raises ``ModelError``."""
    small = [file.name for file in path.iterdir() if file.suffix in SMALL_SUFFIXES]
    return sorted({*weight_names(path), *(name for name in small if is_file(path / name))})


def indexed_names(path: Path) -> frozenset[str]:
    """Return the files that ``model.safetensors.index.json`` names. Raises ``ModelDamaged``."""
    weight_map = read_object(path, INDEX).get("weight_map")
    names = set(weight_map.values()) if isinstance(weight_map, dict) else set()
    plain = all(
        isinstance(name, str) and Path(name).name == name and name.endswith(".safetensors")
        for name in names
    )
    if not names or not plain:
        reason = "weight_map names no .safetensors files"
        raise ModelDamaged(path=str(path), file=INDEX, reason=reason)
    return frozenset(names)


def read_object(path: Path, name: str) -> dict[str, object]:
    """Return the object in a JSON file. Raises ``ModelMissing`` or ``ModelDamaged``."""
    if not is_file(path / name):
        raise ModelMissing(path=str(path))
    try:
        content = json.loads(read_regular(path / name, SMALL_LIMIT).decode("utf-8-sig"))
    except OSError as error:
        reason = f"it can't be read ({error.strerror})"
        raise ModelDamaged(path=str(path), file=name, reason=reason) from error
    except (ValueError, RecursionError) as error:
        raise ModelDamaged(path=str(path), file=name, reason="it is not valid JSON") from error
    if not isinstance(content, dict):
        raise ModelDamaged(path=str(path), file=name, reason="it holds no JSON object")
    return content


def folder_size(path: Path) -> int:
    """Return the bytes of a folder's files, links followed; folders in it aren't entered."""
    try:
        return sum(file.stat().st_size for file in path.iterdir() if is_file(file))
    except OSError:
        return 0


def _readable(path: Path, name: str) -> dict[str, object]:
    try:
        return read_object(path, name)
    except ModelError:
        return {}


def _parameters(path: Path) -> int:
    elements = 0
    for name in weight_names(path):
        try:
            header = read_header(path / name)
        except MalformedHeader as error:
            raise ModelDamaged(path=str(path), file=name, reason=str(error)) from error
        elements += sum(tensor.elements for tensor in header.tensors.values())
    return elements
