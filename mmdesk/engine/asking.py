"""Asks, while a model computes, whether other work waits."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

import torch
from torch.nn.modules.module import register_module_forward_pre_hook

_ASK_EVERY_S = 0.01


class Cancelled(Exception):
    """Other work waits."""


@contextlib.contextmanager
def asking(cancelled: Callable[[], bool]) -> Iterator[None]:
    """Ask before layers that run meanwhile: a tower or a slice of a prompt may take seconds.

    Raises:
        Cancelled: ``cancelled`` said so.
    """
    due = 0.0

    def ask(_module: torch.nn.Module, _inputs: object) -> None:
        nonlocal due
        if time.monotonic() >= due:
            if cancelled():
                raise Cancelled
            due = time.monotonic() + _ASK_EVERY_S

    handle = register_module_forward_pre_hook(ask)
    try:
        yield
    finally:
        handle.remove()
