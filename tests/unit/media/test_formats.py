"""Every format, mode, orientation and profile becomes the picture that a person would see."""

from __future__ import annotations

import hashlib
import stat
import struct
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageCms, ImageDraw

from mmdesk.core.messages import Picture
from mmdesk.media.reader import LimitedMediaReader, display_name
from tests.unit.media.samples import FORMATS, canonical, corners, encode, noise

LOSSLESS = ("PNG", "BMP", "TIFF")
ORIENTED = ("PNG", "JPEG", "WEBP", "TIFF")


def read(reader: LimitedMediaReader, image: Image.Image, kind: str, **options: object) -> Picture:
    return reader.read_bytes(encode(image, kind, **options), f"picture.{kind.lower()}")


def near(actual: object, expected: tuple[int, ...], tolerance: int) -> bool:
    assert isinstance(actual, tuple)
    return all(abs(a - b) <= tolerance for a, b in zip(actual, expected, strict=True))


@pytest.mark.parametrize("kind", LOSSLESS)
def test_lossless_formats_keep_every_pixel(reader: LimitedMediaReader, kind: str) -> None:
    image = noise(67, 41)
    picture = read(reader, image, kind)
    assert canonical(picture).tobytes() == image.tobytes()
    assert (picture.width, picture.height, picture.notes) == (67, 41, ())


def test_lossless_webp_keeps_every_pixel(reader: LimitedMediaReader) -> None:
    image = noise(67, 41)
    assert canonical(read(reader, image, "WEBP", lossless=True)).tobytes() == image.tobytes()


@pytest.mark.parametrize("kind", FORMATS)
def test_each_format_shows_its_colours_in_place(reader: LimitedMediaReader, kind: str) -> None:
    seen = canonical(read(reader, corners(96, 64), kind))
    for place, colour in (
        ((20, 12), (255, 0, 0)),
        ((76, 12), (0, 255, 0)),
        ((20, 50), (0, 0, 255)),
        ((76, 50), (255, 255, 255)),
    ):
        assert near(seen.getpixel(place), colour, 6)


def test_the_canonical_file_is_private_bare_and_named_after_its_content(
    reader: LimitedMediaReader,
) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera"
    picture = read(reader, noise(600, 300), "PNG", exif=exif, dpi=(300, 300))
    assert hashlib.sha256(picture.path.read_bytes()).hexdigest() == picture.sha256
    assert picture.path.name == f"{picture.sha256}.png"
    with Image.open(picture.path) as file:
        assert (file.format, file.mode, dict(file.info)) == ("PNG", "RGB", {})
    with Image.open(picture.thumbnail) as thumbnail:
        assert (thumbnail.mode, thumbnail.size) == ("RGB", (512, 256))
    if sys.platform != "win32":
        assert stat.S_IMODE(picture.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(picture.thumbnail.stat().st_mode) == 0o600
        assert stat.S_IMODE(picture.path.parent.stat().st_mode) == 0o700


def test_the_same_picture_in_two_formats_is_one_file(reader: LimitedMediaReader) -> None:
    image = noise(40, 30)
    assert read(reader, image, "PNG").sha256 == read(reader, image, "BMP").sha256


def test_a_thin_picture_has_a_thumbnail(reader: LimitedMediaReader) -> None:
    picture = read(reader, Image.new("RGB", (3000, 1), "red"), "PNG")
    with Image.open(picture.thumbnail) as thumbnail:
        assert thumbnail.size == (512, 1)


@pytest.mark.parametrize("kind", ORIENTED)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied(reader: LimitedMediaReader, kind: str, orientation: int) -> None:
    """A camera that was turned stores turned pixels: stored is the inverse of what it says."""
    stored_as = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    upright = corners(96, 64)
    turned = upright.transpose(stored_as[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = read(reader, turned, kind, exif=exif)
    seen = canonical(picture)
    assert seen.size == (picture.width, picture.height) == (96, 64)
    assert near(seen.getpixel((20, 12)), (255, 0, 0), 8)
    assert near(seen.getpixel((76, 12)), (0, 255, 0), 8)
    assert near(seen.getpixel((20, 50)), (0, 0, 255), 8)


def test_nonsense_orientation_is_ignored(reader: LimitedMediaReader) -> None:
    exif = Image.Exif()
    exif[0x0112] = 77
    assert read(reader, corners(), "JPEG", exif=exif).width == 24


@pytest.mark.parametrize(
    ("mode", "value", "kind", "expected"),
    [
        ("1", 1, "PNG", (255, 255, 255)),
        ("L", 100, "PNG", (100, 100, 100)),
        ("LA", (0, 0), "PNG", (255, 255, 255)),
        ("LA", (0, 128), "PNG", (127, 127, 127)),
        ("RGBA", (255, 0, 0, 0), "PNG", (255, 255, 255)),
        ("RGBA", (255, 0, 0, 51), "WEBP", (255, 204, 204)),
        ("RGBA", (10, 20, 30, 255), "TIFF", (10, 20, 30)),
        ("I;16", 32896, "PNG", (128, 128, 128)),
        ("I;16", 255, "PNG", (1, 1, 1)),
        ("I;16", 65535, "TIFF", (255, 255, 255)),
        ("CMYK", (0, 255, 255, 0), "TIFF", (255, 0, 0)),
        ("CMYK", (0, 255, 255, 0), "JPEG", (255, 0, 0)),
        ("F", 0.5, "TIFF", (128, 128, 128)),
        ("I", 65535, "TIFF", (255, 255, 255)),
        ("I", 200, "TIFF", (200, 200, 200)),
        ("LAB", (255, 128, 128), "TIFF", (255, 255, 255)),
    ],
)
def test_modes(
    reader: LimitedMediaReader,
    mode: str,
    value: float | tuple[int, ...],
    kind: str,
    expected: tuple[int, ...],
) -> None:
    image = Image.new(mode, (8, 8), value)
    options: dict[str, object] = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    picture = read(reader, image, kind, **options)
    assert near(canonical(picture).getpixel((4, 4)), expected, 2)
    assert picture.notes == ()


def test_a_palette_with_a_transparent_colour_lies_on_white(reader: LimitedMediaReader) -> None:
    image = Image.new("P", (8, 8), 0)
    image.putpalette([10, 20, 30, 200, 100, 50])
    ImageDraw.Draw(image).rectangle((4, 0, 7, 7), fill=1)
    seen = canonical(read(reader, image, "PNG", transparency=0))
    assert seen.getpixel((0, 0)) == (255, 255, 255)
    assert seen.getpixel((6, 6)) == (200, 100, 50)


def test_sixteen_bit_grey_keeps_its_gradient(reader: LimitedMediaReader) -> None:
    """Pillow's own conversion clips at 255 and shows white."""
    image = Image.new("I;16", (256, 1))
    for x in range(256):
        image.putpixel((x, 0), x * 257)
    seen = canonical(read(reader, image, "PNG"))
    assert [seen.getpixel((x, 0)) for x in range(256)] == [(x, x, x) for x in range(256)]


def test_values_without_a_known_range_are_scaled_and_noted(reader: LimitedMediaReader) -> None:
    image = Image.new("F", (2, 1))
    image.putpixel((0, 0), -50.0)
    image.putpixel((1, 0), 150.0)
    picture = read(reader, image, "TIFF")
    seen = canonical(picture)
    assert (seen.getpixel((0, 0)), seen.getpixel((1, 0))) == ((0, 0, 0), (255, 255, 255))
    assert [str(note) for note in picture.notes] == [
        "Its 32-bit values were scaled to fit the screen."
    ]


def swapped_profile() -> bytes:
    """Return sRGB's profile with the red and the blue primary exchanged."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    entries = {}
    for index in range(struct.unpack_from(">I", data, 128)[0]):
        at = 132 + 12 * index
        entries[bytes(data[at : at + 4])] = at
    for a, b in ((b"rXYZ", b"bXYZ"),):
        data[entries[a] : entries[a] + 4], data[entries[b] : entries[b] + 4] = b, a
    return bytes(data).replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_a_colour_profile_is_converted(reader: LimitedMediaReader, kind: str) -> None:
    picture = read(
        reader, Image.new("RGB", (16, 16), (255, 0, 0)), kind, icc_profile=swapped_profile()
    )
    assert near(canonical(picture).getpixel((8, 8)), (0, 0, 255), 8)
    assert picture.notes == ()


def test_an_srgb_profile_changes_nothing(reader: LimitedMediaReader) -> None:
    image = noise(30, 30)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    seen = canonical(read(reader, image, "PNG", icc_profile=profile))
    assert seen.tobytes() == image.tobytes()


def test_alpha_survives_a_profile(reader: LimitedMediaReader) -> None:
    image = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    seen = canonical(read(reader, image, "PNG", icc_profile=swapped_profile()))
    assert seen.getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize("profile", [b"no profile at all", swapped_profile()[:200]])
def test_a_bad_profile_is_ignored_and_noted(reader: LimitedMediaReader, profile: bytes) -> None:
    image = noise(8, 8)
    picture = read(reader, image, "PNG", icc_profile=profile)
    assert canonical(picture).tobytes() == image.tobytes()
    assert "colour profile" in str(picture.notes[0])


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_several_frames_the_first_is_used_and_said(
    reader: LimitedMediaReader, kind: str
) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "lime", "blue")]
    options: dict[str, object] = {"lossless": True} if kind == "WEBP" else {}
    picture = read(reader, frames[0], kind, save_all=True, append_images=frames[1:], **options)
    assert canonical(picture).getpixel((10, 10)) == (255, 0, 0)
    unit = "pages" if kind == "TIFF" else "frames"
    assert [str(note) for note in picture.notes] == [f"Only the first of its 3 {unit} is used."]


def test_a_phone_picture_with_a_second_one_inside_is_a_jpeg(reader: LimitedMediaReader) -> None:
    picture = read(reader, corners(96, 64), "MPO", save_all=True, append_images=[corners(96, 64)])
    assert (picture.width, picture.height) == (96, 64)


def test_the_ending_of_the_name_is_not_believed(reader: LimitedMediaReader, tmp_path: Path) -> None:
    path = tmp_path / "really a png.jpg"
    path.write_bytes(encode(corners(), "PNG"))
    assert reader.read(path).width == 24


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("红色 圆形.png", "红色 圆形.png"),
        ("with  spaces .png", "with  spaces .png"),
        ("line\nbreak.png", "line\ufffdbreak.png"),
        ("family 👨‍👩‍👧.png", "family 👨‍👩‍👧.png"),
        ("-rf.png", "-rf.png"),
        ("gnp\u202egnp.exe", "gnp\ufffdgnp.exe"),
        ("bytes \udcff.png", "bytes \ufffd.png"),
    ],
)
def test_names(reader: LimitedMediaReader, tmp_path: Path, name: str, shown: str) -> None:
    path = tmp_path / name
    try:
        path.write_bytes(encode(corners(), "PNG"))
    except (OSError, UnicodeError):
        pytest.skip("this file system has no such names")
    picture = reader.read(path)
    assert picture.name == shown == display_name(name)
    assert picture.width == 24


def test_a_relative_path_is_read(
    reader: LimitedMediaReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here.png").write_bytes(encode(corners(), "PNG"))
    monkeypatch.chdir(tmp_path)
    assert reader.read(Path("here.png")).width == 24
