"""How fast an answer is written: mmdesk's engine beside ``generate``, taking turns in one process.

On a CPU ``generate`` in float32 is the base, with one thread and with all cores; each side is
credited with the number of threads that it is faster with. int8 and int4 round the weights: how
far that moves the logits is told too. On a GPU bfloat16 is the base.

Two peers beside it, where they are installed: ``transformers serve`` in float32, and llama.cpp with
a file that it is given.

The *roofline* is the rate at which the bytes that a token takes (weights, keys and values) could be
read; the reading is timed in the same run.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from mmdesk.bench.decode_peers import BESIDE, peers_of
from mmdesk.bench.llama_cpp import Converted, converted
from mmdesk.bench.logit_error import LogitError, logit_error
from mmdesk.bench.peers import GPU_TRIALS, SEED, TRIALS, Desk, Trial, random_model, tokens_of
from mmdesk.core.figures import Figure
from mmdesk.core.messages import user_message
from mmdesk.models.hardware import free_memory, usable_cores

_PROMPT = (user_message("Write down, as exactly as you can, what is written in the picture. " * 4),)
_TOKENS = 64
_WARM_UP = 8
_TIMES_READ = 8
_READ_BYTES = 2**30
_DTYPES = ("float32", "bfloat16", "int8", "int4")
_PACKED_BARS = {"int8": 2.5, "int4": 4.0}
_GPU_BARS = {
    "3b": {"speedup": 4.0, "roofline": 0.6, "against_static": 1.1},
    "7b": {"speedup": 3.0, "roofline": 0.75, "against_static": 1.1},
}


@dataclass(frozen=True, slots=True)
class Work:
    """How much is measured.

    Attributes:
        rounds: How often each side writes; a little more at first, which does not count.
        tokens: That it writes each time.
        gguf: Files for llama.cpp.
    """

    rounds: int
    tokens: int = _TOKENS
    read_bytes: int = _READ_BYTES
    gguf: tuple[Path, ...] = ()


def measure(
    work: Work, trials: tuple[Trial, ...] = TRIALS, gpu_trials: tuple[Trial, ...] = GPU_TRIALS
) -> Iterator[Figure]:
    """Yield the figures of ``mmdesk bench decode``; those without a size are the worst of all.

    Figures of a GPU are None where there is none, and those beside a peer where that is missing.

    Raises:
        GgufUnusable: llama.cpp can't be measured with what was given for it.
    """
    files = converted(work.gguf, trials)
    on_cpu = {
        trial.name: _on_cpu(trial, work, [file for file in files if file.trial == trial.name])
        for trial in trials
    }
    for dtype, bar in _PACKED_BARS.items():
        worst = min(each.speedup(dtype) for each in on_cpu.values())
        yield Figure(f"{dtype}_speedup", worst, "x", work.rounds, SEED, bar)
        for size, each in on_cpu.items():
            speedup = each.speedup(dtype)
            yield Figure(f"{dtype}_speedup_{size}", speedup, "x", work.rounds, SEED, bar)
    rates = {}
    for trial in gpu_trials:
        rates[trial.name] = _beside_static(trial, work) if torch.cuda.is_available() else {}
        for name, bar in _GPU_BARS[trial.name].items():
            value = rates[trial.name].pop(name, None)
            yield Figure(f"gpu_{name}_{trial.name}", value, "x", work.rounds, SEED, bar)
    for size, each in on_cpu.items():
        for name, ratio in each.beside():
            yield Figure(f"{name}_{size}", ratio, "x", work.rounds, SEED)
    for size, each in on_cpu.items():
        yield from each.details(size, work.rounds)
    for size, known in rates.items():
        for side, rate in known.items():
            yield Figure(f"gpu_{side}_{size}", rate, "tokens/s", work.rounds, SEED)


Rates = dict[tuple[str, int], float]
"""Tokens a second by contestant and number of threads."""


@dataclass(frozen=True, slots=True)
class _OnCpu:
    """What was measured with one size.

    Attributes:
        roofline: By dtype, tokens a second at which the bytes could be read.
        error: By packed dtype, see :class:`LogitError`.
        equal: Whether float32's tokens are those of ``generate``.
    """

    rates: Rates
    bandwidth: float
    roofline: dict[str, float]
    error: dict[str, LogitError]
    equal: bool

    def best(self, name: str) -> float:
        return max(rate for (each, _), rate in self.rates.items() if each == name)

    def speedup(self, dtype: str) -> float:
        return self.best(dtype) / self.best("generate")

    def beside(self) -> Iterator[tuple[str, float | None]]:
        """Yield mmdesk's rates as multiples of the peers'."""
        measured = {name for name, _ in self.rates}
        for peer, dtype in BESIDE.items():
            ratio = self.best(dtype) / self.best(peer) if peer in measured else None
            yield f"{dtype}_against_{peer}", ratio

    def details(self, size: str, rounds: int) -> Iterator[Figure]:
        for dtype in ("float32", "bfloat16"):
            yield Figure(f"{dtype}_speedup_{size}", self.speedup(dtype), "x", rounds, SEED)
        for dtype, most in self.roofline.items():
            yield Figure(f"{dtype}_roofline_{size}", self.best(dtype) / most, "x", rounds, SEED)
        yield Figure(f"float32_tokens_equal_{size}", float(self.equal), "share", 1, SEED)
        for dtype, error in self.error.items():
            n = error.positions
            yield Figure(f"{dtype}_logit_error_mean_{size}", error.mean, "spreads", n, SEED)
            yield Figure(f"{dtype}_logit_error_worst_{size}", error.worst, "spreads", n, SEED)
            yield Figure(f"{dtype}_same_first_{size}", error.same_first, "share", n, SEED)
        for (name, threads), rate in self.rates.items():
            label = f"{name}_{threads}_threads_{size}"
            yield Figure(label, rate, "tokens/s", rounds, SEED)
        yield Figure(f"read_bandwidth_{size}", self.bandwidth / 1e9, "GB/s", _TIMES_READ, SEED)


def _on_cpu(trial: Trial, work: Work, files: list[Converted]) -> _OnCpu:
    with tempfile.TemporaryDirectory(prefix="mmdesk-decode-") as name, ExitStack() as desks:
        path = random_model(trial, Path(name))
        held = {dtype: desks.enter_context(_desk(path, dtype)) for dtype in _DTYPES}
        plain = held["float32"]
        sides: dict[str, Callable[[int], float]] = {"generate": _plain(plain)}
        sides |= {dtype: _mmdesk(desk) for dtype, desk in held.items()}
        with _threads_kept():
            rates: Rates = {}
            for threads in sorted({1, usable_cores()}):
                torch.set_num_threads(threads)
                with peers_of(plain, _PROMPT, work.tokens, files, threads) as peers:
                    for side, rate in _take_turns(sides | peers, work).items():
                        rates[side, threads] = rate
            torch.set_num_threads(usable_cores())
            bandwidth = _bandwidth(torch.device("cpu"), work.read_bytes)
            written = plain.plain(_PROMPT, work.tokens).tokens
            equal = tokens_of(plain.ask(_PROMPT, work.tokens)) == written
            error = {
                dtype: logit_error(held[dtype], plain, _PROMPT, written) for dtype in _PACKED_BARS
            }
        roofline = {
            dtype: bandwidth / bytes_of_token(desk, work.tokens) for dtype, desk in held.items()
        }
    return _OnCpu(rates, bandwidth, roofline, error, equal)


def _beside_static(trial: Trial, work: Work, device: str = "cuda") -> dict[str, float]:
    """Return the ratios of a GPU, and tokens a second."""
    with tempfile.TemporaryDirectory(prefix="mmdesk-decode-") as name:
        path = random_model(trial, Path(name), device)
        free_memory(torch.device(device))
        with _desk(path, "bfloat16", device) as desk:
            sides = {
                "generate": _plain(desk),
                "static": _plain(desk, cache_implementation="static"),
                "mmdesk": _mmdesk(desk),
            }
            rates = _take_turns(sides, work)
            bandwidth = _bandwidth(desk.loaded.placement.device, 4 * work.read_bytes)
            roofline = bandwidth / bytes_of_token(desk, work.tokens)
    return {
        "speedup": rates["mmdesk"] / rates["generate"],
        "roofline": rates["mmdesk"] / roofline,
        "against_static": rates["mmdesk"] / rates["static"],
        "read_at_bandwidth": roofline,
        **rates,
    }


@contextmanager
def _desk(path: Path, dtype: str, device: str = "cpu") -> Iterator[Desk]:
    desk = Desk(path, dtype, device)
    try:
        yield desk
    finally:
        desk.engine.close()


@contextmanager
def _threads_kept() -> Iterator[None]:
    before = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _plain(desk: Desk, **options: Any) -> Callable[[int], float]:
    return lambda tokens: desk.plain(_PROMPT, tokens, **options).per_second


def _mmdesk(desk: Desk) -> Callable[[int], float]:
    def rate(tokens: int) -> float:
        usage = desk.ask(_PROMPT, tokens).usage
        assert usage is not None
        return usage.tokens_per_second

    return rate


def _take_turns(sides: dict[str, Callable[[int], float]], work: Work) -> dict[str, float]:
    """Return each one's median, in tokens a second."""
    rates: dict[str, list[float]] = defaultdict(list)
    for run in sides.values():
        run(_WARM_UP)
    for _ in range(work.rounds):
        for name, run in sides.items():
            rates[name].append(run(work.tokens))
    return {name: statistics.median(each) for name, each in rates.items()}


def bytes_of_token(desk: Desk, tokens: int) -> float:
    """Return what is read for a token: the decoder's weights, keys and values half-way through."""
    model: Any = desk.loaded.model
    decoder = model.get_decoder()
    parts = [*decoder.layers, decoder.norm, model.lm_head]
    tensors = {
        tensor.data_ptr(): tensor.nbytes
        for part in parts
        for tensor in (*part.parameters(), *part.buffers())
    }
    prompt = desk.loaded.prompts.build(_PROMPT, tokens, lambda *_: None).tokens
    kept = desk.loaded.shape.cache_per_token * (prompt + tokens / 2) * model.dtype.itemsize
    return float(sum(tensors.values()) + kept)


def _bandwidth(device: torch.device, size: int) -> float:
    """Return at how many bytes a second a large tensor is read, at best."""
    tensor = torch.ones(size // 4, device=device)
    fastest = float("inf")
    for _ in range(_TIMES_READ):
        started = time.perf_counter()
        float(tensor.sum())
        fastest = min(fastest, time.perf_counter() - started)
    return float(tensor.nbytes / fastest)
