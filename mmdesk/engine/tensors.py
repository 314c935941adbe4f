"""Nested containers of tensors, as processors and encoders return them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import torch


def tensor_bytes(value: Any) -> int:
    """Return the bytes of all tensors in nested mappings, lists and tuples."""
    if isinstance(value, torch.Tensor):
        return value.numel() * value.element_size()
    return sum(map(tensor_bytes, _children(value)))


def same_containers(value: Any) -> Any:
    """Copy nested lists, tuples and dicts, but not what is in them."""
    if isinstance(value, dict):
        return {key: same_containers(child) for key, child in value.items()}
    if isinstance(value, list | tuple) and type(value) in (list, tuple):
        return type(value)(map(same_containers, value))
    return value


def digest(value: Any) -> str:
    """Return a SHA-256 that is equal only for equal dtypes, shapes, bits and nesting."""
    state = hashlib.sha256()
    _feed(state, value)
    return state.hexdigest()


def _feed(state: hashlib._Hash, value: Any) -> None:
    if isinstance(value, torch.Tensor):
        state.update(f"{value.dtype}{tuple(value.shape)}".encode())
        flat = value.detach().cpu().contiguous().reshape(-1)
        bits: Any = flat.view(torch.uint8).numpy()
        state.update(bits)
        return
    if not isinstance(value, Mapping | list | tuple):
        state.update(f"{type(value).__name__}:{value!r};".encode())
        return
    state.update(f"{type(value).__name__}[{len(value)}]".encode())
    if isinstance(value, Mapping):
        for key in value:
            state.update(f"{key!r}=".encode())
    for child in _children(value):
        _feed(state, child)


def _children(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple) else []
