"""The folders with models that the person named, and what their files' hashes were.

Kept in a file of mmdesk's own: nothing is ever written into a folder of the person's.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmdesk.models.files import read_regular
from mmdesk.models.manifest import FileRecord, parsed_record, record_document, write_json

_LIMIT = 64 * 2**20

log = logging.getLogger(__name__)

_Records = dict[str, FileRecord]


class RememberedFolders:
    """A JSON file: ``{"folders": [path, …], "hashes": {path: {file: …}}}``. Any thread."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()

    def paths(self) -> tuple[Path, ...]:
        """Return the folders, in the order in which they were added."""
        with self._lock:
            return tuple(Path(text) for text in self._read()[0])

    def add(self, path: Path) -> None:
        """Remember a folder as it is now, without hashes. Raises ``OSError``."""
        with self._lock:
            folders, hashes = self._read()
            hashes.pop(str(path), None)
            self._write([*(text for text in folders if text != str(path)), str(path)], hashes)

    def forget(self, path: Path) -> None:
        """Forget a folder and its hashes. Raises ``OSError``."""
        with self._lock:
            folders, hashes = self._read()
            hashes.pop(str(path), None)
            self._write([text for text in folders if text != str(path)], hashes)

    def records(self, path: Path) -> _Records:
        """Return what is known of a folder's files."""
        with self._lock:
            return self._read()[1].get(str(path), {})

    def remember(self, path: Path, records: Mapping[str, FileRecord]) -> None:
        """Write down a folder's hashes. Raises ``OSError``."""
        with self._lock:
            folders, hashes = self._read()
            self._write(folders, hashes | {str(path): dict(records)})

    def _read(self) -> tuple[list[str], dict[str, _Records]]:
        try:
            return _parsed(json.loads(read_regular(self._file, _LIMIT)))
        except FileNotFoundError:
            return [], {}
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            log.warning("%s can't be read and is set aside: %s", self._file, error)
            os.replace(self._file, self._file.with_suffix(".broken"))
            return [], {}

    def _write(self, folders: list[str], hashes: Mapping[str, _Records]) -> None:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        documents = {
            path: {name: record_document(record) for name, record in records.items()}
            for path, records in hashes.items()
        }
        write_json(self._file, {"folders": folders, "hashes": documents})


def _parsed(document: Any) -> tuple[list[str], dict[str, _Records]]:
    folders = [str(text) for text in document["folders"]]
    hashes = {
        str(path): {str(name): parsed_record(each) for name, each in records.items()}
        for path, records in document["hashes"].items()
    }
    return folders, hashes
