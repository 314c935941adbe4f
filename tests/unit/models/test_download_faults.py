"""Two hundred seeded faults: a model is right in its place, or clearly refused and not there."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mmdesk.core.errors import DownloadError
from mmdesk.models.download import download_model
from mmdesk.models.hashing import never
from mmdesk.models.hub import HuggingFace
from mmdesk.models.hub_connection import Pace
from mmdesk.models.manifest import check
from tests.unit.models.conftest import StartHub
from tests.unit.models.hub_server import MODEL, Asked, HubServer, model_files

CHUNK = 8 * 1024
SIZE = 200_000
WEIGHTS = "model.safetensors"
PACE = Pace(chunk=CHUNK, largest_chunk=CHUNK, stall_s=30, backoff_s=0.001, longest_wait_s=0.01)
HARMLESS = (
    "drop", "reset", "refuse", "too_long", "too_short", "less", "more", "other_range",
    "other_size", "no_range", "packed", "html", "416", "429", "503", "500", "gone", "circle",
    "away", "nowhere",
)  # fmt: skip
"""After these, no more than the chunk that was on its way is sent again."""
SPOILING = ("flip", "whole_file", "new_etag")
"""After these, what is there may be of no use."""
DOWNLOADS = 20
FAULTS_EACH = 9
DOWNLOADS_WITH_KILLS = 5
KILLS_EACH = 4

_CHILD = """
import sys
from dataclasses import replace
from pathlib import Path
from mmdesk.models.download import download_model
from mmdesk.models.hub import HuggingFace
from mmdesk.models.hub_connection import Pace
models, address, model, chunk = sys.argv[1:]
pace = Pace(chunk=int(chunk), largest_chunk=int(chunk))
sys.stdin.readline()
download_model(
    Path(models), HuggingFace(address), model, lambda download: None, lambda: False, pace=pace
)
"""


class Mischief:
    """Chooses a fault for every second request for the weights, until there were enough."""

    def __init__(self, seed: int, kinds: tuple[str, ...], count: int) -> None:
        self.left = [kinds[(seed * count + n) % len(kinds)] for n in range(count)]
        random.Random(seed).shuffle(self.left)
        self._turn = seed % 2
        self.done: list[str] = []

    def __call__(self, asked: Asked) -> str:
        if asked.path != WEIGHTS:
            return ""
        self._turn += 1
        if self._turn % 2 or not self.left:
            return ""
        self.done.append(self.left.pop())
        return self.done[-1]


def in_place(models: Path, files: dict[str, bytes]) -> bool:
    """Whether the model is there; what is there must be right."""
    target = models / MODEL.replace("/", "--")
    if not target.exists():
        return False
    check(target)
    for name in ("config.json", "tokenizer.json", WEIGHTS):
        assert (target / name).read_bytes() == files[name], name
    return True


def fetch(models: Path, hub: HubServer, pace: Pace = PACE) -> DownloadError | None:
    """Download; return the refusal."""
    try:
        download_model(
            models, HuggingFace(hub.address), MODEL, lambda download: None, never, pace=pace
        )
    except DownloadError as error:
        return error
    return None


def fetch_through(models: Path, hub: HubServer, tries: int = 12) -> list[str]:
    """Download until it is there; return the refusals on the way."""
    refusals: list[str] = []
    for _ in range(tries):
        refusal = fetch(models, hub)
        assert in_place(models, hub.files) is (refusal is None)
        if refusal is None:
            return refusals
        assert refusal.message
        assert refusal.hint
        refusals.append(refusal.kind)
    raise AssertionError(refusals)


@pytest.mark.parametrize("quarter", range(4))
def test_nothing_is_sent_twice_but_the_chunk_on_its_way(
    tmp_path: Path, start_hub: StartHub, quarter: int
) -> None:
    for seed in range(quarter, DOWNLOADS, 4):
        mischief = Mischief(seed, HARMLESS, FAULTS_EACH)
        hub = start_hub(HubServer(model_files(SIZE, seed), choose=mischief))
        fetch_through(tmp_path / str(seed), hub)
        weights = len(hub.files[WEIGHTS])
        assert len(mischief.done) == FAULTS_EACH
        assert weights <= hub.sent_of(WEIGHTS) <= weights + len(mischief.done) * CHUNK, seed


def test_enough_faults_are_tried() -> None:
    kinds = {
        kind for seed in range(DOWNLOADS) for kind in Mischief(seed, HARMLESS, FAULTS_EACH).left
    }
    assert kinds == set(HARMLESS)
    assert DOWNLOADS * FAULTS_EACH + DOWNLOADS_WITH_KILLS * KILLS_EACH >= 200


@pytest.mark.parametrize("fault", SPOILING)
def test_spoiled_bytes_are_thrown_away(tmp_path: Path, start_hub: StartHub, fault: str) -> None:
    for seed in range(2):
        mischief = Mischief(seed, (fault,), 2)
        hub = start_hub(HubServer(model_files(SIZE, seed), choose=mischief))
        refusals = fetch_through(tmp_path / str(seed), hub)
        assert set(refusals) <= {"download_damaged"}
        assert mischief.done


def test_a_connection_that_stalls_is_given_up(tmp_path: Path, start_hub: StartHub) -> None:
    mischief = Mischief(1, ("stall",), 2)
    hub = start_hub(HubServer(model_files(SIZE), choose=mischief, stall_s=600.0))
    assert fetch(tmp_path, hub, replace(PACE, stall_s=1.0, attempts=100)) is None
    assert in_place(tmp_path, hub.files)
    assert mischief.done == ["stall", "stall"]


def test_killed_downloads_go_on(tmp_path: Path, start_hub: StartHub) -> None:
    for seed in range(DOWNLOADS_WITH_KILLS):
        draw = random.Random(seed)
        hub = start_hub(HubServer(model_files(SIZE, seed)))
        size = len(hub.files[WEIGHTS])
        marks = sorted(draw.randrange(1000, size) for _ in range(KILLS_EACH))
        models = tmp_path / str(seed)
        deaths = 0
        for mark in [*marks, 0]:
            child = subprocess.Popen(
                [sys.executable, "-c", _CHILD, str(models), hub.address, MODEL, str(CHUNK)],
                stdin=subprocess.PIPE,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            )
            hub.victim, hub.kill_after = (child.pid, mark) if mark else (0, 0)
            child.communicate(b"\n", timeout=120)
            assert child.returncode in (0, -9)
            deaths += child.returncode == -9
            assert in_place(models, hub.files) is (child.returncode == 0)
        assert deaths == KILLS_EACH
        assert hub.sent_of(WEIGHTS) <= size + deaths * CHUNK
