"""Packed weights stand for what went in, one row or many at a time."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from mmdesk.engine.packed_linear import (
    Int4Linear,
    Int8Linear,
    PackedLinear,
    fits_int4,
    joined,
)

SHAPES = [(64, 128), (96, 64), (16, 32), (576, 192), (48, 96)]


def linear(rows: int, columns: int, *, bias: bool = False) -> nn.Linear:
    torch.manual_seed(rows + columns)
    return nn.Linear(columns, rows, bias=bias).to(torch.bfloat16)


@pytest.mark.parametrize(("rows", "columns"), SHAPES)
@pytest.mark.parametrize(("packing", "step"), [(Int8Linear, 1 / 127), (Int4Linear, 1 / 15)])
def test_weights_are_rounded_by_half_a_step_at_most(
    packing: type[PackedLinear], step: float, rows: int, columns: int
) -> None:
    layer = linear(rows, columns)
    span = (layer.weight.max() - layer.weight.min()).float()
    far = (packing(layer).unpacked().float() - layer.weight.float()).abs().max()
    assert far <= span * step * 0.55 + 2**-8 * span  # and what bfloat16 rounds


@pytest.mark.parametrize(("rows", "columns"), SHAPES)
@pytest.mark.parametrize("packing", [Int8Linear, Int4Linear])
@pytest.mark.parametrize("bias", [False, True])
def test_few_rows_give_what_many_do(
    packing: type[PackedLinear], rows: int, columns: int, bias: bool
) -> None:
    layer = packing(linear(rows, columns, bias=bias))
    inputs = torch.randn(2, packing.few, columns, dtype=torch.bfloat16)
    with torch.inference_mode():
        many = layer(inputs)
        few = torch.stack([layer(each) for each in inputs])
        one = layer(inputs[0, 0])
    assert many.shape == (2, packing.few, rows)
    torch.testing.assert_close(few, many, rtol=0.02, atol=0.02)
    torch.testing.assert_close(one, many[0, 0], rtol=0.02, atol=0.02)


@pytest.mark.parametrize("packing", [Int8Linear, Int4Linear])
def test_equal_weights_stay_equal(packing: type[PackedLinear]) -> None:
    layer = linear(32, 64)
    with torch.no_grad():
        layer.weight.fill_(0.5)
        layer.weight[0] = 0
    unpacked = packing(layer).unpacked()
    torch.testing.assert_close(unpacked, layer.weight, rtol=0.01, atol=1e-6)


def test_int4_says_which_shapes_it_takes() -> None:
    assert fits_int4(linear(64, 128))
    assert not fits_int4(linear(60, 128))
    assert not fits_int4(linear(64, 100))
    with pytest.raises(ValueError, match="no int4"):
        Int4Linear(linear(60, 128))


@pytest.mark.parametrize("packing", [Int8Linear, Int4Linear])
@pytest.mark.parametrize("bias", [False, True])
def test_joined_layers_give_what_each_does(packing: type[PackedLinear], bias: bool) -> None:
    layers = [packing(linear(rows, 192, bias=bias)) for rows in (192, 64, 128)]
    inputs = torch.randn(1, 192, dtype=torch.bfloat16)
    expected = torch.cat([layer(inputs) for layer in layers], dim=-1)
    weights = [layer.unpacked() for layer in layers]
    one = joined(layers)
    assert one is not None
    assert torch.equal(one.row_multiplier()(inputs), expected)
    assert torch.equal(one(inputs), expected)
    assert torch.equal(one.unpacked(), torch.cat(weights))
    for layer, weight in zip(layers, weights, strict=True):
        assert torch.equal(layer.unpacked(), weight)
        whole = one.get_buffer("packed").untyped_storage()
        assert layer.get_buffer("packed").untyped_storage().data_ptr() == whole.data_ptr()
    assert torch.equal(torch.cat([layer(inputs) for layer in layers], dim=-1), expected)


def test_what_can_not_be_joined() -> None:
    assert joined([linear(64, 64)]) is None
    assert joined([Int8Linear(linear(64, 64)), Int4Linear(linear(64, 64))]) is None
    assert joined([Int8Linear(linear(64, 64)), Int8Linear(linear(64, 64, bias=True))]) is None
    assert joined([Int8Linear(linear(64, 64)), Int8Linear(linear(64, 128))]) is None
    assert joined([Int4Linear(linear(64, 64)), Int4Linear(linear(48, 64))]) is None
