"""Values out of a file that anyone may have written, each checked where it is taken."""

from __future__ import annotations

import math
import re
import string
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from mmdesk.core.errors import ArchiveNonsense
from mmdesk.core.phrases import Phrase

_Name = TypeVar("_Name", bound=StrEnum)
_Value = TypeVar("_Value")

MOST_ITEMS = 100_000
LARGEST = 2**53
"""What every program reads alike."""
_SHORT = 4096
_SPEC = re.compile(r"\d{0,2},?(\.\d)?[a-z%]?")
"""How a sentence may format a number; a width of a thousand million would fill the memory."""


class Value:
    """A value of a JSON file, and where it stands there.

    Every method raises ``ArchiveNonsense`` where the value isn't what is asked for.
    """

    def __init__(self, name: str, value: object, where: str) -> None:
        """Take a value.

        Args:
            name: The file's, for the sentence.
            where: Such as ``messages[3].role``.
        """
        self.name = name
        self.raw = value
        self.where = where

    def refuse(self, reason: str) -> ArchiveNonsense:
        """Return the error that says why this value can't be taken."""
        return ArchiveNonsense(name=self.name, where=self.where or "the file", reason=reason)

    def has(self, key: str) -> bool:
        """Whether it is an object with something but null under ``key``."""
        return isinstance(self.raw, dict) and self.raw.get(key) is not None

    def at(self, key: str) -> Value:
        """Return what stands under a key, null where nothing does."""
        if not isinstance(self.raw, dict):
            raise self.refuse("is no object")
        return Value(self.name, self.raw.get(key), f"{self.where}.{key}".removeprefix("."))

    def items(self, most: int = MOST_ITEMS) -> list[Value]:
        """Return the items of a list."""
        if not isinstance(self.raw, list):
            raise self.refuse("is no list")
        if len(self.raw) > most:
            raise self.refuse(f"has more than {most} items")
        return [
            Value(self.name, item, f"{self.where}[{number}]")
            for number, item in enumerate(self.raw)
        ]

    def text(self, most: int | None = None) -> str:
        """Return a text, with at most so many characters."""
        if not isinstance(self.raw, str):
            raise self.refuse("is missing" if self.raw is None else "is no text")
        if most is not None and len(self.raw) > most:
            raise self.refuse(f"has more than {most} characters")
        return self.raw

    def short(self) -> str:
        """Return a text of a sensible length for a name."""
        return self.text(_SHORT)

    def matching(self, pattern: re.Pattern[str], what: str) -> str:
        """Return a text that a pattern describes."""
        if not pattern.fullmatch(text := self.short()):
            raise self.refuse(f"is no {what}")
        return text

    def whole(self) -> int:
        """Return a whole number, not negative."""
        return self.between(0, LARGEST)

    def between(self, least: int, most: int) -> int:
        """Return a whole number in a range, ``most`` included."""
        if not isinstance(self.raw, int) or isinstance(self.raw, bool):
            raise self.refuse("is missing" if self.raw is None else "is no whole number")
        if not least <= self.raw <= most:
            raise self.refuse("is out of range")
        return self.raw

    def number(self) -> float:
        """Return a finite number, not negative."""
        if not isinstance(self.raw, int | float) or isinstance(self.raw, bool):
            raise self.refuse("is missing" if self.raw is None else "is no number")
        if not 0 <= self.raw <= LARGEST or not math.isfinite(self.raw):
            raise self.refuse("is out of range")
        return float(self.raw)

    def flag(self) -> bool:
        """Return true or false; null is false."""
        if self.raw is not None and not isinstance(self.raw, bool):
            raise self.refuse("is neither true nor false")
        return bool(self.raw)

    def one_of(self, kind: type[_Name]) -> _Name:
        """Return a member of an enumeration."""
        try:
            return kind(self.short())
        except ValueError:
            raise self.refuse("is none that mmdesk knows") from None

    def maybe(self, take: Callable[[Value], _Value]) -> _Value | None:
        """Return what ``take`` makes of it, or None for null."""
        return None if self.raw is None else take(self)

    def phrase(self) -> Phrase:
        """Return a sentence whose template fits its fields and can't become endless."""
        fields = self.at("fields").raw
        if not isinstance(fields, dict):
            raise self.refuse("has no fields")
        phrase = Phrase(self.at("template").short(), fields)
        try:
            pieces = list(string.Formatter().parse(phrase.template))
            for _, field, spec, _ in pieces:
                if field is not None and not (field.isidentifier() and _SPEC.fullmatch(spec or "")):
                    raise self.refuse("is no sentence of mmdesk's")
            str(phrase)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            raise self.refuse("is no sentence of mmdesk's") from None
        return phrase
