"""Looking into models' folders, remembering what was seen while nothing changes there."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path

from mmdesk.core.errors import ModelDamaged, ModelError, ModelMissing, SpeechModelUnknown
from mmdesk.core.models import FitEstimate, ModelRole
from mmdesk.models.checkpoint_folder import (
    FolderFacts,
    look_into,
    model_names,
    read_object,
    role_of_config,
)
from mmdesk.models.files import is_file
from mmdesk.models.fit import estimate
from mmdesk.models.folders import RememberedFolders
from mmdesk.models.hashing import fingerprint, settled, sha256_of
from mmdesk.models.machine import machine
from mmdesk.models.manifest import FileRecord, compare, first_records
from mmdesk.models.repository_files import CONFIG
from mmdesk.models.shape import Shape, read_shape

_Stamp = tuple[tuple[str, int, int], ...]


class Looker:
    """Reads folders and Whisper's ``.pt`` files. Any thread."""

    def __init__(
        self, dtype: str, whisper_files: Mapping[str, str], folders: RememberedFolders
    ) -> None:
        self._dtype = dtype
        self._folders = folders
        self._whisper_files = whisper_files
        self._facts: dict[Path, tuple[_Stamp, FolderFacts]] = {}
        self._shapes: dict[Path, tuple[_Stamp, Shape | None]] = {}

    def look(self, path: Path) -> FolderFacts:
        """Return what a folder or ``.pt`` file holds, and what is wrong with it."""
        stamp = _stamp(path)
        known = self._facts.get(path)
        if known is None or known[0] != stamp:
            facts = self._whisper_file(path) if path.suffix == ".pt" else look_into(path)
            known = self._facts[path] = stamp, facts
        return known[1]

    def estimate(self, path: Path) -> FitEstimate | None:
        """Return what a model takes here; None where its files don't tell."""
        stamp = _stamp(path)
        known = self._shapes.get(path)
        if known is None or known[0] != stamp:
            known = self._shapes[path] = stamp, _shape(path)
        return None if known[1] is None else estimate(known[1], machine(), self._dtype)

    def is_ours_to_list(self, path: Path) -> bool:
        """Whether a cached model is, or claims to be, one for pictures or speech."""
        try:
            config = read_object(path, CONFIG)
        except ModelError:
            return False
        return role_of_config(config) is not None or (
            "auto_map" in config and "vision_config" in config
        )

    def check(self, path: Path) -> None:
        """Hold headers against files, read anew. Raises ``ModelError`` or ``SpeechError``."""
        facts = self._whisper_file(path) if path.suffix == ".pt" else look_into(path)
        if facts.problem is not None:
            raise facts.problem

    def compare(
        self,
        path: Path,
        report: Callable[[float], None],
        stopped: Callable[[], bool],
    ) -> None:
        """Read all files of a folder and compare them with what they were the first time.

        Raises:
            ModelError: there is something wrong with it.
            Stopped: ``stopped`` said so.
        """
        known = self._folders.records(path)
        base = path.parent if path.suffix == ".pt" else path
        records: Mapping[str, FileRecord] = {}
        if known:  # before anything else, since it names the file
            records = compare(base, known, False, report, stopped)
        self.check(path)
        if not known:
            names = [path.name] if path.suffix == ".pt" else model_names(path)
            records = first_records(base, names, report, stopped)
        with contextlib.suppress(OSError):  # then the next time is the first
            self._folders.remember(path, records)
        report(1.0)

    def _whisper_file(self, path: Path) -> FolderFacts:
        if not is_file(path):
            return FolderFacts(ModelRole.SPEECH, None, 0, ModelMissing(path=str(path)))
        size = path.stat().st_size
        try:
            digest = self._digest(path)
        except OSError as error:
            reason = f"it can't be read ({error.strerror})"
            problem = ModelDamaged(path=str(path.parent), file=path.name, reason=reason)
            return FolderFacts(ModelRole.SPEECH, None, size, problem)
        known = digest in self._whisper_files
        return FolderFacts(
            ModelRole.SPEECH, None, size, None if known else SpeechModelUnknown(path=str(path))
        )

    def _digest(self, path: Path) -> str:
        """Return a ``.pt`` file's hash; gigabytes are read once, not for each list."""
        seen = fingerprint(path)
        known = self._folders.records(path).get(path.name)
        if known is not None and known.seen == seen:
            return known.sha256
        calm = settled(seen)
        digest = sha256_of(path)
        if calm and known is None and digest in self._whisper_files:
            with contextlib.suppress(OSError):  # then it is read again
                self._folders.remember(path, {path.name: FileRecord(seen[0], digest, seen)})
        return digest


def _shape(path: Path) -> Shape | None:
    try:
        return read_shape(path)
    except ModelError:
        return None


def _stamp(path: Path) -> _Stamp:
    """Return what changes when a file of a folder does."""
    places = [path]
    with contextlib.suppress(OSError):
        places += sorted(path.iterdir())
    found = []
    for place in places:
        with contextlib.suppress(OSError):
            status = place.stat()
            found.append((place.name, status.st_size, status.st_mtime_ns))
    return tuple(found)
