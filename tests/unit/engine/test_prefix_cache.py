"""Which beginning of a prompt is taken over, and what is forgotten first."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import DynamicCache, PreTrainedModel

from mmdesk.engine import prefix_cache
from mmdesk.engine.kv_cache import cache_bytes, new_cache
from mmdesk.engine.prefix_cache import PrefixCache, shared_beginning
from tests.unit.engine.prefixes import units
from tests.unit.engine.tiny_models import make_decoder

PICTURE = [-11, -12, -13, -14]


@pytest.fixture(scope="module")
def model() -> PreTrainedModel:
    return make_decoder()


def read(model: PreTrainedModel, cache: PrefixCache, *numbers: int) -> int:
    """Read a prompt, keep it, and return how much of it was known."""
    whole = units(*numbers)
    taken = cache.take(whole)
    known = taken.get_seq_length()
    with torch.inference_mode():
        model(torch.from_numpy(np.abs(whole[known:]))[None], past_key_values=taken)
    cache.keep(whole, taken)
    return known


@pytest.fixture
def size(model: PreTrainedModel) -> int:
    """Bytes of one entry: its buffers have room for more than these tests need."""
    cache = new_cache(model)
    with torch.inference_mode():
        model(torch.zeros((1, 12), dtype=torch.long), past_key_values=cache)
    return cache_bytes(cache)


def test_the_longest_known_beginning_is_taken_over(model: PreTrainedModel, size: int) -> None:
    cache = PrefixCache(model, 10 * size)
    assert read(model, cache, *range(12)) == 0
    assert read(model, cache, *range(12), 20, 21) == 12  # a follow-up
    assert read(model, cache, *range(12), 20, 30) == 13  # an edit
    assert read(model, cache, *range(12), 20, 21) == 13  # again: the last token is read anyway
    assert read(model, cache, *range(40, 52)) == 0
    assert read(model, cache, *range(12), 20, 21, 22) == 14  # after another conversation


def test_little_is_not_worth_it(model: PreTrainedModel, size: int) -> None:
    cache = PrefixCache(model, 10 * size)
    read(model, cache, 1, 2, 3, 4)
    assert cache.nbytes == 0
    read(model, cache, *range(12))
    assert read(model, cache, 0, 1, 2, 3, 50, 51, 52, 53, 54) == 0


def test_what_was_used_longest_ago_is_forgotten_first(model: PreTrainedModel, size: int) -> None:
    cache = PrefixCache(model, 2 * size)
    first, second, third = range(12), range(20, 32), range(40, 52)
    read(model, cache, *first)
    read(model, cache, *second)
    assert read(model, cache, *first, 60) == 12
    read(model, cache, *third)
    assert cache.nbytes <= 2 * size
    assert read(model, cache, *second) == 0
    cache.forget()
    assert cache.nbytes == 0


def test_one_that_is_too_large_is_not_kept(model: PreTrainedModel, size: int) -> None:
    cache = PrefixCache(model, size - 1)
    read(model, cache, *range(12))
    assert cache.nbytes == 0


def test_without_room_for_a_copy_the_entry_itself_is_cut(model: PreTrainedModel, size: int) -> None:
    cache = PrefixCache(model, size)
    read(model, cache, *range(12))
    assert read(model, cache, *range(10), 60, 61) == 10
    assert read(model, cache, *range(10), 60, 61, 62) == 12


def test_common_instructions_cost_no_conversation_but_the_one_used_longest_ago(
    model: PreTrainedModel, size: int
) -> None:
    cache = PrefixCache(model, int(2.5 * size))
    told = range(8)
    first, second = (units(*told, *range(start, start + 10)) for start in (10, 30))
    read(model, cache, *first)
    read(model, cache, *second)
    assert read(model, cache, *told, *range(50, 60)) == 8
    assert cache.nbytes <= 2.5 * size
    known = [cache.known(np.append(each, 60)) for each in (first, second)]
    assert sorted(known) == [8, 18], "one of them is whole"


def test_a_picture_is_taken_whole_or_not_at_all(model: PreTrainedModel, size: int) -> None:
    cache = PrefixCache(model, 10 * size)
    begin = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    read(model, cache, *begin, *PICTURE, 20, 21)
    assert read(model, cache, *begin, *PICTURE, 30, 31) == 13
    assert read(model, cache, *begin, *PICTURE[:2], -23, -24, 20, 21) == 9


def test_where_no_token_looks_ahead_a_picture_may_be_cut(model: PreTrainedModel, size: int) -> None:
    cache = PrefixCache(model, 10 * size, cuts_pictures=True)
    begin = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    read(model, cache, *begin, *PICTURE[:2])
    assert read(model, cache, *begin, *PICTURE, 20) == 11
    assert read(model, cache, *begin, *PICTURE[:3], -23, 20) == 12


def one_way(model: PreTrainedModel) -> DynamicCache:
    """Return a cache of layers that can't be cut back, as those of linear attention."""
    return DynamicCache(config=model.config)


def test_without_a_way_back_the_beginning_stays_for_another_question(
    model: PreTrainedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prefix_cache, "new_cache", one_way)
    cache = PrefixCache(model, 2**30)
    assert read(model, cache, *range(12)) == 0
    assert read(model, cache, *range(12), 20, 21) == 12
    assert read(model, cache, *range(12), 30, 31) == 12  # an edit
    assert read(model, cache, *range(12), 30, 31, 32, 33) == 14
    assert read(model, cache, *range(12), 30, 31, 32, 33, 34) == 16
    assert read(model, cache, *range(12), 30, 31, 32, 33, 35) == 16
    assert cache.known(units(*range(12), 30, 31, 36)) == 0, "one beginning stays, not all"


def test_what_is_read_ahead_takes_nothing_away(model: PreTrainedModel, size: int) -> None:
    cache = PrefixCache(model, int(1.5 * size))
    read(model, cache, *range(12))
    assert cache.take_ahead(units(*range(10), 60, 61)) is None, "there is no room for a copy"
    assert cache.known(units(*range(12), 60)) == 12
    taken = cache.take_ahead(units(*range(12), 60))
    assert taken is not None
    assert taken[0].get_seq_length() == 12, "nothing is lost where it only grows"
    assert taken[1] == int(1.5 * size)


def test_what_is_read_ahead_may_take_the_place_of_what_was_used_longest_ago(
    model: PreTrainedModel, size: int
) -> None:
    cache = PrefixCache(model, 2 * size)
    read(model, cache, *range(12))
    read(model, cache, *range(20, 32))
    edited = units(*range(10), 60, 61)
    taken = cache.take_ahead(edited)
    assert taken is not None
    copy, room = taken
    assert room == size
    cache.keep(edited, copy)
    assert cache.nbytes <= 2 * size
    assert cache.known(units(*range(12), 60)) == 12
    assert cache.known(edited) == 10
    assert cache.known(units(*range(20, 32), 60)) == 0


numbers = st.lists(st.sampled_from([1, 2, -1, -2]), max_size=8)


@given(numbers, numbers)
def test_what_is_shared_is_alike_and_ends_between_pictures(
    one: list[int], other: list[int]
) -> None:
    shared = shared_beginning(units(*one), units(*other))
    assert one[:shared] == other[:shared]
    if shared and one[shared - 1] < 0:
        assert all(len(each) == shared or each[shared] > 0 for each in (one, other))
    assert shared_beginning(units(*one), units(*one)) == len(one)


@given(numbers, numbers)
def test_what_is_shared_is_as_long_as_it_can_be(one: list[int], other: list[int]) -> None:
    shared = shared_beginning(units(*one), units(*other), whole=False)
    assert one[:shared] == other[:shared]
    assert one[shared : shared + 1] != other[shared : shared + 1] or shared == len(one)
