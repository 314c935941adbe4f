"""What can't be used is refused with one sentence that names it."""

from __future__ import annotations

import ctypes
import io
import os
import socket
import sys
import tarfile
import tempfile
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from PIL import Image

from mmdesk.core.errors import (
    FileEmpty,
    FileMissing,
    FileUnreadable,
    MediaError,
    NotAFile,
    NotMedia,
    PictureDamaged,
    PictureTooLarge,
    PictureUnwritable,
    UnsupportedKind,
)
from mmdesk.core.protocols import Child
from mmdesk.media import child
from mmdesk.media.reader import LimitedMediaReader
from tests.unit.media.conftest import RecordingSpawn
from tests.unit.media.samples import corners, empty_png, encode

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")


def refusal(reader: LimitedMediaReader, path: Path) -> MediaError:
    with pytest.raises(MediaError) as caught:
        reader.read(path)
    assert caught.value.message
    assert caught.value.hint
    return caught.value


@posix
def test_a_fifo_is_refused_without_waiting(reader: LimitedMediaReader, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    error = refusal(reader, tmp_path / "pipe.png")
    assert isinstance(error, NotAFile)
    assert error.message == "“pipe.png” is not a regular file."


@posix
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_a_device_is_refused(reader: LimitedMediaReader, device: str) -> None:
    assert type(refusal(reader, Path(device))) is NotAFile


@posix
def test_a_link_to_a_device_is_refused(reader: LimitedMediaReader, tmp_path: Path) -> None:
    (tmp_path / "zero.png").symlink_to("/dev/zero")
    assert type(refusal(reader, tmp_path / "zero.png")) is NotAFile


@posix
def test_a_socket_is_refused(reader: LimitedMediaReader) -> None:
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{folder}/s")
        assert type(refusal(reader, Path(folder, "s"))) is NotAFile


def test_a_folder_is_refused(reader: LimitedMediaReader, tmp_path: Path) -> None:
    assert type(refusal(reader, tmp_path)) is NotAFile
    assert type(refusal(reader, Path("/"))) is NotAFile


@pytest.mark.parametrize("name", ["gone.png", "no/such/folder.png", "nul\0byte.png"])
def test_what_is_not_there_is_missing(
    reader: LimitedMediaReader, tmp_path: Path, name: str
) -> None:
    assert type(refusal(reader, tmp_path / name)) is FileMissing


def test_a_path_through_a_file_is_missing(reader: LimitedMediaReader, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    assert type(refusal(reader, tmp_path / "file" / "a.png")) is FileMissing


@posix
def test_a_loop_of_links_says_why(reader: LimitedMediaReader, tmp_path: Path) -> None:
    (tmp_path / "loop.png").symlink_to("loop.png")
    error = refusal(reader, tmp_path / "loop.png")
    assert type(error) is FileUnreadable
    assert "symbolic links" in error.message


def test_a_name_that_is_too_long_says_why(reader: LimitedMediaReader, tmp_path: Path) -> None:
    error = refusal(reader, tmp_path / ("a" * 5000))
    assert type(error) is FileUnreadable
    assert "too long" in error.message


def serve_without_privilege(connection: Connection, staging: str) -> None:
    """Serve without root's right to read everything (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH)."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3, this process
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted and inheritable, twice 32 bits
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.capget(header, sets) == 0
    sets[0] &= ~0b110
    assert libc.capset(header, sets) == 0
    child.serve(connection, staging)


class UnprivilegedSpawn(RecordingSpawn):
    """Starts the child without root's privilege where the tests have it."""

    def __call__(
        self, name: str, entry: Callable[..., None], *arguments: object, nice: int = 0
    ) -> Child:
        chosen = serve_without_privilege if os.geteuid() == 0 else entry
        return super().__call__(name, chosen, *arguments, nice=nice)


@pytest.mark.skipif(sys.platform != "linux", reason="capabilities are Linux's")
def test_a_file_without_permission_says_so(tmp_path: Path) -> None:
    path = tmp_path / "private.png"
    path.write_bytes(encode(corners(), "PNG"))
    path.chmod(0)
    reader = LimitedMediaReader(UnprivilegedSpawn(), tmp_path / "staging", 60.0)
    try:
        error = refusal(reader, path)
    finally:
        reader.close()
    assert type(error) is FileUnreadable
    assert error.message == "“private.png” can't be read: permission denied."


def test_an_empty_file(reader: LimitedMediaReader, tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    assert type(refusal(reader, tmp_path / "empty.png")) is FileEmpty


def archive() -> bytes:
    file = io.BytesIO()
    tarfile.open(fileobj=file, mode="w").close()
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"x",
        b"What is this?\n" * 100,
        bytes(range(256)) * 16,
        b"\0" * 5000,
        b"BM is how this text begins, and no bitmap does",
        b"RIFF\x10\0\0\0ACONanih",
        b"<html><body><svg></svg></body></html>",
        b"PK\x03\x04" + b"\0" * 100,
        archive(),
    ],
    ids=lambda data: repr(data[:8]),
)
def test_no_picture(reader: LimitedMediaReader, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "file.png").write_bytes(data)
    assert type(refusal(reader, tmp_path / "file.png")) is NotMedia


def boxed(brand: bytes) -> bytes:
    return b"\0\0\0\x18ftyp" + brand + b"\0" * 200


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"junk before\n%PDF-1.4\n", "PDF"),
        (boxed(b"heic"), "HEIC"),
        (boxed(b"mif1"), "HEIC"),
        (boxed(b"avif"), "AVIF"),
        (boxed(b"isom"), "MP4 video"),
        (boxed(b"qt  "), "QuickTime video"),
        (boxed(b"M4A "), "M4A audio"),
        (boxed(b"crx "), "camera raw"),
        (b"\x1a\x45\xdf\xa3" + b"\0" * 100, "Matroska or WebM video"),
        (b"RIFF\0\0\0\0AVI LIST", "AVI video"),
        (b"RIFF\0\0\0\0WAVEfmt ", "WAV audio"),
        (b"ID3\x04" + b"\0" * 50, "MP3 audio"),
        (b"fLaC\0\0\0\x22", "FLAC audio"),
        (b"OggS\0\x02", "Ogg audio"),
        (b"8BPS\0\x01" + b"\0" * 30, "Photoshop PSD"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"<?xml version='1.0'?>\n<!-- drawn -->\n<svg width='1'/>", "SVG"),
        (b"\x00\x00\x00\x0cjP  \r\n\x87\n" + b"\0" * 30, "JPEG 2000"),
        (b"\xff\x0a" + b"\0" * 30, "JPEG XL"),
        (b"\x00\x00\x01\x00\x01\x00" + b"\0" * 30, "ICO"),
        (b"II*\x00\x10\0\0\0CR\x02\0" + b"\0" * 30, "camera raw"),
        (b"\0" * 128 + b"DICM" + b"\0" * 30, "DICOM"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_another_kind_is_named(reader: LimitedMediaReader, data: bytes, kind: str) -> None:
    with pytest.raises(UnsupportedKind) as caught:
        reader.read_bytes(data, "file.bin")
    assert caught.value.message == f"“file.bin” is {kind}, which mmdesk can't read yet."


def test_a_real_avif_is_named(reader: LimitedMediaReader) -> None:
    with pytest.raises(UnsupportedKind, match="AVIF"):
        reader.read_bytes(encode(corners(), "AVIF"), "a.avif")


def test_a_camera_raw_file_is_not_taken_for_its_preview(
    reader: LimitedMediaReader, tmp_path: Path
) -> None:
    preview = encode(corners(), "TIFF")
    (tmp_path / "photo.NEF").write_bytes(preview)
    assert type(refusal(reader, tmp_path / "photo.NEF")) is UnsupportedKind
    dng = encode(corners(), "TIFF", tiffinfo={50706: b"\x01\x04\x00\x00"})
    with pytest.raises(UnsupportedKind, match="camera raw"):
        reader.read_bytes(dng, "renamed.tif")


@pytest.mark.parametrize(
    ("width", "height", "megapixels"), [(30_000, 30_000, 900), (10_001, 10_000, 101)]
)
def test_too_many_pixels_are_refused_by_what_is_declared(
    reader: LimitedMediaReader, width: int, height: int, megapixels: int
) -> None:
    with pytest.raises(PictureTooLarge) as caught:
        reader.read_bytes(empty_png(width, height), "huge.png")
    assert caught.value.message == (
        f"“huge.png” has {megapixels} megapixels; mmdesk reads up to 100."
    )


def test_a_webp_too_large_is_refused_before_its_canvas_is_made(
    reader: LimitedMediaReader,
) -> None:
    data = bytearray(encode(Image.new("RGBA", (4, 4)), "WEBP"))
    assert data[12:16] == b"VP8L" or data[12:16] == b"VP8X"
    header = b"VP8X" + (10).to_bytes(4, "little") + b"\x10\0\0\0" + b"\xfe\x3f\0" * 2
    with pytest.raises(PictureTooLarge) as caught:
        reader.read_bytes(bytes(data[:12]) + header + bytes(data[12:]), "huge.webp")
    assert caught.value.fields == {"name": "huge.webp", "megapixels": 269, "limit": 50}


def test_a_gif_that_claims_65535_squared_is_refused(reader: LimitedMediaReader) -> None:
    data = bytearray(encode(corners(), "GIF"))
    data[6:10] = b"\xff\xff\xff\xff"
    with pytest.raises(PictureTooLarge):
        reader.read_bytes(bytes(data), "huge.gif")


def test_pillow_s_wrong_magic_is_damage(reader: LimitedMediaReader) -> None:
    with pytest.raises(PictureDamaged):
        reader.read_bytes(b"\x89PNG\r\n\x1a\n" + b"nothing of a PNG", "a.png")


def test_a_staging_folder_that_can_not_be_made(spawned: RecordingSpawn, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    reader = LimitedMediaReader(spawned, tmp_path / "file" / "staging")
    with pytest.raises(PictureUnwritable) as caught:
        reader.read_bytes(encode(corners(), "PNG"), "a.png")
    assert str(tmp_path) in caught.value.hint
    reader.close()


def serve_on_a_full_disk(connection: Connection, staging: str) -> None:
    """Serve where no file can grow beyond 1000 bytes."""
    child.FILE_LIMIT = 1000
    child.serve(connection, staging)


class SpawnOnAFullDisk(RecordingSpawn):
    """Starts the child with hardly any room to write."""

    def __call__(
        self, name: str, entry: Callable[..., None], *arguments: object, nice: int = 0
    ) -> Child:
        return super().__call__(name, serve_on_a_full_disk, *arguments, nice=nice)


@posix
def test_a_full_disk_is_not_blamed_on_the_picture(tmp_path: Path) -> None:
    from tests.unit.media.samples import noise

    (tmp_path / "a.png").write_bytes(encode(noise(100, 100), "PNG"))
    reader = LimitedMediaReader(SpawnOnAFullDisk(), tmp_path / "staging", 60.0)
    try:
        error = refusal(reader, tmp_path / "a.png")
        left = list((tmp_path / "staging").rglob("*.p*"))
    finally:
        reader.close()
    assert type(error) is PictureUnwritable
    assert "file too large" in error.message
    assert left == []
