"""The window over a recording session, in each theme and language."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
from PIL import Image
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mmdesk import paths
from mmdesk.core.events import ModelInfo, ModelReady
from mmdesk.core.messages import Picture
from mmdesk.session.controller import ChatSession
from mmdesk.settings import Settings
from mmdesk.ui.chat.pane import ChatPane
from mmdesk.ui.i18n import Language
from mmdesk.ui.main_window import MainWindow
from mmdesk.ui.places import Places
from mmdesk.ui.theme import Theme, theme
from tests.ui.recording_session import RecordingSession

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def mouse_in_the_corner(qapp: QApplication) -> None:
    """Each test finds the mouse where it was at first, wherever the one before has left it."""
    QCursor.setPos(0, 0)


@pytest.fixture
def picture(tmp_path: Path) -> Callable[..., Picture]:
    """Make a decoded picture on disk."""

    def make(name: str = "shapes.png", width: int = 480, height: int = 320) -> Picture:
        path = tmp_path / f"canonical-{name}.png"
        thumbnail = tmp_path / f"thumbnail-{name}.png"
        image = Image.new("RGB", (width, height), (30, 90, 200))
        image.save(path)
        image.resize((96, 64)).save(thumbnail)
        return Picture("0" * 64, path, thumbnail, name, width, height)

    return make


@pytest.fixture
def samples_folder(tmp_path: Path) -> Path:
    """Two samples, one of two pictures."""
    folder = tmp_path / "samples"
    folder.mkdir()
    for name in ("a.png", "b.png"):
        Image.new("RGB", (64, 64), (200, 30, 30)).save(folder / name)
    samples = [
        {
            "title": {"en": "Shapes", "zh": "图形"},
            "pictures": ["a.png"],
            "question": {"en": "What is in the picture?", "zh": "图里有什么？"},
        },
        {
            "title": {"en": "Two pictures", "zh": "两张图"},
            "pictures": ["a.png", "b.png"],
            "question": {"en": "Which has more circles?", "zh": "哪张图的圆形多？"},
        },
    ]
    (folder / "samples.json").write_text(json.dumps(samples), encoding="utf-8")
    return folder


@dataclass
class Desk:
    """The window, the session below it, and the settings that it saved."""

    window: MainWindow
    session: RecordingSession
    saved: list[Settings]
    places: Places
    language: Language
    theme: Theme


@pytest.fixture
def translators(qapp: QApplication) -> Iterator[Language]:
    """English; whatever a test switches to is taken back."""
    language = Language(paths.resources() / "i18n")
    language.use("en")
    yield language
    language.use("en")


@pytest.fixture
def open_window(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, samples_folder: Path, translators: Language
) -> Iterator[Callable[..., Desk]]:
    """Open a window; keyword arguments are those of ``Settings``."""
    look, places = theme(), _places(tmp_path, samples_folder)

    def make(
        size: tuple[int, int] = (1280, 800), *, sealed: bool = False, **chosen: object
    ) -> Desk:
        settings = Settings(**{"language": "en", "theme": "light", **chosen})  # type: ignore[arg-type]
        translators.use(settings.language)
        look.set_mode(settings.theme)
        session, saved = RecordingSession(model=settings.model), list[Settings]()

        def use(kept: Settings) -> None:
            session.voice.use(kept.speech(places.starter_speech), kept.voice)

        def keep(kept: Settings) -> None:
            use(kept)
            saved.append(kept)

        use(settings)
        window = MainWindow(
            cast(ChatSession, session),
            settings,
            keep,
            theme=look,
            language=translators,
            places=places,
            sealed=sealed,
        )
        session.emit = session.voice.emit = window.handle
        _show(window, qtbot, size)
        return Desk(window, session, saved, places, translators, look)

    yield make
    look.set_mode("light")


def _places(folder: Path, samples: Path) -> Places:
    return Places(
        log=folder / "mmdesk.log",
        starter=folder / "starter",
        starter_speech=folder / "starter" / "speech",
        starter_clip=folder / "starter-clip",
        samples=samples,
        icon=paths.resources() / "icons" / "mmdesk.svg",
        geometry=folder / "window.ini",
    )


def _show(window: MainWindow, qtbot: QtBot, size: tuple[int, int]) -> None:
    window.chat.first_start.show_fit(4)
    qtbot.addWidget(window)
    window.resize(*size)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    window.composer.input.setFocus()


@pytest.fixture
def desk(open_window: Callable[..., Desk]) -> Desk:
    """A window with the starter ready."""
    made = open_window()
    info = ModelInfo("starter", made.places.starter, "cpu", "float32", 4_000_000, 1024)
    made.window.handle(ModelReady(info))
    return made


@pytest.fixture
def pane(qtbot: QtBot, qapp: QApplication) -> Iterator[ChatPane]:
    """A shown chat pane, 900 x 600."""
    theme().set_mode("light")
    made = ChatPane()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    qapp.processEvents()
    yield made
    theme().set_mode("light")
