"""What kind of file this is, told from its first bytes; file names are not believed.

Signatures: https://www.rfc-editor.org/rfc/rfc2083 (PNG), ISO/IEC 10918-1 (JPEG),
https://developers.google.com/speed/webp/docs/riff_container (WebP), the GIF89a and TIFF 6.0
specifications, ISO/IEC 14496-12 (``ftyp`` brands).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

HEAD_BYTES = 4096
"""How much of a file :func:`sniff` wants to see."""

_BMP_HEADER_SIZES = {12, 16, 40, 52, 56, 64, 108, 124}
_RAW_SUFFIXES = {".3fr", ".arw", ".cr2", ".dng", ".iiq", ".nef", ".nrw", ".pef", ".srw"}
"""Camera raw files that are TIFF files outside; their first page is a small preview."""

_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
)
_TIFF_STARTS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_OTHERS = (
    (b"8BPS", "Photoshop PSD"),
    (b"FUJIFILMCCD-RAW", "camera raw"),
    (b"IIRO", "camera raw"),
    (b"IIRS", "camera raw"),
    (b"IIU\x00", "camera raw"),
    (b"\x00\x00\x00\x0cjP  \r\n", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\x00\x00\x00\x0cJXL \r\n", "JPEG XL"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\x76\x2f\x31\x01", "OpenEXR"),
    (b"#?RADIANCE", "Radiance HDR"),
    (b"\x00\x00\x01\x00", "ICO"),
    (b"gimp xcf ", "GIMP XCF"),
    (b"\x1a\x45\xdf\xa3", "Matroska or WebM video"),
    (b"FLV\x01", "Flash video"),
    (b"\x00\x00\x01\xba", "MPEG video"),
    (b"\x00\x00\x01\xb3", "MPEG video"),
    (b"ID3", "MP3 audio"),
    (b"\xff\xfb", "MP3 audio"),
    (b"\xff\xf3", "MP3 audio"),
    (b"fLaC", "FLAC audio"),
    (b"OggS", "Ogg audio"),
    (b"%!PS", "PostScript"),
)
_RIFF = {b"AVI ": "AVI video", b"WAVE": "WAV audio"}
_BRANDS = {
    b"avif": "AVIF",
    b"avis": "AVIF",
    b"heic": "HEIC",
    b"heix": "HEIC",
    b"heim": "HEIC",
    b"heis": "HEIC",
    b"hevc": "HEIC",
    b"hevx": "HEIC",
    b"mif1": "HEIC",
    b"msf1": "HEIC",
    b"crx ": "camera raw",
    b"M4A ": "M4A audio",
    b"M4B ": "M4A audio",
    b"qt  ": "QuickTime video",
}
_SVG = re.compile(rb"^\s*(?:<\?xml[^>]*>|<!--.*?-->|<!DOCTYPE[^>]*>|\s)*<svg[\s>]", re.S | re.I)


@dataclass(frozen=True, slots=True)
class Sniffed:
    """One of: a picture format to decode, the name of another known kind, or neither.

    Attributes:
        picture_format: Pillow's name of an allowed format, else "".
        other_kind: The kind's name for people, else "".
    """

    picture_format: str = ""
    other_kind: str = ""


def sniff(head: bytes, suffix: str) -> Sniffed:
    """Tell a file's kind from its first :data:`HEAD_BYTES`.

    ``suffix`` is its name's ending in lower case, used only to tell a camera's raw file from
    the TIFF file that it also is.
    """
    for start, name in _PICTURES:
        if head.startswith(start):
            return Sniffed(picture_format=name)
    if head.startswith(_TIFF_STARTS):
        return _sniff_tiff(head, suffix)
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADER_SIZES:
        return Sniffed(picture_format="BMP")
    if head[:4] == b"RIFF":
        return _sniff_riff(head)
    return Sniffed(other_kind=_other_kind(head))


def _sniff_tiff(head: bytes, suffix: str) -> Sniffed:
    if suffix in _RAW_SUFFIXES or head[8:10] == b"CR":
        return Sniffed(other_kind="camera raw")
    return Sniffed(picture_format="TIFF")


def _sniff_riff(head: bytes) -> Sniffed:
    if head[8:12] == b"WEBP":
        return Sniffed(picture_format="WEBP")
    return Sniffed(other_kind=_RIFF.get(head[8:12], ""))


def _other_kind(head: bytes) -> str:
    for start, name in _OTHERS:
        if head.startswith(start):
            return name
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "MP4 video")
    if b"%PDF-" in head[:1024]:
        return "PDF"
    if head[128:132] == b"DICM":
        return "DICOM"
    return "SVG" if _SVG.match(head) else ""


def webp_size(head: bytes) -> tuple[int, int] | None:
    """Return the (width, height) that a WebP file declares, or None where it can't be told.

    Pillow makes the decoder, and with it two canvases, before it tells the size: hence this.
    Source: RFC 9649, sections 2.5 to 2.7.
    """
    chunk, body = head[12:16], head[20:30]
    if len(body) < 10:
        return None
    if chunk == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if chunk == b"VP8L" and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = (int.from_bytes(body[at : at + 2], "little") for at in (6, 8))
        return width & 0x3FFF, height & 0x3FFF
    return None
