"""Truncated and flipped weight files: refused by name before a tensor is used.

A downloaded model has a manifest with every file's hash, so any change is found. In a folder
without one the headers tell what contradicts them, and what they can't tell changes nothing.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
import torch
from transformers import LlavaForConditionalGeneration

from mmdesk.core.errors import ModelDamaged, ModelError, ModelIncomplete
from mmdesk.core.events import Event, LoadStage, ModelLoading
from mmdesk.core.requests import LoadModel
from mmdesk.engine.local import LocalChatEngine
from mmdesk.models.manifest import FileRecord, Manifest, write_manifest

INDEX = "model.safetensors.index.json"
SHARDS = 3
SEEDS = 200
WITHOUT_MANIFEST = 100


@pytest.fixture(scope="module")
def sharded(llava: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The LLaVA checkpoint in three shards, as transformers writes them."""
    folder = tmp_path_factory.mktemp("damage") / "model"
    shutil.copytree(llava, folder)
    (folder / "model.safetensors").unlink()
    size = (llava / "model.safetensors").stat().st_size
    LlavaForConditionalGeneration.from_pretrained(llava).save_pretrained(
        folder, max_shard_size=round(size / (SHARDS - 0.6))
    )
    assert len(shards(folder)) == SHARDS
    return folder


@pytest.fixture(scope="module")
def downloaded(sharded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the manifest of a download."""
    folder = tmp_path_factory.mktemp("damage") / "downloaded"
    shutil.copytree(sharded, folder)
    files = {
        file.name: FileRecord(file.stat().st_size, sha256(file.read_bytes()).hexdigest())
        for file in folder.iterdir()
    }
    write_manifest(folder, Manifest("maker/model", "hub.example", "main", "mit", files))
    return folder


def shards(folder: Path) -> list[Path]:
    return sorted(folder.glob("model-*.safetensors"))


def load(folder: Path) -> tuple[LocalChatEngine, list[Event], ModelError | None]:
    engine, events = LocalChatEngine(), list[Event]()
    try:
        engine.load(LoadModel(folder), events.append)
    except ModelError as error:
        return engine, events, error
    return engine, events, None


def header_bytes(file: Path) -> int:
    with file.open("rb") as stream:
        return 8 + int.from_bytes(stream.read(8), "little")


def flip(file: Path, position: int, bit: int) -> None:
    content = bytearray(file.read_bytes())
    content[position] ^= 1 << bit
    file.write_bytes(content)


def truncate(file: Path, size: int) -> None:
    os.truncate(file, size)


Damage = Callable[[], None]


def some_damage(folder: Path, seed: int) -> tuple[Path, Damage]:
    """Return a file and what will be done to it: each kind of damage has its turn."""
    chance = random.Random(seed)
    shard = chance.choice(shards(folder))
    size, header = shard.stat().st_size, header_bytes(shard)
    index = folder / INDEX
    bit = chance.randrange(8)
    kinds: list[tuple[Path, Damage]] = [
        (shard, lambda: truncate(shard, chance.randrange(header, size))),
        (shard, lambda: truncate(shard, chance.randrange(header))),
        (shard, lambda: flip(shard, chance.randrange(8), bit)),
        (shard, lambda: flip(shard, chance.randrange(8, header), bit)),
        (shard, lambda: flip(shard, chance.randrange(header, size), bit)),
        (index, lambda: truncate(index, chance.randrange(index.stat().st_size))),
        (index, lambda: flip(index, chance.randrange(index.stat().st_size), bit)),
    ]
    return kinds[seed % len(kinds)]


def stages(events: list[Event]) -> list[LoadStage]:
    return [event.stage for event in events if isinstance(event, ModelLoading)]


def named(error: ModelError) -> str:
    """Return what the person reads about the file."""
    return str(error.fields["file" if isinstance(error, ModelDamaged) else "missing"])


def test_the_checkpoints_are_good(sharded: Path, downloaded: Path) -> None:
    for folder in (sharded, downloaded):
        engine, events, error = load(folder)
        assert error is None
        assert LoadStage.WEIGHTS in stages(events)
        engine.close()


@pytest.mark.parametrize("part", range(4))
def test_every_damage_to_a_downloaded_model_is_refused_by_name(
    downloaded: Path, tmp_path: Path, part: int
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(downloaded, folder)
    for seed in range(part, SEEDS, 4):
        file, damage = some_damage(folder, seed)
        whole, times = file.read_bytes(), file.stat()
        damage()
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))  # as a failing disk does it
        _, events, error = load(folder)
        assert isinstance(error, ModelDamaged | ModelIncomplete), f"seed {seed}"
        # A flip may make the index name a file that isn't there: that one is named.
        flipped_index = file.name == INDEX and isinstance(error, ModelIncomplete)
        assert flipped_index or file.name in named(error), f"seed {seed}: {error}"
        assert stages(events)[-1] is LoadStage.CHECKING, f"seed {seed}"
        file.write_bytes(whole)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.999, 1.0])
@pytest.mark.parametrize("number", range(SHARDS))
def test_a_truncated_shard_needs_no_manifest(
    sharded: Path, tmp_path: Path, number: int, share: float
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(sharded, folder)
    shard = shards(folder)[number]
    truncate(shard, min(int(shard.stat().st_size * share), shard.stat().st_size - 1))
    _, events, error = load(folder)
    assert isinstance(error, ModelDamaged)
    assert error.fields["file"] == shard.name
    assert LoadStage.WEIGHTS not in stages(events)


def damage_to_headers(folder: Path, seed: int) -> tuple[Path, Damage]:
    chance = random.Random(seed)
    file = folder / INDEX if seed % 4 == 0 else chance.choice(shards(folder))
    end = file.stat().st_size if file.name == INDEX else header_bytes(file)
    return file, lambda: flip(file, chance.randrange(end), chance.randrange(8))


def state_of(engine: LocalChatEngine) -> dict[str, torch.Tensor]:
    assert engine._loaded is not None
    return engine._loaded.model.state_dict()


def test_a_flipped_header_is_refused_or_changes_nothing(sharded: Path, tmp_path: Path) -> None:
    """What it can't change: metadata, and how often the index says which file to read."""
    good, _, _ = load(sharded)
    expected = state_of(good)
    folder = tmp_path / "model"
    shutil.copytree(sharded, folder)
    refused = 0
    for seed in range(WITHOUT_MANIFEST):
        file, damage = damage_to_headers(folder, seed)
        whole = file.read_bytes()
        damage()
        engine, events, error = load(folder)
        if error is None:
            state = state_of(engine)
            assert state.keys() == expected.keys()
            assert all(torch.equal(state[name], expected[name]) for name in state), f"seed {seed}"
        else:
            refused += 1
            # Where index and shard contradict each other, both are named.
            index = file.name == INDEX and isinstance(error, ModelIncomplete)
            assert index or file.name in error.message, f"seed {seed}: {error}"
            assert stages(events)[-1] is LoadStage.CHECKING, f"seed {seed}"
        engine.close()
        file.write_bytes(whole)
    assert refused > WITHOUT_MANIFEST * 3 // 4
    good.close()
