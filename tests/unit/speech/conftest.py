"""Tiny checkpoints, made once."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
import torch

from mmdesk.speech.local import LocalTranscriber
from tests.unit.speech.tiny_whispers import ENGLISH, make_folder, make_openai


class PinnedFile(NamedTuple):
    path: Path
    pinned: dict


@pytest.fixture(scope="session")
def openai_file(tmp_path_factory: pytest.TempPathFactory) -> PinnedFile:
    path = tmp_path_factory.mktemp("speech") / "tiny.pt"
    return PinnedFile(path, make_openai(path))


@pytest.fixture(scope="session")
def english_file(tmp_path_factory: pytest.TempPathFactory) -> PinnedFile:
    path = tmp_path_factory.mktemp("speech") / "tiny.en.pt"
    return PinnedFile(path, make_openai(path, ENGLISH))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(tmp_path_factory.mktemp("speech") / "tiny-whisper", ("en", "zh"))


@pytest.fixture(scope="session")
def transcriber(openai_file: PinnedFile) -> LocalTranscriber:
    return LocalTranscriber(openai_file.pinned)


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """Two threads on two busy cores wait for each other."""
    torch.set_num_threads(1)
