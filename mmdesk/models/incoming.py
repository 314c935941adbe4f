"""The place of a download that isn't whole yet, and its way into the folder of models."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmdesk.models.files import is_file, read_regular
from mmdesk.models.hashing import sync_folder
from mmdesk.models.hub_listing import HubFile, is_model_id
from mmdesk.models.manifest import FileRecord, Manifest, parsed_record, record_document, write_json

INCOMING = ".incoming"
_NOTES = "mmdesk.partial.json"
_LIMIT = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A download that stopped; ``total`` is 0 where it isn't known yet."""

    id: str
    folder: Path
    done: int
    total: int
    source: str


class Incoming:
    """One model's places.

    Attributes:
        target: Where it will be.
        folder: Where it grows.
        lock: The file that keeps two processes apart.
    """

    def __init__(self, models: Path, model_id: str) -> None:
        name = model_id.replace("/", "--")
        self._models = models
        self.target = models / name
        self.folder = models / INCOMING / name
        self.lock = models / INCOMING / f"{name}.lock"
        # Names that no model's folder can have.
        self._old = models / INCOMING / f".old-{name}"
        self._removed = models / INCOMING / f".removed-{name}"

    def recover(self) -> None:
        """Undo a swap that was killed in the middle, or what an older one left. Raises OSError."""
        if self._old.exists():
            if self.target.exists():
                shutil.rmtree(self._old)
            else:
                os.rename(self._old, self.target)

    def records(self) -> dict[str, FileRecord]:
        """Return what is known of finished files from an earlier run."""
        return _notes(self.folder)[0]

    def note(self, manifest: Manifest, total: int) -> None:
        """Write down which files are finished. Raises OSError."""
        files = {name: record_document(record) for name, record in manifest.files.items()}
        document = {"total": total, "source": manifest.source, "files": files}
        write_json(self.folder / _NOTES, document)

    def keep_only(self, files: Iterable[HubFile]) -> None:
        """Remove what another revision has left. Raises OSError."""
        kept = {_NOTES}
        for file in files:
            kept |= {file.path, part_of(Path(file.path), file).as_posix()}
        for place in list(self.folder.rglob("*")):
            is_folder = place.is_dir() and not place.is_symlink()
            if not is_folder and place.relative_to(self.folder).as_posix() not in kept:
                place.unlink()

    def present(self, file: HubFile) -> int:
        """Return how many bytes of a file need no more space."""
        for place in (self.folder / file.path, self.target / file.path):
            if is_file(place) and place.stat().st_size == file.size:
                return file.size
        part = part_of(self.folder / file.path, file)
        return min(file.size, part.stat().st_size) if is_file(part) else 0

    def forget_notes(self) -> None:
        """Remove what only matters to a download that goes on. Raises OSError."""
        (self.folder / _NOTES).unlink(missing_ok=True)

    def swap(self) -> None:
        """Put the whole folder in its place; the older version goes only then. Raises OSError."""
        if self.target.exists():
            os.rename(self.target, self._old)
        try:
            os.rename(self.folder, self.target)
        except OSError:
            if self._old.exists():
                os.rename(self._old, self.target)
            raise
        sync_folder(self._models)
        shutil.rmtree(self._old, ignore_errors=True)  # the next download tries again

    def remove_target(self) -> int:
        """Take a model away whole, so that no half of one is ever found; return its bytes.

        Of one that the person has linked there only the link goes. Raises OSError.
        """
        if self.target.is_symlink():
            self.target.unlink()
            return 0
        size = tree_size(self.target)
        if self._removed.exists():
            shutil.rmtree(self._removed)
        os.rename(self.target, self._removed)
        shutil.rmtree(self._removed)
        return size

    def remove(self) -> None:
        """Remove what there is of it. Raises OSError."""
        if self.folder.exists():
            shutil.rmtree(self.folder)


def unfinished(models: Path) -> Iterator[Unfinished]:
    """Yield the downloads that are not whole."""
    with contextlib.suppress(OSError):
        for folder in sorted((models / INCOMING).iterdir()):
            model_id = folder.name.replace("--", "/", 1)
            if folder.is_dir() and is_model_id(model_id):
                _, total, source = _notes(folder)
                yield Unfinished(model_id, folder, tree_size(folder), total, source)


def part_of(target: Path, file: HubFile) -> Path:
    """Return where a file lies while it is unfinished; named by its content, never mixed up."""
    return target.with_name(f"{target.name}.{file.content[:16]}.part")


def tree_size(folder: Path) -> int:
    """Return the bytes of all files in a folder and below it, mmdesk's own notes aside."""
    size = 0
    for place in folder.rglob("*"):
        with contextlib.suppress(OSError):
            if place.name != _NOTES and is_file(place):
                size += place.stat().st_size
    return size


def _notes(folder: Path) -> tuple[dict[str, FileRecord], int, str]:
    """Return files, total and source; nothing where they can't be read: all is hashed then."""
    try:
        document: Any = json.loads(read_regular(folder / _NOTES, _LIMIT))
        files = {str(name): parsed_record(each) for name, each in document["files"].items()}
        return files, max(0, int(document["total"])), str(document["source"])
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}, 0, ""
