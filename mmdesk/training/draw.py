"""Draws a scene with Pillow, antialiased by supersampling, and labels its patches.

Lengths in `Item` are shares of the picture's shorter side, so a circle is round in the picture
itself; the model sees every picture squeezed to a square, and trains on it that way.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from mmdesk.training.printed import draw_word
from mmdesk.training.world import Background, Item, Scene, Shape

Point = tuple[float, float]


def _star() -> list[Point]:
    points = []
    for i in range(10):
        radius = 1.0 if i % 2 == 0 else 0.42
        turn = math.pi * i / 5
        points.append((radius * math.sin(turn), -radius * math.cos(turn)))
    return points


def _circle() -> list[Point]:
    return [(math.cos(2 * math.pi * i / 48), math.sin(2 * math.pi * i / 48)) for i in range(48)]


_C = 0.34  # half the width of a cross's arm
# Unit outlines around the origin, y downwards, at most 1 from it (a square's corners reach 1.2).
OUTLINES: dict[Shape, list[Point]] = {
    Shape.CIRCLE: _circle(),
    Shape.SQUARE: [(-0.86, -0.86), (0.86, -0.86), (0.86, 0.86), (-0.86, 0.86)],
    Shape.TRIANGLE: [(0.0, -0.95), (0.98, 0.78), (-0.98, 0.78)],
    Shape.STAR: _star(),
    Shape.DIAMOND: [(0.0, -1.0), (0.7, 0.0), (0.0, 1.0), (-0.7, 0.0)],
    Shape.CROSS: [
        (-_C, -1), (_C, -1), (_C, -_C), (1, -_C), (1, _C), (_C, _C),
        (_C, 1), (-_C, 1), (-_C, _C), (-1, _C), (-1, -_C), (-_C, -_C),
    ],
}  # fmt: skip


def outline(item: Item, width: float, height: float) -> list[Point]:
    """The item's corners in pixels of a `width` x `height` picture."""
    radius = item.diameter * min(width, height) / 2
    turn = math.radians(item.angle)
    cos, sin = math.cos(turn) * radius, math.sin(turn) * radius
    cx, cy = item.x * width, item.y * height
    return [(cx + x * cos - y * sin, cy + x * sin + y * cos) for x, y in OUTLINES[item.shape]]


def bounds(item: Item, width: int, height: int) -> tuple[float, float, float, float]:
    """The box around an item as it is drawn, x0, y0, x1, y1 in shares, cut at the picture's rim."""
    corners = outline(item, width, height)
    rim = 0.0 if item.filled else item.stroke * item.diameter * min(width, height) / 4
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    edges = (min(xs) - rim) / width, (min(ys) - rim) / height
    ends = (max(xs) + rim) / width, (max(ys) + rim) / height
    x0, y0, x1, y1 = (min(1.0, max(0.0, value)) for value in (*edges, *ends))
    return x0, y0, x1, y1


def _paper(back: Background, width: int, height: int) -> Image.Image:
    if back.rgb == back.rgb_end:
        return Image.new("RGB", (width, height), back.rgb)
    strip = Image.new("RGB", (1, 2) if back.vertical else (2, 1))
    strip.putdata([back.rgb, back.rgb_end])
    return strip.resize((width, height), Image.Resampling.BILINEAR)


def _draw_item(pen: ImageDraw.ImageDraw, item: Item, width: int, height: int) -> None:
    corners = outline(item, width, height)
    if item.filled:
        pen.polygon(corners, fill=item.rgb)
        return
    stroke = max(2, round(item.stroke * item.diameter * min(width, height) / 2))
    # From the closing edge's middle round to the same point, so that every joint is drawn.
    (ax, ay), (bx, by) = corners[-1], corners[0]
    middle = ((ax + bx) / 2, (ay + by) / 2)
    pen.line([middle, *corners, middle], fill=item.rgb, width=stroke, joint="curve")


def draw_scene(scene: Scene, supersample: int | None = None) -> Image.Image:
    """The picture as RGB, `scene.width` x `scene.height` pixels, the same for the same scene.

    `supersample` is how many times larger it is drawn before it is averaged down; by default as
    much as keeps edges smooth at about constant cost.
    """
    short = min(scene.width, scene.height)
    factor = supersample or max(2, min(4, 480 // short))
    width, height = scene.width * factor, scene.height * factor
    canvas = _paper(scene.background, width, height)
    pen = ImageDraw.Draw(canvas)
    for item in scene.items:
        _draw_item(pen, item, width, height)
    picture = canvas if factor == 1 else canvas.reduce(factor)
    for word in scene.words:
        draw_word(picture, word)
    if scene.background.noise > 0:
        picture = _with_noise(picture, scene.background.noise, scene.noise_seed)
    return picture


def _with_noise(picture: Image.Image, level: float, seed: int) -> Image.Image:
    generator = np.random.default_rng(seed)
    pixels = np.asarray(picture, dtype=np.float32)
    grain = generator.standard_normal(pixels.shape[:2], dtype=np.float32)[..., None] * level
    return Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8))


def squeeze(picture: Image.Image, side: int) -> npt.NDArray[np.uint8]:
    """(side, side, 3) pixels exactly as the shipped CLIP processor resizes them (bicubic)."""
    small = picture.convert("RGB").resize((side, side), Image.Resampling.BICUBIC)
    return np.asarray(small, dtype=np.uint8)


def patch_cover(scene: Scene, grid: int, fine: int = 4) -> npt.NDArray[np.int64]:
    """Which item each patch belongs to: (grid, grid), -1 background, -2 an item's rim (ignored).

    A patch belongs to the item that covers most of it, from a quarter on; the patch that holds an
    item's centre always belongs to it. The inside of an outlined item counts as the item.
    """
    side = grid * fine
    canvas = Image.new("L", (side, side), 0)
    pen = ImageDraw.Draw(canvas)
    scale_x, scale_y = side / scene.width, side / scene.height
    for number, item in enumerate(scene.items, start=1):
        corners = outline(item, scene.width, scene.height)
        pen.polygon([(x * scale_x - 0.5, y * scale_y - 0.5) for x, y in corners], fill=number)
    blocks = np.asarray(canvas).reshape(grid, fine, grid, fine).transpose(0, 2, 1, 3)
    flat = blocks.reshape(grid, grid, fine * fine)
    counts = np.stack([(flat == n).sum(-1) for n in range(1, len(scene.items) + 2)], axis=-1)
    best, cover = counts.argmax(-1), counts.max(-1) / (fine * fine)
    owner = np.where(cover >= 0.25, best, np.where(cover > 0.07, -2, -1)).astype(np.int64)
    for number, item in enumerate(scene.items):
        owner[min(grid - 1, int(item.y * grid)), min(grid - 1, int(item.x * grid))] = number
    return owner
