"""Writes the canonical file of a decoded picture, named after its own SHA-256."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from PIL import Image

from mmdesk.media.staging import open_part

THUMBNAIL_SIDE = 512


def write_canonical(image: Image.Image, staging: Path) -> str:
    """Write ``<sha256>.png`` and ``<sha256>.thumb.png``; return the SHA-256 (hex).

    Both appear whole or not at all, readable by their owner only.

    Args:
        image: Mode "RGB", without metadata.

    Raises:
        OSError: the folder can't be written, or is full.
    """
    picture = _write_part(image, staging)
    try:
        with picture.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        thumbnail = image.copy() if max(image.size) <= THUMBNAIL_SIDE else _thumbnail(image)
        os.replace(_write_part(thumbnail, staging), staging / f"{sha256}.thumb.png")
        os.replace(picture, staging / f"{sha256}.png")
    finally:
        picture.unlink(missing_ok=True)
    return sha256


def _thumbnail(image: Image.Image) -> Image.Image:
    scale = THUMBNAIL_SIDE / max(image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _write_part(image: Image.Image, staging: Path) -> Path:
    part, descriptor = open_part(staging)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            # Level 1: the deadline is spent here, and photos hardly get smaller above it.
            image.save(file, "PNG", compress_level=1)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return part
