"""Every family answers from int8 weights, packed from a file of another dtype."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from mmdesk.core.requests import LoadModel
from mmdesk.engine.local import LocalChatEngine
from mmdesk.engine.packed_linear import PackedLinear
from mmdesk.models.shape import read_shape
from tests.unit.engine.conversing import ask, talk
from tests.unit.engine.families.family import Family, all_families, parameters
from tests.unit.engine.pictures import draw_picture

WORKING = [each for each in all_families() if not each.why_not]


@pytest.mark.parametrize("family", parameters(WORKING))
def test_packed_from_float32(family: Family, tmp_path: Path) -> None:
    path = family.make(tmp_path / "model")
    assert read_shape(path).stored_dtype == "float32"
    engine = LocalChatEngine()
    engine.load(LoadModel(path, "cpu", "int8", threads=1), lambda event: None)
    loaded = engine._loaded
    assert loaded is not None
    assert loaded.model.dtype == torch.bfloat16
    assert any(isinstance(module, PackedLinear) for module in loaded.model.modules())
    question = talk(("What is it?", (draw_picture(tmp_path, "red"),)))
    finished, _ = ask(engine, question, max_tokens=3)
    assert finished.usage is not None
    assert finished.usage.completion_tokens > 0
