"""Reads conversations out of JSON files, which anyone may have written."""

from __future__ import annotations

import json
import os
import stat
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mmdesk.archive import foreign, own
from mmdesk.archive.attached import Attached
from mmdesk.archive.checked import Value
from mmdesk.archive.document import SCHEMA_VERSION
from mmdesk.core.conversations import ConversationTree
from mmdesk.core.errors import (
    ArchiveEmpty,
    ArchiveNotJson,
    ArchiveTooLarge,
    ArchiveTooNew,
    FileMissing,
    FileUnreadable,
    NotAFile,
)
from mmdesk.core.protocols import MediaReader

LARGEST_MB = 64
"""Of one file. Its pictures lie beside it; parsed, JSON may take thirty times its size."""

_MOST_BYTES = 700 << 20
"""Of memory, for what a file becomes when it is parsed."""
_WEIGHTS = ((b"{", 240), (b"[", 160), (b'"', 32), (b",", 100))
"""Bytes of memory at most that Python takes for what begins with, or is told by, each of these."""
_DEEPEST = 64
"""Levels of a file; an export has eight."""


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation in a file, whose attachments nobody has looked at yet.

    Attributes:
        id: The one it gets; the same each time.
        tree: Reads all of it, decoding its attachments. Raises ``ArchiveError``, ``MediaError``.
        told: Counts, once the tree was read, what could not be taken over; see
            :mod:`~mmdesk.archive.foreign`.
    """

    id: str
    tree: Callable[[], ConversationTree]
    told: Counter[str]


class Importer:
    """Finds the conversations in files and folders."""

    def __init__(self, reader: MediaReader, now_us: int) -> None:
        """Prepare.

        Args:
            reader: Decodes attachments; the conversations must be kept before it is closed.
            now_us: Microseconds since 1970, UTC.
        """
        self._reader = reader
        self._now_us = now_us
        self._attached: dict[Path, Attached] = {}

    def conversations(self, path: Path) -> list[Found]:
        """Return what a JSON file holds. Raises ``ArchiveError``, ``MediaError``."""
        document = _parsed(path)
        folder = path.parent
        attached = self._attached.setdefault(folder, Attached(folder, self._reader))
        value = Value(path.name, document, "")
        if isinstance(document, list) and any(_has_messages(each) for each in document):
            return [self._found(each, attached) for each in value.items()]
        return [self._found(value, attached)]

    def _found(self, value: Value, attached: Attached) -> Found:
        told: Counter[str] = Counter()
        if value.has("mmdesk"):
            _require_known(value)
            tree = value.at("mmdesk")
            return Found(
                own.identity_of(tree), lambda: own.tree_of(tree, attached, self._now_us), told
            )
        is_list = isinstance(value.raw, list)
        messages = value if is_list else value.at("messages")
        title = value.at("title").short() if not is_list and value.has("title") else ""
        messages.items()  # says what is wrong before anything else does
        return Found(
            foreign.identity_of(messages),
            lambda: foreign.tree_of(messages, title, attached, self._now_us, told),
            told,
        )


def files_in(path: Path) -> list[Path]:
    """Return the JSON files that a path means: itself, or those in the folder.

    Raises:
        FileMissing, FileUnreadable, NotAFile: it can't be opened.
        ArchiveEmpty: there is none in the folder.
    """
    try:
        if not path.is_dir():
            return [path]
        found = sorted(each for each in path.iterdir() if _is_json(each))
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if not found:
        raise ArchiveEmpty(name=path.name or str(path))
    return found


def _is_json(path: Path) -> bool:
    # A link may lead out of a folder that somebody else has filled.
    return path.suffix.lower() == ".json" and not path.is_symlink()


def _parsed(path: Path) -> object:
    # Not waiting for whoever might write to a FIFO.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise NotAFile(name=path.name)
            data = file.read((LARGEST_MB << 20) + 1)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if len(data) > LARGEST_MB << 20:
        raise ArchiveTooLarge(name=path.name, limit=LARGEST_MB)
    if sum(data.count(sign) * weight for sign, weight in _WEIGHTS) > _MOST_BYTES:
        raise Value(path.name, None, "").refuse("has too many values")
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise ArchiveNotJson(name=path.name) from None
    if _is_deep(document):
        raise Value(path.name, document, "").refuse("is nested too deeply")
    return document


def _is_deep(document: object) -> bool:
    """Whether what is inside each other would exhaust the stack of whoever writes it again."""
    level = [document]
    for _ in range(_DEEPEST):
        below: list[object] = []
        for each in level:
            if isinstance(each, dict):
                below.extend(each.values())
            elif isinstance(each, list):
                below.extend(each)
        level = below
    return bool(level)


def _unreadable(path: Path, error: Exception) -> FileMissing | FileUnreadable:
    if isinstance(error, FileNotFoundError):
        return FileMissing(name=path.name)
    reason = (getattr(error, "strerror", None) or str(error)).lower()
    return FileUnreadable(name=path.name, reason=reason)


def _has_messages(value: object) -> bool:
    return isinstance(value, dict) and ("messages" in value or "mmdesk" in value)


def _require_known(value: Value) -> None:
    version = value.at("schema_version").whole()
    if version > SCHEMA_VERSION:
        raise ArchiveTooNew(name=value.name, version=version, known=SCHEMA_VERSION)
    if version < 1:
        raise value.at("schema_version").refuse("is out of range")
