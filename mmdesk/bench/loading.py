"""How long a checkpoint takes to load, beside reading its bytes and copying them into tensors.

Both take turns in one process, with the file in the system's page cache: it was just written, and
each side has read it once before it counts. The engine's time is that from the beginning of its
weights stage to the first token: what comes before (libraries, processor) has no counterpart in the
file, and what is mapped instead of copied is paid for when it is first used. The weights stage
alone is told too.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from mmdesk.bench.peers import SEED, TRIALS, Trial
from mmdesk.bench.random_models import write_checkpoint
from mmdesk.core.events import Event, LoadStage, ModelLoading
from mmdesk.core.figures import Figure
from mmdesk.core.requests import LoadModel
from mmdesk.engine.local import LocalChatEngine
from mmdesk.models.hardware import free_memory, usable_cores

BAR = 1.4
_FILES = {torch.float32: ("float32",), torch.bfloat16: ("bfloat16", "int8", "int4")}
"""Precisions of files, and those in which they are loaded."""
_PLAIN = ("float32", "bfloat16")
"""Packing computes besides, so that there is no bar for it."""
_DTYPES = {"F32": torch.float32, "BF16": torch.bfloat16}
_LENGTH_BYTES = 8
"""In which a safetensors file says how long its header is."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Seconds of loads of one checkpoint in one precision.

    Attributes:
        read: To read the file and copy it.
        weights: Of the engine's weights stage.
        ready: Of that and of the first token.
    """

    read: float
    weights: float
    ready: float


def measure(rounds: int, trials: tuple[Trial, ...] = TRIALS) -> Iterator[Figure]:
    """Yield the figures of ``mmdesk bench load``; ``load_ratio`` is the worst that has a bar."""
    found = {
        (dtype, trial.name): beside
        for trial in trials
        for dtype, beside in _measured(trial, rounds)
    }
    worst = max(each.ready / each.read for (dtype, _), each in found.items() if dtype in _PLAIN)
    yield Figure("load_ratio", worst, "x", rounds, SEED, BAR, lower=True)
    for (dtype, size), each in found.items():
        bar = BAR if dtype in _PLAIN else None
        ratio = each.ready / each.read
        yield Figure(f"load_ratio_{dtype}_{size}", ratio, "x", rounds, SEED, bar, lower=True)
    for (dtype, size), each in found.items():
        ratio = each.weights / each.read
        yield Figure(f"weights_stage_ratio_{dtype}_{size}", ratio, "x", rounds, SEED)
        yield Figure(f"load_ms_{dtype}_{size}", 1000 * each.ready, "ms", rounds, SEED)
        yield Figure(f"read_and_copy_ms_{dtype}_{size}", 1000 * each.read, "ms", rounds, SEED)


def _measured(trial: Trial, rounds: int) -> Iterator[tuple[str, Beside]]:
    for stored, loaded in _FILES.items():
        with tempfile.TemporaryDirectory(prefix="mmdesk-load-") as name:
            path = write_checkpoint(Path(name), trial.sizes, seed=SEED, dtype=stored)
            for dtype in loaded:
                yield dtype, _take_turns(path, dtype, rounds)


def _take_turns(path: Path, dtype: str, rounds: int) -> Beside:
    """Return the medians of all rounds but one at first."""
    turns = []
    for _ in range(rounds + 1):
        read = read_and_copy(path)
        turns.append((read, *load(path, dtype)))
    read, weights, ready = (statistics.median(each) for each in zip(*turns[1:], strict=True))
    return Beside(read, weights, ready)


def read_and_copy(path: Path) -> float:
    """Read a checkpoint's weights and copy each into a tensor of its own; return the seconds."""
    started = time.perf_counter()
    tensors = [tensor for file in sorted(path.glob("*.safetensors")) for tensor in _copied(file)]
    seconds = time.perf_counter() - started
    assert tensors
    del tensors
    free_memory(torch.device("cpu"))
    return seconds


def _copied(file: Path) -> Iterator[torch.Tensor]:
    data = bytearray(file.stat().st_size)
    with file.open("rb", buffering=0) as stream:
        view = memoryview(data)
        while count := stream.readinto(view):
            view = view[count:]
    header = int.from_bytes(data[:_LENGTH_BYTES], "little")
    begins = _LENGTH_BYTES + header
    for name, entry in json.loads(data[_LENGTH_BYTES:begins]).items():
        if name != "__metadata__":
            start, end = entry["data_offsets"]
            dtype = _DTYPES[entry["dtype"]]
            count = (end - start) // dtype.itemsize
            flat = torch.frombuffer(data, dtype=dtype, count=count, offset=begins + start)
            yield flat.view(entry["shape"]).clone()


def load(path: Path, dtype: str) -> tuple[float, float]:
    """Load a checkpoint; return the seconds of its weights stage, and those to its first token."""
    stages: dict[LoadStage, float] = {}

    def note(event: Event) -> None:
        if isinstance(event, ModelLoading):
            stages.setdefault(event.stage, time.perf_counter())

    engine = LocalChatEngine()
    engine.load(LoadModel(path, "cpu", dtype, usable_cores()), note)
    ready = time.perf_counter()
    engine.close()
    began = stages[LoadStage.WEIGHTS]
    return stages[LoadStage.WARMING] - began, ready - began
