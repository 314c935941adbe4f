"""Features of pictures as rows: one for each token that stands for a piece of a picture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import torch
from transformers.utils.generic import ModelOutput

from mmdesk.engine.tensors import tensor_bytes

Part = torch.Tensor | list[torch.Tensor] | tuple[torch.Tensor, ...]


@dataclass(frozen=True, slots=True)
class Features:
    """What a vision tower makes of pictures.

    Attributes:
        pooled: What goes into the tokens' places, (rows, hidden).
        deepstack: What is added in the decoder's first layers, each (rows, hidden); Qwen3-VL. In
            Granite 4 Vision there is nothing else: the first of them is also what is pooled.
        kind: The class that the model takes them as.
        in_list: Whether it takes a list of tensors, one a picture, instead of a batch.
        layers: The numbers of those layers, where the features tell them; Granite 4 Vision.
    """

    pooled: torch.Tensor
    deepstack: tuple[torch.Tensor, ...]
    kind: type[ModelOutput]
    in_list: bool
    layers: tuple[int, ...] = ()

    @classmethod
    def of(cls, output: ModelOutput) -> Features:
        """Take a tower's output apart; layers that no language model reads are left out."""
        deepstack = output.get("deepstack_features") or ()
        if "pooler_output" not in output:
            layers, parts = zip(*deepstack, strict=True)
            rows = tuple(map(_rows, parts))
            return cls(rows[0], rows, type(output), in_list=True, layers=layers)
        pooled = output["pooler_output"]
        in_list = not isinstance(pooled, torch.Tensor)
        return cls(_rows(pooled), tuple(map(_rows, deepstack)), type(output), in_list)

    @property
    def nbytes(self) -> int:
        """What they take in memory."""
        return tensor_bytes([self.pooled, self.deepstack])

    def output(self) -> ModelOutput:
        """Return them as the model takes them; the same rows in a batch of one."""
        if self.layers:
            parts = zip(self.layers, map(self._part, self.deepstack), strict=True)
            return self.kind(deepstack_features=list(parts))
        fields: dict[str, object] = {"pooler_output": self._part(self.pooled)}
        if self.deepstack:
            fields["deepstack_features"] = [self._part(each) for each in self.deepstack]
        return self.kind(**fields)

    def rows(self, start: int, end: int) -> Features:
        """Return the rows from ``start`` up to ``end``."""
        deepstack = tuple(each[start:end] for each in self.deepstack)
        return replace(self, pooled=self.pooled[start:end], deepstack=deepstack)

    def _part(self, rows: torch.Tensor) -> Part:
        return [rows] if self.in_list else rows[None]


def joined(features: Iterable[Features]) -> Features:
    """Return the rows of several, one after the other."""
    each = list(features)
    deepstack = tuple(map(torch.cat, zip(*(one.deepstack for one in each), strict=True)))
    pooled = torch.cat([one.pooled for one in each])
    return replace(each[0], pooled=pooled, deepstack=deepstack)


def _rows(part: Part) -> torch.Tensor:
    tensors = [part] if isinstance(part, torch.Tensor) else list(part)
    return torch.cat([each.reshape(-1, each.shape[-1]) for each in tensors])
