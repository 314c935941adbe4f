"""The benchmark of first tokens, with models too small to take time."""

from __future__ import annotations

import pytest

from mmdesk.bench import chat
from tests.unit.bench.tiny_trials import LLAVA, QWEN

pytestmark = pytest.mark.usefixtures("tidy", "one_thread")


def test_the_figures_and_their_bars() -> None:
    figures = {each.figure: each for each in chat.measure(1, (LLAVA, QWEN))}
    bars = {name: each.bar for name, each in figures.items() if each.bar is not None}
    sizes = ("", "_llava", "_qwen")
    ratios = {f"{name}_ratio{size}": bar for name, bar in chat.BARS.items() for size in sizes}
    assert bars == ratios | {"tokens_equal": 1}
    assert all(figures[name].lower for name in ratios)
    assert figures["tokens_equal"].value == 1
    assert figures["tokens_equal"].n == 2 * 2 * 15
    value = {name: each.value or 0.0 for name, each in figures.items()}
    for name in ("followup", "interleaved", "same_picture"):
        warm, cold = (value[f"{name}{side}_ms_qwen"] for side in ("", "_cold"))
        assert value[f"{name}_ratio_qwen"] == pytest.approx(warm / cold)
        assert value[f"{name}_ratio"] == max(value[f"{name}_ratio{size}"] for size in sizes[1:])


def test_a_model_that_answers_otherwise_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Positions that another conversation left behind: what M-RoPE models would go wrong by."""
    monkeypatch.setattr("mmdesk.engine.prefix_cache._forget_positions", lambda model: None)
    figures = {each.figure: each for each in chat.measure(1, (QWEN,))}
    assert not figures["tokens_equal"].holds
