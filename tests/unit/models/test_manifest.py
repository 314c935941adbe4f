"""A downloaded model is refused by the file's name as soon as one of its bytes is another."""

from __future__ import annotations

import json
import os
import random
import shutil
from pathlib import Path

import pytest

from mmdesk.core.errors import ModelDamaged, ModelIncomplete
from mmdesk.models import manifest
from mmdesk.models.hashing import Stopped, settle, sha256_of
from mmdesk.models.manifest import (
    MANIFEST,
    FileRecord,
    Manifest,
    check,
    read_manifest,
    verify,
    write_manifest,
)
from tests.unit.models.hub_server import model_files

DAMAGES = 200


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model as a download leaves it."""
    path = tmp_path / "maker--tiny"
    path.mkdir()
    records = {}
    for name, content in model_files(60_000, shards=3).items():
        (path / name).write_bytes(content)
        records[name] = FileRecord(len(content), sha256_of(path / name))
    write_manifest(path, Manifest("maker/tiny", "hub.example", "abc", "mit", records))
    settle()
    check(path)
    assert all(record.seen for record in read_manifest(path).files.values())
    return path


def damage(file: Path, draw: random.Random) -> None:
    """Cut a file off, or flip a bit: anywhere, or in a header."""
    content = bytearray(file.read_bytes())
    head = min(len(content), 100)
    match draw.randrange(4):
        case 0:
            content = content[: draw.randrange(len(content))]
        case 1:
            content[draw.randrange(head)] ^= 1 << draw.randrange(8)
        case 2:
            content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
        case _:
            content += draw.randbytes(draw.randrange(1, 9))
    file.write_bytes(content)


def test_every_damage_is_refused_by_name(model: Path) -> None:
    names = sorted(read_manifest(model).files)
    for seed in range(DAMAGES):
        draw = random.Random(seed)
        name = names[seed % len(names)]
        before = (model / name).read_bytes()
        damage(model / name, draw)
        with pytest.raises(ModelDamaged) as refused:
            check(model)
        assert refused.value.fields["file"] == name, seed
        with pytest.raises(ModelDamaged) as refused:
            verify(model, lambda fraction: None)
        assert refused.value.fields["file"] == name, seed
        (model / name).write_bytes(before)
        check(model)


def test_damage_with_the_old_time_is_seen_too(model: Path) -> None:
    file = model / "model-00002-of-00003.safetensors"
    status = file.stat()
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    with pytest.raises(ModelDamaged, match="00002"):
        check(model)


def test_damage_right_after_the_check_is_seen(model: Path) -> None:
    """The clock of a file system may not have ticked in between."""
    file = model / "tokenizer.json"
    content = bytearray(file.read_bytes())
    for _ in range(50):
        file.write_bytes(content)
        check(model)
        content[-1] ^= 1
        file.write_bytes(content)
        with pytest.raises(ModelDamaged, match=r"tokenizer\.json"):
            check(model)
        content[-1] ^= 1


def test_unchanged_files_are_not_read_again(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "sha256_of", lambda *_: pytest.fail("reads"))
    content = (model / MANIFEST).read_bytes()
    check(model)
    assert (model / MANIFEST).read_bytes() == content


def test_a_copy_is_read_once_and_remembered(model: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(model, copy)
    settle()
    check(copy)
    remembered = read_manifest(copy)
    assert remembered != read_manifest(model)
    check(copy)
    assert read_manifest(copy) == remembered


def test_missing_files_are_named(model: Path) -> None:
    (model / "config.json").unlink()
    for look in (check, lambda path: verify(path, lambda fraction: None)):
        with pytest.raises(ModelIncomplete, match=r"config\.json"):
            look(model)
    (model / "config.json").mkdir()
    with pytest.raises(ModelIncomplete, match=r"config\.json"):
        check(model)


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"files": {}},
        {"files": []},
        {"files": {"../x": {"size": 1, "sha256": "0" * 64}}},
        {"files": {"/etc/passwd": {"size": 1, "sha256": "0" * 64}}},
        {"files": {"a": {"size": -1, "sha256": "0" * 64}}},
        {"files": {"a": {"size": True, "sha256": "0" * 64}}},
        {"files": {"a": {"size": 1, "sha256": "nonsense"}}},
        {"files": {"a": {"size": 1}}},
        {"files": {"a": None}},
        None,
        [],
    ],
)
def test_manifests_that_make_no_sense(model: Path, change: dict[str, object] | None) -> None:
    document = json.loads((model / MANIFEST).read_text())
    wrong = {**document, **change} if isinstance(change, dict) else change
    (model / MANIFEST).write_text(json.dumps(wrong))
    with pytest.raises(ModelDamaged, match=r"mmdesk\.json"):
        check(model)


def test_cut_manifests(model: Path) -> None:
    content = (model / MANIFEST).read_bytes()
    for length in range(0, len(content) - 2, 97):
        (model / MANIFEST).write_bytes(content[:length])
        with pytest.raises(ModelDamaged, match=r"mmdesk\.json"):
            check(model)


def test_folders_of_others_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    check(tmp_path)
    assert [place.name for place in tmp_path.iterdir()] == ["config.json"]


def test_verifying_tells_how_far_it_is_and_can_be_stopped(model: Path) -> None:
    told: list[float] = []
    verify(model, told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert all(fraction < 1.0 for fraction in told[:-1])
    told.clear()
    with pytest.raises(Stopped):
        verify(model, told.append, lambda: len(told) > 1)
    assert 1.0 not in told


def test_a_folder_that_cannot_be_written(model: Path) -> None:
    (model / f".{MANIFEST}.{os.getpid()}").mkdir()  # in the way of the draft
    (model / "config.json").touch()
    content = (model / MANIFEST).read_bytes()
    check(model)
    assert (model / MANIFEST).read_bytes() == content
