"""The benchmark of decoding, with models too small to take time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mmdesk.bench import decode, serving
from mmdesk.bench.decode_peers import peers_of
from mmdesk.bench.logit_error import logit_error
from mmdesk.bench.peers import Desk, Trial, random_model
from mmdesk.core.figures import Figure
from mmdesk.models.hardware import usable_cores
from tests.unit.bench.tiny_trials import LLAVA, QWEN

pytestmark = pytest.mark.usefixtures("tidy", "threads")

WORK = decode.Work(rounds=1, tokens=8, read_bytes=2**22)


def test_the_figures_and_their_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr(serving, "_NEEDS", ("no_such_package",))
    figures = {each.figure: each for each in decode.measure(WORK, (LLAVA, QWEN))}
    bars = {name: each.bar for name, each in figures.items() if each.bar is not None}
    sizes = ("", "_llava", "_qwen")
    packed = {f"int8_speedup{size}": 2.5 for size in sizes}
    packed |= {f"int4_speedup{size}": 4 for size in sizes}
    gpu = {
        f"gpu_{name}_{size}": bar
        for size, held in decode._GPU_BARS.items()
        for name, bar in held.items()
    }
    assert bars == packed | gpu
    peers = {
        f"{name}{size}"
        for name in (
            "float32_against_serve",
            "int8_against_llama_cpp_q8_0",
            "int4_against_llama_cpp_q4_0",
        )
        for size in sizes[1:]
    }
    assert {name for name, each in figures.items() if each.value is None} == set(gpu) | peers
    for size in sizes[1:]:
        assert figures[f"float32_tokens_equal{size}"].value == 1
        int8, plain = (_best(figures, side, size) for side in ("int8", "generate"))
        assert figures[f"int8_speedup{size}"].value == int8 / plain


def _best(figures: dict[str, Figure], side: str, size: str) -> float:
    label = re.compile(rf"{side}_\d+_threads{size}")
    rates = [each.value for name, each in figures.items() if label.fullmatch(name)]
    return max(rate for rate in rates if rate is not None)


@pytest.mark.usefixtures("loopback")
def test_a_server_beside(tmp_path: Path) -> None:
    desk = Desk(random_model(QWEN, tmp_path), "float32")
    cores = usable_cores()
    with peers_of(desk, decode._PROMPT, 8, [], cores) as peers:
        assert list(peers) == ["serve"]
        assert peers["serve"](8) > 0
    with peers_of(desk, decode._PROMPT, 8, [], cores + 1) as peers:
        assert not peers


def test_a_static_cache_beside() -> None:
    """As on a GPU, but that transformers compiles nothing here."""
    rates = decode._beside_static(LLAVA, WORK, "cpu")
    assert rates["speedup"] == rates["mmdesk"] / rates["generate"]
    assert rates["against_static"] == rates["mmdesk"] / rates["static"]
    assert rates["roofline"] == rates["mmdesk"] / rates["read_at_bandwidth"]


@pytest.mark.parametrize("trial", [LLAVA, QWEN], ids=lambda trial: trial.name)
def test_bytes_and_errors_follow_the_precision(trial: Trial, tmp_path: Path) -> None:
    path = random_model(trial, tmp_path)
    desks = {dtype: Desk(path, dtype) for dtype in ("float32", "bfloat16", "int8", "int4")}
    bytes_read = {dtype: decode.bytes_of_token(desk, 8) for dtype, desk in desks.items()}
    assert bytes_read["float32"] == 2 * bytes_read["bfloat16"]
    assert bytes_read["bfloat16"] > bytes_read["int8"] > bytes_read["int4"]
    hidden, inner, layers, vocabulary = 128, 256, 2, 512
    weights = layers * (hidden * (2 * hidden + 2 * hidden // 2) + 3 * hidden * inner)
    assert bytes_read["float32"] > 4 * (weights + vocabulary * hidden)
    tokens = desks["float32"].plain(decode._PROMPT, 32).tokens
    errors = {
        dtype: logit_error(desk, desks["float32"], decode._PROMPT, tokens)
        for dtype, desk in desks.items()
    }
    assert (errors["float32"].mean, errors["float32"].same_first) == (0, 1)
    assert 0 < errors["int8"].mean < errors["int4"].mean
    assert errors["int4"].worst > errors["int4"].mean
    assert all(error.positions == 32 for error in errors.values())
