"""Single values of a table that a person may have written: taken only where they make sense.

All raise ``ValueError`` with the reason for nonsense.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

Number = TypeVar("Number", int, float)


def path(document: dict[str, Any], key: str) -> Path | None:
    """Return a path; None where there is none, or an empty one."""
    found = text(document, key)
    return Path(found) if found else None


def text(document: dict[str, Any], key: str) -> str:
    """Return a text; "" where there is none."""
    found = document.get(key, "")
    if not isinstance(found, str):
        raise ValueError(f"{key} is not a text")
    return found


def switch(table: dict[str, Any], key: str, default: bool) -> bool:
    """Return what is switched on or off."""
    value = table.get(key, default)
    if not isinstance(value, bool):
        raise ValueError(f"{key} is neither true nor false")
    return value


def choice(document: dict[str, Any], key: str, allowed: tuple[str, ...]) -> str:
    """Return one of the values that are allowed; the first where there is none."""
    value = document.get(key, allowed[0])
    if value not in allowed:
        raise ValueError(f"{key} is {value!r}, not one of {', '.join(allowed)}")
    return str(value)


def number(
    document: dict[str, Any],
    key: str,
    kind: type[Number],
    default: float,
    least: float,
    most: float,
) -> Number:
    """Return a number between ``least`` and ``most``."""
    value = document.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{key} is not a number")
    if not least <= value <= most:
        raise ValueError(f"{key} is {value}, not between {least} and {most}")
    return kind(value)
