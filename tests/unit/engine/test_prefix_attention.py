"""Attention in two parts gives what one masked call gives, and only where it may."""

from __future__ import annotations

from collections.abc import Callable

import mmdesk.engine.torchvision_first  # noqa: F401

import pytest
import torch
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from mmdesk.engine import prefix_attention
from mmdesk.engine.prefix_attention import prefix_attention as two_parts

KNOWN, NEW, HEADS, SIZE = 300, 70, 4, 16


class Layer(torch.nn.Module):
    """What the function is told of a layer."""

    is_causal = True

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.num_key_value_groups = groups


def states(groups: int, dtype: torch.dtype = torch.float32) -> tuple[torch.Tensor, ...]:
    torch.manual_seed(groups)
    query = torch.randn(1, HEADS, NEW, SIZE)
    key, value = torch.randn(2, 1, HEADS // groups, KNOWN + NEW, SIZE)
    return query.to(dtype), key.to(dtype), value.to(dtype)


def causal() -> torch.Tensor:
    places = torch.arange(KNOWN + NEW)
    return (places <= KNOWN + torch.arange(NEW)[:, None])[None, None]


@pytest.fixture
def joined(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Collect where two parts were joined."""
    calls: list[int] = []
    join = prefix_attention._joined

    def noted(*given: object) -> torch.Tensor:
        calls.append(KNOWN)
        return join(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(prefix_attention, "_joined", noted)
    return calls


def attended(
    mask: torch.Tensor | None, groups: int, scale: float | None, dtype: torch.dtype
) -> tuple[torch.Tensor, torch.Tensor]:
    layer, (query, key, value) = Layer(groups), states(groups, dtype)
    with two_parts():
        ours = ALL_ATTENTION_FUNCTIONS["sdpa"]
        found = [ours(layer, query, key, value, mask, scaling=scale)[0] for _ in range(2)][-1]
    return found, sdpa_attention_forward(layer, query, key, value, mask, scaling=scale)[0]


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("scale", [None, 0.5])
def test_both_ways_agree(groups: int, scale: float | None, joined: list[int]) -> None:
    found, expected = attended(causal(), groups, scale, torch.float32)
    assert len(joined) == 2
    assert found.is_contiguous()
    torch.testing.assert_close(found, expected, atol=2e-6, rtol=1e-5)


def windowed() -> torch.Tensor:
    mask = causal().clone()
    mask[..., :10] = False
    return mask


def looking_ahead() -> torch.Tensor:
    mask = causal().clone()
    mask[..., KNOWN + 5 : KNOWN + 9, KNOWN + 5 : KNOWN + 9] = True
    mask[0, 0, 5:9, KNOWN + 5 : KNOWN + 9] = True
    return mask


@pytest.mark.parametrize("mask", [windowed, looking_ahead, lambda: None])
def test_other_masks_are_left_to_transformers(
    mask: Callable[[], torch.Tensor | None], joined: list[int]
) -> None:
    found, expected = attended(mask(), 2, None, torch.float32)
    assert not joined
    assert torch.equal(found, expected)


def test_other_numbers_are_left_to_transformers(joined: list[int]) -> None:
    found, expected = attended(causal(), 2, None, torch.bfloat16)
    assert not joined
    assert torch.equal(found, expected)


def test_values_of_another_width_are_left_to_transformers(joined: list[int]) -> None:
    query, key, value = states(2)
    with two_parts():
        ours = ALL_ATTENTION_FUNCTIONS["sdpa"]
        found = ours(Layer(2), query, key, value[..., :8], causal())[0]
    assert not joined
    assert found.shape == (1, NEW, HEADS, 8)


def test_afterwards_all_is_as_before() -> None:
    with pytest.raises(RuntimeError, match="stop"), two_parts():
        raise RuntimeError("stop")
    assert ALL_ATTENTION_FUNCTIONS["sdpa"] is sdpa_attention_forward
