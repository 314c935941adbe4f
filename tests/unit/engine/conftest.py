"""Tiny checkpoints, pictures, and engines that hold them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from mmdesk.core.messages import Picture
from mmdesk.core.requests import LoadModel
from mmdesk.engine.local import LocalChatEngine
from tests.unit.engine.pictures import draw_picture
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
    return partial(draw_picture, tmp_path_factory.mktemp("pictures"))


@pytest.fixture(scope="module")
def engine(llava: Path) -> Iterator[LocalChatEngine]:
    """The LLaVA checkpoint, loaded in this process."""
    engine = LocalChatEngine()
    engine.load(LoadModel(llava), lambda event: None)
    yield engine
    engine.close()
