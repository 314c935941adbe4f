"""Lets transformers' processors work beside a torchvision that was built for another torch.

A CPU torch beside a CUDA torchvision is common. Importing torchvision then fails with
``operator torchvision::nms does not exist``, and every processor of transformers with it, since
transformers only looks whether the package is there.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import sys
from typing import Any

_LOG = logging.getLogger(__name__)
_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_libraries: list[Any] = []
"""Keeps the definitions: torch takes them back when the library object is collected."""


def prepare_torchvision() -> None:
    """Make ``import torchvision`` work, or make torchvision look absent. Call before transformers.

    Only when the plain import has failed over the missing operators are their schemas defined;
    the transforms that processors use are pure Python and need no more. A torchvision that is
    broken in another way is hidden, so that transformers takes its PIL processors.
    """
    if importlib.util.find_spec("torchvision") is None or "torchvision" in sys.modules:
        return
    try:
        importlib.import_module("torchvision")
        return
    except Exception as error:  # a broken native package raises anything
        reason = error
    if "torchvision::nms does not exist" in str(reason):
        _define_schemas()
        try:
            importlib.import_module("torchvision")
            _LOG.info("torchvision does not match torch: only its Python part is used")
            return
        except Exception as error:
            reason = error
    _LOG.warning("torchvision can't be imported and is left out: %s", reason)
    _hide()


def _define_schemas() -> None:
    import torch

    library: Any = torch.library.Library("torchvision", "DEF")
    for schema in _SCHEMAS:
        library.define(schema)
    _libraries.append(library)


def _hide() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]
    # None makes both `import` and `importlib.util.find_spec` answer "not installed".
    sys.modules["torchvision"] = None  # type: ignore[assignment]
