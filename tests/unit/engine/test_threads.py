"""The number of threads is measured, and does not flap."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from mmdesk.core.requests import LoadModel
from mmdesk.engine import threads
from mmdesk.engine.local import LocalChatEngine
from mmdesk.engine.threads import candidates, choose_threads, fastest
from mmdesk.models.hardware import physical_cores, usable_cores
from tests.unit.engine.conversing import ask, talk


@pytest.mark.parametrize(
    ("logical", "physical", "expected"),
    [
        (1, 1, [1]),
        (2, 2, [1]),
        (2, 1, [1]),
        (4, 4, [3, 2]),
        (8, 4, [7, 4, 2]),
        (16, 16, [15, 8]),
        (24, 16, [23, 16, 8]),
    ],
)
def test_candidates(logical: int, physical: int, expected: list[int]) -> None:
    """A core stays free, and two threads of one core need not both be used."""
    assert candidates(logical, physical) == expected


@pytest.mark.parametrize(
    ("token", "prompt", "expected"),
    [
        ([1.0, 1.0, 1.0], [1.0, 1.0, 1.0], 7),
        ([1.0, 0.95, 0.95], [1.0, 0.95, 0.95], 7),  # not clearly
        ([1.0, 0.8, 0.8], [1.0, 0.8, 0.8], 4),
        ([1.0, 0.8, 0.7], [1.0, 0.8, 0.85], 2),
        ([1.0, 0.8, 0.5], [1.0, 0.8, 1.6], 4),  # a prompt needs them
        ([1.0, 1.2, 1.6], [1.0, 0.5, 1.0], 7),  # a token does
        ([1.0, 1.0, 1.0], [1.0, 0.6, 1.2], 4),
    ],
)
def test_more_threads_unless_fewer_are_clearly_faster(
    token: list[float], prompt: list[float], expected: int
) -> None:
    assert fastest([7, 4, 2], [token, prompt]) == expected


def test_cores_of_this_computer() -> None:
    assert 1 <= physical_cores() <= usable_cores()


def test_a_persons_own_number_counts(llava: Path) -> None:
    engine = LocalChatEngine()
    before = torch.get_num_threads()
    try:
        engine.load(LoadModel(llava, "cpu", threads=3), lambda event: None)
        assert torch.get_num_threads() == 3
        run = ask(engine, talk("Hi"), max_tokens=2)[0].run
        assert run is not None
        assert run.threads == 3
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("dtype", ["float32", "int4"])
def test_measured_with_a_models_own_weights(
    llava: Path, dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a computer with four cores, if this one has fewer."""
    engine = LocalChatEngine()
    engine.load(LoadModel(llava, "cpu", dtype, threads=1), lambda event: None)
    assert engine._loaded is not None
    monkeypatch.setattr(threads, "usable_cores", lambda: 4)
    monkeypatch.setattr(threads, "physical_cores", lambda: 4)
    before = torch.get_num_threads()
    assert choose_threads(engine._loaded.model) in (3, 2)
    assert torch.get_num_threads() == before


def test_nothing_to_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Layers that another library has packed hold bytes, which are nothing to multiply with."""

    class PackedElsewhere(nn.Linear):
        def __init__(self) -> None:
            super().__init__(4, 4)
            self.weight = nn.Parameter(self.weight.data.byte(), requires_grad=False)

    class Decoding(nn.Module):
        def get_decoder(self) -> nn.Module:
            return nn.Sequential(PackedElsewhere())

    monkeypatch.setattr(threads, "usable_cores", lambda: 8)
    monkeypatch.setattr(threads, "physical_cores", lambda: 8)
    model: Any = Decoding()
    assert choose_threads(model) == 7
