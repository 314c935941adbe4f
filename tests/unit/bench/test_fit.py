"""The benchmark of the estimate, with a model small enough for a test."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mmdesk.bench import fit
from mmdesk.bench.random_models import Sizes
from mmdesk.core.figures import Figure

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

QWEN = fit.Trial("qwen", Sizes(384, 1024, 4, 6, 2, 64000, 256, 768, 2, 4, most_pixels=500_000), 500)
LLAVA = fit.Trial(
    "llava",
    Sizes(512, 1536, 4, 8, 8, 64000, 384, 1536, 4, 6, side=224),
    500,
    dtype="bfloat16",
)


@pytest.mark.parametrize("trial", [QWEN, LLAVA], ids=lambda trial: trial.name)
def test_the_estimate_is_within_15_percent(trial: fit.Trial, tmp_path: Path) -> None:
    """In float32, converted while loading, and in bfloat16, used as it lies in the file."""
    found = fit.measure_one(trial, tmp_path, fit._photo(tmp_path))
    assert found is not None
    assert found.peak > 50 * 2**20
    assert found.error <= 0.15, f"estimated {found.estimated >> 20}, peak {found.peak >> 20} MiB"


def test_what_does_not_fit_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit, "_SPARE", 1e9)
    trial = fit.Trial("tiny", fit._TINY, 100)
    assert fit.measure_one(trial, tmp_path, fit._photo(tmp_path)) is None


@pytest.mark.usefixtures("tidy")
def test_the_figures() -> None:
    tiny = fit.Trial("tiny", fit._TINY, 200)
    figures: list[Figure] = list(fit.measure((tiny,)))
    names = [figure.figure for figure in figures]
    assert names == ["fit_error_tiny", "fit_estimated_tiny", "fit_peak_tiny"]
    assert (figures[0].bar, figures[0].lower) == (0.15, True)
