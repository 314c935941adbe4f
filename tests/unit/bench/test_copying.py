"""The benchmark of looking up, with models too small to take time."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmdesk.bench import copying
from mmdesk.bench.peers import Trial
from mmdesk.bench.random_models import Sizes
from mmdesk.engine.lookup import CHECKS

LLAVA = Trial("llava", Sizes(128, 256, 2, 4, 2, 512, 64, 128, 1, 4, side=56))


def test_the_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
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
    assert not list(tmp_path.iterdir())
