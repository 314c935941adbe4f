"""Models as a person chooses among them: what they are, where they are, whether they fit.

A :data:`ModelKey` names a model that can be used now. It is a plain text, so that it stands in
``settings.toml``, in a conversation and on the command line alike:

* ``starter`` is the model that ships with mmdesk;
* an absolute path is a checkpoint's folder (for speech also a ``.pt`` file);
* ``https://host:8000/v1#org/name`` is a model of an OpenAI-compatible server.
"""

from __future__ import annotations

import ipaddress
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from mmdesk.core.errors import MmdeskError
from mmdesk.core.values import value

ModelKey = str
STARTER: ModelKey = "starter"

FIT_CONTEXT = 8192
"""Tokens of context, pictures included, that a fit is told for where the model has as many."""


class ModelRole(StrEnum):
    """What a model does for the person."""

    CHAT = "chat"
    SPEECH = "speech"
    MATCH = "match"


class Place(StrEnum):
    """Where a model is."""

    SHIPPED = "shipped"
    """Part of mmdesk."""
    CATALOGUE = "catalogue"
    """Not on this computer; it can be downloaded."""
    DOWNLOADED = "downloaded"
    """In mmdesk's own folder."""
    CACHE = "cache"
    """In the Hugging Face cache: used in place, never changed."""
    FOLDER = "folder"
    """A folder that the person named: used in place, never changed."""
    SERVER = "server"


class Fit(StrEnum):
    """Whether a model and a conversation with pictures fit into this computer's memory."""

    FITS = "fits"
    TIGHT = "tight"
    """Only with everything else closed, or partly on the slower memory."""
    NO = "no"


@value
class FitEstimate:
    """The memory that a model takes while it answers, in bytes.

    Attributes:
        device: What it was told for: "CPU" or the GPU's name.
        dtype: In which precision, as in the settings ("bfloat16", "int4" …).
        weights: The parameters.
        kv_cache: Keys and values of ``context`` tokens, image tokens included.
        working: Activations, logits, the picture on its way through the vision tower.
        context: Tokens that ``kv_cache`` is for.
        available: What the device has for it.
    """

    fit: Fit
    device: str
    dtype: str
    weights: int
    kv_cache: int
    working: int
    context: int
    available: int

    @property
    def total(self) -> int:
        """The peak."""
        return self.weights + self.kv_cache + self.working


class DownloadState(StrEnum):
    """How far a download is."""

    ASKING = "asking"
    """The hub is asked for the files, their sizes and hashes."""
    RUNNING = "running"
    WAITING = "waiting"
    """The network is gone or the hub busy; it goes on by itself."""
    VERIFYING = "verifying"
    PAUSED = "paused"
    FAILED = "failed"
    DONE = "done"


@value
class Download:
    """A model on its way to the disk.

    Attributes:
        id: The catalogue's or hub's id, ``org/name``.
        done, total: Bytes; ``total`` is 0 until the hub has told it.
        bytes_per_second: Over the last seconds.
        seconds_left: None where it can't be told.
        source: The host that it comes from.
        error: Why it failed, or what it waits for.
    """

    id: str
    state: DownloadState
    done: int = 0
    total: int = 0
    bytes_per_second: float = 0.0
    seconds_left: float | None = None
    source: str = ""
    error: MmdeskError | None = None


@value
class ModelEntry:
    """One model on the Models page and in ``mmdesk models``.

    Attributes:
        id: ``org/name`` for hub models, else the folder's name or the server's model.
        key: How it is used; None while it isn't here.
        name: For people.
        parameters: Their number, or None where nobody told.
        size: Bytes on the disk, or None.
        languages: Codes, such as "en", "zh".
        good_at: What it is good at, by mmdesk's languages ("en", "zh_CN").
        points: Whether it can say where in the picture something is.
        source: The page that the facts are from.
        checked: When they were checked, as ISO date.
        recommended: Whether it is the one to take for its role on this computer.
        problem: Why it can't be used though it is here.
    """

    id: str
    key: ModelKey | None
    role: ModelRole
    place: Place
    name: str
    parameters: int | None = None
    size: int | None = None
    license: str = ""
    languages: tuple[str, ...] = ()
    good_at: tuple[tuple[str, str], ...] = ()
    points: bool = False
    source: str = ""
    checked: str = ""
    estimate: FitEstimate | None = None
    recommended: bool = False
    download: Download | None = None
    problem: MmdeskError | None = None


@value
class Server:
    """An OpenAI-compatible server that the person added.

    Attributes:
        url: Its base address, normalised: scheme, host in lower case, no slash at the end.
        models: What it served when it was last tested.
        has_key: Whether an API key is kept for it.
        key_passes: Whether the key is forgotten with this run, as there is no keyring.
    """

    url: str
    models: tuple[str, ...] = ()
    has_key: bool = False
    key_passes: bool = False

    @property
    def leaves_computer(self) -> bool:
        """Whether what is asked goes to another computer."""
        return leaves_computer(self.url)


def remote_key(url: str, model: str) -> ModelKey:
    """Return the key of a server's model."""
    return f"{url}#{model}"


def is_remote(key: ModelKey) -> bool:
    """Whether the key names a server's model."""
    return key.startswith(("http://", "https://"))


def split_remote(key: ModelKey) -> tuple[str, str]:
    """Return base address and model of a remote key."""
    url, _, model = key.partition("#")
    return url, model


def leaves_computer(key: ModelKey) -> bool:
    """Whether a question to this model leaves the computer. Loopback doesn't."""
    return is_remote(key) and not is_loopback(host_of(key))


def host_of(key: ModelKey) -> str:
    """Return the host of a remote key or address, "" where it has none."""
    try:
        return urlsplit(key).hostname or ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether a host is this computer: ``localhost`` or a loopback address, spelled out."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def short_name(key: ModelKey) -> str:
    """Return a model's name for people: the folder's, or the server's without its maker.

    A hub cache's snapshot gets its model's name.
    """
    if key == STARTER:
        return "Starter"
    if is_remote(key):
        return split_remote(key)[1].rpartition("/")[2] or host_of(key)
    path = Path(key)
    if path.parent.name == "snapshots":
        return path.parent.parent.name.rpartition("--")[2]
    name = path.name.rpartition("--")[2]
    return name.capitalize() if name.isalpha() and name.islower() else name


def parameters_text(parameters: int) -> str:
    """Return a number of parameters in the field's way: 4 M, 2.2 B."""
    if parameters >= 10_000_000_000:
        return f"{parameters / 1e9:.0f} B"
    if parameters >= 1_000_000_000:
        return f"{parameters / 1e9:.1f} B"
    return f"{max(1, round(parameters / 1e6))} M"
