"""What is kept, and what is forgotten first."""

from __future__ import annotations

import pytest
import torch

from mmdesk.engine.bounded_cache import BoundedCache
from mmdesk.engine.tensors import digest, same_containers, tensor_bytes


def test_the_longest_unused_is_forgotten_first() -> None:
    cache: BoundedCache[str, int] = BoundedCache(2, 1000)
    cache.put("a", 1, 10)
    cache.put("b", 2, 10)
    assert cache.get("a") == 1
    cache.put("c", 3, 10)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (1, None, 3)
    cache.clear()
    assert list(cache) == []


def test_bytes_are_bounded() -> None:
    cache: BoundedCache[str, int] = BoundedCache(100, 100)
    for number, name in enumerate("abcd"):
        cache.put(name, number, 40)
    assert list(cache) == ["c", "d"]
    cache.put("d", 9, 60)  # replaced, not counted twice
    assert list(cache) == ["c", "d"]
    cache.put("e", 5, 90)
    assert list(cache) == ["e"]
    cache.put("huge", 6, 101)
    assert (cache.get("huge"), list(cache)) == (None, ["e"])
    cache.put("e", 7, 101)
    assert list(cache) == []


@pytest.mark.parametrize(
    "other",
    [
        {"x": torch.tensor([1.0, 2.0]), "n": 2},
        {"x": torch.tensor([1.0, 2.0]), "n": None},
        {"y": torch.tensor([1.0, 2.0]), "n": 1},
        {"x": torch.tensor([[1.0, 2.0]]), "n": 1},
        {"x": torch.tensor([1.0, 2.0], dtype=torch.float64), "n": 1},
        {"x": torch.tensor([1.0, 2.0000002]), "n": 1},
        {"x": [torch.tensor([1.0]), torch.tensor([2.0])], "n": 1},
    ],
)
def test_other_tensors_have_another_digest(other: object) -> None:
    one = {"x": torch.tensor([1.0, 2.0]), "n": 1}
    same = {"x": torch.tensor([0.0, 1.0, 2.0])[1:], "n": 1}
    assert digest(one) == digest(same)
    assert digest(one) != digest(other)


@pytest.mark.parametrize("shape", [(), (0,), (3, 2)])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.bool, torch.int64, torch.float32])
def test_every_tensor_has_a_digest(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    zeros = torch.zeros(shape, dtype=dtype)
    assert digest(zeros) == digest(torch.zeros(shape, dtype=dtype))
    assert (digest(zeros) == digest(torch.ones(shape, dtype=dtype))) == (zeros.numel() == 0)


def test_containers_are_copied_and_tensors_shared() -> None:
    inner = torch.zeros(4, dtype=torch.float64)
    nested = {"rows": [[1, 2], (inner, inner)]}
    copied = same_containers(nested)
    copied["rows"][0].append(3)
    assert nested["rows"][0] == [1, 2]
    assert copied["rows"][1][0] is inner
    assert tensor_bytes(nested) == 64
