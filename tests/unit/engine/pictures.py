"""Pictures as the media child leaves them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from PIL import Image

from mmdesk.core.messages import Picture


def draw_picture(folder: Path, color: str = "red", size: tuple[int, int] = (64, 48)) -> Picture:
    """Write a white picture with one corner of a colour, once per folder."""
    path = folder / f"{color}-{size[0]}x{size[1]}.png"
    if not path.exists():
        image = Image.new("RGB", size, "white")
        image.paste(color, (0, 0, size[0] // 2, size[1] // 2))
        image.save(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Picture(digest, path, path, path.name, *size)
