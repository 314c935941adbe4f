"""The folders with models that the person named, and what their files' hashes were.

Kept in a file of mmdesk's own: nothing is ever written into a folder of the person's.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mmdesk.file_lock import held
from mmdesk.models.files import read_regular
from mmdesk.models.manifest import FileRecord, parsed_record, record_document, write_json

_LIMIT = 64 * 2**20
_PATIENCE_S = 10.0
_LOCK = threading.Lock()
"""For all of this process: shelves come and go, and the file is one."""

log = logging.getLogger(__name__)

_Records = dict[str, FileRecord]


class RememberedFolders:
    """A JSON file: ``{"folders": [path, …], "hashes": {path: {file: …}}}``. Any thread."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def paths(self) -> tuple[Path, ...]:
        """Return the folders, in the order in which they were added."""
        return tuple(Path(text) for text in self._seen()[0])

    def add(self, path: Path) -> None:
        """Remember a folder as it is now, without hashes. Raises ``OSError``."""
        with self._changing() as (folders, hashes):
            hashes.pop(str(path), None)
            folders[:] = [*(text for text in folders if text != str(path)), str(path)]

    def forget(self, path: Path) -> None:
        """Forget a folder and its hashes. Raises ``OSError``."""
        with self._changing() as (folders, hashes):
            hashes.pop(str(path), None)
            folders[:] = [text for text in folders if text != str(path)]

    def records(self, path: Path) -> _Records:
        """Return what is known of a folder's files."""
        return self._seen()[1].get(str(path), {})

    def remember(self, path: Path, records: Mapping[str, FileRecord]) -> None:
        """Write down a folder's hashes. Raises ``OSError``."""
        with self._changing() as (_, hashes):
            hashes[str(path)] = dict(records)

    @contextlib.contextmanager
    def _changing(self) -> Iterator[tuple[list[str], dict[str, _Records]]]:
        """Give what is known, to be changed and then written."""
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _LOCK, held(self._file.with_suffix(".lock"), _PATIENCE_S):
            folders, hashes = self._read()
            yield folders, hashes
            documents = {
                path: {name: record_document(record) for name, record in records.items()}
                for path, records in hashes.items()
            }
            write_json(self._file, {"folders": folders, "hashes": documents})

    def _seen(self) -> tuple[list[str], dict[str, _Records]]:
        """Return what is known; nothing while the file can't be read."""
        try:
            return self._read()
        except OSError as error:
            log.warning("%s can't be read: %s", self._file, error)
            return [], {}

    def _read(self) -> tuple[list[str], dict[str, _Records]]:
        """Read the file; one that makes no sense is set aside. Raises ``OSError``."""
        try:
            return _parsed(json.loads(read_regular(self._file, _LIMIT)))
        except FileNotFoundError:
            return [], {}
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            log.warning("%s can't be read and is set aside: %s", self._file, error)
            os.replace(self._file, self._file.with_suffix(".broken"))
            return [], {}


def _parsed(document: Any) -> tuple[list[str], dict[str, _Records]]:
    folders = [str(text) for text in document["folders"]]
    hashes = {
        str(path): {str(name): parsed_record(each) for name, each in records.items()}
        for path, records in document["hashes"].items()
    }
    return folders, hashes
