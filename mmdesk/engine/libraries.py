"""Which libraries compute an answer: another version of one may give other tokens."""

from __future__ import annotations

import platform
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

import mmdesk
from mmdesk.engine.devices import Placement
from mmdesk.engine.quantisation import PACKAGE

_ALWAYS = ("torch", "torchvision", "transformers", "tokenizers", "numpy", "pillow")


def libraries(placement: Placement) -> tuple[tuple[str, str], ...]:
    """Return names and versions, mmdesk and Python first.

    CUDA's is part of torch's: "2.13.0+cu130".
    """
    named: tuple[str, ...] = _ALWAYS
    named += (PACKAGE,) if placement.packing else ()
    named += ("accelerate",) if placement.limits else ()
    own = (("mmdesk", mmdesk.__version__), ("python", platform.python_version()))
    return own + tuple((name, found) for name in named if (found := _version(name)))


@lru_cache
def _version(name: str) -> str:
    """Return a package's version, "" where it isn't there: torchvision need not be."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
