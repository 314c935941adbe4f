"""ModelScope over plain HTTPS, for people who can't reach Hugging Face.

Source: ``get_model_files`` and ``get_file_download_url`` of its own client, modelscope/hub/api.py
and file_download.py; that client is not needed.
"""

from __future__ import annotations

import hashlib
from urllib.parse import quote_plus

from mmdesk.core.errors import HubModelUnknown, HubNonsense
from mmdesk.models.hashing import hex_digest
from mmdesk.models.hub_connection import HubConnection
from mmdesk.models.hub_listing import HubFile, Listing, listed_files

_BRANCH = "master"


class ModelScope:
    """modelscope.cn. Each file's address names the commit that it was last changed in."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def list(self, connection: HubConnection, model_id: str) -> Listing:
        """Return the files. Raises ``TryAgain`` or ``DownloadError``."""
        url = f"{self._model(model_id)}/repo/files?Revision={_BRANCH}&Recursive=true"
        match connection.json(url):
            case {"Code": 200, "Data": {"Files": list(items)}}:
                pass
            case {"Code": int(code)} if code != 200:
                raise HubModelUnknown(id=model_id, host=connection.host)
            case _:
                raise HubNonsense(host=connection.host, reason="it lists no files")
        blobs = [item for item in items if not _is_folder(item)]
        files = listed_files(blobs, _file, connection.host)
        return Listing(model_id, _revision(files), "", files)

    def url(self, model_id: str, file: HubFile) -> str:
        """Return the address of a file's content."""
        query = f"Revision={quote_plus(file.revision)}&FilePath={quote_plus(file.path)}"
        return f"{self._model(model_id)}/repo?{query}"

    def _model(self, model_id: str) -> str:
        return f"{self.endpoint}/api/v1/models/{model_id}"


def _is_folder(item: object) -> bool:
    return isinstance(item, dict) and item.get("Type") == "tree"


def _file(item: object) -> HubFile | None:
    match item:
        case {"Path": str(path), "Size": int(size), "Sha256": sha256, **others}:
            digest = hex_digest(sha256, 64)
            commit = hex_digest(others.get("Revision"), 40) or _BRANCH
            return HubFile(path, size, digest, None, commit) if digest and size >= 0 else None
    return None


def _revision(files: tuple[HubFile, ...]) -> str:
    """Return a name for this state of the repository; ModelScope lists none for the whole."""
    content = "\n".join(sorted(f"{file.path} {file.content}" for file in files))
    return hashlib.sha256(content.encode()).hexdigest()[:40]
