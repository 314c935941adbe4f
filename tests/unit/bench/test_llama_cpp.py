"""Files for llama.cpp; the package itself is on no list of mmdesk's."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from mmdesk.bench import decode
from mmdesk.bench.llama_cpp import converted
from mmdesk.bench.peers import TRIALS
from mmdesk.core.errors import GgufUnusable

INSTALLED = find_spec("llama_cpp") is not None


def test_no_file_is_no_peer() -> None:
    assert converted([], TRIALS) == []


@pytest.mark.skipif(INSTALLED, reason="llama-cpp-python is installed")
def test_a_missing_package_is_said_before_anything_is_measured(tmp_path: Path) -> None:
    work = decode.Work(rounds=1, gguf=(tmp_path / "model.gguf",))
    with pytest.raises(GgufUnusable, match="llama-cpp-python isn't installed"):
        next(decode.measure(work))


@pytest.mark.skipif(not INSTALLED, reason="needs llama-cpp-python")
@pytest.mark.parametrize("content", [None, b"", b"GGUF", b"no model at all" * 100])
def test_what_is_no_model_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "model.gguf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(GgufUnusable):
        converted([path], TRIALS)
