"""What stood before is proposed, and wrong proposals cost little."""

from __future__ import annotations

import itertools
import random

import pytest

from mmdesk.engine.lookup import CHECKS, Check, Lookup

CHECK = Check(rows=4, cost=1.6)
FAR = 10_000


def written(lookup: Lookup, text: list[int]) -> tuple[int, float]:
    """Write a text; return in how many steps and how long that took, in steps of one token."""
    steps, cost, place = 0, 0.0, 0
    while place < len(text):
        lookup.add(text[place])
        place += 1
        proposed = lookup.proposed()
        pairs = zip(proposed, text[place:], strict=False)
        right = len(list(itertools.takewhile(lambda pair: pair[0] == pair[1], pairs)))
        if proposed:
            lookup.checked(right)
        for token in text[place : place + right]:
            lookup.add(token)
        place += right
        steps += 1
        cost += CHECK.cost if proposed else 1
    return steps, cost


def test_a_copy_is_proposed() -> None:
    text = list(range(100, 140))
    lookup = Lookup(text, CHECK, FAR)
    assert lookup.proposed() == []
    for token in (7, 110, 111):
        lookup.add(token)
        assert lookup.proposed() == []
    lookup.add(112)
    assert lookup.proposed() == [113, 114, 115]


def test_the_latest_place_goes_first_and_the_one_in_use_is_kept() -> None:
    lookup = Lookup([1, 2, 3, 4, 5, 9, 2, 3, 4, 6, 7, 8, 9, 9], CHECK, FAR)
    for token in (2, 3, 4):
        lookup.add(token)
    assert lookup.proposed() == [6, 7, 8]
    lookup.add(5)  # not what stood there, but what stood before it
    assert lookup.proposed() == [9, 2, 3]
    for token in (9, 2, 3, 4):
        lookup.add(token)
    assert lookup.proposed()[0] == 6, "it goes on where it is, not where 2, 3, 4 stood last"


@pytest.mark.parametrize("period", [1, 2, 3, 5])
def test_what_goes_round_goes_on(period: int) -> None:
    circle = list(range(period))
    lookup = Lookup(circle * 5, CHECK, FAR)
    assert lookup.proposed() == (circle * 5)[:3]


def test_nothing_is_proposed_beyond_the_end() -> None:
    text = [1, 2, 3, 4] * 4
    assert Lookup(text, CHECK, len(text) + 4).proposed() == [1, 2, 3]
    assert Lookup(text, CHECK, len(text) + 3).proposed() == []


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_short_prompts(count: int) -> None:
    assert Lookup(list(range(count)), CHECK, FAR).proposed() == []


def test_a_copy_takes_a_quarter_of_the_steps() -> None:
    text = [random.Random(1).randrange(5000) for _ in range(400)]
    steps, cost = written(Lookup(text, CHECK, FAR), text)
    assert steps < 400 / 4 + 5
    assert cost < 400 / 4 * CHECK.cost + 5


@pytest.mark.parametrize("vocabulary", [3, 4, 6, 12, 5000])
def test_what_does_not_repeat_loses_little(vocabulary: int) -> None:
    """Random text: the fewer tokens there are to choose from, the more seem to repeat."""
    source = random.Random(vocabulary)
    text = [source.randrange(vocabulary) for _ in range(1000)]
    _, cost = written(Lookup(text[:500], CHECK, FAR), text)
    assert cost <= len(text) * 1.02 + 3.001


def test_the_same_text_is_always_looked_up_alike() -> None:
    source = random.Random(3)
    text = [source.randrange(8) for _ in range(300)]
    assert len({written(Lookup(text[:50], CHECK, FAR), text) for _ in range(3)}) == 1


def test_a_check_pays_where_all_is_right() -> None:
    for check in CHECKS.values():
        assert 1 < check.cost < check.rows
