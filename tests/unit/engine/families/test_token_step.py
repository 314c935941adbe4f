"""The short way through a decoder computes what transformers' modules do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from mmdesk.core.requests import LoadModel
from mmdesk.engine.kv_cache import new_cache
from mmdesk.engine.local import LocalChatEngine
from mmdesk.engine.token_step import TokenStep, steps
from tests.unit.engine.conversing import ask, talk
from tests.unit.engine.families.family import Family, all_families, parameters
from tests.unit.engine.pictures import draw_picture

FAMILIES = [each for each in all_families() if not each.why_not and each.style == "chat"]
STEPPED = {
    "idefics3", "internvl", "llava", "llava_next", "llava_onevision", "mistral3", "qwen2_5_vl",
    "qwen3_vl", "smolvlm",
}  # fmt: skip
TOKENS = 24


@pytest.mark.parametrize("family", parameters(FAMILIES))
def test_the_same_tokens(family: Family, tmp_path: Path) -> None:
    engine = LocalChatEngine()
    engine.load(LoadModel(family.make(tmp_path / "model"), dtype="float32"), lambda event: None)
    loaded = engine._loaded
    assert loaded is not None
    assert (loaded.decode is not None) == (family.model_type in STEPPED)
    question = talk(("What is it?", (draw_picture(tmp_path, "red"),)))
    sampled: dict[str, Any] = {"temperature": 1.5, "top_p": 0.9, "seed": 7}
    ours = [ask(engine, question, max_tokens=TOKENS, **each)[0].run for each in ({}, sampled)]
    object.__setattr__(loaded, "decode", None)  # transformers' own loop
    loaded.reader.forget()
    theirs = [ask(engine, question, max_tokens=TOKENS, **each)[0].run for each in ({}, sampled)]
    assert ours == theirs


@pytest.mark.parametrize(
    "family", parameters([each for each in FAMILIES if each.model_type in STEPPED])
)
def test_the_same_bits_in_bfloat16(family: Family, tmp_path: Path) -> None:
    engine = LocalChatEngine()
    engine.load(LoadModel(family.make(tmp_path / "model"), dtype="bfloat16"), lambda event: None)
    assert engine._loaded is not None
    model = engine._loaded.model
    assert steps(model)
    step = TokenStep(model)
    tokens = engine._loaded.prompts.example().inputs["input_ids"]
    with torch.inference_mode():
        ours, theirs = new_cache(model), new_cache(model)
        for cache in (ours, theirs):
            model(input_ids=tokens, past_key_values=cache)
        for token in range(5, 25):
            expected = model(input_ids=torch.tensor([[token]]), past_key_values=theirs).logits
            assert torch.equal(step(torch.tensor([token]), ours), expected[0, -1])
