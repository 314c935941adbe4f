"""A torchvision that doesn't match torch must not take the processors with it.

Real packages of that name, made by the test, fail as the mismatched wheel does: by registering
a fake for an operator that its missing native library should have defined.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

MISMATCHED = """
import torch
__version__ = "0.28.0"

@torch.library.register_fake("torchvision::nms")
def nms(dets, scores, iou_threshold): ...

@torch.library.register_fake("torchvision::qnms")
def qnms(dets, scores, iou_threshold): ...
"""
BROKEN = "raise ImportError('libcudart.so.12: cannot open shared object file')"
PROGRAM = """
import importlib.util
from mmdesk.models.torchvision_compat import prepare_torchvision
prepare_torchvision()
prepare_torchvision()
found = importlib.util.find_spec("torchvision") is not None
if found:
    import torchvision
else:
    from transformers import CLIPImageProcessorPil
from transformers.utils import is_torchvision_available
assert is_torchvision_available() == found
print("usable" if found else "absent")
"""


def run(folder: Path, program: str = PROGRAM) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment
    )


@pytest.mark.parametrize(("content", "outcome"), [(MISMATCHED, "usable"), (BROKEN, "absent")])
def test_a_torchvision_that_does_not_import(tmp_path: Path, content: str, outcome: str) -> None:
    (tmp_path / "torchvision").mkdir()
    (tmp_path / "torchvision" / "__init__.py").write_text(content)
    assert run(tmp_path, "import torchvision").returncode != 0, "it is broken to begin with"
    result = run(tmp_path)
    assert result.stdout.strip() == outcome, result.stderr
