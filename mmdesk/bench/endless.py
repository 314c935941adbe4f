"""A copy of the starter that never ends its answer, to stream as many tokens as wanted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

_CONTEXT = 8192


def make_endless(checkpoint: Path, target: Path) -> Path:
    """Copy a LLaVA checkpoint with the end token replaced by the image placeholder.

    The model never writes that one; its weights, its tokenizer and the engine are unchanged.
    """
    shutil.copytree(checkpoint, target)
    config = _read(target / "config.json")
    never = config["image_token_index" if "image_token_index" in config else "image_token_id"]
    config["eos_token_id"] = never
    config["text_config"] |= {"eos_token_id": never, "max_position_embeddings": _CONTEXT}
    _write(target / "config.json", config)
    generation = target / "generation_config.json"
    _write(generation, _read(generation) | {"eos_token_id": never})
    return target


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def _write(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=2), encoding="utf-8")
