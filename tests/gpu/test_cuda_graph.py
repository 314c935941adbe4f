"""On CUDA: an answer by a captured graph is the plain one's, and gives its memory back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from mmdesk.core.requests import LoadModel
from mmdesk.engine.answering import free_caches
from mmdesk.engine.fixed_attention import FlashAttention, MaskedAttention, attention_for
from mmdesk.engine.kv_cache import new_cache
from mmdesk.engine.loading import LoadedModel
from mmdesk.engine.local import LocalChatEngine
from mmdesk.engine.prefix_cache import PrefixCache
from mmdesk.engine.token_step import TokenStep
from tests.unit.engine.conversing import ask, talk
from tests.unit.engine.families import (
    idefics3,
    internvl,
    llava,
    llava_next,
    llava_onevision,
    mistral3,
    qwen2_5_vl,
    qwen3_vl,
    smolvlm,
)
from tests.unit.engine.families.family import Family
from tests.unit.engine.pictures import draw_picture

pytestmark = [
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA GPU"),
    pytest.mark.timeout(300),
]

MODULES = (
    idefics3, internvl, llava, llava_next, llava_onevision, mistral3, qwen2_5_vl, qwen3_vl, smolvlm,
)  # fmt: skip
TOKENS = 48
_TIE = 1 / 64
"""Of the largest logit: two bfloat16 roundings."""


@pytest.fixture(params=MODULES, ids=lambda module: module.FAMILY.model_type)
def family(request: pytest.FixtureRequest) -> Family:
    found: Family = request.param.FAMILY
    return found


def engine_of(family: Family, folder: Path, dtype: str) -> LocalChatEngine:
    engine = LocalChatEngine()
    engine.load(LoadModel(family.make(folder / "model"), "cuda", dtype), lambda event: None)
    return engine


def loaded_of(engine: LocalChatEngine) -> LoadedModel:
    assert engine._loaded is not None
    return engine._loaded


@pytest.fixture
def exact(family: Family, tmp_path: Path) -> Iterator[LocalChatEngine]:
    engine = engine_of(family, tmp_path, "float32")
    yield engine
    engine.close()


def tokens(engine: LocalChatEngine, talks: list[Any], **settings: Any) -> list[tuple[int, ...]]:
    runs = [ask(engine, each, **({"max_tokens": TOKENS} | settings))[0].run for each in talks]
    return [run.tokens for run in runs if run is not None]


def test_conversations_are_those_of_transformers(exact: LocalChatEngine, tmp_path: Path) -> None:
    loaded = loaded_of(exact)
    red, blue = (draw_picture(tmp_path, color) for color in ("red", "blue"))
    first, other = ("What is it?", (red,)), ("Something else entirely", (blue,))
    talks = [
        talk(first), talk(first, "A circle.", "Why?"), talk(other),
        talk(first, "A circle.", "Why?", "So.", ("And this?", (blue,))), talk(first),
    ]  # fmt: skip
    assert loaded.decode is not None
    recorded = loaded.decode._recorded
    assert recorded is not None
    found = tokens(exact, talks)
    assert recorded.rooms == (1024,), "captured while the first answer was written"
    sampled = tokens(exact, talks, temperature=1.2, top_p=0.9, seed=3)
    object.__setattr__(loaded, "decode", None)
    loaded.reader.forget()
    assert found == tokens(exact, talks)
    loaded.reader.forget()
    assert sampled == tokens(exact, talks, temperature=1.2, top_p=0.9, seed=3)


def test_bfloat16_differs_in_ties_alone(family: Family, tmp_path: Path) -> None:
    engine = engine_of(family, tmp_path, "bfloat16")
    loaded = loaded_of(engine)
    tokens(engine, [talk("What is it?")])
    assert loaded.decode is not None
    graph = loaded.decode._recorded
    assert graph is not None
    assert graph.rooms == (1024,)
    plain = TokenStep(loaded.model)
    prompt = loaded.prompts.example().inputs["input_ids"].to("cuda")
    ties = 0
    with torch.inference_mode():
        ours, theirs = new_cache(loaded.model), new_cache(loaded.model)
        for cache in (ours, theirs):
            loaded.model(input_ids=prompt, past_key_values=cache)
        token = prompt[0, -1:]
        for _ in range(200):
            found, expected = graph(token, ours).float(), plain(token, theirs).float()
            token = expected.argmax(keepdim=True)
            if found.argmax() != token[0]:
                best, second = expected.topk(2).values.tolist()
                assert best - second <= _TIE * abs(best)
                ties += 1
        graph.end(ours)
    print(f"{family.model_type}: {ties} of 200 tokens differ in a tie")
    engine.close()


@pytest.mark.parametrize("groups", [1, 4, 7, 8])
def test_flash_attention_reads_what_the_mask_shows(groups: int) -> None:
    room, heads, head_dim = 2048, 2, 128
    buffer = torch.randn((2 * heads, room, head_dim), device="cuda", dtype=torch.bfloat16)
    flash = attention_for(room, head_dim**-0.5, groups * heads, buffer)
    assert isinstance(flash, FlashAttention)
    masked = MaskedAttention(room, head_dim**-0.5, buffer)
    keys, values = buffer.split(heads)
    for length in (0, 1, 63, 64, 127, 128, 1000, room - 1):
        index = torch.tensor([length], device="cuda")
        queries = torch.randn((groups * heads, head_dim), device="cuda", dtype=torch.bfloat16)
        ours, theirs = (
            each(queries, keys, values, each.prepare(index)).reshape(-1) for each in (flash, masked)
        )
        torch.testing.assert_close(ours, theirs, rtol=0.02, atol=0.02)


def test_its_memory_is_freed(exact: LocalChatEngine) -> None:
    loaded = loaded_of(exact)
    free_caches(loaded)
    before = torch.cuda.memory_allocated()
    tokens(exact, [talk("What is it?")])
    assert torch.cuda.memory_allocated() > before
    free_caches(loaded)
    assert torch.cuda.memory_allocated() <= before + 2**20
    tokens(exact, [talk("What is it?")])  # and captured anew


def test_conversations_go_to_the_host_and_come_back(exact: LocalChatEngine) -> None:
    loaded = loaded_of(exact)
    # Few tokens in common: an entry would be cut and gone on with.
    words = ("circle", "How many triangles", "star, green", "图片里有几个圆形")
    talks = [talk(f"{word} is in the picture?") for word in words]
    talks += [talk(each[0].text, "Red.", "Why?") for each in talks]
    expected = tokens(exact, talks)
    kept = loaded.reader._kept
    size = max(each.size for each in kept._kept)
    loaded.reader._kept = small = PrefixCache(loaded.model, size, host_size=20 * size)
    assert tokens(exact, talks) == expected
    assert small.nbytes <= size
    assert 0 < small.host_bytes <= 20 * size
    assert all(
        layer.keys.device.type == ("cpu" if each.on_host else "cuda")
        for each in small._kept
        for layer in each.cache.layers
    )
