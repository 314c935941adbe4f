"""The benchmark of hostile pictures, with a few hundred of them.

Ten thousand, as every night: python -m mmdesk.bench.security.pictures 10000
"""

from __future__ import annotations

import io
import random
import sys
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from mmdesk.bench.security import picture_bombs, pictures
from mmdesk.bench.security.mutating import mutated
from mmdesk.bench.security.picture_bombs import bombs
from mmdesk.bench.security.picture_files import whole_pictures
from mmdesk.core.errors import InternalError
from mmdesk.media.reader import LimitedMediaReader

MUTATED = 300
SEED = 7


def test_nothing_crashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bombs of a few pixels do here; how long each takes is left to the benchmark."""
    small = [
        each for each in bombs() if each[0] in ("png-4-gigapixels", "tiff-circle", "exif-deep")
    ]
    monkeypatch.setattr(pictures, "bombs", lambda: small)
    monkeypatch.setattr(pictures, "SLOW_S", 60.0)
    figures = {each.figure: each for each in pictures.figures(MUTATED, SEED, tmp_path / "failed")}
    files = MUTATED + len(whole_pictures(SEED)) + len(small)
    assert figures["pictures_crashed"].n == files
    assert figures["pictures_crashed"].value == 0
    assert figures["pictures_child_ended"].value == 0
    assert figures["pictures_taken"].value in range(len(whole_pictures(SEED)), files)
    assert not (tmp_path / "failed").exists()
    if sys.platform == "linux":
        assert figures["pictures_over_1gb"].value == 0


def test_whole_pictures_are_of_every_format_and_mode() -> None:
    found: Counter[str] = Counter()
    modes = set()
    for file in whole_pictures(SEED):
        with Image.open(io.BytesIO(file.data)) as image:
            image.load()
            found[str(image.format)] += 1
            modes.add(image.mode)
    assert set(found) == {"PNG", "JPEG", "MPO", "WEBP", "GIF", "BMP", "TIFF"}
    assert modes >= {"1", "L", "P", "RGB", "RGBA", "CMYK", "LAB", "F", "I;16"}


def test_the_same_seed_makes_the_same_files() -> None:
    def made(seed: int) -> list[bytes]:
        whole = [each.data for each in whole_pictures(seed)]
        chance = random.Random(seed)
        return [mutated(data, whole, chance) for data in whole * 3]

    assert made(3) == made(3)
    assert made(3) != made(4)
    assert len(set(made(3))) > 100


def test_bombs_are_small() -> None:
    for name, make in bombs():
        if "36" in name or "99" in name or name == "webp-50-megapixels":
            continue  # they take seconds to make
        assert len(make()) <= 3_000_000, name
    assert len({name for name, _ in bombs()}) == len(bombs())
    assert picture_bombs.__doc__


def test_a_reader_that_fails_is_counted_and_the_file_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(self: LimitedMediaReader, data: bytes, name: str) -> None:
        raise {"a": ValueError("x"), "b": InternalError(what="x")}[name]

    monkeypatch.setattr(LimitedMediaReader, "read_bytes", failing)
    trial = pictures.Trial(tmp_path / "staging", tmp_path / "failed")
    for name in ("a", "b"):
        trial.read(name, b"data")
    trial.close()
    assert trial.reading.crashed == 2
    assert sorted(each.name for each in (tmp_path / "failed").iterdir()) == [
        "crashed-a",
        "crashed-b",
    ]
