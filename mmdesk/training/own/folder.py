"""A person's own examples: a folder with pictures and one .jsonl file, one example a line.

Imports neither torch nor transformers: `mmdesk eval FOLDER` reads the same folders. What a line
may say is in `mmdesk.training.own.lines` and, for people, in docs/training-your-own.md.
"""

from __future__ import annotations

import codecs
import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mmdesk.core.errors import (
    DataFileMissing,
    DataFilesSeveral,
    DataFolderUnusable,
    DataInvalid,
    MediaError,
)
from mmdesk.media.opening import open_regular, read_failure
from mmdesk.training.own.lines import Box, Said, Turn, Wrong, parse_line
from mmdesk.training.own.pictures import Checked, check_picture
from mmdesk.training.own.sounds import check_sound

__all__ = ["Box", "Entry", "Folder", "Turn", "read_folder"]

LONGEST_LINE = 1 << 20
"""Bytes."""
_SHOWN = 5
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list: pictures, and one kind of what there is to say about them; or a sound.

    Attributes:
        line: Its number in the file, from 1.
        pictures: At least one, unless there is a sound; absolute, with links followed; their
            headers have been read.
        captions: Not empty for a caption; then there is one picture.
        turns: Questions with their answers, in order. With `boxes` there is one, without answers.
        label: The class that the one picture belongs to, else None.
        boxes: Where in the one picture the thing asked for is; empty where it isn't; else None.
        sound: A sound file, found like the pictures, else None.
        text: What is said in it.
    """

    line: int
    pictures: tuple[Path, ...]
    captions: tuple[str, ...] = ()
    turns: tuple[Turn, ...] = ()
    label: str | None = None
    boxes: tuple[Box, ...] | None = None
    sound: Path | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Folder:
    """A checked folder.

    Attributes:
        path: Absolute.
        file: The .jsonl file.
        entries: One for each line that isn't blank, in their order; at least one.
        digests: What tells pictures apart by content, by path: one picture under two names has
            one digest.
        sha256: Of the .jsonl file.
    """

    path: Path
    file: Path
    entries: tuple[Entry, ...]
    digests: Mapping[Path, str]
    sha256: str


def read_folder(folder: Path) -> Folder:
    """Reads and checks all lines, and that each picture is there and begins like one.

    Memory grows by less than a kilobyte a line; no picture stays in memory.

    Raises:
        DataFolderUnusable, DataFileMissing, DataFilesSeveral: there is no one list of examples.
        DataInvalid: names file, line and fault of the first five lines that can't be used.
        MediaError: the .jsonl file is empty, a link to nowhere, or can't be read.
    """
    path, file = _find_list(folder)
    pictures = _Pictures(path)
    faults = _Faults(file)
    entries: list[Entry] = []
    digest = hashlib.sha256()
    with open_regular(file, file.name) as stream:
        for number, line in _lines(stream, file.name):
            digest.update(line)
            try:
                said = _parsed(line, number)
                if said is not None:
                    entries.append(_entry(number, said, pictures))
            except Wrong as wrong:
                faults.add(number, str(wrong))
    if not entries and not faults.count:
        faults.add(1, "there are only blank lines")
    faults.raise_if_any()
    return Folder(path, file, tuple(entries), pictures.digests, digest.hexdigest())


def _find_list(folder: Path) -> tuple[Path, Path]:
    try:
        path = Path(os.path.realpath(folder.expanduser()))
        if not path.is_dir():
            there = path.exists()
            reason = "it is a file, not a folder" if there else "there is no such folder"
            raise DataFolderUnusable(path=str(folder), reason=reason)
        names = sorted(os.listdir(path))
    except (OSError, ValueError, RuntimeError) as error:  # a NUL, or a ~ that is nobody's home
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise DataFolderUnusable(path=str(folder), reason=reason) from error
    if not names:
        raise DataFolderUnusable(path=str(folder), reason="it is empty")
    lists = [name for name in names if name.lower().endswith(".jsonl") and name[0] != "."]
    if not lists:
        raise DataFileMissing(path=str(folder))
    if len(lists) > 1:
        shown = ", ".join(lists[:_SHOWN]) + (", …" if len(lists) > _SHOWN else "")
        raise DataFilesSeveral(path=str(folder), names=shown)
    return path, path / lists[0]


def _lines(stream: BinaryIO, name: str) -> Iterator[tuple[int, bytes]]:
    number = 0
    while True:
        number += 1
        try:
            line = stream.readline(LONGEST_LINE + 1)
        except OSError as error:
            raise read_failure(error, name) from error
        if not line:
            return
        yield number, line
        if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            return  # what follows would be counted as lines that aren't there


def _parsed(line: bytes, number: int) -> Said | None:
    """What a line says; None for a blank one."""
    if number == 1:
        if line.startswith(_UTF_16):
            raise Wrong("the file is UTF-16; save it as UTF-8")
        line = line.removeprefix(codecs.BOM_UTF8)
    if len(line) > LONGEST_LINE:
        raise Wrong("it is longer than a megabyte; there must be one example a line")
    try:
        text = line.decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise Wrong("it isn't UTF-8; save the file as UTF-8") from error
    return parse_line(text) if text else None


def _entry(number: int, said: Said, pictures: _Pictures) -> Entry:
    if said.sound is not None:
        try:
            sound = check_sound(pictures.folder, said.sound)
        except MediaError as error:
            raise Wrong(str(error).rstrip(".")) from error
        return Entry(number, (), sound=sound, text=said.text)
    paths = tuple(pictures.path_of(name) for name in said.names)
    return Entry(number, paths, said.captions, said.turns, said.label, said.boxes)


class _Pictures:
    """Looks at each picture once, however many lines name it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: dict[str, Checked | str] = {}
        self.digests: dict[Path, str] = {}

    def path_of(self, name: str) -> Path:
        found = self._seen.get(name)
        if found is None:
            try:
                found = check_picture(self.folder, name)
                self.digests[found.path] = found.digest
            except (MediaError, Wrong) as error:
                found = str(error)
            self._seen[name] = found
        if isinstance(found, str):
            raise Wrong(found.rstrip("."))
        return found.path


class _Faults:
    """The first faults, and how many there are."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._shown: list[str] = []
        self.count = 0

    def add(self, line: int, text: str) -> None:
        self.count += 1
        if len(self._shown) < _SHOWN:
            self._shown.append(f"  line {line}: {text}")

    def raise_if_any(self) -> None:
        if not self.count:
            return
        more = self.count - len(self._shown)
        rest = [f"  and {more} more"] if more else []
        raise DataInvalid(path=str(self._file), problems="\n".join(self._shown + rest))
