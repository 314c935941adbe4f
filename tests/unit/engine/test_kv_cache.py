"""Keys and values that are cut back and gone on with are those that were never cut."""

from __future__ import annotations

import pytest
import torch
from transformers import DynamicCache, Gemma3ForCausalLM, Gemma3TextConfig, PreTrainedModel

from mmdesk.engine.kv_cache import beginning_of, cache_bytes, can_cut, new_cache

WINDOW = 6
LENGTH = 20


@pytest.fixture(scope="module")
def model() -> PreTrainedModel:
    """One layer that sees everything and one that sees a window of ``WINDOW`` tokens."""
    torch.manual_seed(0)
    config = Gemma3TextConfig(
        vocab_size=64,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        sliding_window=WINDOW,
        layer_types=["sliding_attention", "full_attention"],
    )
    model = Gemma3ForCausalLM(config)
    model.eval()
    return model


@pytest.fixture
def tokens() -> torch.Tensor:
    return torch.randint(0, 64, (1, LENGTH), generator=torch.Generator().manual_seed(1))


def logits(model: PreTrainedModel, tokens: torch.Tensor, cache: DynamicCache) -> torch.Tensor:
    with torch.inference_mode():
        return model(tokens, past_key_values=cache).logits  # type: ignore[no-any-return]


def one_by_one(model: PreTrainedModel, tokens: torch.Tensor, cache: DynamicCache) -> torch.Tensor:
    return torch.cat([logits(model, each, cache) for each in tokens.split(1, dim=1)], dim=1)


def test_it_is_as_transformers_own(model: PreTrainedModel, tokens: torch.Tensor) -> None:
    ours, theirs = new_cache(model), DynamicCache(config=model.config)
    for read in (logits, one_by_one):
        torch.testing.assert_close(read(model, tokens, ours), read(model, tokens, theirs))
    assert ours.get_seq_length() == 2 * LENGTH


@pytest.mark.parametrize("length", [1, WINDOW - 1, WINDOW, WINDOW + 1, LENGTH - 1])
def test_what_is_cut_back_goes_on_as_if_nothing_had_followed(
    model: PreTrainedModel, tokens: torch.Tensor, length: int
) -> None:
    whole = logits(model, tokens, new_cache(model))
    cache = new_cache(model)
    logits(model, tokens.flip(1), cache)
    cache.crop(-LENGTH)
    logits(model, torch.cat([tokens[:, :length], tokens.flip(1)], dim=1), cache)
    assert can_cut(cache, length)
    cache.crop(-LENGTH)
    assert cache.get_seq_length() == length
    torch.testing.assert_close(logits(model, tokens[:, length:], cache), whole[:, length:])


def test_a_beginning_is_a_copy(model: PreTrainedModel, tokens: torch.Tensor) -> None:
    whole = logits(model, tokens, cache := new_cache(model))
    half = beginning_of(cache, LENGTH // 2)
    again = logits(model, tokens[:, LENGTH // 2 :], half)
    torch.testing.assert_close(again, whole[:, LENGTH // 2 :])
    logits(model, tokens.flip(1), half)
    cache.crop(-1)
    torch.testing.assert_close(logits(model, tokens[:, -1:], cache), whole[:, -1:])


def test_a_token_costs_no_copy_of_all(model: PreTrainedModel, tokens: torch.Tensor) -> None:
    cache = new_cache(model)
    logits(model, tokens, cache)
    where, size = cache.layers[1].keys.data_ptr(), cache_bytes(cache)
    one_by_one(model, tokens, cache)
    assert cache.layers[1].keys.data_ptr() == where
    assert cache_bytes(cache) == size > 0
