"""Photographs the evidence views of the real window, with what the starter really answers.

python packaging/evidence_views.py docs/evidence [--language zh_CN]

Writes one picture a view and theme: ``boxes-light.png``, ``boxes-dark.png`` and so on.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from screenshot import SETTLE_MS, photograph

from mmdesk import app, paths
from mmdesk.core.events import Event, ModelReady, TurnFailed, TurnFinished
from mmdesk.core.examinations import (
    AnswerExplained,
    AnswerScored,
    ClaimChecked,
    ExaminationFailed,
    PictureInspected,
)
from mmdesk.ui.evidence.panel import CHECK_TAB, EVIDENCE_TAB, SEEN_TAB, EvidencePanel
from mmdesk.ui.first_start import load_samples

_QUESTIONS = {
    "en": ("Where is the star?", "Is the star left of the circle?"),
    "zh": ("星形在哪里？", "星形在圆形左边吗？"),
}
_ENDED = TurnFailed | ExaminationFailed
"""What nothing follows."""


class Tour:
    """Goes from view to view; each is photographed once what it waits for has come."""

    def __init__(self, folder: Path, theme: str, language: str) -> None:
        self._folder, self._theme, self._language = folder, theme, language

    def begin(self, application: app.WindowApplication) -> None:
        """Watch the application's events."""
        self._application = application
        self._window = application.window
        self._window.resize(1280, 800)
        self._sample = load_samples(paths.samples(), self._language)
        self._way = self._steps()
        self._until: type[Event] | None = ModelReady
        application.pump.add_handler(self._event)

    def _event(self, event: Event) -> None:
        if isinstance(event, _ENDED):
            print(event, file=sys.stderr)
            self._application.qt.exit(1)
        elif self._until is not None and isinstance(event, self._until):
            self._until = None
            QTimer.singleShot(SETTLE_MS, self._go_on)

    def _go_on(self) -> None:
        """Do the next step; one that waits for nothing is done once it is painted."""
        self._until = next(self._way, None)
        if self._until is None:
            QTimer.singleShot(SETTLE_MS, self._go_on)

    def _steps(self) -> Iterator[type[Event] | None]:
        """Yield the event to wait for after each step; None waits for nothing."""
        session = self._application.core.session
        where, whether = _QUESTIONS[self._language[:2]]
        self._window.ask_sample(self._sample[0])
        yield TurnFinished
        session.submit(where)
        yield TurnFinished
        panel = self._panel()
        self._shoot("boxes")
        panel.evidence.why.click()
        yield AnswerExplained
        self._shoot("why")
        panel.evidence.boxes.click()
        panel.tabs.choose(SEEN_TAB)
        yield PictureInspected
        self._shoot("seen")
        panel.tabs.choose(CHECK_TAB)
        panel.check.button.click()
        yield ClaimChecked
        self._shoot("check")
        session.submit(whether)
        yield TurnFinished
        panel.tabs.choose(EVIDENCE_TAB)
        panel.evidence.wording.toggle.click()
        yield AnswerScored
        self._shoot("how-sure")
        yield from self._pictures(panel)

    def _pictures(self, panel: EvidencePanel) -> Iterator[type[Event] | None]:
        """The viewer: a region that is marked, and two pictures side by side."""
        panel.tabs.choose(SEEN_TAB)
        yield PictureInspected
        panel.seen.region.click()
        viewer = self._window.viewer
        QTest.keyClick(viewer, Qt.Key.Key_Return)
        yield None
        self._shoot("region")
        viewer.close_viewer()
        self._window.ask_sample(self._sample[2])
        yield TurnFinished
        panel.tabs.choose(EVIDENCE_TAB)
        panel.evidence.opened.emit()
        viewer.compare()
        yield None
        self._shoot("two-pictures")
        self._application.qt.exit(0)

    def _panel(self) -> EvidencePanel:
        self._window.side.ask()
        panel = self._window.evidence.panel
        assert panel is not None
        return panel

    def _shoot(self, view: str) -> None:
        path = self._folder / f"{view}-{self._theme}.png"
        if not self._window.grab().save(str(path)):
            print(f"{path} can't be written", file=sys.stderr)
            self._application.qt.exit(1)


def main() -> int:
    """Photograph in both themes, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--theme", choices=["light", "dark"], help="one of them, not both")
    parser.add_argument("--language", default="en", choices=["en", "zh_CN"])
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    if arguments.theme:
        tour = Tour(arguments.folder, arguments.theme, arguments.language)
        return photograph(tour.begin, arguments.theme, arguments.language)
    statuses = [
        subprocess.call([sys.executable, *sys.argv, "--theme", theme])
        for theme in ("light", "dark")
    ]
    return max(statuses)


if __name__ == "__main__":
    sys.exit(main())
