"""Tokens that are checked several at once are those that come one by one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import MistralConfig, MistralForCausalLM

from mmdesk.core.conversations import Run
from mmdesk.core.requests import LoadModel
from mmdesk.engine.decoding import decoder_of
from mmdesk.engine.kv_cache import new_cache
from mmdesk.engine.local import LocalChatEngine
from mmdesk.engine.lookup import Lookup
from mmdesk.engine.token_step import TokenStep
from tests.unit.engine.conversing import ask, talk
from tests.unit.engine.families.family import Family, parameters
from tests.unit.engine.families.test_token_step import FAMILIES, STEPPED
from tests.unit.engine.pictures import draw_picture

STEPPING = [each for each in FAMILIES if each.model_type in STEPPED]
TOKENS = 48
WAYS: tuple[dict[str, Any], ...] = (
    {},
    {"temperature": 0.4, "seed": 3},
    {"temperature": 1.2, "top_p": 0.9, "seed": 7},
)


class Checks:
    """Counts what was proposed and what was right."""

    def __init__(self) -> None:
        self.accepted: list[int] = []

    @contextmanager
    def counting(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        checked = Lookup.checked

        def noted(lookup: Lookup, accepted: int) -> None:
            self.accepted.append(accepted)
            checked(lookup, accepted)

        with monkeypatch.context() as patch:
            patch.setattr(Lookup, "checked", noted)
            yield


def conversation(engine: LocalChatEngine, folder: Path) -> Iterator[Run]:
    """Ask about a picture in some ways, each time with a follow-up, and stop one answer."""
    asked = ("Write it again: abcabcabc abcabcabc abcabcabc", (draw_picture(folder, "red"),))
    for way in WAYS:
        first, _ = ask(engine, talk(asked), max_tokens=TOKENS, **way)
        again, _ = ask(engine, talk(asked, first.text or "-", "Once more"), max_tokens=TOKENS)
        seen = iter(range(99))
        stopped, _ = ask(
            engine,
            talk(asked, "Yes.", "And abcabcabc?"),
            cancelled=lambda seen=seen: next(seen) > 30,  # type: ignore[misc]
            max_tokens=TOKENS,
        )
        for each in (first, again, stopped):
            assert each.run is not None
            yield each.run


@pytest.mark.parametrize("precision", ["float32", "int8", "int4"])
@pytest.mark.parametrize("family", parameters(STEPPING))
def test_the_same_tokens(
    family: Family, precision: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = LocalChatEngine()
    path = family.make(tmp_path / "model")
    engine.load(LoadModel(path, "cpu", precision), lambda event: None)
    loaded = engine._loaded
    assert loaded is not None
    checks = Checks()
    with checks.counting(monkeypatch):
        foreseen = list(conversation(engine, tmp_path))
    loaded.reader.forget()
    plain = decoder_of(loaded.model, "none") if precision != "float32" else None
    object.__setattr__(loaded, "decode", plain)
    assert foreseen == list(conversation(engine, tmp_path))
    assert sum(checks.accepted) > 0


@pytest.mark.parametrize("precision", ["int8", "int4"])
@pytest.mark.parametrize("family", parameters(STEPPING))
def test_the_same_bits_where_weights_are_packed(
    family: Family, precision: str, tmp_path: Path
) -> None:
    engine = LocalChatEngine()
    path = family.make(tmp_path / "model")
    engine.load(LoadModel(path, "cpu", precision), lambda event: None)
    assert engine._loaded is not None
    model = engine._loaded.model
    step = TokenStep(model)
    prompt = engine._loaded.prompts.example().inputs["input_ids"]
    tokens = torch.tensor([5, 9, 6, 5])
    with torch.inference_mode():
        one, all_at_once = new_cache(model), new_cache(model)
        for cache in (one, all_at_once):
            model(input_ids=prompt, past_key_values=cache)
        rows = torch.stack([step(each[None], one) for each in tokens])
        assert torch.equal(step.several(tokens, all_at_once), rows)
    for layer, other in zip(one.layers, all_at_once.layers, strict=True):
        for mine, others in ((layer.keys, other.keys), (layer.values, other.values)):
            assert mine is not None
            assert others is not None
            assert torch.equal(mine, others)


def test_a_window_that_slides() -> None:
    torch.manual_seed(0)
    config = MistralConfig(
        vocab_size=90, hidden_size=64, intermediate_size=96, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, sliding_window=8,
    )  # fmt: skip
    model = MistralForCausalLM(config).eval()
    step = TokenStep(model)
    tokens = torch.arange(5, 29) * 7 % 90
    with torch.inference_mode():
        one, by_fours = new_cache(model), new_cache(model)
        rows = torch.stack([step(each[None], one) for each in tokens])
        fours = torch.cat([step.several(each, by_fours) for each in tokens.split(4)])
        torch.testing.assert_close(fours, rows)
        for layer in by_fours.layers:
            layer.crop(-3)
        torch.testing.assert_close(step.several(tokens[-3:], by_fours), rows[-3:])
