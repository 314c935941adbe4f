"""The benchmark of looking up, with models too small to take time."""

from __future__ import annotations

import pytest

from mmdesk.bench import copying
from mmdesk.engine.lookup import CHECKS
from tests.unit.bench.tiny_trials import LLAVA


@pytest.mark.usefixtures("tidy")
def test_the_figures() -> None:
    figures = {each.figure: each.value or 0.0 for each in copying.measure(1, (LLAVA,), 40)}
    assert figures["lookup_tokens_equal"] == 1
    for dtype in CHECKS:
        accepted = {
            kind: figures[f"lookup_accepted_{kind}_{dtype}_llava"]
            for kind in ("copy", "edit", "other")
        }
        assert accepted["copy"] > 0.9
        assert accepted["copy"] > accepted["edit"] > 0
        assert figures[f"lookup_speedup_copy_{dtype}_llava"]
    speedups = [each for name, each in figures.items() if name.startswith("lookup_speedup_copy")]
    assert figures["lookup_speedup"] == min(speedups) > 0
