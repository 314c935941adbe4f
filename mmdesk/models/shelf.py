"""The models on this computer and in the catalogue: a :class:`~mmdesk.core.protocols.ModelShelf`.

Nothing of the network is imported before something is downloaded.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from mmdesk.core.errors import ModelMissing, ModelNotOurs, ModelUnknown
from mmdesk.core.models import (
    STARTER,
    Download,
    ModelEntry,
    ModelKey,
    ModelRole,
    Place,
    is_remote,
    short_name,
)
from mmdesk.models import catalogue
from mmdesk.models.catalogue import CatalogueEntry
from mmdesk.models.disk import disk_refusal, locked
from mmdesk.models.entries import not_here, not_listed, paused_download, with_facts
from mmdesk.models.files import is_file
from mmdesk.models.folders import RememberedFolders
from mmdesk.models.hashing import Stopped, never
from mmdesk.models.hub_cache import (
    cache_folder,
    cached_models,
    current_snapshot,
    has_blobs,
    snapshot_id,
    verify_snapshot,
)
from mmdesk.models.hub_listing import is_model_id
from mmdesk.models.identity import Identifier
from mmdesk.models.incoming import Incoming, Unfinished, unfinished
from mmdesk.models.looking import Looker
from mmdesk.models.manifest import MANIFEST, verify
from mmdesk.models.recommend import with_recommended

_MEMORY = "folders.json"
_IDENTITIES = "identities.json"
_PATIENCE_S = 20.0
"""For a download in this process to notice that it was paused, before its files are removed."""


class DiskShelf:
    """Looks at the disk anew each time it is asked. Any thread."""

    def __init__(
        self,
        *,
        folder: Path,
        catalogue: Path,
        starter: Path,
        starter_speech: Path,
        hub: str = "huggingface",
        dtype: str = "auto",
        whisper_files: Mapping[str, str] | None = None,
    ) -> None:
        """Read nothing yet.

        Args:
            folder: Where downloads go; made by the first one.
            catalogue: The JSON file.
            starter, starter_speech: The folders of what ships with mmdesk.
            hub, dtype: As in the settings.
            whisper_files: SHA-256 and name of the ``.pt`` files that may be opened.
        """
        self._models = folder
        self._catalogue = catalogue
        self._shipped = {starter: STARTER, starter_speech: str(starter_speech)}
        self._hub = hub
        self._folders = RememberedFolders(folder / _MEMORY)
        self._identifier = Identifier(self._folders, RememberedFolders(folder / _IDENTITIES))
        self._looker = Looker(dtype, whisper_files or {}, self._folders)
        self._dtype = dtype

    def entries(self) -> tuple[ModelEntry, ...]:
        """Return the starter, what is on the disk, and the rest of the catalogue. No network.

        Models in the Hugging Face cache that aren't for pictures or speech are left out. One of
        each role is recommended: see :func:`~mmdesk.models.recommend.with_recommended`.
        """
        listed = catalogue.load(self._catalogue)
        paused = {each.id: each for each in unfinished(self._models)}
        here = self._here({each.id: each for each in listed}, paused)
        usable = {entry.id for entry in here if entry.problem is None}
        elsewhere = [
            not_here(each, paused.get(each.id), self._dtype)
            for each in listed
            if each.id not in usable
        ]
        known = usable | {each.id for each in listed}
        others = [
            not_listed(each, self._looker.look(each.folder).role)
            for each in paused.values()
            if each.id not in known
        ]
        order = [each.id for each in listed]
        return tuple(with_recommended([*here, *elsewhere, *others], order))

    def resolve(self, name: str) -> ModelKey:
        """Return the key that a person means by an id, a key, a path or a folder's name."""
        if name == STARTER or is_remote(name):
            return name
        here = [entry for entry in self._here({}, {}) if entry.key is not None]
        here.sort(key=lambda entry: entry.problem is not None)
        path = _absolute(name)
        tests: tuple[Callable[[ModelEntry], bool], ...] = (
            lambda entry: name in (entry.key, entry.id),
            lambda entry: entry.key == str(path),
            lambda entry: name.lower() in (entry.id.lower(), entry.name.lower()),
        )
        for test in tests:
            for entry in here:
                if entry.key is not None and test(entry):
                    return entry.key
        if os.sep in name and (path.is_dir() or is_file(path)):
            return str(path)
        raise ModelUnknown(id=name[:200])

    def add(self, path: Path) -> ModelEntry:
        """Remember a folder (or a Whisper ``.pt`` file) with a model in it; nothing is copied.

        A model's folder of the Hugging Face cache will do as well. What :meth:`verify` remembers
        of a folder is forgotten when it is added again.
        """
        path = _absolute(str(path))
        if (path / "snapshots").is_dir():
            path = current_snapshot(path) or path
        if not path.is_dir() and path.suffix != ".pt":
            raise ModelMissing(path=str(path))
        entry = self._entry(path, self._place_of(path) or Place.FOLDER)
        if entry.problem is not None:
            raise entry.problem
        if entry.place is Place.FOLDER:
            try:
                self._folders.add(path)
            except OSError as error:
                raise disk_refusal(self._models, error) from error
        return entry

    def download(
        self,
        model_id: str,
        report: Callable[[Download], None],
        stopped: Callable[[], bool],
    ) -> ModelEntry | None:
        """Fetch a hub's model, or go on with it; None if ``stopped`` ended it (PAUSED)."""
        from mmdesk.models.download import download_model
        from mmdesk.models.hub import hub_for

        listed = next((each for each in self._listed() if each.id == model_id), None)
        elsewhere = listed.modelscope if listed and self._hub == "modelscope" else ""
        hub = hub_for(self._hub)
        path = download_model(self._models, hub, model_id, report, stopped, hub_id=elsewhere or "")
        return None if path is None else self._entry(path, Place.DOWNLOADED, listed)

    def discard(self, model_id: str) -> None:
        """Remove what an unfinished download has left."""
        if not is_model_id(model_id):  # “..” would be the name of a folder, and not of a download
            return
        try:
            with locked(self._models, model_id, _PATIENCE_S):
                Incoming(self._models, model_id).remove()
        except OSError as error:
            raise disk_refusal(self._models, error) from error

    def sha256(self, key: ModelKey) -> str:
        """Return the SHA-256 of a model's files; "" for a server's, which nobody here knows.

        See :mod:`mmdesk.models.identity`.
        """
        if is_remote(key):
            return ""
        try:
            return self._identifier.sha256(self._path_of(key))
        except ModelUnknown as error:
            raise ModelMissing(path=key) from error

    def verify(
        self, key: ModelKey, report: Callable[[float], None], stopped: Callable[[], bool] = never
    ) -> None:
        """Read all files and compare them with the hub's hashes, or those of the first reading.

        Nothing is known of what ships with mmdesk but that its headers fit its files: an update
        may bring another.
        """
        path = self._path_of(key)
        place = self._place_of(path)
        try:
            if is_file(path / MANIFEST):
                verify(path, report, stopped)
            elif place is Place.CACHE and has_blobs(path):
                verify_snapshot(path, report, stopped)
            elif place is Place.SHIPPED:
                self._looker.check(path)
                report(1.0)
            else:
                self._looker.compare(path, report, stopped)
        except Stopped:
            return

    def remove(self, key: ModelKey) -> int:
        """Delete a downloaded model, or forget a folder; return the bytes that are free now."""
        path = self._path_of(key)
        place = self._place_of(path)
        try:
            if place is Place.DOWNLOADED:
                model_id = self._id_of(path, place)
                with locked(self._models, model_id, _PATIENCE_S):
                    return Incoming(self._models, model_id).remove_target()
            if path in self._folders.paths():
                self._folders.forget(path)
                return 0
        except OSError as error:
            raise disk_refusal(self._models, error) from error
        if place is None:
            raise ModelUnknown(id=key[:200])
        raise ModelNotOurs(path=str(path))

    def _listed(self) -> tuple[CatalogueEntry, ...]:
        return catalogue.load(self._catalogue)

    def _here(
        self, listed: Mapping[str, CatalogueEntry], paused: Mapping[str, Unfinished]
    ) -> list[ModelEntry]:
        """Return what is on the disk; the same folder once."""
        places: dict[Path, Place] = dict.fromkeys(self._shipped, Place.SHIPPED)
        places |= dict.fromkeys(self._downloaded(), Place.DOWNLOADED)
        for cached in cached_models(cache_folder()):
            if self._looker.is_ours_to_list(cached.path):
                places.setdefault(cached.path, Place.CACHE)
        for path in self._folders.paths():
            places.setdefault(path, Place.FOLDER)
        entries = []
        for path, place in places.items():
            facts = listed.get(self._id_of(path, place))
            entry = self._entry(path, place, facts)
            stopped = paused.get(entry.id) if place is Place.DOWNLOADED else None
            entries.append(replace(entry, download=paused_download(stopped)) if stopped else entry)
        return entries

    def _downloaded(self) -> list[Path]:
        try:
            folders = sorted(self._models.iterdir())
        except OSError:
            return []
        return [path for path in folders if path.is_dir() and not path.name.startswith(".")]

    def _entry(self, path: Path, place: Place, facts: CatalogueEntry | None = None) -> ModelEntry:
        found = self._looker.look(path)
        model_id = self._id_of(path, place)
        key = self._shipped.get(path, str(path))
        role = found.role or (facts.role if facts else ModelRole.CHAT)
        entry = ModelEntry(
            id=model_id,
            key=key,
            role=role,
            place=place,
            name=short_name(key),
            parameters=found.parameters,
            size=found.size,
            estimate=self._looker.estimate(path) if found.problem is None else None,
            problem=found.problem,
        )
        return entry if facts is None else with_facts(entry, facts)

    def _id_of(self, path: Path, place: Place) -> str:
        if place is Place.DOWNLOADED:
            return path.name.replace("--", "/", 1)
        return snapshot_id(path) if place is Place.CACHE else path.name

    def _place_of(self, path: Path) -> Place | None:
        """Return where a path is that mmdesk knows by itself; None elsewhere."""
        if path in self._shipped:
            return Place.SHIPPED
        if path.parent == self._models and not path.name.startswith(".") and path.is_dir():
            return Place.DOWNLOADED
        in_cache = path.parent.name == "snapshots" and path.is_relative_to(cache_folder())
        return Place.CACHE if in_cache else None

    def _path_of(self, key: ModelKey) -> Path:
        for path, shipped in self._shipped.items():
            if key == shipped:
                return path
        path = Path(key)
        if is_remote(key) or not path.is_absolute():
            raise ModelUnknown(id=key[:200])
        return path


def _absolute(text: str) -> Path:
    path = Path(text)
    with contextlib.suppress(RuntimeError):  # a ``~`` that means nobody's home
        path = path.expanduser()
    return Path(os.path.normpath(path.absolute()))
