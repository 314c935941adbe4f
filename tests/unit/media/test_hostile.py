"""Broken and mutated files end in a picture, a sound or a ``MediaError``, never in a crash."""

from __future__ import annotations

import io
import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmdesk.core.errors import MediaError, PictureDamaged
from mmdesk.core.messages import Picture
from mmdesk.core.speech import Recording
from mmdesk.media.reader import LimitedMediaReader
from tests.unit.media.conftest import RecordingSpawn
from tests.unit.media.samples import FORMATS, canonical, encode, noise
from tests.unit.media.sounds import KINDS, heard, sound_file

MUTATIONS = 250
SOUND_MUTATIONS = 40


def sample(kind: str) -> bytes:
    """Return a file with the metadata, and for GIF the frames, that parsers trip over."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Camera"
    options: dict[str, object] = {
        "PNG": {"exif": exif, "dpi": (72, 72)},
        "JPEG": {"exif": exif, "progressive": True},
        "WEBP": {"exif": exif},
        "GIF": {"save_all": True, "append_images": [noise(40, 30, 1)]},
        "BMP": {},
        "TIFF": {"compression": "tiff_lzw"},
    }[kind]  # type: ignore[assignment]
    return encode(noise(40, 30), kind, **options)


def outcome(reader: LimitedMediaReader, data: bytes, kind: str) -> Picture | MediaError:
    try:
        return reader.read_bytes(data, f"file.{kind.lower()}")
    except MediaError as error:
        return error


@pytest.mark.parametrize("kind", FORMATS)
def test_truncated_anywhere(reader: LimitedMediaReader, spawned: RecordingSpawn, kind: str) -> None:
    """A file that breaks off is refused; only what follows the first frame may be missing."""
    data = sample(kind)
    whole = outcome(reader, data, kind)
    assert isinstance(whole, Picture)
    pixels = canonical(whole).tobytes()
    for length in sorted({*range(1, 64), *range(64, len(data), 53), len(data) - 1}):
        result = outcome(reader, data[:length], kind)
        if isinstance(result, Picture):
            assert length > len(data) // 3
            assert canonical(result).tobytes() == pixels, f"{length} of {len(data)} bytes"
    half = outcome(reader, data[: len(data) // 3], kind)
    assert type(half) is PictureDamaged
    assert half.message == f"“file.{kind.lower()}” is damaged or incomplete."
    assert len(spawned.children) == 1


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Return ``data`` with bytes flipped, cut out, repeated or set to extremes."""
    result = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        # Half of the changes hit the first bytes, where the structure is.
        at = rng.randrange(len(result) if rng.random() < 0.5 else min(len(result), 200))
        match rng.randrange(5):
            case 0:
                result[at] ^= 1 << rng.randrange(8)
            case 1:
                result[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFE, 0xFF))
            case 2:
                del result[at : at + rng.randrange(1, 9)]
            case 3:
                result[at:at] = result[at : at + rng.randrange(1, 9)]
            case _:
                result[at : at + 4] = rng.randbytes(4)
    return bytes(result)


@pytest.mark.parametrize("kind", FORMATS)
def test_mutations(reader: LimitedMediaReader, spawned: RecordingSpawn, kind: str) -> None:
    data = sample(kind)
    rng = random.Random(f"mmdesk {kind}")
    refused = 0
    for _ in range(MUTATIONS):
        result = outcome(reader, mutated(data, rng), kind)
        if isinstance(result, MediaError):
            refused += 1
            assert result.message
        else:
            with Image.open(result.path) as image:
                assert (image.mode, image.size) == ("RGB", (result.width, result.height))
    assert 0 < refused < MUTATIONS
    assert len(spawned.children) == 1, "the child crashed"


@pytest.mark.parametrize("kind", KINDS)
def test_mutated_sound(
    reader: LimitedMediaReader, spawned: RecordingSpawn, tmp_path: Path, kind: str
) -> None:
    # Noise: a sine is one page of Ogg, whose checksum no mutation passes.
    loud = np.random.default_rng(0).uniform(-1, 1, 96_000).astype(np.float32)
    data = sound_file(kind, loud)
    rng = random.Random(f"mmdesk {kind}")
    before = len(spawned.children)
    path = tmp_path / "file"
    refused = 0
    for number in range(SOUND_MUTATIONS):
        # Every fifth is noise behind the first bytes, by which the decoder is chosen.
        path.write_bytes(mutated(data, rng) if number % 5 else data[:16] + rng.randbytes(5000))
        try:
            result = reader.read(path)
        except MediaError:
            refused += 1
        else:
            assert isinstance(result, Recording)
            assert np.abs(heard(result)).max() <= 1.0
    assert 0 < refused < SOUND_MUTATIONS
    assert len(spawned.children) == max(1, before), "the child crashed"


def test_a_png_of_text_bombs(reader: LimitedMediaReader) -> None:
    """64 MB of compressed text per chunk must not be unpacked without bound."""
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    for index in range(3):
        info.add_text(f"k{index}", "A" * 64_000_000, zip=True)
    file = io.BytesIO()
    noise(8, 8).save(file, "PNG", pnginfo=info)
    result = outcome(reader, file.getvalue(), "PNG")
    assert isinstance(result, Picture | PictureDamaged)
