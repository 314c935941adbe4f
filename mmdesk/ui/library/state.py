"""What the Models page shows: listed models, and what is being done with them. Knows no widget."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from mmdesk.core.errors import MmdeskError
from mmdesk.core.events import (
    DownloadChanged,
    LibraryFailed,
    ModelAdded,
    ModelRemoved,
    ModelsListed,
    ModelVerified,
    ServerTested,
)
from mmdesk.core.models import (
    STARTER,
    Download,
    DownloadState,
    Fit,
    ModelEntry,
    ModelKey,
    ModelRole,
    Place,
    Server,
)
from mmdesk.core.values import value
from mmdesk.settings import Settings
from mmdesk.ui.library_events import LibraryEvent

Identity = tuple[ModelRole, str]
"""A row: its role, and its key and id."""


@value
class RowState:
    """What is being done with a model.

    Attributes:
        in_use: Whether it is the shown conversation's, or the settings', for its role.
        busy: Whether it is in memory or in use, and can't be removed.
        verifying: The fraction that was compared.
        verified: Whether its files were all right when they were last compared.
        error: Why the last thing that was asked could not be done.
    """

    in_use: bool = False
    busy: bool = False
    download: Download | None = None
    verifying: float | None = None
    verified: bool = False
    error: MmdeskError | None = None


@dataclass(slots=True)
class LibraryState:
    """Everything that events have told so far.

    Attributes:
        listed: Whether the models were listed once.
        failure: Why they could not be listed.
        tests: How the last test of each server ended.
        asked: Models that were asked for by their ids, with the role they were asked for.
    """

    listed: bool = False
    entries: tuple[ModelEntry, ...] = ()
    servers: tuple[Server, ...] = ()
    failure: MmdeskError | None = None
    downloads: dict[str, Download] = field(default_factory=dict)
    verifying: dict[ModelKey, float] = field(default_factory=dict)
    verified: set[ModelKey] = field(default_factory=set)
    errors: dict[str, MmdeskError] = field(default_factory=dict)
    tests: dict[str, ServerTested] = field(default_factory=dict)
    testing: set[str] = field(default_factory=set)
    asked: dict[str, ModelRole] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    shown: ModelKey = STARTER
    loaded: ModelKey | None = None

    def take(self, event: LibraryEvent) -> None:
        """Take what has happened."""
        match event:
            case ModelsListed():
                self.listed, self.failure = True, None
                self.entries, self.servers = event.entries, event.servers
            case DownloadChanged(download=download):
                self.downloads[download.id] = download
            case ModelVerified():
                self._verified(event)
            case ServerTested():
                self.testing.discard(event.url)
                self.tests[event.url] = event
            case LibraryFailed(subject=""):
                self.failure = event.error
            case LibraryFailed():
                self._failed(event)
            case ModelAdded(entry=entry):
                self.asked.pop(entry.id, None)
                self._forget(entry.key or entry.id)
            case ModelRemoved():
                self._forget(event.key)

    def here(self, role: ModelRole) -> list[ModelEntry]:
        """Return the models of a role that are on this computer, the shipped one first."""
        found = [entry for entry in self.entries if entry.role is role and entry.key]
        return sorted(found, key=lambda entry: entry.place is not Place.SHIPPED)

    def catalogue(self, role: ModelRole) -> list[ModelEntry]:
        """Return the models of a role that can be downloaded.

        What a person asked for comes first, then the recommended one, then what fits; apart from
        that it is the catalogue's order, which is one of preference.
        """
        known = {entry.id for entry in self.entries}
        asked = [
            ModelEntry(id=name, key=None, role=role, place=Place.CATALOGUE, name=_name(name))
            for name, wanted in self.asked.items()
            if wanted is role and name not in known and name in self.downloads
        ]
        listed = [entry for entry in self.entries if entry.role is role and not entry.key]
        return asked + sorted(listed, key=_preference)

    def row(self, entry: ModelEntry) -> RowState:
        """Return what is being done with a model."""
        key = entry.key or ""
        used = self.in_use(entry)
        return RowState(
            in_use=used,
            busy=used or (bool(key) and key == self.loaded),
            download=None if entry.key else self.download(entry),
            verifying=self.verifying.get(key),
            verified=key in self.verified,
            error=self.errors.get(key or entry.id),
        )

    def download(self, entry: ModelEntry) -> Download | None:
        """Return a model's download, if it isn't over."""
        download = self.downloads.get(entry.id, entry.download)
        if download is not None and download.state is DownloadState.DONE:
            return None
        return download

    def in_use(self, entry: ModelEntry) -> bool:
        """Whether a model is used for what it is made for."""
        if entry.key is None:
            return False
        if entry.role is ModelRole.CHAT:
            return entry.key == self.shown
        speech = entry.role is ModelRole.SPEECH
        chosen = self.settings.speech_model if speech else self.settings.match_model
        if chosen is None:
            return entry.place is Place.SHIPPED
        return Path(entry.key) == chosen

    def placed(self, subject: str) -> bool:
        """Whether something is shown that an error can stand at."""
        known = {name for entry in self.entries for name in (entry.key, entry.id)}
        known |= {server.url for server in self.servers}
        return subject in known or subject in self.asked

    def _failed(self, event: LibraryFailed) -> None:
        self.testing.discard(event.subject)
        self.verifying.pop(event.subject, None)
        if any(server.url == event.subject for server in self.servers):
            self.tests[event.subject] = ServerTested(event.subject, None, 0.0, event.error)
        else:
            self.errors[event.subject] = event.error

    def _verified(self, event: ModelVerified) -> None:
        self.verified.discard(event.key)
        self.errors.pop(event.key, None)
        if event.error is None and event.fraction < 1.0:
            self.verifying[event.key] = event.fraction
            return
        self.verifying.pop(event.key, None)
        if event.error is None:
            self.verified.add(event.key)
        else:
            self.errors[event.key] = event.error

    def _forget(self, key: ModelKey) -> None:
        self.errors.pop(key, None)
        self.verified.discard(key)
        self.verifying.pop(key, None)


def identity(entry: ModelEntry) -> Identity:
    """Return what a row is known by."""
    return entry.role, f"{entry.key or ''}\n{entry.id}"


def matches(entry: ModelEntry, text: str) -> bool:
    """Whether a model has every word of ``text`` in what is said of it."""
    said = [entry.name, entry.id, entry.license, *entry.languages]
    said += [line for _, line in entry.good_at]
    whole = " ".join(said).casefold()
    return all(word in whole for word in text.casefold().split())


def _preference(entry: ModelEntry) -> tuple[bool, int]:
    fits = list(Fit)
    place = fits.index(entry.estimate.fit) if entry.estimate is not None else len(fits)
    return not entry.recommended, place


def _name(model_id: str) -> str:
    return model_id.rpartition("/")[2]
