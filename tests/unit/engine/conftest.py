"""Tiny checkpoints, pictures, and engines that hold them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from mmdesk.core.messages import Picture
from mmdesk.core.requests import LoadModel
from mmdesk.engine.local import LocalChatEngine
from tests.unit.engine.tiny_models import make_idefics, make_llava

PictureMaker = Callable[..., Picture]


@pytest.fixture(scope="session")
def llava(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_llava(tmp_path_factory.mktemp("models") / "tiny-llava")


@pytest.fixture(scope="session")
def idefics(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_idefics(tmp_path_factory.mktemp("models") / "tiny-idefics")


@pytest.fixture(scope="session")
def picture(tmp_path_factory: pytest.TempPathFactory) -> PictureMaker:
    folder = tmp_path_factory.mktemp("pictures")

    def make(color: str = "red", size: tuple[int, int] = (64, 48)) -> Picture:
        path = folder / f"{color}-{size[0]}x{size[1]}.png"
        if not path.exists():
            image = Image.new("RGB", size, "white")
            image.paste(color, (0, 0, size[0] // 2, size[1] // 2))
            image.save(path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return Picture(digest, path, path, path.name, *size)

    return make


@pytest.fixture(scope="module")
def engine(llava: Path) -> Iterator[LocalChatEngine]:
    """The LLaVA checkpoint, loaded in this process."""
    engine = LocalChatEngine()
    engine.load(LoadModel(llava), lambda event: None)
    yield engine
    engine.close()
