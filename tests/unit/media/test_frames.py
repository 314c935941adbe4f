"""Frames and pages are counted without being read, whatever a file says of them."""

from __future__ import annotations

import io
import struct

import pytest

from mmdesk.media import frames
from mmdesk.media.frames import count_frames
from tests.unit.media.samples import encode, noise

PAGES = [noise(9, 7, seed) for seed in range(1, 5)]


@pytest.mark.parametrize("options", [{}, {"big_tiff": True}, {"compression": "tiff_lzw"}])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_pages_of_a_tiff(options: dict[str, object], count: int) -> None:
    pages = PAGES[: count - 1]
    data = encode(noise(9, 7), "TIFF", save_all=True, append_images=pages, **options)
    assert count_frames(io.BytesIO(data), "TIFF") == count


@pytest.mark.parametrize("count", [1, 2, 5])
def test_frames_of_a_gif(count: int) -> None:
    pages = PAGES[: count - 1]
    data = encode(
        noise(9, 7), "GIF", save_all=True, append_images=pages, comment=b"c" * 700, duration=50
    )
    assert count_frames(io.BytesIO(data), "GIF") == count


@pytest.mark.parametrize("kind", ["GIF", "TIFF"])
def test_a_file_that_breaks_off_has_what_is_there(kind: str) -> None:
    data = encode(noise(9, 7), kind, save_all=True, append_images=PAGES)
    counts = [count_frames(io.BytesIO(data[:length]), kind) for length in range(len(data))]
    assert counts[0] == 0
    assert max(counts) <= 5
    assert counts[-1] == 5


def test_pages_that_lead_in_a_circle() -> None:
    def page(following: int) -> bytes:
        return struct.pack("<HI", 0, following)

    data = b"II*\0" + struct.pack("<I", 8) + page(14) + page(8)
    assert count_frames(io.BytesIO(data), "TIFF") == 2


def test_a_page_beyond_every_file() -> None:
    data = b"II+\0" + struct.pack("<HHQ", 8, 0, 2**64 - 1)
    assert count_frames(io.BytesIO(data), "TIFF") == 1
    many = b"II+\0" + struct.pack("<HHQQ", 8, 0, 16, 2**64 - 1)
    assert count_frames(io.BytesIO(many), "TIFF") == 1


def test_more_than_anybody_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "MOST", 3)
    data = encode(noise(9, 7), "GIF", save_all=True, append_images=PAGES)
    assert count_frames(io.BytesIO(data), "GIF") == 0
