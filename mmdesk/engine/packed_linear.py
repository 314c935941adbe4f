"""Linear layers with int8 or int4 weights, for a CPU: a token costs the bytes that it reads.

One token at a time, torch's own packed kernels multiply without ever unpacking. Many at once (a
prompt) are bound by arithmetic instead, so there the weights are unpacked for the moment.

int8 has one scale an output row, int4 a scale and a zero point for each group of inputs, both
rounded to nearest. Kernels: aten/native/cpu/int8mm_kernel.cpp and int4mm_kernel.cpp of torch.
"""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, ClassVar

import torch
from torch import nn
from torch.nn import functional

GROUPS = (128, 64, 32)
"""Inputs that share an int4 scale: the largest that divides them."""
_ROWS_OF_A_BLOCK = (64, 32)
"""With and without AVX-512, of the int4 kernel's layout."""
_ROWS_AT_A_TIME = 1024
"""That are packed: what is computed on the way takes several times as much memory."""


class PackedLinear(nn.Module):
    """A linear layer that keeps no weights but packed ones; activations are bfloat16.

    Attributes:
        few: Rows up to which the packed kernel is the faster way; a follow-up has no more.
    """

    few: ClassVar[int]
    bias: torch.Tensor | None

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.in_features, self.out_features = linear.in_features, linear.out_features
        bias = None if linear.bias is None else linear.bias.detach().to(torch.bfloat16)
        self.register_buffer("bias", bias, persistent=False)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return ``inputs`` (…, in_features) times the weights, (…, out_features)."""
        rows = inputs.reshape(-1, self.in_features)
        if rows.shape[0] > self.few:
            outputs = functional.linear(rows, self.unpacked())
        else:
            outputs = self._multiplier()(rows.contiguous())
        if self.bias is not None:
            outputs = outputs + self.bias
        return outputs.view(*inputs.shape[:-1], self.out_features)

    def row_multiplier(self) -> Callable[[torch.Tensor], torch.Tensor]:
        """Return what :meth:`forward` does to one row, (1, in_features), in as little time."""
        multiply, bias = self._multiplier(), self.bias
        return multiply if bias is None else lambda row: multiply(row) + bias

    @abstractmethod
    def unpacked(self) -> torch.Tensor:
        """Return the weights that the packed ones stand for, (out_features, in_features)."""

    @abstractmethod
    def _multiplier(self) -> Callable[[torch.Tensor], torch.Tensor]:
        """Return what multiplies a few rows, (rows, in_features), with the packed weights."""


class Int8Linear(PackedLinear):
    """One byte a weight."""

    few = 16
    packed: torch.Tensor
    scales: torch.Tensor

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__(linear)
        weight = linear.weight.detach()
        packed = torch.empty(weight.shape, dtype=torch.int8)
        scales = torch.empty(self.out_features, dtype=torch.bfloat16)
        for rows in _parts(self.out_features):
            exact = weight[rows].float()
            scales[rows] = (exact.abs().amax(dim=1) / 127).clamp_(min=1e-12)
            exact.div_(scales[rows].float()[:, None])
            packed[rows] = exact.round_().clamp_(-127, 127)
        self.register_buffer("packed", packed, persistent=False)
        self.register_buffer("scales", scales, persistent=False)

    def unpacked(self) -> torch.Tensor:
        """Return the weights, bfloat16."""
        return self.packed.to(torch.bfloat16) * self.scales[:, None]

    def _multiplier(self) -> Callable[[torch.Tensor], torch.Tensor]:
        packed, scales = self.packed, self.scales
        return lambda rows: torch._weight_int8pack_mm(rows, packed, scales)


class Int4Linear(PackedLinear):
    """Half a byte a weight, and four bytes a group.

    Raises:
        ValueError: the kernel doesn't take this shape: see :func:`fits_int4`.
    """

    few = 64
    packed: torch.Tensor
    scales_and_zeros: torch.Tensor

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__(linear)
        if not fits_int4(linear):
            raise ValueError(f"no int4 for {self.out_features} x {self.in_features}")
        self._group = next(each for each in GROUPS if self.in_features % each == 0)
        groups = self.in_features // self._group
        packed = torch.empty((self.out_features, self.in_features // 2), dtype=torch.uint8)
        pairs = torch.empty((groups, self.out_features, 2), dtype=torch.bfloat16)
        for rows in _parts(self.out_features):
            packed[rows], pairs[:, rows] = _int4(linear.weight.detach()[rows], self._group)
        self.register_buffer("packed", packed, persistent=False)
        self.register_buffer("scales_and_zeros", pairs, persistent=False)

    def unpacked(self) -> torch.Tensor:
        """Return the weights, bfloat16."""
        numbers = _numbers(self.packed, self.in_features).to(torch.bfloat16).sub_(8)
        scales, zeros = self.scales_and_zeros.unbind(dim=-1)
        groups = numbers.view(self.out_features, -1, self._group)
        groups.mul_(scales.t()[..., None]).add_(zeros.t()[..., None])
        return numbers

    def _multiplier(self) -> Callable[[torch.Tensor], torch.Tensor]:
        packed, group, pairs = self.packed, self._group, self.scales_and_zeros.contiguous()
        multiply: Any = torch.ops.aten._weight_int4pack_mm_for_cpu.default
        return lambda rows: multiply(rows, packed, group, pairs)


def _parts(rows: int) -> Iterator[slice]:
    """Yield rows that are packed at a time: whole blocks of the int4 kernel, but for the last."""
    return (slice(first, first + _ROWS_AT_A_TIME) for first in range(0, rows, _ROWS_AT_A_TIME))


def _int4(weight: torch.Tensor, group: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return a part's packed numbers, and its scales and zero points, (groups, rows, 2)."""
    rows = weight.shape[0]
    numbers = weight.float().view(rows, -1, group)
    least, most = numbers.aminmax(dim=2)
    scales = ((most - least) / 15).clamp(min=1e-12).to(torch.bfloat16).float()
    zeros = (least + 8 * scales).to(torch.bfloat16).float()  # what a packed 8 stands for
    steps = (numbers - zeros[..., None]).div_(scales[..., None]).add_(8).round_().clamp_(0, 15)
    whole = steps.to(torch.int32).view(rows, -1)
    packed = torch.ops.aten._convert_weight_to_int4pack_for_cpu(whole, 1)
    return packed, torch.stack([scales.t(), zeros.t()], dim=-1)


def joined(layers: Sequence[Any]) -> PackedLinear | None:
    """Return a layer whose outputs are those of several, side by side; None where there is none.

    The several become views of its memory.
    """
    kinds = {type(layer) for layer in layers}
    if kinds == {Int8Linear}:
        return _joined(layers, {"packed": 0, "scales": 0})
    block = _rows_of_a_block() if kinds == {Int4Linear} else 0
    if block and not any(layer.out_features % block for layer in layers):
        return _joined(layers, {"packed": 0, "scales_and_zeros": 1})
    return None


def _joined(layers: Any, dimensions: dict[str, int]) -> PackedLinear | None:
    """Join layers of one class along the dimension of the outputs of each of its tensors."""
    biases = [layer.bias for layer in layers]
    if (
        len({layer.in_features for layer in layers}) > 1
        or len({bias is None for bias in biases}) > 1
    ):
        return None
    one: PackedLinear = copy.copy(layers[0])
    one._buffers = dict(one._buffers)
    one.out_features = sum(layer.out_features for layer in layers)
    if biases[0] is not None:
        one.bias = torch.cat(biases)
    for name, dimension in dimensions.items():
        whole = torch.cat([getattr(layer, name) for layer in layers], dim=dimension)
        setattr(one, name, whole)
        parts = whole.split([layer.out_features for layer in layers], dim=dimension)
        for layer, part in zip(layers, parts, strict=True):
            setattr(layer, name, part)
    return one


def fits_int4(linear: nn.Linear) -> bool:
    """Whether the int4 kernel takes a layer's shape."""
    whole = linear.out_features % 16 == 0 and linear.in_features % GROUPS[-1] == 0
    return whole and _rows_of_a_block() > 0


def _numbers(packed: torch.Tensor, columns: int) -> torch.Tensor:
    """Return int4 weights as they went in, (rows, columns) of uint8."""
    rows, block = packed.shape[0], _rows_of_a_block()
    whole = rows - rows % block
    numbers = packed.new_empty((rows, columns))
    pairs = packed.view(-1)[: whole * columns // 2].view(-1, columns, block // 2)
    blocks = numbers[:whole].view(-1, block, columns)
    blocks[:, : block // 2] = (pairs & 15).transpose(1, 2)
    blocks[:, block // 2 :] = (pairs >> 4).transpose(1, 2)
    if rest := rows - whole:
        pairs = packed.view(-1)[whole * columns // 2 :].view(columns, rest // 2)
        numbers[whole::2] = (pairs & 15).t()
        numbers[whole + 1 :: 2] = (pairs >> 4).t()
    return numbers


@cache
def _rows_of_a_block() -> int:
    """Return how many rows this computer's kernel packs together; 0 if it isn't known."""
    columns = GROUPS[-1]
    probe = torch.arange(128 * columns, dtype=torch.int32).view(128, columns) * 7 // 5 % 16
    packed = torch.ops.aten._convert_weight_to_int4pack_for_cpu(probe, 1)
    for block in _ROWS_OF_A_BLOCK:
        pairs = packed.view(-1, columns, block // 2)
        halves = torch.cat([pairs & 15, pairs >> 4], dim=2).transpose(1, 2)
        if torch.equal(halves.reshape(128, columns).to(torch.int32), probe):
            return block
    return 0
