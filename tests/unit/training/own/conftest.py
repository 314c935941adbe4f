"""Tiny models to train, and folders of examples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.unit.engine.tiny_models import make_llava
from tests.unit.training.own.examples import chat_folder, clip_folder
from tests.unit.training.own.tiny_clip import make_clip


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """The same sums every time; on a busy machine several threads wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def llava(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_llava(tmp_path_factory.mktemp("models") / "tiny-llava")


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("models") / "tiny-clip")


@pytest.fixture
def chats(tmp_path: Path) -> Path:
    return chat_folder(tmp_path / "my pictures")


@pytest.fixture
def captions(tmp_path: Path) -> Path:
    return clip_folder(tmp_path / "my captions")
