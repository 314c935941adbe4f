"""A model's files as a hub lists them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from mmdesk.core.errors import HubNonsense

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,95}/[A-Za-z0-9][A-Za-z0-9_.-]{0,95}")
_MOST_FILES = 20_000


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file as the hub lists it.

    Attributes:
        path: Within the repository; foreign, so check it before use.
        size: Bytes.
        sha256: Hex, of files in large file storage; else None.
        git_sha1: Hex, git's name of a blob; else None.
        revision: What its address names.
    """

    path: str
    size: int
    sha256: str | None
    git_sha1: str | None
    revision: str

    @property
    def content(self) -> str:
        """What tells this content from any other."""
        return self.sha256 or self.git_sha1 or ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A model's files at one revision.

    Attributes:
        revision: A commit, so that a repository that changes in between never mixes.
        license: As the hub names it, or "".
    """

    id: str
    revision: str
    license: str
    files: tuple[HubFile, ...]


def is_model_id(text: str) -> bool:
    """Whether this could be a hub's id, ``org/name``; folders are named by it."""
    return _ID.fullmatch(text) is not None and "--" not in text and ".." not in text


def listed_files(
    items: list[object], parse: Callable[[object], HubFile | None], host: str
) -> tuple[HubFile, ...]:
    """Return the files of a hub's list; raise ``HubNonsense`` for one that makes no sense."""
    if len(items) > _MOST_FILES:
        raise HubNonsense(host=host, reason="it lists too many files")
    files = [parse(item) for item in items]
    if any(file is None for file in files):
        raise HubNonsense(host=host, reason="its list lacks names, sizes or hashes")
    return tuple(file for file in files if file is not None)
