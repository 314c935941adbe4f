"""Pictures leave with all their pixels and nothing else."""

from __future__ import annotations

import base64
import io
import os
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, JpegImagePlugin, PngImagePlugin

from mmdesk.core.errors import FileMissing, PictureDamaged
from mmdesk.core.messages import Picture
from mmdesk.remote.pictures import data_url


def drawing(*, noise: bool = False, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """Return a red circle on white, or what has as many colours as a photo."""
    if noise:
        return Image.frombytes("RGB", size, os.urandom(3 * size[0] * size[1]))
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).ellipse((80, 40, 240, 200), fill="red")
    return image


def save(image: Image.Image, folder: Path, **options: object) -> Picture:
    path = folder / "picture.png"
    image.save(path, "PNG", **options)
    return Picture("0" * 64, path, path, "picture.png", *image.size)


def decoded(url: tuple[bytes, ...]) -> tuple[str, bytes]:
    kind, _, data = b"".join(url).partition(b";base64,")
    return kind.decode(), base64.b64decode(data, validate=True)


def test_drawings_are_lossless(tmp_path: Path) -> None:
    kind, data = decoded(data_url(save(drawing(), tmp_path)))
    assert kind == "data:image/png"
    assert Image.open(io.BytesIO(data)).tobytes() == drawing().tobytes()


def test_photos_keep_size_and_colours(tmp_path: Path) -> None:
    kind, data = decoded(data_url(save(drawing(noise=True, size=(400, 300)), tmp_path)))
    assert kind == "data:image/jpeg"
    image = Image.open(io.BytesIO(data))
    assert image.size == (400, 300)
    assert JpegImagePlugin.get_sampling(image) == 0, "colours are at full resolution"


@pytest.mark.parametrize("noise", [False, True])
def test_nothing_but_pixels(noise: bool, tmp_path: Path) -> None:
    """A canonical picture has no metadata; where one came in all the same, it stays here."""
    text = PngImagePlugin.PngInfo()
    text.add_text("comment", "CANARY")
    text.add_itxt("GPS", "CANARY")
    exif = Image.Exif()
    exif[0x010E] = "CANARY"
    image = drawing(noise=noise)
    options = {"pnginfo": text, "exif": exif, "icc_profile": b"CANARY" * 30, "dpi": (72, 72)}
    picture = save(image, tmp_path, **options)
    assert b"CANARY" in picture.path.read_bytes()
    _, data = decoded(data_url(picture))
    assert b"CANARY" not in data
    again = Image.open(io.BytesIO(data))
    again.load()
    assert not again.getexif()
    assert set(again.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_picture_that_is_gone(tmp_path: Path) -> None:
    picture = save(drawing(), tmp_path)
    picture.path.unlink()
    with pytest.raises(FileMissing):
        data_url(picture)


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"x" * 99])
def test_a_picture_that_is_broken(data: bytes, tmp_path: Path) -> None:
    picture = save(drawing(), tmp_path)
    picture.path.write_bytes(data)
    with pytest.raises(PictureDamaged):
        data_url(picture)
