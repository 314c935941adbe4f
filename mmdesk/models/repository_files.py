"""Which files of a hub's repository are fetched, and that their names are harmless.

Weights come as safetensors only: a pickle may hold a program.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from mmdesk.core.errors import DownloadUnusable
from mmdesk.models.hub_listing import HubFile, Listing

CONFIG = "config.json"
WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
SMALL_LIMIT = 64 * 2**20
"""Bytes of a file that holds no weights; the checks before loading read no more either."""

SMALL_SUFFIXES = (".json", ".jinja", ".txt", ".model", ".tiktoken")
"""Configuration, templates and tokenizers."""

_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".msgpack", ".h5", ".pkl", ".pickle")
_OTHER_WEIGHTS = {".gguf": "GGUF", ".onnx": "ONNX", ".tflite": "TFLite", ".mlmodel": "Core ML"}

_TEXTS = ("license", "licence", "notice", "readme", "use_policy")
_RESERVED = {"con", "prn", "aux", "nul"} | {f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10)}
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')
_MOST_NAME_BYTES = 200


def small_files(listing: Listing) -> tuple[HubFile, ...]:
    """Return what is fetched before any weights: configuration, tokenizer, templates, licence.

    ``config.json`` comes first, so that a model of no use is refused early.

    Raises:
        DownloadUnusable: there is no configuration, no safetensors, or a name with a trick in it.
    """
    single = any(file.path == WEIGHTS for file in listing.files)
    chosen = [file for file in listing.files if _is_small(file, single=single)]
    _check_names(listing, chosen)
    if not any(file.path == CONFIG for file in chosen):
        raise _unusable(listing, _without_config(listing))
    if not any(file.path in (WEIGHTS, INDEX) for file in listing.files):
        raise _unusable(listing, _without_weights(listing))
    return tuple(sorted(chosen, key=lambda file: (file.path != CONFIG, file.path)))


def weight_files(listing: Listing, indexed: frozenset[str] | None) -> tuple[HubFile, ...]:
    """Return the weights.

    Args:
        indexed: The names in ``model.safetensors.index.json``; None where the weights are in
            one file. A repository may hold both: transformers takes the one file then.

    Raises:
        DownloadUnusable: a file that the index names is not there.
    """
    names = frozenset({WEIGHTS}) if indexed is None else indexed
    chosen = [file for file in listing.files if file.path in names]
    _check_names(listing, chosen)
    if absent := sorted(names - {file.path for file in chosen}):
        raise _unusable(listing, f"{absent[0][:80]} is missing there")
    return tuple(sorted(chosen, key=lambda file: file.path))


def is_harmless(path: str) -> bool:
    """Whether a name from a hub may become a file's: relative, plain, and storable everywhere."""
    parts = path.split("/")
    return (
        0 < len(path.encode("utf-8", "replace")) <= 2 * _MOST_NAME_BYTES
        and len(parts) <= 4
        and all(_is_plain(part) for part in parts)
    )


def _is_plain(part: str) -> bool:
    return (
        part not in ("", ".", "..")
        and not part.endswith((".", " "))
        and _FORBIDDEN.search(part) is None
        and not any("\ud800" <= letter <= "\udfff" for letter in part)
        and len(part.encode()) <= _MOST_NAME_BYTES
        and part.partition(".")[0].lower() not in _RESERVED
        and part.lower() != "mmdesk.json"
    )


def _is_small(file: HubFile, *, single: bool) -> bool:
    path = PurePosixPath(file.path)
    if file.size > SMALL_LIMIT:
        return False
    if path.parent != PurePosixPath("."):
        return file.path.startswith("additional_chat_templates/") and path.suffix == ".jinja"
    if path.stem.lower().startswith(_TEXTS):
        return path.suffix.lower() in ("", ".md", ".txt")
    if ".index." in path.name:
        return path.name == INDEX and not single
    return path.suffix in SMALL_SUFFIXES


def _check_names(listing: Listing, chosen: list[HubFile]) -> None:
    seen: set[str] = set()
    for file in chosen:
        if not is_harmless(file.path):
            raise _unusable(listing, f"a file there is called {file.path[:60]!r}")
        if file.path.lower() in seen:
            raise _unusable(listing, f"{file.path[:60]} is there twice")
        seen.add(file.path.lower())


def _without_config(listing: Listing) -> str:
    suffixes = {PurePosixPath(file.path).suffix.lower() for file in listing.files}
    for suffix, name in _OTHER_WEIGHTS.items():
        if suffix in suffixes:
            return f"its weights are {name}, which transformers doesn't load"
    return f"it has no {CONFIG}"


def _without_weights(listing: Listing) -> str:
    suffixes = {PurePosixPath(file.path).suffix.lower() for file in listing.files}
    if suffixes.intersection(_PICKLES):
        return "its weights are pickled files, which may hold a program"
    for suffix, name in _OTHER_WEIGHTS.items():
        if suffix in suffixes:
            return f"its weights are {name}, which transformers doesn't load"
    return "it has no .safetensors weights"


def _unusable(listing: Listing, reason: str) -> DownloadUnusable:
    return DownloadUnusable(id=listing.id, reason=reason)
