"""The peer that is a server, with a model too small to take time."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmdesk.bench import served_chat, serving
from tests.unit.bench.tiny_trials import QWEN

pytestmark = pytest.mark.usefixtures("tidy", "threads")


@pytest.mark.usefixtures("loopback")
def test_a_followup_with_a_picture_is_asked_of_both() -> None:
    figures = {each.figure: each.value or 0.0 for each in served_chat.measure(1, (QWEN,))}
    ours, theirs = (figures[f"{side}_followup_ms_qwen"] for side in ("mmdesk", "serve"))
    assert figures["followup_against_serve_qwen"] == ours / theirs


def test_without_the_peer_its_figure_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "_NEEDS", ("fastapi", "no_such_package"))
    (figure,) = served_chat.measure(1, (QWEN,))
    assert figure.figure == "followup_against_serve_qwen"
    assert figure.value is None


@pytest.mark.usefixtures("loopback")
def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match=r"did not start[\s\S]*no_such_precision"),
        serving.transformers_serve(tmp_path, "no_such_precision", 1),
    ):
        pass
