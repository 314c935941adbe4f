"""A whole model from a hub into mmdesk's folder: all of it, or nothing in place.

Until it is whole it lies in ``<models>/.incoming/<org>--<name>``; then that folder is renamed to
``<models>/<org>--<name>``. Files that an older version has already are linked, not fetched again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from mmdesk.core.errors import (
    DiskFull,
    DownloadUnusable,
    HubNonsense,
    ModelDamaged,
    ModelError,
    RemoteCodeRefused,
)
from mmdesk.core.models import Download, DownloadState
from mmdesk.models.checkpoint_folder import (
    architecture_of,
    check_usable,
    indexed_names,
    read_object,
)
from mmdesk.models.disk import MARGIN, disk_refusal, gigabytes, locked
from mmdesk.models.fetch import FileFetch, Retries
from mmdesk.models.hashing import (
    Stopped,
    fingerprint,
    git_sha1_of,
    settle,
    sha256_of,
    sync_folder,
)
from mmdesk.models.hub import Hub, connect
from mmdesk.models.hub_connection import HubConnection, Pace, TryAgain
from mmdesk.models.hub_listing import HubFile, Listing
from mmdesk.models.incoming import Incoming, part_of
from mmdesk.models.manifest import (
    FileRecord,
    Manifest,
    check,
    read_manifest,
    write_manifest,
)
from mmdesk.models.progress import Progress
from mmdesk.models.repository_files import CONFIG, INDEX, small_files, weight_files

_FIRST_TRIES = 3
"""For the list of files: whoever is offline wants to be told so at once."""


def download_model(
    models: Path,
    hub: Hub,
    model_id: str,
    report: Callable[[Download], None],
    stopped: Callable[[], bool],
    *,
    hub_id: str = "",
    pace: Pace | None = None,
) -> Path | None:
    """Fetch a model, or go on with it; return its folder, or None if ``stopped`` ended it.

    Args:
        hub_id: Its id at this hub, where that is another.

    Raises:
        DownloadError: what is there stays for the next try, unless it is of no use.
    """
    pace = pace or Pace()
    connection = connect(hub, hub_id or model_id, pace)
    try:
        with locked(models, model_id):
            return _ModelDownload(
                models, hub, connection, model_id, hub_id or model_id, report, stopped, pace
            ).run()
    except Stopped:
        return None
    except BrokenPipeError:  # nobody reads the reports any more
        raise
    except OSError as error:
        raise disk_refusal(models, error) from error
    finally:
        connection.close()


class _ModelDownload:
    def __init__(
        self,
        models: Path,
        hub: Hub,
        connection: HubConnection,
        model_id: str,
        hub_id: str,
        report: Callable[[Download], None],
        stopped: Callable[[], bool],
        pace: Pace,
    ) -> None:
        self._models = models
        self._hub = hub
        self._connection = connection
        self._id = model_id
        self._hub_id = hub_id
        self._stopped = stopped
        self._pace = pace
        self._progress = Progress(model_id, connection.host, report, pace.report_s)
        self._incoming = Incoming(models, model_id)
        self._target = self._incoming.target
        self._done = 0
        self._records: dict[str, FileRecord] = {}

    def run(self) -> Path:
        self._progress.enter(DownloadState.ASKING)
        self._incoming.recover()
        listing = self._listing()
        try:
            small = small_files(listing)
            if self._is_here(listing):
                return self._target
            self._obtain_all(listing, small)
        except DownloadUnusable:
            self._incoming.remove()
            raise
        return self._put_in_place(listing)

    def _obtain_all(self, listing: Listing, small: tuple[HubFile, ...]) -> None:
        """Fill the folder: what is small first, since it tells whether the rest is of use."""
        self._incoming.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = self._incoming.records()
        for file in small:
            self._obtain(file, kept)
            if file.path == CONFIG:
                self._check_config()
        weights = weight_files(listing, self._indexed(small))
        self._incoming.keep_only([*small, *weights])
        self._progress.total = sum(file.size for file in (*small, *weights))
        self._check_space(weights)
        for file in weights:
            self._obtain(file, kept)
            self._incoming.note(self._manifest(listing), self._progress.total)

    def _listing(self) -> Listing:
        patience = min(_FIRST_TRIES, self._pace.attempts)
        retries = Retries(self._pace, self._progress.waits, self._stopped, patience)
        while True:
            try:
                return self._hub.list(self._connection, self._hub_id)
            except (TryAgain, HubNonsense) as problem:
                retries.wait(problem)

    def _is_here(self, listing: Listing) -> bool:
        """Whether this very version is in place already, and whole."""
        try:
            manifest = read_manifest(self._target)
            if manifest is None or manifest.revision != listing.revision:
                return False
            check(self._target)
        except ModelError:
            return False
        return True

    def _obtain(self, file: HubFile, kept: dict[str, FileRecord]) -> None:
        """Have one file in the folder: it is there, is linked from the older version, or comes."""
        place = self._incoming.folder / file.path
        record = self._kept(place, kept.get(file.path), file) or self._linked(place, file)
        if record is None:
            record = self._fetch(place, file)
        self._records[file.path] = record
        self._done += file.size
        self._progress.moved(self._done)

    def _kept(self, place: Path, record: FileRecord | None, file: HubFile) -> FileRecord | None:
        if not place.is_file() or place.stat().st_size != file.size:
            return None
        seen = fingerprint(place)
        if record is not None and record.seen == seen and record.sha256 == file.sha256:
            return record
        return self._hashed(place, file)

    def _linked(self, place: Path, file: HubFile) -> FileRecord | None:
        """Take a file over from the version that is in place, if it is the same."""
        older = self._target / file.path
        if not older.is_file() or older.stat().st_size != file.size:
            return None
        record = self._hashed(older, file)
        if record is None:
            return None
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        try:
            os.link(older, place)
        except OSError:  # a file system without links
            shutil.copyfile(older, place)
            return self._hashed(place, file)
        return replace(record, seen=fingerprint(place))

    def _hashed(self, place: Path, file: HubFile) -> FileRecord | None:
        """Return a file's record if its content is the hub's."""
        self._progress.enter(DownloadState.VERIFYING)
        seen = fingerprint(place)
        digest = sha256_of(place, stopped=self._stopped)
        if file.sha256 is not None:
            right = digest == file.sha256
        else:
            right = git_sha1_of(place, stopped=self._stopped) == file.git_sha1
        return FileRecord(file.size, digest, seen) if right else None

    def _fetch(self, place: Path, file: HubFile) -> FileRecord:
        def moved() -> None:
            self._progress.moved(self._done + fetch.offset)

        fetch = FileFetch(
            self._connection,
            self._hub.url(self._hub_id, file),
            file,
            place,
            model_id=self._id,
            pace=self._pace,
            moved=moved,
            waits=self._progress.waits,
            stopped=self._stopped,
        )
        if part_of(place, file).exists():
            self._progress.enter(DownloadState.VERIFYING)
        return fetch.run()

    def _check_config(self) -> None:
        """Refuse what mmdesk can't load before gigabytes of it are fetched."""
        try:
            config = read_object(self._incoming.folder, CONFIG)
        except ModelDamaged as error:
            raise self._unusable(f"its {CONFIG} is no JSON object") from error
        try:
            check_usable(self._incoming.folder, config)
        except RemoteCodeRefused as error:
            raise self._unusable("it wants to run code of its own") from error
        except ModelError as error:
            kind = architecture_of(config)
            raise self._unusable(f"mmdesk knows no models of the kind “{kind}”") from error

    def _indexed(self, small: tuple[HubFile, ...]) -> frozenset[str] | None:
        if all(file.path != INDEX for file in small):
            return None
        try:
            return indexed_names(self._incoming.folder)
        except ModelDamaged as error:
            raise self._unusable(f"its {INDEX} names no .safetensors files") from error

    def _unusable(self, reason: str) -> DownloadUnusable:
        return DownloadUnusable(id=self._id, reason=reason)

    def _check_space(self, weights: tuple[HubFile, ...]) -> None:
        """Refuse to begin what the disk can't hold."""
        missing = sum(file.size - self._incoming.present(file) for file in weights)
        free = shutil.disk_usage(self._incoming.folder).free
        if missing + MARGIN > free:
            needed = gigabytes(missing + MARGIN)
            raise DiskFull(path=str(self._models), needed=needed, free=gigabytes(free))

    def _manifest(self, listing: Listing) -> Manifest:
        host = self._connection.host
        return Manifest(self._id, host, listing.revision, listing.license, dict(self._records))

    def _put_in_place(self, listing: Listing) -> Path:
        self._progress.enter(DownloadState.VERIFYING)
        settle()  # so that any later change of a file shows
        write_manifest(self._incoming.folder, self._manifest(listing))
        self._incoming.forget_notes()
        sync_folder(self._incoming.folder)
        self._incoming.swap()
        return self._target
