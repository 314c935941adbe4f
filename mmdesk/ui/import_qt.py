"""Imports Qt, before all else that needs it."""

from __future__ import annotations

import builtins


def import_qt() -> None:
    """Import Qt, and take the import of everything else back from it.

    PySide puts an import of its own in the place of Python's, in search of ``__feature__``. It
    reads the source of every module that comes after it, a twelfth of the start.
    """
    import PySide6.QtCore  # noqa: F401

    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
