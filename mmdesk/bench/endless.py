"""A copy of the starter that never ends its answer, to stream as many tokens as wanted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

_CONTEXT = 8192


def make_endless(checkpoint: Path, target: Path) -> Path:
    """Copy a LLaVA checkpoint whose end token is suppressed, with a longer context.

    Weights, tokenizer and engine are unchanged; ``suppress_tokens`` is transformers' own.
    """
    shutil.copytree(checkpoint, target)
    config = _read(target / "config.json")
    config["text_config"]["max_position_embeddings"] = _CONTEXT
    _write(target / "config.json", config)
    generation = _read(target / "generation_config.json")
    ends = generation["eos_token_id"]
    generation["suppress_tokens"] = ends if isinstance(ends, list) else [ends]
    _write(target / "generation_config.json", generation)
    return target


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def _write(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=2), encoding="utf-8")
