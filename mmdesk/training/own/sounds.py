"""Sounds of a person's folder: looked at before a model hears them."""

from __future__ import annotations

from pathlib import Path

from mmdesk.media.opening import open_regular, recognise
from mmdesk.training.own.lines import Wrong
from mmdesk.training.own.pictures import inside


def check_sound(folder: Path, name: str) -> Path:
    """Looks at the first bytes of a sound file. `folder` is absolute and holds no link itself.

    Raises:
        Wrong: the name leads out of the folder, or nowhere.
        MediaError: there is a file, but no sound that can be used.
    """
    path = inside(folder, name)
    with open_regular(path, name) as file:
        if recognise(file, name, sound=True).picture_format:
            raise Wrong(f"“{name}” is a picture, not a sound")
    return path
