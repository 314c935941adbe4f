"""The largest model that is promised leaves room for everything else."""

from __future__ import annotations

import pytest

from mmdesk.models.fit import largest_model_billions, total_memory_bytes


@pytest.mark.parametrize(
    ("gibibytes", "billions"), [(0, 0), (2, 0), (4, 1), (8, 2), (16, 4), (24, 7), (64, 14)]
)
def test_largest_model(gibibytes: int, billions: int) -> None:
    assert largest_model_billions(gibibytes * 2**30) == billions


def test_this_computer_has_some_memory() -> None:
    assert total_memory_bytes() > 2**28
