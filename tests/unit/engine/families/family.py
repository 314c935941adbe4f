"""What a family of models is for the support table, and where the families are found."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

import tests.unit.engine.families as package


@dataclass(frozen=True, slots=True)
class Family:
    """One row of the support table.

    Attributes:
        name: For people: "Qwen2.5-VL".
        model_type: transformers' name, as ``config.json`` has it.
        processor: Class name of the processor that the checkpoint is loaded with.
        make: Writes a tiny checkpoint with seeded random weights; returns its folder.
        style: "chat", "prompt" or "caption".
        multi_image: Whether the architecture takes several pictures in one prompt.
        why_not: Non-empty: it can't work, and why, as a sentence for the table.
        logs: Patterns of the warnings that transformers logs about it.
    """

    name: str
    model_type: str
    processor: str
    make: Callable[[Path], Path]
    style: str = "chat"
    multi_image: bool = True
    why_not: str = ""
    logs: tuple[str, ...] = ()


def all_families() -> list[Family]:
    """Return the families of all modules beside this one, in the order of their names."""
    return sorted(_found(), key=lambda family: family.name.casefold())


def parameters(families: list[Family]) -> list[ParameterSet]:
    """Return the families as parameters of a test, each with the log records that it expects."""
    return [
        pytest.param(
            family,
            id=family.model_type,
            marks=[pytest.mark.logs(pattern) for pattern in family.logs],
        )
        for family in families
    ]


def _found() -> Iterator[Family]:
    for info in pkgutil.iter_modules(package.__path__):
        if info.name.startswith("test_"):
            continue
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        if hasattr(module, "FAMILY"):
            yield module.FAMILY
        yield from getattr(module, "FAMILIES", ())
