"""What leaves a GPU's memory for the host's comes back as it was; here both are the CPU's."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from transformers import DynamicCache, PreTrainedModel

from mmdesk.engine import prefix_cache
from mmdesk.engine.kv_cache import GrowingLayer, beginning_of, cache_bytes, new_cache
from mmdesk.engine.prefix_cache import PrefixCache, Units
from tests.unit.engine.prefixes import units
from tests.unit.engine.tiny_models import make_decoder

LENGTH = 12


@pytest.fixture(scope="module")
def model() -> PreTrainedModel:
    return make_decoder()


def logits(model: PreTrainedModel, cache: DynamicCache, numbers: Units) -> torch.Tensor:
    with torch.inference_mode():
        found = model(torch.from_numpy(numbers)[None], past_key_values=cache).logits
    return found[0, -1]  # type: ignore[no-any-return]


def read(model: PreTrainedModel, cache: PrefixCache, *numbers: int) -> int:
    """Read a prompt as if none had been read before, but for what is known of it."""
    whole = units(*numbers)
    known = cache.known(whole)
    taken = cache.take(whole)
    assert taken.get_seq_length() == known
    found = logits(model, taken, whole[known:])
    torch.testing.assert_close(found, logits(model, new_cache(model), whole))
    cache.keep(whole, taken)
    return known


@pytest.fixture
def sizes(model: PreTrainedModel) -> tuple[int, int]:
    """Bytes of an entry of LENGTH tokens on the device and on the host."""
    cache = new_cache(model)
    logits(model, cache, np.zeros(LENGTH, np.int64))
    on_host = beginning_of(cache, LENGTH, torch.device("cpu"), spare=False)
    return cache_bytes(cache), cache_bytes(on_host)


def buffers(cache: DynamicCache) -> set[int]:
    return {
        tensor.untyped_storage().data_ptr()
        for layer in cache.layers
        if isinstance(layer, GrowingLayer)
        for tensor in (layer.keys, layer.values)
        if tensor is not None
    }


def test_what_has_no_room_on_the_device_goes_to_the_host_and_comes_back(
    model: PreTrainedModel, sizes: tuple[int, int]
) -> None:
    size, host_size = sizes
    cache = PrefixCache(model, size, host_size=3 * size)
    read(model, cache, *range(LENGTH))
    there = buffers(cache._kept[0].cache)
    read(model, cache, *range(20, 20 + LENGTH))
    assert (cache.nbytes, cache.host_bytes) == (size, host_size)
    assert not there & buffers(cache._kept[0].cache), "another memory"
    assert read(model, cache, *range(LENGTH), 40, 41) == LENGTH
    assert (cache.nbytes <= size, cache.host_bytes) == (True, host_size), "they have changed places"
    assert read(model, cache, *range(20, 20 + LENGTH), 42) == LENGTH
    assert read(model, cache, *range(LENGTH), 40, 41, 43) == LENGTH + 2
    cache.forget()
    assert (cache.nbytes, cache.host_bytes) == (0, 0)


def test_the_host_forgets_what_was_used_longest_ago(
    model: PreTrainedModel, sizes: tuple[int, int]
) -> None:
    size, host_size = sizes
    # An entry must fit with the room to grow that it has on the device.
    cache = PrefixCache(model, size, host_size=size + host_size)
    for start in (0, 12, 24):
        read(model, cache, *range(start, start + LENGTH))
    assert cache.host_bytes == 2 * host_size
    read(model, cache, *range(LENGTH), 60)
    read(model, cache, *range(36, 48))
    assert cache.known(units(*range(12, 24), 60)) == 0
    assert cache.known(units(*range(LENGTH), 60, 61)) == LENGTH + 1
    assert cache.known(units(*range(24, 36), 60)) == LENGTH
    assert cache.host_bytes <= size + host_size


def test_an_edit_leaves_the_host_what_it_has(
    model: PreTrainedModel, sizes: tuple[int, int]
) -> None:
    size, host_size = sizes
    cache = PrefixCache(model, size, host_size=3 * size)
    read(model, cache, *range(LENGTH))
    read(model, cache, *range(20, 20 + LENGTH))
    assert read(model, cache, *range(10), 60, 61) == 10
    assert cache.known(units(*range(LENGTH), 60)) == LENGTH
    assert cache.known(units(*range(20, 20 + LENGTH), 60)) == LENGTH
    assert (cache.nbytes <= size, cache.host_bytes) == (True, 2 * host_size)


def test_one_that_fills_the_device_is_not_cut_but_goes_to_the_host(
    model: PreTrainedModel, sizes: tuple[int, int]
) -> None:
    size, host_size = sizes
    cache = PrefixCache(model, size, host_size=3 * size)
    read(model, cache, *range(LENGTH))
    assert read(model, cache, *range(10), 60, 61) == 10
    assert cache.known(units(*range(LENGTH), 60)) == LENGTH
    assert (cache.nbytes <= size, cache.host_bytes) == (True, host_size)


def test_what_is_read_ahead_takes_nothing_from_the_host(
    model: PreTrainedModel, sizes: tuple[int, int]
) -> None:
    size, _ = sizes
    cache = PrefixCache(model, size, host_size=3 * size)
    read(model, cache, *range(LENGTH))
    read(model, cache, *range(20, 20 + LENGTH))
    taken = cache.take_ahead(units(*range(10), 60, 61))
    assert taken is not None
    assert (taken[0].get_seq_length(), taken[1]) == (10, size)
    assert cache.known(units(*range(LENGTH), 60)) == LENGTH
    assert cache.known(units(*range(20, 20 + LENGTH), 60)) == LENGTH


def test_one_that_is_too_large_for_the_host_is_forgotten(
    model: PreTrainedModel, sizes: tuple[int, int]
) -> None:
    size, _ = sizes
    cache = PrefixCache(model, size, host_size=size - 1)
    read(model, cache, *range(LENGTH))
    read(model, cache, *range(20, 20 + LENGTH))
    assert cache.known(units(*range(LENGTH), 60)) == 0
    assert cache.host_bytes == 0


def test_a_host_without_memory_is_no_error(
    model: PreTrainedModel, sizes: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> DynamicCache:
        raise MemoryError

    size, _ = sizes
    cache = PrefixCache(model, size, host_size=3 * size)
    read(model, cache, *range(LENGTH))
    monkeypatch.setattr(prefix_cache, "beginning_of", fail)
    read(model, cache, *range(20, 20 + LENGTH))
    assert (cache.nbytes, cache.host_bytes) == (size, 0)


def test_there_is_one_memory_where_the_model_is_on_the_host(model: PreTrainedModel) -> None:
    assert PrefixCache(model, 2**20)._host_size == 0


@pytest.mark.parametrize("kind", ["growing", "one way"])
def test_every_conversation_keeps_its_answers_and_both_memories_their_bounds(
    model: PreTrainedModel,
    sizes: tuple[int, int],
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if kind == "one way":  # transformers' own layers
        monkeypatch.setattr(prefix_cache, "new_cache", lambda model: DynamicCache())
    size, _ = sizes
    cache = PrefixCache(model, 2 * size, host_size=3 * size)
    chance = random.Random(0)
    talks = [[chance.randrange(64) for _ in range(LENGTH)] for _ in range(6)]
    known = 0
    for _ in range(60):
        talk = chance.choice(talks)
        if chance.random() < 0.3:
            del talk[chance.randrange(LENGTH, len(talk) + 1) :]
        talk += [chance.randrange(64) for _ in range(chance.randrange(1, 9))]
        known += read(model, cache, *talk) > 0
        assert cache.nbytes <= 2 * size
        assert cache.host_bytes <= 3 * size
    assert known > 20
