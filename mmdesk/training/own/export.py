"""A trained model as a checkpoint that any loader takes: plain weights, the model's own files."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import torch

from mmdesk.core.errors import TrainingOutUnusable
from mmdesk.models.manifest import MANIFEST
from mmdesk.models.transformers_logs import without_bars
from mmdesk.training.own.places import unwritable

_SUFFIXES = (".jinja", ".json", ".model", ".tiktoken", ".txt")
_OWN = {"config.json", MANIFEST}
_TEMPLATES = "additional_chat_templates"


def export(model: Any, source: Path, dtype: str, folder: Path) -> None:
    """Writes the model's weights as `dtype`, and what else belongs to it from `source`, anew.

    Raises:
        TrainingUnwritable: the disk is full, or forbids.
    """
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        for file in sorted(source.iterdir()):
            weights = file.name.endswith(".index.json")
            if file.suffix in _SUFFIXES and file.name not in _OWN and not weights:
                shutil.copyfile(file, folder / file.name)
        if (source / _TEMPLATES).is_dir():
            shutil.copytree(source / _TEMPLATES, folder / _TEMPLATES)
        with without_bars():
            model.to("cpu", getattr(torch, dtype or "float32")).save_pretrained(folder)
        if (source / "generation_config.json").is_file():  # as it was, whatever transformers adds
            shutil.copyfile(source / "generation_config.json", folder / "generation_config.json")
    except Exception as error:  # safetensors gives a full disk a name of its own
        raise unwritable(folder.parent, error) from error


def publish(folder: Path, out: Path) -> None:
    """Moves a finished checkpoint to its place, in one step where that is on the same disk.

    Raises:
        TrainingOutUnusable: something has come to be there, or the disk forbids.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.is_dir():
            out.rmdir()  # an empty one; any other is refused
        elif os.path.lexists(out):
            raise FileExistsError(17, "it is there already")
        scratch = out.with_name(f".{out.name}.new")
        if scratch.exists():
            shutil.rmtree(scratch)
        shutil.move(folder, scratch)
        os.rename(scratch, out)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise TrainingOutUnusable(path=str(out), reason=reason) from error
