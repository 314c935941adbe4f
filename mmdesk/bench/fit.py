"""The estimate of a model's memory beside the measured peak, for three sizes made here.

The weights are random, the architectures, processors and the path to an answer are real: each
checkpoint is loaded by the engine's own process and asked about a photo at a given context.

*Memory* is what the process holds of its own (RssAnon and RssShmem in ``/proc``), at its highest,
and the weights where they are used as they lie in the mapped file (RssFile). Of both is taken off
what the same process holds with a tiny model: of its own before it is asked anything, of the
libraries' files when it has answered. Files that were mapped only while
loading don't count: the system takes their pages back whenever it likes. Only on the CPU, and only
where there is ``/proc``.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image

from mmdesk.bench.random_models import Sizes, write_checkpoint
from mmdesk.canonical_picture import canonical_png
from mmdesk.core.events import Event
from mmdesk.core.figures import Figure
from mmdesk.core.messages import Message, Picture, user_message
from mmdesk.core.models import FitEstimate
from mmdesk.core.protocols import Child
from mmdesk.core.requests import AnswerQuestion, GenerationSettings, LoadModel
from mmdesk.inference.process import ChildEngine
from mmdesk.models import fit
from mmdesk.models.hardware import free_bytes
from mmdesk.models.machine import machine
from mmdesk.session.threads import spawn, start_thread

_SEED = 0
_BAR = 0.15
_PHOTO = (1600, 1200)
_ANSWER = 4
_EVERY_S = 0.003
_STATUS = Path("/proc/self/status")
_OWN = ("RssAnon", "RssShmem")
_SPARE = 2.0
"""How many times the estimate must be free, or the size is left out."""

_TINY = Sizes(
    hidden=64, inner=128, layers=1, heads=4, kv_heads=2, vocabulary=400,
    vision_hidden=64, vision_inner=128, vision_layers=1, vision_heads=4, most_pixels=50_000,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trial:
    """One model and how it is asked: with a prompt of about ``context`` tokens."""

    name: str
    sizes: Sizes
    context: int
    dtype: str = "auto"


TRIALS = (
    # A Qwen2.5-VL of 67 million parameters, in float32.
    Trial("60m", Sizes(512, 1536, 8, 8, 2, 48000, 384, 1024, 8, 6), 3000),
    # A LLaVA of 293 million with 1 head of keys for each of queries, in bfloat16.
    Trial("250m", Sizes(1024, 2816, 12, 16, 16, 64000, 768, 3072, 10, 12, side=336), 2000),
    # A Qwen2.5-VL of 845 million.
    Trial("700m", Sizes(1536, 4608, 20, 12, 4, 100000, 896, 2560, 12, 14), 2000),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """Bytes, estimated and measured, of one trial."""

    estimated: int
    peak: int

    @property
    def error(self) -> float:
        """How far off the estimate is, as a share of the peak."""
        return abs(self.estimated - self.peak) / self.peak


def measure(trials: tuple[Trial, ...] = TRIALS) -> Iterator[Figure]:
    """Yield the figures of ``mmdesk bench fit``; None where memory doesn't suffice here."""
    with tempfile.TemporaryDirectory(prefix="mmdesk-fit-") as name:
        folder = Path(name)
        photo = _photo(folder)
        for trial in trials:
            found = measure_one(trial, folder, photo)
            error = None if found is None else found.error
            yield Figure(f"fit_error_{trial.name}", error, "", 1, _SEED, _BAR, lower=True)
            if found is not None:
                estimated, peak = found.estimated / 2**20, found.peak / 2**20
                yield Figure(f"fit_estimated_{trial.name}", estimated, "MiB", 1, _SEED)
                yield Figure(f"fit_peak_{trial.name}", peak, "MiB", 1, _SEED)


def measure_one(trial: Trial, folder: Path, photo: Picture) -> Measured | None:
    """Make the model, ask it, and return estimate and peak; None where that can't be done here."""
    model = write_checkpoint(folder / trial.name, trial.sizes, seed=_SEED)
    tiny = folder / "tiny"
    if not tiny.exists():
        write_checkpoint(tiny, _TINY, seed=_SEED)
    expected = _estimate(model, trial.context, trial.dtype).total
    if not _STATUS.exists() or free_bytes(torch.device("cpu")) < _SPARE * expected:
        return None
    baseline = ask(tiny, folder, photo, 100, "auto")
    asked = ask(model, folder, photo, trial.context, trial.dtype)
    estimated = _estimate(model, asked.tokens, asked.dtype).total
    own, mapped = asked.peak - baseline.loaded, asked.mapped - baseline.mapped
    return Measured(estimated, own + max(0, mapped))


def _estimate(model: Path, tokens: int, dtype: str) -> FitEstimate:
    return fit.estimate_for_folder(model, machine(), dtype, context=tokens, photo=_PHOTO)


@dataclass(frozen=True, slots=True)
class Asked:
    """What one process of the engine held, in bytes.

    Attributes:
        loaded: Of its own, with the model loaded and nothing asked.
        peak: Of its own, at its highest.
        mapped: Of files, at the end.
        tokens: Of prompt and answer.
        dtype: Of the model.
    """

    loaded: int
    peak: int
    mapped: int
    tokens: int
    dtype: str


def ask(model: Path, folder: Path, photo: Picture, context: int, dtype: str) -> Asked:
    """Load a model in a process of its own, ask it about a photo, and watch its memory."""
    children: list[Child] = []

    def watched(name: str, entry: Callable[..., None], *arguments: object, nice: int = 0) -> Child:
        children.append(spawn(name, entry, *arguments, nice=nice))
        return children[-1]

    engine = ChildEngine(watched, folder / "engine.log")
    question = AnswerQuestion(
        "fit", (_message(photo, context),), GenerationSettings(max_tokens=_ANSWER)
    )
    highest = 0
    done = threading.Event()

    def watch() -> None:
        nonlocal highest
        while not done.wait(_EVERY_S):
            if children:
                highest = max(highest, _held(children[-1].pid, *_OWN))

    watcher = start_thread("memory", watch)
    try:
        info = engine.load(LoadModel(model, device="cpu", dtype=dtype), _ignored)
        loaded = _held(children[-1].pid, *_OWN)
        finished = engine.answer(question, _ignored, lambda: False)
        mapped = _held(children[-1].pid, "RssFile")
    finally:
        done.set()
        watcher.join()
        engine.close()
    assert info is not None
    assert finished.usage is not None
    tokens = finished.usage.prompt_tokens + finished.usage.completion_tokens
    return Asked(loaded, highest, mapped, tokens, info.dtype)


def _held(pid: int, *names: str) -> int:
    """Return the sum of these sizes of a process, in bytes; 0 once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    sizes = dict(line.split(":", 1) for line in lines if line.startswith(names))
    return sum(int(size.split()[0]) * 1024 for size in sizes.values())


def _message(photo: Picture, context: int) -> Message:
    """Return a question whose prompt has at least ``context`` tokens: one for each byte."""
    return user_message("x" * context, (photo,))


def _photo(folder: Path) -> Picture:
    image = Image.linear_gradient("L").resize(_PHOTO).convert("RGB")
    return canonical_png(image, folder / "photo.png")


def _ignored(event: Event) -> None:
    """Take an event that nobody waits for."""
    del event
