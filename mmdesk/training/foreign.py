"""Pictures that are not of the starter's world, for it to say so: photos, screens, texture, noise.

Photos are those that the scikit-image and scikit-learn wheels themselves contain (no download);
they are split by picture, and both halves of a stereo pair are on one side.
"""

from __future__ import annotations

import random
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

from mmdesk.training.unknown import Split

TRAIN_PHOTOS = (
    "skimage/data/astronaut.png", "skimage/data/camera.png", "skimage/data/chelsea.png",
    "skimage/data/rocket.jpg", "skimage/data/hubble_deep_field.jpg", "skimage/data/gravel.png",
    "skimage/data/ihc.png", "skimage/data/page.png", "skimage/data/color.png",
    "skimage/data/clock_motion.png", "sklearn/datasets/images/flower.jpg",
    "skimage/data/grass.png",
)  # fmt: skip
TEST_PHOTOS = (
    "sklearn/datasets/images/china.jpg", "skimage/data/coffee.png",
    "skimage/data/motorcycle_left.png", "skimage/data/motorcycle_right.png",
    "skimage/data/coins.png", "skimage/data/brick.png", "skimage/data/retina.jpg",
    "skimage/data/text.png", "skimage/data/moon.png",
)  # fmt: skip


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_WORDS = _words(
    "File Edit View Settings Help Search Open Save the of and to in is it you that was for on "
    "are with as his they at be this from have or by one had not but what all were when we "
    "there can"
)


def photo_files(split: Split) -> list[Path]:
    """The photos of one split that are really in the installed wheels."""
    names = TRAIN_PHOTOS if split is Split.TRAIN else TEST_PHOTOS
    files = []
    for name in names:
        package, _, rest = name.partition("/")
        spec = find_spec(package)
        if spec is not None and spec.origin is not None:
            path = Path(spec.origin).parent / rest
            if path.is_file():
                files.append(path)
    return files


@cache
def _photo(path: Path) -> Image.Image:
    picture = Image.open(path).convert("RGB")
    picture.thumbnail((640, 640))
    return picture


def photo(rng: random.Random, split: Split) -> Image.Image:
    """A random crop of a photo, at times flipped, turned, recoloured or blurred."""
    picture = _photo(rng.choice(photo_files(split)))
    if rng.random() < 0.75:
        share = rng.uniform(0.35, 1.0)
        width, height = int(picture.width * share), int(picture.height * share)
        x, y = rng.randint(0, picture.width - width), rng.randint(0, picture.height - height)
        picture = picture.crop((x, y, x + width, y + height))
    if rng.random() < 0.5:
        picture = ImageOps.mirror(picture)
    if split is Split.TEST:
        return picture
    roll = rng.random()
    if roll < 0.15:
        picture = ImageOps.flip(picture)
    elif roll < 0.3:
        picture = picture.transpose(Image.Transpose.ROTATE_90)
    if rng.random() < 0.5:
        picture = ImageEnhance.Brightness(picture).enhance(rng.uniform(0.5, 1.5))
        picture = ImageEnhance.Contrast(picture).enhance(rng.uniform(0.5, 1.6))
        picture = ImageEnhance.Color(picture).enhance(rng.uniform(0.0, 2.0))
    if rng.random() < 0.25:
        bands = list(picture.split())
        rng.shuffle(bands)
        picture = Image.merge("RGB", bands)
    if rng.random() < 0.1:
        picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 2.5)))
    return picture


def _grey(rng: random.Random, low: int, high: int) -> tuple[int, int, int]:
    level = rng.randint(low, high)
    return tuple(max(0, min(255, level + rng.randint(-12, 12))) for _ in range(3))  # type: ignore[return-value]


def _lines(pen: ImageDraw.ImageDraw, rng: random.Random, box: tuple[int, int, int, int],
           ink: tuple[int, int, int]) -> None:  # fmt: skip
    left, top, right, bottom = box
    size = rng.randint(9, 17)
    font = ImageFont.load_default(size)
    y = top + 4
    while y + size < bottom:
        words = " ".join(rng.choices(_WORDS, k=rng.randint(2, max(3, (right - left) // 45))))
        pen.text((left + 6, y), words, fill=ink, font=font)
        y += int(size * rng.uniform(1.25, 2.2))


def screenshot(rng: random.Random) -> Image.Image:
    """A made-up window: bars, a side panel, text, buttons, now and then a chart."""
    width, height = rng.randint(280, 480), rng.randint(220, 400)
    dark = rng.random() < 0.4
    paper = _grey(rng, 15, 50) if dark else _grey(rng, 225, 255)
    panel = _grey(rng, 30, 75) if dark else _grey(rng, 195, 240)
    ink = _grey(rng, 190, 245) if dark else _grey(rng, 10, 90)
    picture = Image.new("RGB", (width, height), paper)
    pen = ImageDraw.Draw(picture)
    bar, side = rng.randint(16, 34), rng.choice((0, rng.randint(50, width // 3)))
    pen.rectangle((0, 0, width, bar), fill=panel)
    pen.text((8, 3), " ".join(rng.choices(_WORDS, k=4)), fill=ink, font=ImageFont.load_default(12))
    if side:
        pen.rectangle((0, bar, side, height), fill=panel)
        _lines(pen, rng, (0, bar, side, height), ink)
    if rng.random() < 0.75:
        _lines(pen, rng, (side, bar, width, height), ink)
    for _ in range(rng.randint(0, 5)):
        x, y = rng.randint(side, width - 40), rng.randint(bar, height - 20)
        fill = tuple(rng.randint(0, 255) for _ in range(3))
        box = (x, y, x + rng.randint(30, 110), y + rng.randint(14, 60))
        pen.rounded_rectangle(box, radius=rng.choice((0, 4, 8)), fill=fill, outline=ink)
        pen.text((x + 4, y + 2), rng.choice(_WORDS), fill=ink, font=ImageFont.load_default(11))
    if rng.random() < 0.25:
        for i in range(rng.randint(4, 12)):
            x = side + 10 + i * 16
            pen.rectangle((x, rng.randint(bar, height - 10), x + 10, height - 6), fill=ink)
    return picture


def texture(rng: random.Random) -> Image.Image:
    """Stripes, checks, waves or clouds in random colours."""
    generator = np.random.default_rng(rng.getrandbits(31))
    side = rng.randint(120, 300)
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    period = rng.uniform(6, 40)
    kind = rng.randrange(4)
    if kind == 0:
        turn = rng.uniform(0, 3.14)
        field = np.sin((x * np.cos(turn) + y * np.sin(turn)) * 6.28 / period)
    elif kind == 1:
        field = np.sign(np.sin(x * 6.28 / period) * np.sin(y * 6.28 / period))
    elif kind == 2:
        field = np.sin(np.hypot(x - side * rng.random(), y - side * rng.random()) * 6.28 / period)
    else:
        small = generator.random((rng.randint(6, 24), rng.randint(6, 24)), dtype=np.float32)
        cloud = Image.fromarray((small * 255).astype(np.uint8)).resize((side, side))
        field = np.asarray(cloud, dtype=np.float32) / 127.5 - 1
    low, high = generator.integers(0, 256, (2, 3)).astype(np.float32)
    mix = (field[..., None] + 1) / 2
    return Image.fromarray((low + (high - low) * mix).clip(0, 255).astype(np.uint8))


def noise(rng: random.Random) -> Image.Image:
    """Independent pixels or coarse blocks, coloured or gray."""
    generator = np.random.default_rng(rng.getrandbits(31))
    cells = rng.randint(8, 200)
    bands = rng.choice((1, 3))
    field = generator.integers(0, 256, (cells, cells, bands), dtype=np.uint8)
    picture = Image.fromarray(np.broadcast_to(field, (cells, cells, 3)).copy())
    return picture.resize((240, 240), rng.choice((Image.Resampling.NEAREST,
                                                  Image.Resampling.BICUBIC)))  # fmt: skip


def foreign_picture(rng: random.Random, split: Split) -> Image.Image:
    """Half photos, a quarter screens, the rest texture and noise."""
    roll = rng.random()
    if roll < 0.5 and photo_files(split):
        return photo(rng, split)
    if roll < 0.75:
        return screenshot(rng)
    return texture(rng) if roll < 0.9 else noise(rng)
