"""What kind of file this is, told from its first bytes; file names are not believed.

Signatures: https://www.rfc-editor.org/rfc/rfc2083 (PNG), ISO/IEC 10918-1 (JPEG),
https://developers.google.com/speed/webp/docs/riff_container (WebP), the GIF89a and TIFF 6.0
specifications, ISO/IEC 14496-12 (``ftyp`` brands), https://id3.org/id3v2.4.0-structure,
ISO/IEC 11172-3 (MPEG audio frames), ISO/IEC 14496-3 (ADTS).
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
    (b"#!AMR", "AMR audio"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "Windows Media"),
    (b"MThd", "MIDI"),
    (b"MAC ", "Monkey's Audio"),
    (b"caff\x00\x01", "Core Audio"),
    (b"%!PS", "PostScript"),
)
SOUND_KINDS = frozenset({"AMR audio", "Core Audio", "MIDI", "Monkey's Audio", "Windows Media"})
"""The names of other kinds that are sound, or mostly so."""
_SOUNDS = ((b"fLaC", "FLAC"), (b"OggS", "OGG"), (b"ID3", "MP3"))
_SOUND_NAMES = {"OGG": "Ogg audio"}
_RIFF_STARTS = (b"RIFF", b"RIFX", b"RF64")
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
_MP4_KINDS = {"M4A audio", "MP4 video", "QuickTime video"}
_SVG = re.compile(rb"^\s*(?:<\?xml[^>]*>|<!--.*?-->|<!DOCTYPE[^>]*>|\s)*<svg[\s>]", re.S | re.I)


@dataclass(frozen=True, slots=True)
class Sniffed:
    """One of: a picture or sound format to decode, the name of another known kind, or nothing.

    Attributes:
        picture_format: Pillow's name of an allowed format, else "".
        sound_format: "WAV", "AIFF", "FLAC", "OGG", "MP3", "AAC" (ADTS) or "MP4", which may turn
            out to be a film; else "".
        other_kind: The name for people of what is no picture, else "".
    """

    picture_format: str = ""
    sound_format: str = ""
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
    if head[:4] in _RIFF_STARTS:
        return _sniff_riff(head)
    if sound_format := _sound_format(head):
        name = _SOUND_NAMES.get(sound_format, f"{sound_format} audio")
        return Sniffed(sound_format=sound_format, other_kind=name)
    other_kind = _other_kind(head)
    film = head[4:8] == b"ftyp" and other_kind in _MP4_KINDS
    return Sniffed(sound_format="MP4" if film else "", other_kind=other_kind)


def id3_size(head: bytes) -> int:
    """Return the length of the ID3 tag with which a file begins, 0 where there is none."""
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    size = 0
    for byte in head[6:10]:  # seven bits each
        size = size << 7 | byte & 0x7F
    return 10 + size + (10 if head[5] & 0x10 else 0)


def _sound_format(head: bytes) -> str:
    for start, sound_format in _SOUNDS:
        if head.startswith(start):
            return sound_format
    if head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        return "AIFF"
    if len(head) < 4 or head[0] != 0xFF:
        return ""
    if head[1] & 0xF6 == 0xF0:  # twelve bits of sync, layer 0
        return "AAC" if head[2] >> 2 & 0xF < 13 else ""
    return "MP3" if _is_mpeg_frame(head) else ""


def _is_mpeg_frame(head: bytes) -> bool:
    """Whether a frame of MPEG audio, layer II or III, may begin like this."""
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bit_rate, sample_rate = head[2] >> 4, head[2] >> 2 & 3
    sync = head[1] & 0xE0 == 0xE0 and version != 1
    return sync and layer in {1, 2} and 0 < bit_rate < 15 and sample_rate != 3


def _sniff_tiff(head: bytes, suffix: str) -> Sniffed:
    if suffix in _RAW_SUFFIXES or head[8:10] == b"CR":
        return Sniffed(other_kind="camera raw")
    return Sniffed(picture_format="TIFF")


def _sniff_riff(head: bytes) -> Sniffed:
    if head[8:12] == b"WEBP":
        return Sniffed(picture_format="WEBP")
    if head[8:12] == b"WAVE":
        return Sniffed(sound_format="WAV", other_kind="WAV audio")
    return Sniffed(other_kind="AVI video" if head[8:12] == b"AVI " else "")


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
