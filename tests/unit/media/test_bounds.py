"""The largest pictures stay within the child's memory and the deadline; bombs too."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from mmdesk.core.errors import PictureTooHeavy, PictureTooLarge, PictureTooSlow
from mmdesk.core.messages import Picture
from mmdesk.media import child
from mmdesk.media.decode import CANONICAL_PIXELS
from mmdesk.media.reader import DEADLINE_SECONDS, LimitedMediaReader
from tests.unit.media.conftest import RecordingSpawn
from tests.unit.media.samples import empty_png, encode, noise

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="measures through /proc")


def peak_bytes(pid: int) -> int:
    """Return the most memory that a process ever held (VmHWM)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024


@contextmanager
def measured_read(tmp_path: Path, data: bytes, name: str) -> Iterator[Picture]:
    """Read in a fresh child; check its processor time (a clock would measure what else runs)
    and its peak memory. The picture is there inside the block."""
    spawned = RecordingSpawn()
    reader = LimitedMediaReader(spawned, tmp_path / "staging", 120.0)
    try:
        reader.read_bytes(encode(noise(8, 8), "PNG"), "warm.png")
        pid = spawned.children[0].pid
        before = cpu_seconds(pid)
        picture = reader.read_bytes(data, name)
        spent, peak = cpu_seconds(pid) - before, peak_bytes(pid)
        print(f"{name}: {spent:.1f} s of CPU, {peak / 2**20:.0f} MiB")
        assert spent < DEADLINE_SECONDS / 2
        assert peak < 1_000_000_000
        assert len(spawned.children) == 1
        assert picture.width * picture.height <= CANONICAL_PIXELS
        yield picture
    finally:
        reader.close()


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def test_a_10_kb_png_that_decodes_to_243_mb(tmp_path: Path) -> None:
    data = empty_png(9000, 9000)
    assert len(data) < 12_000
    with measured_read(tmp_path, data, "bomb.png") as picture:
        assert [str(note) for note in picture.notes] == [
            f"Reduced from 9000 × 9000 to {picture.width} × {picture.height} pixels."
        ]
        assert picture.width == picture.height >= 7000


@pytest.mark.parametrize(
    ("mode", "side", "kind", "options"),
    [
        ("P", 10_000, "PNG", {"transparency": 0}),
        ("RGBA", 10_000, "PNG", {}),
        ("CMYK", 8_300, "JPEG", {"progressive": True}),
        ("RGB", 10_000, "JPEG", {"progressive": True}),
        ("RGB", 7_094, "WEBP", {"method": 0}),
        ("I;16", 10_000, "TIFF", {}),
    ],
    ids=["png-palette", "png-alpha", "jpeg-cmyk", "jpeg", "webp", "tiff"],
)
def test_the_largest_allowed(
    tmp_path: Path, mode: str, side: int, kind: str, options: dict[str, object]
) -> None:
    """Each is its format's hungriest: alpha, four bands of coefficients, several canvases."""
    filling = bytes(4 << 20)  # as if there were something in each of its pixels
    data = encode(Image.new(mode, (side, side)), kind, **options) + filling
    with measured_read(tmp_path, data, f"largest.{kind.lower()}") as picture:
        assert picture.width == picture.height == 7094
        assert bool(picture.notes) == (side > 7094)


def test_a_very_long_picture_fits_what_qt_can_paint(tmp_path: Path) -> None:
    data = empty_png(60_000, 1_600, bits=8)
    filling = bytes(4 << 20)
    with measured_read(tmp_path, data + filling, "panorama.png") as picture:
        assert (picture.width, picture.height) == (32_000, 853)
        assert "60000 × 1600 to 32000 × 853" in str(picture.notes[0])


@pytest.mark.parametrize(
    ("mode", "kind", "options"),
    [
        ("L", "PNG", {}),
        ("RGBA", "PNG", {}),
        ("L", "GIF", {}),
        ("RGB", "JPEG", {}),
        ("RGB", "TIFF", {"compression": "tiff_lzw"}),
        ("RGB", "WEBP", {"lossless": True, "method": 0}),
    ],
)
def test_a_small_file_of_many_pixels_is_refused_before_it_is_decoded(
    own_reader: tuple[LimitedMediaReader, RecordingSpawn],
    mode: str,
    kind: str,
    options: dict[str, object],
) -> None:
    reader, spawned = own_reader
    reader.read_bytes(encode(noise(8, 8), "PNG"), "warm.png")
    before = peak_bytes(spawned.children[0].pid)
    with pytest.raises(PictureTooLarge, match=r"has 41 megapixels; mmdesk reads up to 36\."):
        reader.read_bytes(encode(Image.new(mode, (6400, 6400)), kind, **options), "bomb")
    assert peak_bytes(spawned.children[0].pid) - before < 32 << 20


def test_a_jpeg_of_a_thousand_scans_is_refused_before_it_is_decoded(
    own_reader: tuple[LimitedMediaReader, RecordingSpawn],
) -> None:
    reader, spawned = own_reader
    data = encode(Image.new("L", (1000, 1000)), "JPEG", progressive=True)
    scan = data[data.rindex(b"\xff\xda") : -2]
    usual = reader.read_bytes(data[:-2] + scan * 12 + data[-2:], "usual.jpg")
    assert usual.width == 1000
    before = cpu_seconds(spawned.children[0].pid)
    with pytest.raises(PictureTooSlow):
        reader.read_bytes(data[:-2] + scan * 1000 + data[-2:], "scans.jpg")
    assert cpu_seconds(spawned.children[0].pid) - before < 0.5


def test_what_needs_more_memory_than_allowed_is_said(
    own_reader: tuple[LimitedMediaReader, RecordingSpawn], tmp_path: Path
) -> None:
    """A WebP is read whole before it is decoded: a sparse one of 4 GB can't be."""
    reader, spawned = own_reader
    path = tmp_path / "sparse.webp"
    data = encode(noise(8, 8), "WEBP")
    with path.open("wb") as file:
        file.write(data[:4] + b"\xf7\xff\xff\xff" + data[8:])
        file.truncate(4_294_967_295)
    start = time.monotonic()
    with pytest.raises(PictureTooHeavy):
        reader.read(path)
    assert time.monotonic() - start < DEADLINE_SECONDS
    assert peak_bytes(spawned.children[0].pid) < child.MEMORY_LIMIT
    assert reader.read_bytes(encode(noise(8, 8), "PNG"), "next.png").width == 8


def test_the_limits_hold_in_the_child(
    own_reader: tuple[LimitedMediaReader, RecordingSpawn],
) -> None:
    reader, spawned = own_reader
    reader.read_bytes(encode(noise(8, 8), "PNG"), "a.png")
    limits = Path(f"/proc/{spawned.children[0].pid}/limits").read_text(encoding="utf-8")
    rows = {line[:25].strip(): line[25:].split()[0] for line in limits.splitlines()}
    assert child.MEMORY_LIMIT < int(rows["Max address space"]) < child.MEMORY_LIMIT + (1 << 29)
    assert rows["Max core file size"] == "0"
    assert rows["Max file size"] == str(child.FILE_LIMIT)
