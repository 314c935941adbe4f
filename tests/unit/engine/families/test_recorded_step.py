"""The step in buffers of fixed shape says what the plain one says, and leaves the same cache."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import DynamicCache, PreTrainedModel

from mmdesk.core.requests import LoadModel
from mmdesk.engine import recorded_step
from mmdesk.engine.decoding import decoder_of
from mmdesk.engine.kv_cache import new_cache
from mmdesk.engine.local import LocalChatEngine
from mmdesk.engine.recorded_step import RecordedStep
from mmdesk.engine.token_step import TokenStep
from tests.unit.engine.conversing import ask, talk
from tests.unit.engine.families.family import Family, parameters
from tests.unit.engine.families.test_token_step import FAMILIES, STEPPED
from tests.unit.engine.pictures import draw_picture
from tests.unit.engine.recording import Rehearsal

STEPPING = [each for each in FAMILIES if each.model_type in STEPPED]
AHEAD = 3
"""By how much positions are ahead of tokens in the test of M-RoPE."""
TOKENS = 24


@pytest.fixture(autouse=True)
def small_rooms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have an answer outgrow its room."""
    monkeypatch.setattr(recorded_step, "_LEAST_ROOM", 8)


def load(family: Family, folder: Path, dtype: str = "float32") -> tuple[PreTrainedModel, Any]:
    engine = LocalChatEngine()
    engine.load(LoadModel(family.make(folder / "model"), dtype=dtype), lambda event: None)
    assert engine._loaded is not None
    model = engine._loaded.model
    if getattr(model.base_model, "rope_deltas", None) is not None:
        model.base_model.rope_deltas = torch.tensor([[AHEAD]])
    return model, engine._loaded.prompts.example().inputs["input_ids"]


def read(model: PreTrainedModel, tokens: torch.Tensor) -> tuple[torch.Tensor, DynamicCache]:
    """Return the likeliest next token and the cache."""
    cache = new_cache(model)
    logits = model(input_ids=tokens, past_key_values=cache).logits
    return logits[0, -1].argmax(keepdim=True), cache


def plainly(
    model: PreTrainedModel, token: torch.Tensor, cache: DynamicCache, count: int
) -> list[int]:
    step, tokens = TokenStep(model), []
    for _ in range(count):
        token = step(token, cache).argmax(keepdim=True)
        tokens.append(int(token))
    return tokens


@pytest.mark.parametrize("family", parameters(STEPPING))
def test_the_same_tokens_and_the_same_cache(family: Family, tmp_path: Path) -> None:
    model, prompt = load(family, tmp_path)
    with torch.inference_mode():
        token, theirs = read(model, prompt)
        expected = plainly(model, token, theirs, 2 * TOKENS)
        _, ours = read(model, prompt)
        step = RecordedStep(model, TokenStep(model), Rehearsal)
        step._plain_left = 0
        found = [int(each) for each in itertools.islice(step.tokens(token, ours), TOKENS)]
        step.end(ours)
        assert ours.get_seq_length() == prompt.shape[1] + TOKENS
        for each in expected[TOKENS : 2 * TOKENS]:
            logits = step(torch.tensor(found[-1:]), ours)
            found.append(int(logits.argmax()))
            assert each == found[-1]
        step.end(ours)
    assert found == expected
    assert len(step.rooms) > 1
    for layer, other in zip(ours.layers, theirs.layers, strict=True):
        torch.testing.assert_close(layer.keys, other.keys, rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(layer.values, other.values, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("family", parameters(STEPPING))
def test_bfloat16_is_rounded_where_the_plain_step_rounds(family: Family, tmp_path: Path) -> None:
    model, prompt = load(family, tmp_path, "bfloat16")
    plain = TokenStep(model)
    with torch.inference_mode():
        token, theirs = read(model, prompt)
        _, ours = read(model, prompt)
        step = RecordedStep(model, plain, Rehearsal)
        step._plain_left = 0
        for _ in range(TOKENS):
            expected = plain(token, theirs)
            found = step(token, ours)
            # attention over a masked buffer sums in another order
            near = (found.float() - expected.float()).abs().max() / expected.float().std()
            assert near < 0.05
            token = expected.argmax(keepdim=True)


@pytest.mark.parametrize("family", parameters(STEPPING))
def test_a_conversation_about_pictures_is_the_same(family: Family, tmp_path: Path) -> None:
    engine = LocalChatEngine()
    engine.load(LoadModel(family.make(tmp_path / "model"), dtype="float32"), lambda event: None)
    loaded = engine._loaded
    assert loaded is not None
    red, blue = (draw_picture(tmp_path, color) for color in ("red", "blue"))
    first = ("What is it?", (red,))
    other = ("Something else entirely", (blue,))
    talks = [
        talk(first),
        talk(first, "A circle.", "Why?"),
        talk(other),
        talk(first, "A circle.", "Why?", "So.", ("And this?", (blue,))),
        talk(first, "A circle.", "How large is it?"),
        talk(first),
    ]
    found: list[list[tuple[int, ...]]] = []
    for decode in (decoder_of(loaded.model, "float32", Rehearsal), None):
        object.__setattr__(loaded, "decode", decode)
        loaded.reader.forget()
        runs = [ask(engine, each, max_tokens=TOKENS)[0].run for each in talks]
        found.append([run.tokens for run in runs if run is not None])
        if decode is not None:
            assert decode._recorded is not None
            assert decode._recorded.rooms
    assert found[0] == found[1]
    engine.close()
