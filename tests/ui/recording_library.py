"""A library that records what the window asks of it; what comes of it is scripted by the test."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from mmdesk.core.models import Download, ModelKey


@dataclass
class RecordingLibrary:
    """Stands in for ``ModelLibrary``: no disk, no hub, no server."""

    calls: list[tuple[object, ...]] = field(default_factory=list)
    downloads: dict[str, Download] = field(default_factory=dict)

    def refresh(self) -> None:
        self.calls.append(("refresh",))

    def add_folder(self, path: Path) -> None:
        self.calls.append(("add_folder", path))

    def download(self, model_id: str) -> None:
        self.calls.append(("download", model_id))

    def pause(self, model_id: str) -> None:
        self.calls.append(("pause", model_id))

    def discard(self, model_id: str) -> None:
        self.calls.append(("discard", model_id))

    def verify(self, key: ModelKey) -> None:
        self.calls.append(("verify", key))

    def stop_verifying(self, key: ModelKey) -> None:
        self.calls.append(("stop_verifying", key))

    def remove(self, key: ModelKey, *, in_use: bool) -> None:
        self.calls.append(("remove", key, in_use))

    def add_server(self, address: str, api_key: str | None, *, confirmed: bool) -> None:
        self.calls.append(("add_server", address, api_key, confirmed))

    def test_server(self, url: str) -> None:
        self.calls.append(("test_server", url))

    def remove_server(self, url: str) -> None:
        self.calls.append(("remove_server", url))
