"""The answers that ``mmdesk bench ui`` streams."""

from __future__ import annotations

import pytest

from mmdesk.bench.long_answers import KINDS, tokens


@pytest.mark.parametrize("kind", KINDS)
def test_they_are_as_long_as_wanted_and_the_same_again(kind: str) -> None:
    made = tokens(kind, 300, seed=4)
    assert len(made) == 300
    assert all(made)
    assert made == tokens(kind, 300, seed=4) != tokens(kind, 300, seed=5)
    assert "".join(tokens(kind, 400, seed=4)).startswith("".join(made[:-1]))
