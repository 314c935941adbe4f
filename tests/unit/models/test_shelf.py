"""What is on this computer is found where it is, and nothing of others' is changed."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mmdesk.core.errors import (
    ArchitectureUnknown,
    ModelDamaged,
    ModelError,
    ModelIncomplete,
    ModelMissing,
    ModelNotOurs,
    ModelsFolderUnwritable,
    ModelUnknown,
    RemoteCodeRefused,
    SpeechModelUnknown,
)
from mmdesk.core.models import (
    STARTER,
    DownloadState,
    Fit,
    FitEstimate,
    ModelEntry,
    ModelRole,
    Place,
)
from mmdesk.models import looking
from mmdesk.models.catalogue import load
from mmdesk.models.hashing import never, settle
from mmdesk.models.recommend import with_recommended
from mmdesk.models.shelf import DiskShelf
from mmdesk.paths import catalogue as catalogue_file
from mmdesk.paths import starter, starter_speech
from tests.unit.models.conftest import StartHub
from tests.unit.models.hub_server import MODEL, HubServer, model_files, safetensors

MakeShelf = Callable[..., DiskShelf]
CHAT = {"config.json": b'{"model_type": "llava"}', "model.safetensors": safetensors(500)}


@pytest.fixture
def make_shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeShelf:
    """Makes shelves with one folder of models, and a Hugging Face cache of their own."""
    for name in ("HF_HOME", "HUGGINGFACE_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))

    def make(**options: Any) -> DiskShelf:
        return DiskShelf(
            folder=tmp_path / "models",
            catalogue=catalogue_file(),
            starter=starter(),
            starter_speech=starter_speech(),
            **options,
        )

    return make


@pytest.fixture
def shelf(make_shelf: MakeShelf) -> DiskShelf:
    return make_shelf()


def write(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def cached(
    cache: Path, name: str, files: dict[str, bytes], commit: str = "a" * 40, main: bool = True
) -> Path:
    """Write a model into a Hugging Face cache as its library does; return the snapshot."""
    repository = cache / f"models--{name.replace('/', '--')}"
    snapshot = repository / "snapshots" / commit
    snapshot.mkdir(parents=True)
    (repository / "blobs").mkdir(exist_ok=True)
    (repository / "refs").mkdir(exist_ok=True)
    if main:
        (repository / "refs" / "main").write_text(commit)
    for file, content in files.items():
        large = file.endswith(".safetensors")
        prefix = b"" if large else b"blob %d\0" % len(content)
        kind = hashlib.sha256 if large else hashlib.sha1
        blob = repository / "blobs" / kind(prefix + content).hexdigest()
        blob.write_bytes(content)
        (snapshot / file).symlink_to(Path("../../blobs") / blob.name)
    return snapshot


def state(folder: Path) -> dict[str, tuple[int, int, int, str]]:
    """Return what would show any change below a folder."""
    found = {}
    for place in [folder, *folder.rglob("*")]:
        status = place.lstat()
        told = os.readlink(place) if place.is_symlink() else ""
        found[str(place)] = (status.st_mtime_ns, status.st_size, status.st_mode, told)
    return found


def here(shelf: DiskShelf) -> dict[str, ModelEntry]:
    return {entry.id: entry for entry in shelf.entries() if entry.key is not None}


def test_without_anything_there_are_the_starters_and_the_catalogue(shelf: DiskShelf) -> None:
    entries = shelf.entries()
    assert [entry.id for entry in entries[:2]] == ["starter", "starter-speech"]
    chat, speech = entries[:2]
    assert (chat.key, chat.role, chat.place) == (STARTER, ModelRole.CHAT, Place.SHIPPED)
    assert speech.key == str(starter_speech())
    assert speech.role is ModelRole.SPEECH
    assert all(entry.problem is None and entry.size and entry.parameters for entry in entries[:2])
    listed = load(catalogue_file())
    assert [entry.id for entry in entries[2:]] == [each.id for each in listed]
    for entry, each in zip(entries[2:], listed, strict=True):
        assert entry.key is None
        assert entry.place is Place.CATALOGUE
        assert (entry.license, entry.languages, entry.good_at, entry.source, entry.checked) == (
            each.license, each.languages, each.good_at, each.source, each.checked,
        )  # fmt: skip
        assert entry.estimate is not None


def test_listing_imports_nothing_of_the_network(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from mmdesk import compose\n"
        "from mmdesk.settings import Settings\n"
        "compose.shelf(Settings()).entries()\n"
        "print({'httpx2', 'huggingface_hub', 'openai', 'torch', 'transformers'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_cache_is_used_in_place_and_never_changed(tmp_path: Path, shelf: DiskShelf) -> None:
    cache = tmp_path / "cache"
    snapshot = cached(cache, "maker/good-vl", model_files(shards=2))
    cached(cache, "maker/good-vl", model_files(), "b" * 40, main=False)
    cached(cache, "maker/words-only", {**CHAT, "config.json": b'{"model_type": "llama"}'})
    cached(cache, "maker/empty", {})
    (cache / "models--maker--nothing").mkdir()
    (cache / "version.txt").write_text("1")
    before = state(cache)
    entry = here(shelf)["maker/good-vl"]
    assert entry.key == str(snapshot)
    assert entry.key is not None
    assert entry.place is Place.CACHE
    assert entry.role is ModelRole.CHAT
    assert entry.name == "good-vl"
    assert entry.problem is None
    assert set(here(shelf)) == {"starter", "starter-speech", "maker/good-vl"}
    assert shelf.resolve("maker/good-vl") == entry.key
    assert shelf.resolve("good-vl") == entry.key
    told: list[float] = []
    shelf.verify(entry.key, told.append, never)
    assert told[-1] == 1.0
    with pytest.raises(ModelNotOurs):
        shelf.remove(entry.key)
    added = shelf.add(cache / "models--maker--good-vl")
    assert (added.key, added.place) == (entry.key, Place.CACHE)
    assert state(cache) == before


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"model.safetensors": None}, ModelIncomplete),
        ({"model.safetensors": None, "pytorch_model.bin": b"\x80"}, ModelIncomplete),
        ({"model.safetensors": b"\0\0"}, ModelDamaged),
        ({"model.safetensors": safetensors(500)[:-1]}, ModelDamaged),
        ({"model.safetensors.index.json": b"{"}, ModelDamaged),
        ({"model.safetensors.index.json": b'{"weight_map": {"a": "b.safetensors"}}'},
         ModelIncomplete),
        ({"config.json": b'{"model_type": "mine", "auto_map": {}, "vision_config": {}}'},
         RemoteCodeRefused),
    ],
)  # fmt: skip
def test_broken_models_are_listed_with_what_is_wrong(
    tmp_path: Path, shelf: DiskShelf, files: dict[str, bytes | None], problem: type[ModelError]
) -> None:
    merged = {**CHAT, **files}
    whole = {name: content for name, content in merged.items() if content is not None}
    cached(tmp_path / "cache", "maker/broken", whole)
    write(tmp_path / "models" / "maker--other", whole)
    for name in ("maker/broken", "maker/other"):
        entry = here(shelf)[name]
        assert isinstance(entry.problem, problem), entry.problem
        assert entry.estimate is None
        assert not entry.recommended
    with pytest.raises(problem):
        shelf.add(write(tmp_path / "loose", whole))
    assert "loose" not in here(shelf)


def test_a_broken_link_in_the_cache(tmp_path: Path, shelf: DiskShelf) -> None:
    snapshot = cached(tmp_path / "cache", "maker/vl", CHAT)
    (snapshot / "model.safetensors").resolve().unlink()
    entry = here(shelf)["maker/vl"]
    assert isinstance(entry.problem, ModelIncomplete)
    with pytest.raises(ModelIncomplete, match=r"model\.safetensors"):
        shelf.verify(str(snapshot), lambda fraction: None, never)


def test_a_flipped_bit_in_the_cache_is_named(tmp_path: Path, shelf: DiskShelf) -> None:
    snapshot = cached(tmp_path / "cache", "maker/vl", model_files())
    for name in ("model.safetensors", "tokenizer.json"):
        blob = (snapshot / name).resolve()
        good = blob.read_bytes()
        bad = bytearray(good)
        bad[-1] ^= 1
        blob.write_bytes(bad)
        with pytest.raises(ModelDamaged, match=name):
            shelf.verify(str(snapshot), lambda fraction: None, never)
        blob.write_bytes(good)
    shelf.verify(str(snapshot), lambda fraction: None, never)


def test_where_the_cache_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mmdesk.models.hub_cache import cache_folder

    assert cache_folder({"HF_HUB_CACHE": "/a", "HF_HOME": "/b"}) == Path("/a")
    assert cache_folder({"HUGGINGFACE_HUB_CACHE": "/a", "HF_HOME": "/b"}) == Path("/a")
    assert cache_folder({"HF_HOME": "/b"}) == Path("/b/hub")
    assert cache_folder({"XDG_CACHE_HOME": "/c"}) == Path("/c/huggingface/hub")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder({}) == tmp_path / ".cache/huggingface/hub"
    assert cache_folder({"HF_HOME": "~/x"}) == tmp_path / "x/hub"


def test_a_folder_is_remembered_and_never_changed(tmp_path: Path, make_shelf: MakeShelf) -> None:
    folder = write(tmp_path / "my models" / "llava 图", model_files())
    before = state(folder)
    entry = make_shelf().add(folder)
    assert (entry.key, entry.place) == (str(folder), Place.FOLDER)
    again = make_shelf()
    assert here(again)["llava 图"].key == str(folder)
    assert again.resolve("llava 图") == str(folder)
    again.add(folder)
    assert [each.key for each in again.entries()].count(str(folder)) == 1
    again.verify(str(folder), lambda fraction: None, never)
    assert state(folder) == before
    draw = random.Random(4)
    for name in ("model.safetensors", "config.json", "tokenizer.json"):
        good = (folder / name).read_bytes()
        bad = bytearray(good)
        bad[draw.randrange(len(bad))] ^= 1
        (folder / name).write_bytes(bad)
        with pytest.raises(ModelDamaged, match=name):
            make_shelf().verify(str(folder), lambda fraction: None, never)
        (folder / name).write_bytes(good)
    (folder / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelDamaged, match=r"tokenizer\.json"):
        again.verify(str(folder), lambda fraction: None, never)
    again.add(folder)
    again.verify(str(folder), lambda fraction: None, never)
    assert again.remove(str(folder)) == 0
    assert folder.is_dir()
    assert "llava 图" not in here(make_shelf())
    with pytest.raises(ModelUnknown):
        again.remove(str(folder))


def test_a_folder_that_went_away_is_said_to_be_missing(tmp_path: Path, shelf: DiskShelf) -> None:
    folder = write(tmp_path / "stick", CHAT)
    shelf.add(folder)
    folder.rename(tmp_path / "elsewhere")
    assert isinstance(here(shelf)["stick"].problem, ModelMissing)
    with pytest.raises(ModelMissing):
        shelf.verify(str(folder), lambda fraction: None, never)
    assert shelf.remove(str(folder)) == 0


def test_what_is_no_model_is_not_added(tmp_path: Path, shelf: DiskShelf) -> None:
    (tmp_path / "file.txt").write_text("")
    for path in (tmp_path / "no", tmp_path / "file.txt", write(tmp_path / "empty", {})):
        with pytest.raises(ModelMissing):
            shelf.add(path)
    with pytest.raises(ArchitectureUnknown, match="llama"):
        shelf.add(write(tmp_path / "words", {**CHAT, "config.json": b'{"model_type": "llama"}'}))


def test_whisper_files(tmp_path: Path, make_shelf: MakeShelf) -> None:
    content = b"a pickle of OpenAI's"
    file = tmp_path / "tiny.pt"
    file.write_bytes(content)
    with pytest.raises(SpeechModelUnknown):
        make_shelf().add(file)
    shelf = make_shelf(whisper_files={hashlib.sha256(content).hexdigest(): "tiny"})
    entry = shelf.add(file)
    assert (entry.role, entry.key, entry.size) == (ModelRole.SPEECH, str(file), len(content))
    assert shelf.resolve(str(file)) == str(file)
    shelf.verify(str(file), lambda fraction: None, never)
    file.write_bytes(content + b"!")
    with pytest.raises(ModelDamaged, match=r"tiny\.pt"):
        shelf.verify(str(file), lambda fraction: None, never)
    assert isinstance(here(shelf)["tiny.pt"].problem, SpeechModelUnknown)
    file.unlink()
    assert isinstance(here(shelf)["tiny.pt"].problem, ModelMissing)


def test_a_whisper_file_is_read_once(
    tmp_path: Path, make_shelf: MakeShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "tiny.pt"
    file.write_bytes(b"a pickle")
    settle()
    pinned = {hashlib.sha256(b"a pickle").hexdigest(): "tiny"}
    make_shelf(whisper_files=pinned).add(file)
    make_shelf(whisper_files=pinned).entries()
    monkeypatch.setattr(looking, "sha256_of", lambda *_: pytest.fail("reads"))
    assert here(make_shelf(whisper_files=pinned))["tiny.pt"].problem is None


@pytest.mark.logs(r"folders\.json.*set aside")
def test_a_damaged_memory_is_set_aside(tmp_path: Path, make_shelf: MakeShelf) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "folders.json").write_text('{"folders": 3}')
    shelf = make_shelf()
    assert set(here(shelf)) == {"starter", "starter-speech"}
    assert (tmp_path / "models" / "folders.broken").exists()
    shelf.add(write(tmp_path / "llava", CHAT))
    assert "llava" in here(shelf)


def test_folders_that_are_added_at_the_same_time_are_all_remembered(
    tmp_path: Path, make_shelf: MakeShelf
) -> None:
    """The window makes a shelf for each job, and they run side by side."""
    folders = [write(tmp_path / f"llava-{number}", CHAT) for number in range(12)]
    with ThreadPoolExecutor(len(folders)) as pool:
        for _ in pool.map(lambda folder: make_shelf().add(folder), folders):
            pass
    assert {folder.name for folder in folders} <= set(here(make_shelf()))


def test_a_folder_of_models_that_is_a_file_is_said(tmp_path: Path, make_shelf: MakeShelf) -> None:
    (tmp_path / "models").write_bytes(b"")
    with pytest.raises(ModelsFolderUnwritable):
        make_shelf().add(write(tmp_path / "llava", CHAT))


def test_of_a_linked_model_the_link_alone_is_removed(tmp_path: Path, make_shelf: MakeShelf) -> None:
    elsewhere = write(tmp_path / "large-disk" / "llava", CHAT)
    (tmp_path / "models").mkdir()
    link = tmp_path / "models" / "maker--llava"
    link.symlink_to(elsewhere)
    shelf = make_shelf()
    assert shelf.remove(str(link)) == 0
    assert not link.is_symlink()
    assert {file.name for file in elsewhere.iterdir()} == set(CHAT)


@pytest.mark.parametrize("name", ["..", ".", "", "../..", "maker/..", "a/b--c"])
def test_what_is_no_id_discards_nothing(name: str, tmp_path: Path, make_shelf: MakeShelf) -> None:
    kept = write(tmp_path / "models" / "maker--llava", CHAT)
    begun = write(tmp_path / "models" / ".incoming" / "maker--other", {"config.json": b"{}"})
    make_shelf().discard(name)
    assert len(list(kept.iterdir())) == 2
    assert len(list(begun.iterdir())) == 1


def test_a_snapshot_that_vanished_is_said(tmp_path: Path, make_shelf: MakeShelf) -> None:
    snapshot = tmp_path / "cache" / "models--maker--llava" / "snapshots" / "abcdef0123"
    with pytest.raises(ModelMissing):
        make_shelf().verify(str(snapshot), lambda fraction: None, never)


def test_downloads_from_beginning_to_end(
    tmp_path: Path, start_hub: StartHub, make_shelf: MakeShelf
) -> None:
    hub = start_hub(HubServer(model_files(3_000_000)))
    shelf = make_shelf()
    assert shelf.download(MODEL, lambda download: None, lambda: hub.sent > 1_500_000) is None
    entry = next(each for each in shelf.entries() if each.id == MODEL)
    assert (entry.key, entry.role, entry.place) == (None, ModelRole.CHAT, Place.CATALOGUE)
    assert entry.download.state is DownloadState.PAUSED
    assert entry.download.done > 1_000_000
    with pytest.raises(ModelUnknown):
        shelf.resolve(MODEL)
    done = shelf.download(MODEL, lambda download: None, never)
    assert done == here(shelf)[MODEL]
    assert (done.place, done.download, done.problem) == (Place.DOWNLOADED, None, None)
    assert done.parameters == 3_000_000
    key = str(tmp_path / "models" / "maker--tiny-vl")
    assert done.key == key
    shelf.verify(key, lambda fraction: None, never)
    weights = tmp_path / "models" / "maker--tiny-vl" / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(ModelDamaged, match=r"model\.safetensors"):
        shelf.verify(key, lambda fraction: None, never)
    assert shelf.remove(key) >= 3_000_000
    assert MODEL not in {each.id for each in shelf.entries()}
    assert not weights.parent.exists()
    with pytest.raises(ModelUnknown):
        shelf.remove(key)


def test_giving_a_download_up(tmp_path: Path, start_hub: StartHub, make_shelf: MakeShelf) -> None:
    hub = start_hub(HubServer(model_files(3_000_000)))
    shelf = make_shelf()
    assert shelf.download(MODEL, lambda download: None, lambda: hub.sent > 1_500_000) is None
    shelf.discard(MODEL)
    assert MODEL not in {each.id for each in shelf.entries()}
    assert not (tmp_path / "models" / ".incoming" / "maker--tiny-vl").exists()
    shelf.discard(MODEL)
    shelf.discard("never/begun")


def test_a_downloaded_model_of_the_catalogue_keeps_its_facts(
    tmp_path: Path, shelf: DiskShelf
) -> None:
    listed = load(catalogue_file())[0]
    folder = tmp_path / "models" / listed.id.replace("/", "--")
    write(folder, CHAT)
    entries = [entry for entry in shelf.entries() if entry.id == listed.id]
    assert [entry.place for entry in entries] == [Place.DOWNLOADED]
    assert entries[0].license == listed.license
    assert entries[0].key == str(folder)
    (folder / "model.safetensors").unlink()
    entries = [entry for entry in shelf.entries() if entry.id == listed.id]
    assert [entry.place for entry in entries] == [Place.DOWNLOADED, Place.CATALOGUE]


def test_what_ships_stays(shelf: DiskShelf) -> None:
    for key in (STARTER, str(starter_speech())):
        with pytest.raises(ModelNotOurs):
            shelf.remove(key)
        shelf.verify(key, lambda fraction: None, never)
    assert (starter() / "config.json").exists()


@pytest.mark.parametrize("key", ["", "no/such", "https://x.example/v1#m", "/no/such", "a\0b"])
def test_keys_that_lead_nowhere(shelf: DiskShelf, key: str) -> None:
    with pytest.raises(ModelUnknown):
        shelf.remove(key)
    with pytest.raises((ModelError, ModelUnknown)):
        shelf.verify(key, lambda fraction: None, never)


def test_resolving(tmp_path: Path, shelf: DiskShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shelf.resolve(STARTER) == STARTER
    assert shelf.resolve("starter-speech") == str(starter_speech())
    assert shelf.resolve("https://x.example/v1#m") == "https://x.example/v1#m"
    folder = write(tmp_path / "somewhere", CHAT)
    assert shelf.resolve(str(folder)) == str(folder)
    monkeypatch.chdir(tmp_path)
    assert shelf.resolve("./somewhere") == str(folder)
    for name in ("", "no", "no/such", "./no", "a\0b", "x" * 5000):
        with pytest.raises(ModelUnknown):
            shelf.resolve(name)


def _entry(model_id: str, billions: float, fit: Fit, device: str, **more: Any) -> ModelEntry:
    weights = int(billions * 2e9)
    estimate = FitEstimate(fit, device, "bfloat16", weights, 0, 0, 8192, weights)
    role = ModelRole.CHAT
    return ModelEntry(
        model_id, None, role, Place.CATALOGUE, model_id,
        parameters=int(billions * 1e9), estimate=estimate, **more,
    )  # fmt: skip


def test_which_is_recommended() -> None:
    order = ["a/32", "a/8", "a/4", "a/2"]

    def chosen(*entries: ModelEntry) -> list[str]:
        return [entry.id for entry in with_recommended(entries, order) if entry.recommended]

    gpu, cpu = "A GPU", "CPU"
    fits, tight, no = Fit.FITS, Fit.TIGHT, Fit.NO
    assert chosen(
        _entry("a/32", 32, no, gpu), _entry("a/8", 8, tight, gpu), _entry("a/4", 4, fits, gpu),
        _entry("a/2", 2, fits, gpu),
    ) == ["a/4"]  # fmt: skip
    assert chosen(_entry("a/4", 4, fits, cpu), _entry("a/2", 2, fits, cpu)) == ["a/2"]
    assert chosen(_entry("b/9", 2, fits, gpu)) == [], "nobody looked at it"
    assert chosen(_entry("a/2", 2, no, cpu)) == []
    broken = ModelIncomplete(path="/x", missing="y")
    assert chosen(
        _entry("a/4", 4, fits, gpu, problem=broken), _entry("a/2", 2, fits, gpu)
    ) == ["a/2"]  # fmt: skip
    assert json.dumps(chosen()) == "[]"
