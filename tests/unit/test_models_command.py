"""``mmdesk models`` as a person or a script runs it, in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mmdesk.paths import settings_file, starter_speech
from mmdesk.settings import load_settings
from tests.unit.models.hub_server import MODEL, HubServer, RunningHub, model_files

WHISPER = starter_speech()


def mmdesk(*arguments: str, stdin: str = "", status: int = 0, **environment: str) -> str:
    """Run ``mmdesk models``; return what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "mmdesk", "models", *arguments],
        input=stdin,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    if status == 1 and "--json" not in arguments:
        assert done.stderr.startswith("mmdesk: ")
    return done.stdout + (done.stderr if status else "")


def as_json(*arguments: str, status: int = 0, stdin: str = "") -> dict[str, Any]:
    """Run it with ``--json``; return the last line."""
    document: dict[str, Any] = json.loads(
        mmdesk(*arguments, "--json", status=status, stdin=stdin).splitlines()[-1]
    )
    return document


def models() -> dict[str, dict[str, Any]]:
    return {model["id"]: model for model in as_json("list")["models"]}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """A hub on this computer that the command finds through ``HF_ENDPOINT``."""
    state = HubServer(model_files(2_000_000))
    running = RunningHub(state)
    monkeypatch.setenv("HF_ENDPOINT", state.address)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    for name in ("HF_HUB_OFFLINE", "HF_TOKEN", "HF_HOME"):
        monkeypatch.delenv(name, raising=False)
    yield state
    running.close()


def test_listing() -> None:
    found = models()
    starter = found["starter"]
    assert starter["key"] == "starter"
    assert starter["in_use"] is True
    assert (starter["role"], starter["place"], starter["fit"]) == ("chat", "shipped", "fits")
    assert found["starter-speech"]["in_use"] is True
    assert len(found) > 40
    fields = set(starter)
    assert all(set(model) == fields for model in found.values())
    assert as_json()["servers"] == []
    table = mmdesk().splitlines()
    assert table[0].split() == ["ROLE", "MODEL", "SIZE", "WHERE", "FITS"]
    assert len(table) == len(found) + 1


def test_fetching_checking_using_and_removing(hub: HubServer) -> None:
    lines = mmdesk("pull", MODEL, "--json").splitlines()
    documents = [json.loads(line) for line in lines]
    assert {document["event"] for document in documents[:-1]} == {"progress"}
    assert documents[-1]["event"] == "done"
    key = documents[-1]["model"]["key"]
    assert models()[MODEL]["place"] == "downloaded"
    assert "is here" in mmdesk("pull", MODEL)
    assert "right" in mmdesk("verify", MODEL)
    assert "tiny-vl answers" in mmdesk("use", MODEL)
    assert load_settings(settings_file()).model == key
    assert models()[MODEL]["in_use"] is True
    assert "in use" in mmdesk("remove", MODEL, status=1)
    assert as_json("use", "starter") == {"role": "chat", "key": "starter"}
    weights = Path(key) / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    result = as_json("verify", status=1)
    wrong = [model for model in result["models"] if not model["ok"]]
    assert [model["error"]["kind"] for model in wrong] == ["model_damaged"]
    assert wrong[0]["key"] == key
    assert as_json("remove", MODEL)["freed"] > 1_000_000
    assert MODEL not in models()
    assert as_json("remove", MODEL, status=1)["error"]["kind"] == "model_unknown"


def test_ctrl_c_pauses(hub: HubServer) -> None:
    hub.choose = lambda asked: "drip" if asked.first > 1_000_000 else ""
    child = subprocess.Popen(
        [sys.executable, "-m", "mmdesk", "models", "pull", MODEL, "--json"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    for line in child.stdout:
        if json.loads(line)["done"] > 1_000_000:
            break
    child.send_signal(signal.SIGINT)
    rest = child.communicate(timeout=60)[0].splitlines()
    last = json.loads(rest[-1])
    assert (last["event"], last["state"]) == ("paused", "paused")
    assert child.returncode == 130
    model = models()[MODEL]
    assert model["download"]["state"] == "paused"
    assert model["key"] is None
    assert "paused at 1." in mmdesk()
    hub.choose = lambda asked: ""
    assert as_json("pull", MODEL)["event"] == "done"


def test_giving_up_a_paused_download(hub: HubServer) -> None:
    hub.choose = lambda asked: "503" if asked.first > 500_000 else ""
    child = subprocess.Popen(
        [sys.executable, "-m", "mmdesk", "models", "pull", MODEL, "--json"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    for line in child.stdout:
        if json.loads(line)["done"] > 500_000:
            break
    child.kill()
    child.communicate(timeout=60)
    assert models()[MODEL]["download"]
    assert "given up" in mmdesk("remove", MODEL)
    assert MODEL not in models()


def test_folders(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    for name, content in model_files(1000).items():
        (folder / name).write_bytes(content)
    document = as_json("add", str(folder))["model"]
    assert (document["key"], document["place"]) == (str(folder), "folder")
    assert as_json("use", "mine")["key"] == str(folder)
    assert as_json("use", "mine", "--role", "speech", status=1)["error"]["kind"] == "model_unknown"
    mmdesk("use", "starter")
    assert "forgotten" in mmdesk("remove", "mine")
    assert folder.exists()
    assert as_json("add", str(tmp_path / "no"), status=1)["error"]["kind"] == "model_missing"


def test_using_the_speech_model() -> None:
    mmdesk("use", str(WHISPER))
    assert load_settings(settings_file()).speech_model is None
    assert as_json("use", "starter", "--role", "speech")["role"] == "speech"


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (("use", "no/such"), "model_unknown"),
        (("use", "https://x.example/v1#m"), "server_unknown"),
        (("pull", "../../etc"), "hub_model_unknown"),
        (("verify", "no/such"), "model_unknown"),
        (("verify", ""), "model_unknown"),
        (("remove", "starter"), "model_in_use"),
        (("add", "ftp://x.example/"), "server_address_invalid"),
        (("add", "http://192.0.2.1:8000/v1"), "server_not_encrypted"),
        (("remove", "https://x.example/v1"), "server_unknown"),
    ],
)
def test_refusals(arguments: tuple[str, ...], kind: str) -> None:
    assert as_json(*arguments, status=1)["error"]["kind"] == kind
    mmdesk(*arguments, status=1)


def test_the_network_may_be_forbidden() -> None:
    told = mmdesk("pull", MODEL, status=1, HF_HUB_OFFLINE="1")
    assert "HF_HUB_OFFLINE" in told


@pytest.mark.parametrize(
    "arguments", [("pull",), ("nonsense",), ("use", "starter", "--role", "cook"), ("add",)]
)
def test_wrong_usage(arguments: tuple[str, ...]) -> None:
    mmdesk(*arguments, status=2)
