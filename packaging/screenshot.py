"""Makes the README's picture from the real window and the real model.

python packaging/screenshot.py docs/screenshot.png [--theme dark] [--language zh_CN]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QTimer

from mmdesk import app, cli, paths
from mmdesk.core.events import Event, ModelReady, TurnFailed, TurnFinished
from mmdesk.display import display_missing
from mmdesk.settings import Settings, save_settings
from mmdesk.ui.first_start import load_samples

SETTLE_MS = 500
_FOLLOW_UPS = {"en": "And where is it?", "zh": "它在哪里?"}


class Photographer:
    """Asks the first sample's question and one more, then takes the picture."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._arguments = arguments
        self._follow_up = ""

    def begin(self, application: app.WindowApplication) -> None:
        """Watch the application's events."""
        self._application = application
        width, height = (int(side) for side in self._arguments.size.split("x"))
        application.window.resize(width, height)
        language = application.language.current
        self._follow_up = _FOLLOW_UPS[language[:2]]
        self._sample = load_samples(paths.samples(), language)[0]
        application.pump.add_handler(self._event)

    def _event(self, event: Event) -> None:
        if isinstance(event, ModelReady):
            if self._arguments.first_start:
                self._shoot_soon()
            else:
                self._application.window.ask_sample(self._sample)
        elif isinstance(event, TurnFinished) and self._follow_up:
            self._application.core.session.submit(self._follow_up)
            self._follow_up = ""
        elif isinstance(event, TurnFinished | TurnFailed):
            self._shoot_soon()

    def _shoot_soon(self) -> None:
        QTimer.singleShot(SETTLE_MS, self._shoot)

    def _shoot(self) -> None:
        self._arguments.out.parent.mkdir(parents=True, exist_ok=True)
        saved = self._application.window.grab().save(str(self._arguments.out))
        self._application.qt.exit(0 if saved else 1)


def main() -> int:
    """Photograph the window."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--theme", default="light", choices=["light", "dark"])
    parser.add_argument("--language", default="en", choices=["en", "zh_CN"])
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--first-start", action="store_true")
    arguments = parser.parse_args()
    return photograph(Photographer(arguments).begin, arguments.theme, arguments.language)


def photograph(on_start: app.OnStart, theme: str, language: str) -> int:
    """Open the window in a home of its own; return its exit status."""
    if display_missing():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory(prefix="mmdesk-") as home:
        os.environ["MMDESK_HOME"] = home
        save_settings(Settings(theme=theme, language=language), paths.settings_file())
        return app.run(cli.parse([]), on_start=on_start)


if __name__ == "__main__":
    sys.exit(main())
