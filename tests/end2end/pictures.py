"""Pictures of the starter's world, drawn with Pillow alone."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw


def red_circle(path: Path) -> Path:
    """Draw a red circle on gray, top left."""
    picture = Image.new("RGB", (480, 480), (150, 150, 150))
    ImageDraw.Draw(picture).ellipse((50, 50, 150, 150), fill=(220, 20, 40))
    picture.save(path)
    return path


def blue_square(path: Path) -> Path:
    """Draw a blue square on white, in the center."""
    picture = Image.new("RGB", (480, 480), (250, 250, 250))
    ImageDraw.Draw(picture).rectangle((190, 190, 290, 290), fill=(30, 60, 220))
    picture.save(path)
    return path
