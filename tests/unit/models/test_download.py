"""Downloads beyond plain faults: what is chosen, refused, kept, replaced, and told."""

from __future__ import annotations

import errno
import json
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mmdesk.core.errors import (
    DiskFull,
    DownloadBroken,
    DownloadDamaged,
    DownloadElsewhere,
    DownloadError,
    DownloadUnusable,
    HubBusy,
    HubModelGated,
    HubModelUnknown,
    HubNonsense,
    HubOffline,
    HubUnreachable,
    ModelsFolderUnwritable,
)
from mmdesk.core.models import Download, DownloadState
from mmdesk.models import download as downloads
from mmdesk.models.disk import disk_refusal, locked
from mmdesk.models.download import download_model
from mmdesk.models.hashing import never
from mmdesk.models.hub import Hub, HuggingFace, hub_for
from mmdesk.models.hub_connection import Pace, retry_after
from mmdesk.models.manifest import Manifest, check, read_manifest
from mmdesk.models.modelscope import ModelScope
from mmdesk.models.progress import Progress
from tests.unit.models.conftest import StartHub
from tests.unit.models.hub_server import MODEL, REVISION, HubServer, model_files

PACE = Pace(chunk=8192, largest_chunk=8192, backoff_s=0.001, longest_wait_s=0.01, report_s=0.0)
TARGET = "maker--tiny-vl"
WANTED = {
    "README.md",
    "chat_template.jinja",
    "config.json",
    "processor_config.json",
    "tokenizer.json",
}


def fetch(
    models: Path,
    hub: Hub | HubServer,
    report: Callable[[Download], None] = lambda download: None,
    model: str = MODEL,
) -> Path:
    """Download from a hub."""
    where = HuggingFace(hub.address) if isinstance(hub, HubServer) else hub
    path = download_model(models, where, model, report, never, pace=PACE)
    assert path is not None
    return path


def break_off(models: Path, hub: HubServer, after: int) -> None:
    """Pause a download after so many bytes."""
    where = HuggingFace(hub.address)
    begun = hub.sent
    path = download_model(
        models, where, MODEL, lambda download: None, lambda: hub.sent - begun > after, pace=PACE
    )
    assert path is None


def manifest_of(path: Path) -> Manifest:
    manifest = read_manifest(path)
    assert manifest is not None
    return manifest


def names(folder: Path) -> set[str]:
    return {place.relative_to(folder).as_posix() for place in folder.rglob("*") if place.is_file()}


def test_a_model_comes_whole_and_alone(tmp_path: Path, start_hub: StartHub) -> None:
    hub = start_hub(HubServer(model_files(shards=3)))
    path = fetch(tmp_path, hub)
    assert path == tmp_path / TARGET
    shards = {f"model-0000{n}-of-00003.safetensors" for n in (1, 2, 3)}
    index = "model.safetensors.index.json"
    # The index names tensors weight0 … : the files are taken from it.
    assert names(path) == WANTED | shards | {index, "mmdesk.json"}
    manifest = manifest_of(path)
    assert manifest.id == MODEL
    assert manifest.revision == REVISION
    assert manifest.license == "apache-2.0"
    assert manifest.source == "127.0.0.1"
    assert set(manifest.files) == WANTED | shards | {index}
    assert names(tmp_path / ".incoming") == {f"{TARGET}.lock"}
    asked = {asked.path for asked in hub.asked}
    assert asked == WANTED | shards | {index}
    if os.name == "posix":
        assert path.stat().st_mode & 0o077 == 0


def test_one_file_of_weights_is_preferred_to_shards(tmp_path: Path, start_hub: StartHub) -> None:
    files = model_files(shards=2) | {
        "model.safetensors": model_files()["model.safetensors"],
        "model.fp32.safetensors": b"x" * 1000,
        "model.safetensors.index.fp32.json": b"{}",
        "pytorch_model.bin.index.json": b"{}",
        "onnx/config.json": b"{}",
        "consolidated.safetensors": b"y" * 1000,
        "additional_chat_templates/tools.jinja": b"{{ tools }}",
    }
    path = fetch(tmp_path, start_hub(HubServer(files)))
    assert names(path) == WANTED | {
        "model.safetensors",
        "additional_chat_templates/tools.jinja",
        "mmdesk.json",
    }


def test_the_progress_that_is_told(tmp_path: Path, start_hub: StartHub) -> None:
    told: list[Download] = []
    hub = start_hub(HubServer(model_files()))
    fetch(tmp_path, hub, report=told.append)
    assert told[0].state is DownloadState.ASKING
    assert {each.state for each in told} <= {
        DownloadState.ASKING,
        DownloadState.RUNNING,
        DownloadState.VERIFYING,
    }
    assert [each.done for each in told] == sorted(each.done for each in told)
    assert (
        told[-1].done
        == told[-1].total
        == sum(len(hub.files[name]) for name in WANTED | {"model.safetensors"})
    )
    assert all(each.source == "127.0.0.1" and each.id == MODEL for each in told)
    assert any(each.bytes_per_second > 0 and each.seconds_left is not None for each in told)


def test_what_was_there_does_not_count_as_speed() -> None:
    told: list[Download] = []
    progress = Progress(MODEL, "hub.example", told.append, 0.0)
    progress.total = 10**9
    progress.enter(DownloadState.VERIFYING)
    progress.moved(10**8)
    progress.waits(None)
    time.sleep(0.05)
    progress.moved(10**8 + 1000)
    assert 0 < told[-1].bytes_per_second <= 1000 / 0.05
    assert told[-1].seconds_left is not None


def test_what_is_waited_for_is_told(tmp_path: Path, start_hub: StartHub) -> None:
    told: list[Download] = []
    faults = ["503", "drop"]
    hub = HubServer(model_files(), choose=lambda asked: faults.pop() if faults else "")
    fetch(tmp_path, start_hub(hub), report=told.append)
    waiting = [each for each in told if each.state is DownloadState.WAITING]
    assert [each.error.kind for each in waiting] == ["hub_unreachable", "hub_busy"]


def test_a_connection_that_never_holds(tmp_path: Path, start_hub: StartHub) -> None:
    weights = "model.safetensors"
    hub = start_hub(
        HubServer(model_files(), choose=lambda asked: "refuse" if asked.path == weights else "")
    )
    with pytest.raises(DownloadBroken, match="broke off: the connection broke off"):
        fetch(tmp_path, hub)
    assert 3 < sum(asked.path == weights for asked in hub.asked) <= PACE.attempts
    hub.choose = lambda asked: ""
    assert fetch(tmp_path, hub)


def test_refused_ranges_cost_nothing(tmp_path: Path, start_hub: StartHub) -> None:
    hub = start_hub(HubServer(model_files()))
    break_off(tmp_path, hub, 50_000)
    hub.choose = lambda asked: "416"
    with pytest.raises(HubNonsense, match="refuses the range"):
        fetch(tmp_path, hub)
    hub.choose = lambda asked: ""
    fetch(tmp_path, hub)
    weights = "model.safetensors"
    assert hub.sent_of(weights) <= len(hub.files[weights]) + PACE.chunk


def test_pausing_and_going_on(tmp_path: Path, start_hub: StartHub) -> None:
    hub = start_hub(HubServer(model_files()))
    size = len(hub.files["model.safetensors"])
    break_off(tmp_path, hub, size // 2)
    assert not (tmp_path / TARGET).exists()
    assert fetch(tmp_path, hub) == tmp_path / TARGET
    assert hub.sent_of("model.safetensors") <= size + PACE.chunk
    assert all(hub.sent_of(name) == len(hub.files[name]) for name in WANTED)


def test_what_is_here_is_not_fetched_again(tmp_path: Path, start_hub: StartHub) -> None:
    hub = start_hub(HubServer(model_files()))
    fetch(tmp_path, hub)
    sent = hub.sent
    assert fetch(tmp_path, hub) == tmp_path / TARGET
    assert hub.sent == sent


def test_only_a_damaged_file_is_fetched_again(tmp_path: Path, start_hub: StartHub) -> None:
    hub = start_hub(HubServer(model_files(shards=2)))
    path = fetch(tmp_path, hub)
    shard = path / "model-00002-of-00002.safetensors"
    content = bytearray(shard.read_bytes())
    content[-1] ^= 1
    shard.write_bytes(content)
    sent = hub.sent
    fetch(tmp_path, hub)
    assert hub.sent - sent == len(content)
    assert shard.read_bytes() == hub.files[shard.name]
    check(path)


def test_an_older_version_stays_until_the_new_one_is_whole(
    tmp_path: Path, start_hub: StartHub
) -> None:
    old = start_hub(HubServer(model_files(seed=1)))
    path = fetch(tmp_path, old)
    new = start_hub(HubServer(model_files(seed=2), revision="f" * 40))
    break_off(tmp_path, new, 50_000)
    assert (path / "model.safetensors").read_bytes() == old.files["model.safetensors"]
    check(path)
    fetch(tmp_path, new)
    assert (path / "model.safetensors").read_bytes() == new.files["model.safetensors"]
    assert manifest_of(path).revision == "f" * 40
    assert new.sent_of("README.md") == 0, "what didn't change is taken over"
    assert names(tmp_path / ".incoming") == {f"{TARGET}.lock"}


def test_a_repository_that_changes_in_between_never_mixes(
    tmp_path: Path, start_hub: StartHub
) -> None:
    old = start_hub(HubServer(model_files(seed=1, shards=2)))
    break_off(tmp_path, old, 60_000)
    new = start_hub(HubServer(model_files(seed=7, shards=2), revision="f" * 40))
    path = fetch(tmp_path, new)
    manifest = manifest_of(path)
    for name in manifest.files:
        assert (path / name).read_bytes() == new.files[name], name


def test_a_killed_swap_is_undone(tmp_path: Path, start_hub: StartHub) -> None:
    hub = start_hub(HubServer(model_files()))
    path = fetch(tmp_path, hub)
    path.rename(tmp_path / ".incoming" / f".old-{TARGET}")
    sent = hub.sent
    assert fetch(tmp_path, hub) == path
    assert hub.sent == sent


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"model.safetensors": None}, "pickled"),
        ({"model.safetensors": None, "pytorch_model.bin": None}, "no .safetensors"),
        ({"model.safetensors": None, "pytorch_model.bin": None, "a.gguf": b"GGUF"}, "GGUF"),
        ({"config.json": None}, "no config.json"),
        ({"config.json": b'{"model_type": "llama"}'}, "llama"),
        ({"config.json": b'{"model_type": "x", "auto_map": {"AutoModel": "m.X"}}'}, "code"),
        ({"config.json": b"[]"}, "no JSON object"),
        ({"config.json": b"\xff{"}, "no JSON object"),
        ({"a\\b.json": b"{}"}, "called"),
        ({"CON.json": b"{}"}, "called"),
        ({"a\0b.json": b"{}"}, "called"),
        ({"x" * 250 + ".json": b"{}"}, "called"),
        ({"mmdesk.json": b"{}"}, "called"),
        ({"Config.json": b"{}"}, "twice"),
    ],
)
def test_useless_models_are_refused_before_their_weights(
    tmp_path: Path, start_hub: StartHub, changes: dict[str, bytes | None], reason: str
) -> None:
    merged = model_files() | changes
    hub = start_hub(HubServer({name: data for name, data in merged.items() if data is not None}))
    with pytest.raises(DownloadUnusable, match=reason):
        fetch(tmp_path, hub)
    assert hub.sent_of("model.safetensors") == 0
    assert {asked.path for asked in hub.asked} <= {"config.json"}
    assert not (tmp_path / TARGET).exists()
    assert not (tmp_path / ".incoming" / TARGET).exists()


def test_an_index_that_names_other_files_is_refused(tmp_path: Path, start_hub: StartHub) -> None:
    files = model_files(shards=2)
    for weight_map in ({"a": "../../x.safetensors"}, {"a": "pytorch_model.bin"}, {}, ["x"]):
        index = json.dumps({"weight_map": weight_map}).encode()
        hub = start_hub(HubServer(files | {"model.safetensors.index.json": index}))
        with pytest.raises(DownloadUnusable, match="index"):
            fetch(tmp_path, hub)
    index = json.dumps({"weight_map": {"a": "model-9.safetensors"}}).encode()
    hub = start_hub(HubServer(files | {"model.safetensors.index.json": index}))
    with pytest.raises(DownloadUnusable, match=r"model-9\.safetensors is missing"):
        fetch(tmp_path, hub)
    assert not (tmp_path / ".incoming" / TARGET).exists()


def test_names_that_lead_elsewhere_are_never_asked_for(tmp_path: Path, start_hub: StartHub) -> None:
    tricks = {"../evil.json": b"{}", "/etc/evil.json": b"{}", "a/../../evil.jinja": b"", "": b"{}"}
    hub = start_hub(HubServer(model_files() | tricks))
    models = tmp_path / "data" / "models"
    path = fetch(models, hub)
    assert names(path) == WANTED | {"model.safetensors", "mmdesk.json"}
    assert names(tmp_path) == {f"data/models/{TARGET}/{name}" for name in names(path)} | {
        f"data/models/.incoming/{TARGET}.lock"
    }


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_files_that_are_not_what_is_listed(tmp_path: Path, start_hub: StartHub, name: str) -> None:
    files = model_files()
    wrong = bytearray(files[name])
    wrong[len(wrong) // 2] ^= 4
    hub = start_hub(HubServer(files | {name: bytes(wrong)}, listed=files))
    with pytest.raises(DownloadDamaged, match=name):
        fetch(tmp_path, hub)
    assert not (tmp_path / TARGET).exists()
    hub = start_hub(HubServer(files))
    assert fetch(tmp_path, hub)
    assert hub.sent_of("config.json") == 0, "what was right is kept"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("html", HubNonsense),
        ("endless", HubNonsense),
        ("gated", HubModelGated),
        ("absent", HubModelUnknown),
        ("404", HubModelUnknown),
        ("418", HubNonsense),
        ("429", HubBusy),
        ("503", HubBusy),
    ],
)
def test_hubs_that_do_not_list(
    tmp_path: Path, start_hub: StartHub, answer: str, error: type[DownloadError]
) -> None:
    hub = start_hub(HubServer(model_files(), before_listing=lambda: answer))
    with pytest.raises(error):
        fetch(tmp_path, hub)
    assert not hub.asked
    assert len(hub.listings) <= 3


def test_terms_that_were_not_accepted(tmp_path: Path, start_hub: StartHub) -> None:
    """The list is public then, the files aren't."""
    hub = start_hub(HubServer(model_files(), choose=lambda asked: "401", redirects=False))
    with pytest.raises(HubModelGated, match=MODEL):
        fetch(tmp_path, hub)
    assert len(hub.asked) == 1


@pytest.mark.parametrize("listing", [b"[]", b"{}", b'{"sha": "main", "siblings": []}', b"[" * 9999])
def test_lists_that_make_no_sense(
    tmp_path: Path, start_hub: StartHub, monkeypatch: pytest.MonkeyPatch, listing: bytes
) -> None:
    hub = start_hub(HubServer(model_files()))
    monkeypatch.setattr(HubServer, "listing", lambda self: listing)
    with pytest.raises(HubNonsense):
        fetch(tmp_path, hub)


@pytest.mark.parametrize(
    "sibling",
    [
        {"rfilename": "config.json"},
        {"rfilename": "config.json", "size": 3},
        {"rfilename": "config.json", "size": -3, "blobId": "0" * 40},
        {"rfilename": 3, "size": 3, "blobId": "0" * 40},
        {"rfilename": "config.json", "size": 3, "blobId": "main"},
        {"rfilename": "a.safetensors", "size": 3, "lfs": {"size": 3, "sha256": "x" * 64}},
        None,
    ],
)
def test_files_without_size_or_hash_are_nonsense(
    tmp_path: Path, start_hub: StartHub, monkeypatch: pytest.MonkeyPatch, sibling: object
) -> None:
    hub = start_hub(HubServer(model_files()))
    listing = json.dumps({"sha": REVISION, "siblings": [sibling]}).encode()
    monkeypatch.setattr(HubServer, "listing", lambda self: listing)
    with pytest.raises(HubNonsense, match="sizes or hashes"):
        fetch(tmp_path, hub)


@pytest.mark.parametrize(
    "name",
    ["", "tiny", "../x", "a/../b", "a/b/c", "a--b/c", "maker/..", "a/b?x=1", "a b/c", "/etc/passwd",
     "https://evil.example/x", "模型/小"],
)  # fmt: skip
def test_ids_that_are_none_are_never_sent(tmp_path: Path, start_hub: StartHub, name: str) -> None:
    hub = start_hub(HubServer(model_files()))
    with pytest.raises(HubModelUnknown):
        fetch(tmp_path, hub, model=name)
    assert not hub.listings
    assert not list(tmp_path.iterdir())


def test_nothing_is_sent_where_the_network_is_forbidden(
    tmp_path: Path, start_hub: StartHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = start_hub(HubServer(model_files()))
    for value in ("1", "true", "YES", " on "):
        monkeypatch.setenv("HF_HUB_OFFLINE", value)
        with pytest.raises(HubOffline):
            fetch(tmp_path, hub)
    assert not hub.listings
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    assert fetch(tmp_path, hub)


@pytest.mark.parametrize("place", ["HF_TOKEN", "HF_HOME", "HF_TOKEN_PATH", "home"])
def test_the_token_goes_to_the_hub_alone(
    tmp_path: Path, start_hub: StartHub, monkeypatch: pytest.MonkeyPatch, home: Path, place: str
) -> None:
    token = home / ".cache" / "huggingface" / "token"
    token.parent.mkdir(parents=True)
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / ".cache"))
    token.write_text("hf_made_up\n")
    match place:
        case "HF_TOKEN":
            token.write_text("another")
            monkeypatch.setenv("HF_TOKEN", "hf_made_up")
        case "HF_HOME":
            token.rename(tmp_path / "token")
            monkeypatch.setenv("HF_HOME", str(tmp_path))
        case "HF_TOKEN_PATH":
            token.rename(tmp_path / "mine")
            monkeypatch.setenv("HF_TOKEN_PATH", str(tmp_path / "mine"))
    hub = start_hub(HubServer(model_files()))
    fetch(tmp_path / "models", hub)
    assert hub.listings == ["Bearer hf_made_up"]
    assert {asked.authorization for asked in hub.asked} == {None}


def test_a_mirror_of_the_settings_gets_no_token(
    tmp_path: Path, start_hub: StartHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_made_up")
    hub = start_hub(HubServer(model_files()))
    monkeypatch.delenv("HF_ENDPOINT")
    fetch(tmp_path, hub_for(hub.address))
    assert hub.listings == [None]


def test_modelscope_gets_no_token_and_serves_as_well(
    tmp_path: Path, start_hub: StartHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_made_up")
    hub = start_hub(HubServer(model_files(shards=2)))
    path = fetch(tmp_path, ModelScope(hub.address))
    for name in manifest_of(path).files:
        assert (path / name).read_bytes() == hub.files[name]
    assert {*hub.listings, *(asked.authorization for asked in hub.asked)} == {None}
    assert fetch(tmp_path, ModelScope(hub.address)) == path


def test_another_id_at_the_mirror(tmp_path: Path, start_hub: StartHub) -> None:
    hub = start_hub(HubServer(model_files(), model="mirror/tiny"))
    path = download_model(
        tmp_path, ModelScope(hub.address), MODEL, lambda download: None, never,
        hub_id="mirror/tiny", pace=PACE,
    )  # fmt: skip
    assert path == tmp_path / TARGET
    assert manifest_of(tmp_path / TARGET).id == MODEL


def test_which_hub_is_asked() -> None:
    assert hub_for("huggingface", {}).endpoint == "https://huggingface.co"
    mirror = hub_for("huggingface", {"HF_ENDPOINT": "https://mirror.example/ "})
    assert mirror.endpoint == "https://mirror.example"
    other = hub_for("https://other.example/", {"HF_ENDPOINT": "https://mirror.example"})
    assert other.endpoint == "https://other.example"
    assert isinstance(hub_for("modelscope", {"HF_ENDPOINT": "https://mirror.example"}), ModelScope)


@pytest.mark.parametrize(
    "address", ["nonsense", "ftp://x.example", "http://", "http://a b", "http://x:99999", ""]
)
def test_hubs_that_are_no_address(tmp_path: Path, address: str) -> None:
    with pytest.raises(HubUnreachable, match=r"not the address|can't be reached"):
        fetch(tmp_path, HuggingFace(address))


def test_a_hub_that_is_not_there(tmp_path: Path, loopback: None) -> None:
    with pytest.raises(HubUnreachable, match="it refuses the connection"):
        fetch(tmp_path, HuggingFace("http://127.0.0.1:9"))


def test_two_at_once(tmp_path: Path, start_hub: StartHub) -> None:
    hub = start_hub(HubServer(model_files()))
    with locked(tmp_path, MODEL), pytest.raises(DownloadElsewhere):
        fetch(tmp_path, hub)
    assert not hub.asked
    assert fetch(tmp_path, hub)


def test_a_lock_that_is_waited_for(tmp_path: Path) -> None:
    held = locked(tmp_path, MODEL)
    held.__enter__()
    threading.Timer(0.3, held.__exit__, (None, None, None)).start()
    with locked(tmp_path, MODEL, 60.0):
        pass


def test_a_full_disk_is_known_before(
    tmp_path: Path, start_hub: StartHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = start_hub(HubServer(model_files()))
    monkeypatch.setattr(downloads, "MARGIN", 2**60)
    with pytest.raises(DiskFull, match="GB needed"):
        fetch(tmp_path, hub)
    assert hub.sent_of("model.safetensors") == 0


def test_a_disk_that_fills_up_meanwhile(tmp_path: Path) -> None:
    refusal = disk_refusal(tmp_path / "not" / "yet", OSError(errno.ENOSPC, "No space left"))
    assert isinstance(refusal, DiskFull)
    assert isinstance(disk_refusal(tmp_path, OSError(errno.EROFS, "x")), ModelsFolderUnwritable)


def test_links_in_the_place_of_a_part_are_not_followed(tmp_path: Path, start_hub: StartHub) -> None:
    hub = start_hub(HubServer(model_files()))
    break_off(tmp_path, hub, 50_000)
    (part,) = (tmp_path / ".incoming" / TARGET).glob("model.safetensors.*.part")
    part.unlink()
    (tmp_path / "precious").write_text("mine")
    part.symlink_to(tmp_path / "precious")
    assert fetch(tmp_path, hub)
    assert (tmp_path / "precious").read_text() == "mine"


def test_a_place_that_is_no_folder(tmp_path: Path, start_hub: StartHub) -> None:
    (tmp_path / "models").write_text("")
    with pytest.raises(ModelsFolderUnwritable):
        fetch(tmp_path / "models", start_hub(HubServer(model_files())))


def test_addresses_are_not_logged(
    tmp_path: Path, start_hub: StartHub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    fetch(tmp_path, start_hub(HubServer(model_files())))
    assert not caplog.records


def test_how_long_a_server_wants_to_be_left_alone() -> None:
    assert retry_after("7") == 7.0
    assert retry_after("-7") == 0.0
    assert retry_after("Fri, 01 Jan 2010 00:00:00 GMT") == 0.0
    assert (retry_after("Fri, 01 Jan 2100 00:00:00 GMT") or 0) > 1e9
    assert retry_after("") is None
    assert retry_after("soon") is None
