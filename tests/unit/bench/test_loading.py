"""The benchmark of loading, with models too small to take time."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from mmdesk.bench import loading
from mmdesk.bench.random_models import write_checkpoint
from tests.unit.bench.tiny_trials import LLAVA

pytestmark = pytest.mark.usefixtures("tidy", "threads")


def test_the_figures_and_their_bars() -> None:
    figures = {each.figure: each for each in loading.measure(1, (LLAVA,))}
    bars = {name for name, each in figures.items() if each.bar is not None}
    assert bars == {"load_ratio", "load_ratio_float32_llava", "load_ratio_bfloat16_llava"}
    assert all(figures[name].lower and figures[name].bar == 1.4 for name in bars)
    values = {name: each.value or 0.0 for name, each in figures.items()}
    assert values["load_ratio"] == max(values[name] for name in bars)
    for dtype in ("float32", "bfloat16", "int8", "int4"):
        name = f"{dtype}_llava"
        taken = values[f"load_ms_{name}"] / values[f"read_and_copy_ms_{name}"]
        assert values[f"load_ratio_{name}"] == pytest.approx(taken)
        assert values[f"weights_stage_ratio_{name}"] < values[f"load_ratio_{name}"]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_what_is_read_and_copied_is_the_file(tmp_path: Path, dtype: torch.dtype) -> None:
    from safetensors.torch import load_file

    path = write_checkpoint(tmp_path, LLAVA.sizes, dtype=dtype)
    (file,) = path.glob("*.safetensors")
    theirs = list(load_file(file).values())
    ours = list(loading._copied(file))
    assert len(ours) == len(theirs) > 20
    assert sum(float(each.double().sum()) for each in ours) == pytest.approx(
        sum(float(each.double().sum()) for each in theirs)
    )
    assert sorted(map(tuple, (each.shape for each in ours))) == sorted(
        map(tuple, (each.shape for each in theirs))
    )
