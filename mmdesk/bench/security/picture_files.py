"""Small whole pictures of every accepted format and kind, to be mutated."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

_SIZE = (44, 36)


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A file's content, and what is special in it."""

    name: str
    data: bytes


def whole_pictures(seed: int) -> tuple[PictureFile, ...]:
    """Return the same pictures for the same seed."""
    rgb = _picture(seed)
    makers = (_png, _jpeg, _webp, _gif, _bmp, _tiff)
    return tuple(file for make in makers for file in make(rgb))


def _picture(seed: int) -> Image.Image:
    """Noise beside a gradient: no decoder's path for either is left out."""
    noise = Image.frombytes("RGB", _SIZE, random.Random(seed).randbytes(_SIZE[0] * _SIZE[1] * 3))
    smooth = Image.linear_gradient("L").resize(_SIZE).convert("RGB")
    noise.paste(smooth.crop((0, 0, 22, 36)), (0, 0))
    return noise


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Camera"
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (48.0, 51.0, 30.0)
    return exif


def _profile() -> bytes:
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return data[:24] + bytes(12) + data[36:]  # without the time of its making


def encoded(name: str, image: Image.Image, kind: str, **options: object) -> PictureFile:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return PictureFile(name, file.getvalue())


def _png(rgb: Image.Image) -> Iterator[PictureFile]:
    text = PngInfo()
    text.add_text("Comment", "a" * 500, zip=True)
    text.add_itxt("Title", "图片", "zh", zip=True)
    yield encoded("png", rgb, "PNG", exif=_exif(), icc_profile=_profile(), pnginfo=text)
    yield encoded("png-palette", rgb.quantize(40), "PNG", transparency=3, bits=8)
    yield encoded("png-alpha", _with_alpha(rgb), "PNG")
    yield encoded("png-grey", rgb.convert("L"), "PNG")
    yield encoded("png-bits", rgb.convert("1"), "PNG")
    yield encoded("png-16", rgb.convert("I;16"), "PNG")
    yield PictureFile("png-interlaced", _interlaced(rgb))
    yield encoded("png-animated", rgb, "PNG", save_all=True, append_images=[rgb.rotate(9)])


def _jpeg(rgb: Image.Image) -> Iterator[PictureFile]:
    yield encoded("jpeg", rgb, "JPEG", exif=_exif(), icc_profile=_profile(), comment=b"c" * 99)
    yield encoded("jpeg-progressive", rgb, "JPEG", progressive=True, quality=95)
    yield encoded("jpeg-cmyk", rgb.convert("CMYK"), "JPEG")
    yield encoded("jpeg-grey", rgb.convert("L"), "JPEG", restart_marker_blocks=2)
    yield encoded("jpeg-subsampled", rgb, "JPEG", subsampling=2, optimize=True)
    yield encoded("jpeg-several", rgb, "MPO", save_all=True, append_images=[rgb.rotate(9)])


def _webp(rgb: Image.Image) -> Iterator[PictureFile]:
    yield encoded("webp", rgb, "WEBP", exif=_exif(), icc_profile=_profile())
    yield encoded("webp-lossless", rgb, "WEBP", lossless=True)
    yield encoded("webp-alpha", _with_alpha(rgb), "WEBP", quality=70, alpha_quality=50)
    frames = [_with_alpha(rgb.rotate(each)) for each in (9, 18)]
    yield encoded("webp-animated", rgb, "WEBP", save_all=True, append_images=frames, duration=40)


def _gif(rgb: Image.Image) -> Iterator[PictureFile]:
    yield encoded("gif", rgb, "GIF", comment=b"c" * 300)
    yield encoded("gif-interlaced", rgb.quantize(16), "GIF", interlace=1, transparency=2)
    frames = [rgb.rotate(each) for each in (9, 18, 27)]
    yield encoded("gif-animated", rgb, "GIF", save_all=True, append_images=frames, disposal=2)


def _bmp(rgb: Image.Image) -> Iterator[PictureFile]:
    yield encoded("bmp", rgb, "BMP")
    yield encoded("bmp-palette", rgb.quantize(200), "BMP")
    yield encoded("bmp-bits", rgb.convert("1"), "BMP")
    yield encoded("bmp-alpha", _with_alpha(rgb), "BMP")
    yield PictureFile("bmp-rle", _run_lengths(rgb.quantize(7)))


def _tiff(rgb: Image.Image) -> Iterator[PictureFile]:
    yield encoded("tiff", rgb, "TIFF", exif=_exif(), icc_profile=_profile())
    for code in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg", "zstd", "lzma"):
        try:
            yield encoded(f"tiff-{code}", rgb, "TIFF", compression=code)
        except (OSError, ValueError, RuntimeError):
            continue  # this libtiff is without it
    for code in ("group3", "group4", "tiff_ccitt"):
        yield encoded(f"tiff-{code}", rgb.convert("1"), "TIFF", compression=code)
    yield encoded("tiff-palette", rgb.quantize(40), "TIFF")
    yield encoded("tiff-16", rgb.convert("I;16"), "TIFF", compression="tiff_lzw")
    yield encoded("tiff-float", rgb.convert("F"), "TIFF")
    yield encoded("tiff-cmyk", rgb.convert("CMYK"), "TIFF")
    yield encoded("tiff-lab", rgb.convert("LAB"), "TIFF")
    yield encoded("tiff-big", rgb, "TIFF", big_tiff=True)
    yield encoded("tiff-pages", rgb, "TIFF", save_all=True, append_images=[rgb.rotate(9)])
    yield encoded("tiff-tiled", rgb, "TIFF", tiffinfo={322: 16, 323: 16}, compression="tiff_lzw")


def _with_alpha(rgb: Image.Image) -> Image.Image:
    image = rgb.convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(_SIZE))
    return image


def _interlaced(rgb: Image.Image) -> bytes:
    """Return a PNG in Adam7's order, which Pillow doesn't write."""
    width, height = rgb.size
    pixels = rgb.tobytes()
    rows = bytearray()
    for x0, y0, dx, dy in (
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
        (0, 1, 1, 2),
    ):  # fmt: skip
        for y in range(y0, height, dy):
            starts = (3 * (y * width + x) for x in range(x0, width, dx))
            rows += b"\0" + b"".join(pixels[at : at + 3] for at in starts)
    return png(width, height, zlib.compress(bytes(rows)), bits=8, colour=2, interlaced=1)


def _run_lengths(image: Image.Image) -> bytes:
    """Return a BMP with RLE8, which Pillow doesn't write."""
    width, height = image.size
    body = bytearray()
    for y in reversed(range(height)):
        body += b"".join(bytes((1, int(image.getpixel((x, y)) or 0))) for x in range(width))  # type: ignore[arg-type]
        body += b"\0\0"
    body += b"\0\1"
    palette = bytes(range(256)) * 4
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, len(body), 0, 0, 256, 0)
    start = 14 + len(header) + len(palette)
    return struct.pack("<2sIII", b"BM", start + len(body), 0, start) + header + palette + body


def png(
    width: int, height: int, packed: bytes, *, bits: int = 1, colour: int = 0, interlaced: int = 0
) -> bytes:
    """Return a PNG with these packed rows."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlaced)
    chunks = (png_chunk(b"IHDR", header), png_chunk(b"IDAT", packed), png_chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk with its length and check sum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
