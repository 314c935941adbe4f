"""A hub on this computer, and a download from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.unit.models.hub_server import HubServer, RunningHub

StartHub = Callable[[HubServer], HubServer]


@pytest.fixture
def start_hub(loopback: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[StartHub]:
    """Serves a hub until the test ends; ``HF_ENDPOINT`` names it."""
    running: list[RunningHub] = []
    for name in ("HF_HUB_OFFLINE", "HF_TOKEN", "HF_HOME", "HF_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)

    def start(state: HubServer) -> HubServer:
        running.append(RunningHub(state))
        monkeypatch.setenv("HF_ENDPOINT", state.address)
        return state

    yield start
    for hub in running:
        hub.close()
