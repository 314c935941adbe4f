"""Shorthand of the tests that poison a checkpoint."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mmdesk.core.errors import MmdeskError, ModelError
from mmdesk.core.requests import LoadModel
from mmdesk.engine.local import LocalChatEngine
from tests.unit.engine.conversing import ask, talk

WEIGHTS = "model.safetensors"
CONFIGS = (
    "config.json",
    "generation_config.json",
    "preprocessor_config.json",
    "processor_config.json",
    "tokenizer_config.json",
    "video_preprocessor_config.json",
)


def load_error(path: Path) -> MmdeskError:
    """Return why a checkpoint is refused; it must be in a sentence."""
    with pytest.raises(ModelError) as caught:
        LocalChatEngine().load(LoadModel(path), lambda event: None)
    assert caught.value.message
    assert caught.value.hint
    return caught.value


def loads(path: Path) -> LocalChatEngine:
    """Load a checkpoint that is harmless, and see that it answers."""
    engine = LocalChatEngine()
    engine.load(LoadModel(path), lambda event: None)
    assert ask(engine, talk("Hi"), max_tokens=2)[0].usage
    return engine


def edit(file: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a JSON file, or make it."""
    content = json.loads(file.read_text("utf-8")) if file.exists() else {}
    change(content)
    file.write_text(json.dumps(content), "utf-8")
