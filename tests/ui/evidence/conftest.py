"""The window with a session whose closer looks are scripted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from mmdesk.ui.evidence.panel import EvidencePanel
from tests.ui.conftest import Desk
from tests.ui.evidence.recording_examining import RecordingExamining
from tests.ui.evidence.samples import exchange, scene, show


@pytest.fixture
def looks(desk: Desk) -> RecordingExamining:
    """What the window asks of the session."""
    made = RecordingExamining()
    desk.session.examining = made  # type: ignore[attr-defined]
    return made


@pytest.fixture
def panel(desk: Desk, looks: RecordingExamining) -> Callable[[], EvidencePanel]:
    """Return the panel, which must be seen."""

    def shown() -> EvidencePanel:
        made = desk.window.evidence.panel
        assert made is not None
        assert made.isVisible()
        return made

    return shown


@pytest.fixture
def opened(desk: Desk, tmp_path: Path, panel: Callable[[], EvidencePanel]) -> EvidencePanel:
    """The panel over an answer with a star and a circle."""
    show(desk, *exchange(scene(tmp_path)))
    return panel()


@pytest.fixture
def resize(desk: Desk, qtbot: QtBot) -> Callable[[int, int], None]:
    """Give the window another size."""

    def to(width: int, height: int) -> None:
        desk.window.resize(width, height)
        qtbot.waitUntil(lambda: desk.window.width() == width)

    return to
