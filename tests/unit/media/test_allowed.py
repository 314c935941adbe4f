"""Only the accepted formats' decoders can be reached, and what a camera noted stays inside."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from mmdesk.core.errors import MediaError
from mmdesk.media.decode import FORMATS
from mmdesk.media.reader import LimitedMediaReader
from tests.unit.media.samples import encode, noise

_CHILD = """
from PIL import Image
from mmdesk.media.decode import prepare_pillow
prepare_pillow()
Image.init()
Image.preinit()
print(*sorted(Image.OPEN))
print(*sorted(Image.ID))
try:
    Image.open({path!r}, formats=["PPM"])
except Exception as error:
    print(type(error).__name__)
try:
    Image.open({path!r})
except Exception as error:
    print(type(error).__name__)
"""


def test_other_decoders_can_not_be_reached(tmp_path: Path) -> None:
    path = tmp_path / "a.ppm"
    path.write_bytes(encode(noise(8, 8), "PPM"))
    finished = subprocess.run(
        [sys.executable, "-c", _CHILD.format(path=str(path))],
        capture_output=True,
        text=True,
        check=True,
    )
    unknown = "UnidentifiedImageError"
    opened, named, *refusals = finished.stdout.splitlines()
    assert opened.split() == sorted(FORMATS - {"MPO"})  # which is a kind of JPEG
    assert sorted(named.split()) == opened.split()
    assert refusals[-1] == unknown
    assert len(refusals) == 2


@pytest.mark.parametrize(
    "kind", ["PPM", "ICO", "TGA", "PCX", "SGI", "DDS", "ICNS", "JPEG2000", "AVIF", "EPS", "PDF"]
)
def test_what_pillow_reads_and_mmdesk_does_not(reader: LimitedMediaReader, kind: str) -> None:
    image = noise(32, 32)
    try:
        data = encode(image, kind)
    except (KeyError, OSError):
        pytest.skip(f"this Pillow writes no {kind}")
    with pytest.raises(MediaError):
        reader.read_bytes(data, f"a.{kind.lower()}")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_no_word_of_a_camera_leaves_the_child(reader: LimitedMediaReader, kind: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "CANARY-of-a-camera"
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (48.0, 51.0, 30.0)
    data = encode(noise(700, 600), kind, exif=exif)
    assert b"CANARY" in data
    picture = reader.read_bytes(data, "a")
    for path in (picture.path, picture.thumbnail):
        assert b"CANARY" not in path.read_bytes()
        with Image.open(path) as image:
            assert not image.getexif()
            assert not image.info
    assert "CANARY" not in repr(picture)
