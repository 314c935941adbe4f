"""Values: frozen dataclasses whose methods are written when the first of them is made.

:func:`dataclasses.dataclass` writes and compiles the methods of a class when it is defined, for
0.3 to 0.5 ms. mmdesk has over a hundred kinds of values, and most of them don't occur before the
window is painted: this was a fifth of its start. Comparing, hashing and showing are the same code
for all of them, and only what makes one is compiled.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from operator import attrgetter
from threading import RLock
from typing import Any, TypeVar, dataclass_transform

_Class = TypeVar("_Class")
_LOCK = RLock()
"""Again by the same thread: a class needs its base's fields."""


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def value(cls: type[_Class]) -> type[_Class]:
    """Make a class a frozen dataclass, with the first of its values or look at its fields."""

    def complete_first(kind: type, /, *_: object, **__: object) -> Any:
        _complete(cls)
        return object.__new__(kind)

    incomplete: Any = cls
    incomplete.__dataclass_fields__ = _FieldsToCome(cls)
    incomplete.__new__ = complete_first
    return cls


class _FieldsToCome:
    """In place of a class's fields, which :mod:`dataclasses` finds it by."""

    def __init__(self, cls: type) -> None:
        self._cls = cls

    def __get__(self, instance: object, owner: type) -> Any:
        _complete(self._cls)
        return self._cls.__dict__["__dataclass_fields__"]


def _complete(cls: Any) -> None:
    with _LOCK:
        if isinstance(cls.__dict__["__dataclass_fields__"], _FieldsToCome):
            dataclasses.dataclass(frozen=True, eq=False, repr=False)(cls)
            fields = dataclasses.fields(cls)
            cls.__compared__ = staticmethod(_getter(f.name for f in fields if f.compare))
            cls.__shown__ = tuple(f.name for f in fields if f.repr)
            for name, method in _METHODS.items():
                if name not in cls.__dict__:
                    setattr(cls, name, method)
            cls.__new__ = _made  # last: until now, other threads wait for the lock


def _made(kind: type, /, *_: object, **__: object) -> Any:
    return object.__new__(kind)  # which a class that had a __new__ can't go back to by itself


def _getter(names: Iterable[str]) -> Callable[[Any], Any]:
    """Return what gets these attributes of a value, all at once."""
    names = tuple(names)
    return attrgetter(*names) if names else lambda _value: ()


def _equal(one: Any, other: Any) -> Any:
    if other.__class__ is not one.__class__:
        return NotImplemented
    return one.__compared__(one) == one.__compared__(other)


def _hash(one: Any) -> int:
    return hash(one.__compared__(one))


def _text(one: Any) -> str:
    shown = ", ".join(f"{name}={getattr(one, name)!r}" for name in one.__shown__)
    return f"{type(one).__qualname__}({shown})"


_METHODS = {"__eq__": _equal, "__hash__": _hash, "__repr__": _text}
