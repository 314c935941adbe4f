"""Model hubs: which files a model has there, with their sizes and hashes, and where they are.

Hugging Face's interface is also that of its mirrors. It is asked directly, not through
``huggingface_hub``: that library follows redirects and reads answers without any bound.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import quote

from mmdesk.core.errors import HubModelUnknown, HubNonsense, HubOffline
from mmdesk.models.hashing import hex_digest
from mmdesk.models.hub_connection import HubConnection, Pace
from mmdesk.models.hub_listing import HubFile, Listing, is_model_id, listed_files
from mmdesk.models.hugging_face import hugging_face_token

HUGGING_FACE = "https://huggingface.co"
MODELSCOPE = "https://modelscope.cn"


class Hub(Protocol):
    """A hub's interface."""

    endpoint: str

    def list(self, connection: HubConnection, model_id: str) -> Listing:
        """Return the files. Raises ``TryAgain`` or ``DownloadError``."""

    def url(self, model_id: str, file: HubFile) -> str:
        """Return the address of a file's content."""


class HuggingFace:
    """huggingface.co or a mirror with its interface.

    Source: https://huggingface.co/docs/hub/api, and ``HfApi.model_info`` of huggingface_hub 2.4.
    """

    def __init__(self, endpoint: str = HUGGING_FACE) -> None:
        self.endpoint = endpoint

    def list(self, connection: HubConnection, model_id: str) -> Listing:
        """Return the files. Raises ``TryAgain`` or ``DownloadError``."""
        document = connection.json(f"{self.endpoint}/api/models/{model_id}?blobs=true")
        match document:
            case {"sha": str(revision), "siblings": list(siblings)} if _is_commit(revision):
                pass
            case _:
                raise HubNonsense(host=connection.host, reason="it lists no files")
        files = listed_files(siblings, lambda each: _sibling(each, revision), connection.host)
        return Listing(model_id, revision, _license(document), files)

    def url(self, model_id: str, file: HubFile) -> str:
        """Return the address of a file's content."""
        return f"{self.endpoint}/{model_id}/resolve/{file.revision}/{quote(file.path)}"


def hub_for(setting: str, environment: Mapping[str, str] = os.environ) -> Hub:
    """Return the hub that the settings name: "huggingface", "modelscope" or a mirror's address."""
    from mmdesk.models.modelscope import ModelScope

    if setting == "modelscope":
        return ModelScope(MODELSCOPE)
    if setting != "huggingface":
        return HuggingFace(setting.rstrip("/"))
    return HuggingFace(_named(environment) or HUGGING_FACE)


def connect(
    hub: Hub, model_id: str, pace: Pace, environment: Mapping[str, str] = os.environ
) -> HubConnection:
    """Return a connection for one model's download. Nothing is sent yet.

    Raises:
        HubOffline: the environment forbids it (``HF_HUB_OFFLINE``).
        HubModelUnknown: the id can't be one.
        HubUnreachable: the hub's address can't be one.
    """
    if environment.get("HF_HUB_OFFLINE", "").strip().upper() in ("1", "ON", "YES", "TRUE"):
        raise HubOffline(id=model_id)
    # The token is Hugging Face's. Other programs, too, send it to whom HF_ENDPOINT names; a mirror
    # that someone has recommended, and that stands in the settings, is a stranger.
    known = hub.endpoint in (HUGGING_FACE, _named(environment)) and isinstance(hub, HuggingFace)
    token = hugging_face_token(environment) if known else None
    connection = HubConnection(hub.endpoint, token, pace, model_id=model_id)
    if not is_model_id(model_id):
        connection.close()
        raise HubModelUnknown(id=model_id[:200], host=connection.host)
    return connection


def _named(environment: Mapping[str, str]) -> str:
    return environment.get("HF_ENDPOINT", "").strip().rstrip("/")


def _sibling(item: object, revision: str) -> HubFile | None:
    match item:
        case {"rfilename": str(path), "lfs": {"size": int(size), "sha256": sha256}}:
            digest = hex_digest(sha256, 64)
            return HubFile(path, size, digest, None, revision) if digest and size >= 0 else None
        case {"rfilename": str(path), "size": int(size), "blobId": blob}:
            digest = hex_digest(blob, 40)
            return HubFile(path, size, None, digest, revision) if digest and size >= 0 else None
    return None


def _is_commit(revision: str) -> bool:
    return re.fullmatch(r"[0-9a-fA-F]{7,64}", revision) is not None


def _license(document: object) -> str:
    match document:
        case {"cardData": {"license": str(name)}}:
            return name[:80]
        case {"tags": list(tags)}:
            named = (tag for tag in tags if isinstance(tag, str) and tag.startswith("license:"))
            return next(named, "").removeprefix("license:")[:80]
    return ""
