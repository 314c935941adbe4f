"""One hash for a model: the same wherever it is, another as soon as one byte is."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mmdesk.core.errors import ModelDamaged, ModelError, ModelIncomplete, ModelMissing
from mmdesk.core.models import STARTER
from mmdesk.models import manifest
from mmdesk.models.folders import RememberedFolders
from mmdesk.models.hashing import settle, sha256_of
from mmdesk.models.identity import Identifier
from mmdesk.models.manifest import FileRecord, Manifest, write_manifest
from mmdesk.models.shelf import DiskShelf
from mmdesk.paths import catalogue, starter, starter_speech
from tests.unit.models.hub_server import safetensors

FILES = {
    "config.json": b'{"model_type": "llava"}',
    "tokenizer.json": b"{}",
    "chat_template.jinja": b"{{ messages }}",
    "merges.txt": b"a b\n",
    "model.safetensors": safetensors(500),
}


@pytest.fixture
def shelf(tmp_path: Path) -> DiskShelf:
    return DiskShelf(
        folder=tmp_path / "models",
        catalogue=catalogue(),
        starter=starter(),
        starter_speech=starter_speech(),
    )


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read, in order."""
    names: list[str] = []

    def read(file: Path, *arguments: Callable[..., object]) -> str:
        names.append(file.name)
        return sha256_of(file, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(manifest, "sha256_of", read)
    return names


def write(folder: Path, files: dict[str, bytes] = FILES) -> Path:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    settle()
    return folder


def test_a_shell_gives_the_same(shelf: DiskShelf, tmp_path: Path) -> None:
    model = write(tmp_path / "model")
    command = f"sha256sum {' '.join(FILES)} | LC_ALL=C sort | sha256sum"
    done = subprocess.run(["sh", "-c", command], cwd=model, capture_output=True, check=True)
    assert shelf.sha256(str(model)) == done.stdout.decode().split()[0]


def test_what_nobody_computes_with_does_not_count(shelf: DiskShelf, tmp_path: Path) -> None:
    plain = shelf.sha256(str(write(tmp_path / "plain")))
    more = {
        "README.md": b"#",
        "LICENSE": b"",
        "notes.txt": b"",
        "mmdesk.json": b"{",
        ".x.json": b"",
    }
    more |= {"pytorch_model.bin": b"", "model.safetensors.index.json": b"{}"}
    assert shelf.sha256(str(write(tmp_path / "full", FILES | more))) == plain
    template = {"additional_chat_templates/tools.jinja": b"{{ tools }}"}
    assert shelf.sha256(str(write(tmp_path / "other", FILES | template))) != plain


@pytest.mark.parametrize("name", FILES)
def test_any_other_byte_gives_another(shelf: DiskShelf, tmp_path: Path, name: str) -> None:
    model = write(tmp_path / "model")
    before = shelf.sha256(str(model))
    (model / name).write_bytes(FILES[name] + b" ")
    changed = shelf.sha256(str(model))
    assert changed != before
    (model / name).write_bytes(FILES[name])
    assert shelf.sha256(str(model)) == before
    (model / name).rename(model / f"{name}.jinja")
    if name in ("config.json", "model.safetensors"):
        with pytest.raises(ModelError):
            shelf.sha256(str(model))
    else:
        assert shelf.sha256(str(model)) != before


def test_a_file_that_did_not_change_is_read_once(
    shelf: DiskShelf, tmp_path: Path, hashed: list[str]
) -> None:
    model = write(tmp_path / "model")
    before = {file: file.stat() for file in (model, *model.iterdir())}
    first = shelf.sha256(str(model))
    assert sorted(hashed) == sorted(FILES)
    assert {file: file.stat() for file in (model, *model.iterdir())}.keys() == before.keys()
    assert model.stat().st_mtime_ns == before[model].st_mtime_ns
    hashed.clear()
    assert shelf.sha256(str(model)) == first
    again = DiskShelf(
        folder=tmp_path / "models",
        catalogue=catalogue(),
        starter=starter(),
        starter_speech=starter_speech(),
    )
    assert again.sha256(str(model)) == first
    assert not hashed, "also after a restart"
    (model / "tokenizer.json").write_bytes(b"{ }")
    assert shelf.sha256(str(model)) != first
    assert hashed == ["tokenizer.json"]


def test_what_others_have_hashed_is_not_read(
    shelf: DiskShelf, tmp_path: Path, hashed: list[str]
) -> None:
    folder = write(tmp_path / "models" / "org--name")
    records = {
        name: FileRecord(len(content), hashlib.sha256(content).hexdigest(), None)
        for name, content in FILES.items()
    }
    write_manifest(folder, Manifest("org/name", "hub", "main", "", records))
    shelf.verify(str(folder), lambda fraction: None)
    own = write(tmp_path / "own")
    shelf.verify(str(own), lambda fraction: None)
    hashed.clear()
    assert shelf.sha256(str(folder)) == shelf.sha256(str(own))
    assert "model.safetensors" not in hashed
    hashed.clear()
    (folder / "mmdesk.json").write_bytes(b"[")
    shelf.sha256(str(folder))
    assert sorted(set(hashed)) == sorted(FILES), "without a readable manifest all are"


def test_verifying_still_means_the_first_verifying(shelf: DiskShelf, tmp_path: Path) -> None:
    """A person who changes a model of their own is not told that it is damaged."""
    model = write(tmp_path / "model")
    shelf.add(model)
    shelf.sha256(str(model))
    (model / "tokenizer.json").write_bytes(b"{ }")
    shelf.verify(str(model), lambda fraction: None)
    (model / "tokenizer.json").write_bytes(b"{  }")
    assert shelf.sha256(str(model))
    with pytest.raises(ModelDamaged):
        shelf.verify(str(model), lambda fraction: None)


def test_links_of_a_cache_are_followed(shelf: DiskShelf, tmp_path: Path) -> None:
    model = write(tmp_path / "model")
    linked = tmp_path / "snapshot"
    linked.mkdir()
    for name in FILES:
        (linked / name).symlink_to(model / name)
    assert shelf.sha256(str(linked)) == shelf.sha256(str(model))


def test_sharded_weights(shelf: DiskShelf, tmp_path: Path) -> None:
    names = [f"model-0000{n}-of-00002.safetensors" for n in (1, 2)]
    index = json.dumps({"weight_map": {f"t{n}": name for n, name in enumerate(names)}})
    files = {"config.json": b"{}", "model.safetensors.index.json": index.encode()}
    model = write(tmp_path / "model", files | dict.fromkeys(names, safetensors(8)))
    before = shelf.sha256(str(model))
    (model / names[1]).write_bytes(safetensors(9))
    assert shelf.sha256(str(model)) != before
    (model / names[1]).unlink()
    with pytest.raises(ModelIncomplete, match=names[1]):
        shelf.sha256(str(model))


def test_the_starters_a_pt_file_and_a_server(shelf: DiskShelf, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(starter(), tmp_path / "starter"))
    assert shelf.sha256(STARTER) == shelf.sha256(str(copy))
    assert len(shelf.sha256(str(starter_speech()))) == 64
    file = write(tmp_path / "whisper", {"small.pt": b"weights"}) / "small.pt"
    line = f"{hashlib.sha256(b'weights').hexdigest()}  small.pt\n"
    assert shelf.sha256(str(file)) == hashlib.sha256(line.encode()).hexdigest()
    assert shelf.sha256("https://host:8000/v1#org/name") == ""


@pytest.mark.parametrize("key", ["nothing", "", "relative/folder", "/nowhere", "/nowhere/x.pt"])
def test_no_model(shelf: DiskShelf, key: str) -> None:
    with pytest.raises(ModelMissing):
        shelf.sha256(key)


@pytest.mark.skipif(os.name == "nt", reason="has no FIFOs")
def test_no_file(shelf: DiskShelf, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "small.pt")
    with pytest.raises(ModelMissing):
        shelf.sha256(str(tmp_path / "small.pt"))
    model = write(tmp_path / "model")
    os.mkfifo(model / "extra.json")
    assert shelf.sha256(str(model))


def changing(monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]) -> None:
    """Have something happen to each file just after it was read."""

    def read(file: Path, *arguments: Callable[..., object]) -> str:
        digest = sha256_of(file, *arguments)  # type: ignore[arg-type]
        change(file)
        return digest

    monkeypatch.setattr(manifest, "sha256_of", read)


def test_a_file_that_changes_meanwhile_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = write(tmp_path / "model")
    changes = iter([b"{ }"])

    def change(file: Path) -> None:
        if file.name == "tokenizer.json" and (content := next(changes, None)):
            file.write_bytes(content)
            settle()

    changing(monkeypatch, change)
    memory = RememberedFolders(tmp_path / "identities.json")
    identifier = Identifier(RememberedFolders(tmp_path / "folders.json"), memory)
    found = identifier.sha256(model)
    expected = write(tmp_path / "expected", FILES | {"tokenizer.json": b"{ }"})
    assert found == identifier.sha256(expected)
    assert memory.records(model)["tokenizer.json"].sha256 == hashlib.sha256(b"{ }").hexdigest()


def test_a_file_that_does_not_stop_changing(
    shelf: DiskShelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = write(tmp_path / "model")

    def change(file: Path) -> None:
        if file.name == "tokenizer.json":
            file.write_bytes(file.read_bytes() + b" ")

    changing(monkeypatch, change)
    with pytest.raises(ModelDamaged, match="being written"):
        shelf.sha256(str(model))


@pytest.mark.logs("identities.json can't be read")
def test_without_a_place_to_remember_it_is_only_slower(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hashed: list[str]
) -> None:
    model = write(tmp_path / "model")
    (tmp_path / "file").write_bytes(b"")
    nowhere = RememberedFolders(tmp_path / "file" / "identities.json")
    identifier = Identifier(nowhere, nowhere)
    assert identifier.sha256(model) == identifier.sha256(model)
    assert len(hashed) == 2 * len(FILES)
