"""Pictures of the starter's world, drawn with Pillow alone."""

from __future__ import annotations

import math
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


def yellow_star_among_others(path: Path) -> tuple[float, float, float, float]:
    """Draw a yellow star bottom left, a green circle and a purple square; return the star's box."""
    picture = Image.new("RGB", (640, 480), (150, 150, 150))
    draw = ImageDraw.Draw(picture)
    radii = (70.0, 28.0)
    points = [
        (
            150 + radii[turn % 2] * math.sin(turn * math.pi / 5),
            350 - radii[turn % 2] * math.cos(turn * math.pi / 5),
        )
        for turn in range(10)
    ]
    draw.polygon(points, fill=(255, 215, 0))
    draw.ellipse((70, 60, 170, 160), fill=(34, 139, 34))
    draw.rectangle((430, 90, 540, 200), fill=(128, 0, 128))
    picture.save(path)
    across, down = zip(*points, strict=True)
    return min(across), min(down), max(across), max(down)
