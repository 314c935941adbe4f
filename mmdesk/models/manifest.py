"""``mmdesk.json`` in a downloaded model's folder: what came from where, with every file's hash.

The engine asks :func:`check` before it loads anything: a file that was changed since it was hashed
is read again, and a wrong one is refused by name.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mmdesk.core.errors import ModelDamaged, ModelIncomplete
from mmdesk.models.files import is_file, read_regular
from mmdesk.models.hashing import (
    Fingerprint,
    fingerprint,
    hex_digest,
    never,
    settled,
    sha256_of,
    sync_folder,
)

MANIFEST = "mmdesk.json"
_FORMAT = 1
_LIMIT = 16 * 2**20


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file.

    Attributes:
        sha256: Hex.
        seen: Its fingerprint when it was hashed; None where that is not known.
    """

    size: int
    sha256: str
    seen: Fingerprint | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """A downloaded model.

    Attributes:
        source: The hub's host.
        revision: The hub's name of the version.
        license: As the hub names it, or "".
        files: By their paths within the folder.
    """

    id: str
    source: str
    revision: str
    license: str
    files: Mapping[str, FileRecord] = field(default_factory=dict)


def read_manifest(path: Path) -> Manifest | None:
    """Return the manifest of the model in ``path``; None where mmdesk downloaded nothing.

    Raises:
        ModelDamaged: it can't be read.
    """
    if not is_file(path / MANIFEST):
        return None
    try:
        return _parsed(json.loads(read_regular(path / MANIFEST, _LIMIT).decode("utf-8")))
    except OSError as error:
        reason = f"it can't be read ({error.strerror})"
        raise ModelDamaged(path=str(path), file=MANIFEST, reason=reason) from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        reason = "it is not what mmdesk wrote there"
        raise ModelDamaged(path=str(path), file=MANIFEST, reason=reason) from error


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write ``mmdesk.json``: whole or not at all. Raises ``OSError``."""
    document = {
        "format": _FORMAT,
        "id": manifest.id,
        "source": manifest.source,
        "revision": manifest.revision,
        "license": manifest.license,
        "files": {name: record_document(each) for name, each in sorted(manifest.files.items())},
    }
    write_json(path / MANIFEST, document)


def write_json(file: Path, document: object) -> None:
    """Write a JSON file: whole or not at all. Raises ``OSError``."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8") as stream:
            os.chmod(draft, 0o600)
            json.dump(document, stream, indent=1, ensure_ascii=True)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(draft, file)
        sync_folder(file.parent)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def check(path: Path) -> None:
    """Refuse a downloaded model with a file that isn't what was downloaded.

    Files that didn't change since they were hashed are not read again. Does nothing for a folder
    that mmdesk didn't download.

    Raises:
        ModelDamaged: names the file whose size or hash is another.
        ModelIncomplete: names the file that is gone.
    """
    manifest = read_manifest(path)
    if manifest is None:
        return
    found = compare(path, manifest.files, trust=True)
    if found != manifest.files:
        _remember(path, replace(manifest, files=found))


def verify(
    path: Path, report: Callable[[float], None], stopped: Callable[[], bool] = never
) -> None:
    """Read all files of a downloaded model and compare them with the manifest.

    Args:
        report: Gets the fraction; 1.0 is the end.

    Raises:
        ModelDamaged, ModelIncomplete: as :func:`check`.
        Stopped: ``stopped`` said so.
    """
    manifest = read_manifest(path)
    if manifest is None:
        raise ModelIncomplete(path=str(path), missing=f"{MANIFEST} is missing")
    _remember(path, replace(manifest, files=compare(path, manifest.files, False, report, stopped)))
    report(1.0)


def compare(
    path: Path,
    records: Mapping[str, FileRecord],
    trust: bool,
    report: Callable[[float], None] = lambda fraction: None,
    stopped: Callable[[], bool] = never,
) -> dict[str, FileRecord]:
    """Compare files with their records; return the records with new fingerprints.

    Args:
        trust: Whether a file that didn't change since it was hashed needs no reading.
        report: Gets the fraction, below 1.0.

    Raises:
        ModelDamaged, ModelIncomplete: as :func:`check`.
        Stopped: ``stopped`` said so.
    """
    read = _meter(sum(record.size for record in records.values()), report)
    found = {}
    for name, record in records.items():
        seen = _stat(path, name)
        if seen[0] != record.size:
            reason = f"it has {seen[0]} bytes instead of {record.size}"
            raise ModelDamaged(path=str(path), file=name, reason=reason)
        if trust and record.seen == seen:
            found[name] = record
            continue
        found[name] = _hashed(path, name, seen, read, stopped)
        if found[name].sha256 != record.sha256:
            reason = "its content is not what it was"
            raise ModelDamaged(path=str(path), file=name, reason=reason)
    return found


def first_records(
    path: Path,
    names: Sequence[str],
    report: Callable[[float], None],
    stopped: Callable[[], bool],
) -> dict[str, FileRecord]:
    """Hash files of which nothing is known yet; arguments and errors as in :func:`compare`."""
    seen = {name: _stat(path, name) for name in names}
    read = _meter(sum(each[0] for each in seen.values()), report)
    return {name: _hashed(path, name, seen[name], read, stopped) for name in names}


def _meter(total: int, report: Callable[[float], None]) -> Callable[[int], None]:
    """Return what is told of bytes and reports the fraction."""
    done = 0

    def read(count: int) -> None:
        nonlocal done
        done += count
        report(min(0.999, done / max(1, total)))

    return read


def _hashed(
    path: Path,
    name: str,
    seen: Fingerprint,
    read: Callable[[int], None],
    stopped: Callable[[], bool],
) -> FileRecord:
    calm = settled(seen)  # before it is read: a later change shows
    try:
        digest = sha256_of(path / name, read, stopped)
    except OSError as error:
        reason = f"it can't be read ({error.strerror})"
        raise ModelDamaged(path=str(path), file=name, reason=reason) from error
    return FileRecord(seen[0], digest, seen if calm else None)


def record_document(record: FileRecord) -> dict[str, Any]:
    """Return a record as JSON has it."""
    document: dict[str, Any] = {"size": record.size, "sha256": record.sha256}
    if record.seen is not None:
        document["seen"] = list(record.seen)
    return document


def parsed_record(document: Mapping[str, Any]) -> FileRecord:
    """Return a record from JSON. Raises ``ValueError``, ``TypeError`` or ``KeyError``."""
    size, sha256 = document["size"], hex_digest(document["sha256"], 64)
    if type(size) is not int or size < 0 or sha256 is None:
        raise ValueError("neither size nor hash")
    match document.get("seen"):
        case [int(stored), int(modified), int(changed), int(inode)]:
            return FileRecord(size, sha256, (stored, modified, changed, inode))
    return FileRecord(size, sha256)


def _stat(path: Path, name: str) -> Fingerprint:
    if not is_file(path / name):
        raise ModelIncomplete(path=str(path), missing=f"{name} is missing")
    try:
        return fingerprint(path / name)
    except OSError as error:
        reason = f"it can't be read ({error.strerror})"
        raise ModelDamaged(path=str(path), file=name, reason=reason) from error


def _remember(path: Path, manifest: Manifest) -> None:
    """Write new fingerprints, if that is possible: without them files are only read again."""
    with contextlib.suppress(OSError):
        write_manifest(path, manifest)


def _parsed(document: Any) -> Manifest:
    if document["format"] != _FORMAT:
        raise ValueError("another format")
    files = {str(name): parsed_record(each) for name, each in document["files"].items()}
    if not files or any(Path(name).is_absolute() or ".." in name.split("/") for name in files):
        raise ValueError("no files, or files elsewhere")
    return Manifest(
        id=str(document["id"]),
        source=str(document["source"]),
        revision=str(document["revision"]),
        license=str(document["license"]),
        files=files,
    )
