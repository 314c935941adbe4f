"""What a training keeps in its folder while it isn't done: whole files or none."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import mmdesk.engine.torchvision_first  # noqa: F401

import torch

from mmdesk.core.errors import TrainingDamaged
from mmdesk.training.own.places import unwritable


def write_tensors(work: Path, name: str, values: object) -> None:
    """Writes a file of tensors. Raises `TrainingUnwritable`; what was there before then stays."""
    path = work / name
    scratch = path.with_suffix(".part")
    try:
        with scratch.open("wb") as file:
            torch.save(values, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, path)
    except (OSError, RuntimeError) as error:  # torch gives a failed write either name
        scratch.unlink(missing_ok=True)
        raise unwritable(work, error) from error


def read_tensors(work: Path, name: str, device: torch.device) -> Any:
    """Reads what `write_tensors` wrote; None where there is none. Raises `TrainingDamaged`."""
    path = work / name
    if not path.is_file():
        return None
    try:
        return torch.load(path, map_location=device, weights_only=True)
    except Exception as error:  # zip, pickle and torch have their own
        raise damaged(work, error) from error


def damaged(work: Path, error: Exception) -> TrainingDamaged:
    """The error for a file that makes no sense."""
    reason = " ".join(str(error).split())[:120] or type(error).__name__
    return TrainingDamaged(path=str(work), reason=reason)
