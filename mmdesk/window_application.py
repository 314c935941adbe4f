"""The window's composition root: everything of :mod:`mmdesk.compose`, and the window on top."""

from __future__ import annotations

import argparse
import gc
import logging
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication

from mmdesk import __version__, compose, paths
from mmdesk.core.archives import ArchiveRequest, ExportRequest, ImportRequest
from mmdesk.core.errors import MmdeskError, SettingsError
from mmdesk.core.events import ConnectionOpened, Event
from mmdesk.network import METER
from mmdesk.sealing import is_sealed
from mmdesk.session.archiving import Told
from mmdesk.settings import Settings, load_settings, save_changes
from mmdesk.ui.event_pump import EventPump
from mmdesk.ui.first_paint import after_first_paint
from mmdesk.ui.i18n import Language
from mmdesk.ui.main_window import MainWindow
from mmdesk.ui.places import Places
from mmdesk.ui.theme import Theme

if TYPE_CHECKING:
    import socket

    from mmdesk.ui.instance import Instance

log = logging.getLogger(__name__)

_LIST_MODELS_MS = 1500
"""Until the menu is told which models there are: nobody opens it sooner."""


class WindowApplication:
    """Qt, the session and the window of one run."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._arguments = arguments
        # Asked for in Python, the style would bring hundreds of names with it from C++.
        self.qt = QApplication(["mmdesk", "-style", "fusion"])
        self.qt.setApplicationName("mmdesk")
        self.qt.setApplicationVersion(__version__)
        self.qt.setDesktopFileName("mmdesk")
        self._settings, self._refusal = _settings()
        self.theme = Theme(self.qt)
        self.theme.set_mode(self._settings.theme)
        self.language = Language(paths.resources() / "i18n")
        self.language.use(self._settings.language)
        self.pump = EventPump(self._handle, tick=self._tick)
        METER.listen(lambda made: self.pump.put(ConnectionOpened(made)))
        self.core = compose.build(self.pump.put, self._settings, engine=arguments.engine)
        self.window = MainWindow(
            self.core.session,
            self._settings,
            self._keep,
            theme=self.theme,
            language=self.language,
            places=_places(),
            sealed=is_sealed(),
        )
        self.pump.failed.connect(self.window.show_error)
        self._instance: Instance | None = None
        self._wakeup: socket.socket | None = None

    def run(self) -> int:
        """Show the window, load the model after the first paint, and serve events."""
        _quit_on_signals(self._quit)
        # What is started then, and imported by its threads, would hold the first paint up.
        after_first_paint(self.window, self._begin)
        self.window.show()
        status = self.qt.exec()
        if self._instance is not None:
            self._instance.close()
        self.pump.close()
        self.core.close()
        if self._wakeup is not None:
            self._wakeup.close()
        return status

    def _quit(self) -> None:
        self.window.leave()  # nobody may be there to answer a question
        self.qt.quit()

    def _begin(self) -> None:
        from mmdesk.ui.instance import Instance

        _collect_again()
        self._wakeup = _wake_on_signals(self.qt)
        self._instance = Instance(paths.instance_socket(), self.qt)
        self._instance.asked.connect(self._come_forward)
        self._instance.requested.connect(self._do_archive)
        self.core.start()
        session = self.core.session
        session.start()
        try:
            if (name := self._arguments.model) is not None:
                session.use_model(compose.model_key(self._settings, name))
        except MmdeskError as error:
            self.window.show_error(error)
        session.prepare_model()
        session.attach(self._arguments.files)
        QTimer.singleShot(0, self.window, self.window.show_icon)
        QTimer.singleShot(0, self._say_what_fits)
        QTimer.singleShot(_LIST_MODELS_MS, self.window, session.library.refresh)
        if self._refusal is not None:
            self.window.show_error(self._refusal)

    def _say_what_fits(self) -> None:
        from mmdesk.models.fit import largest_model_billions, total_memory_bytes

        fits = largest_model_billions(total_memory_bytes())
        self.window.chat.first_start.show_fit(fits)

    def _come_forward(self, files: Sequence[Path]) -> None:
        """Bring the window to the front, with the files of a later start in the composer."""
        self.window.showNormal() if self.window.isMinimized() else self.window.show()
        self.window.raise_()
        self.window.activateWindow()
        if files:
            self.core.session.attach(files)

    def _do_archive(self, request: ArchiveRequest, told: Told) -> None:
        """Export, import or restore for a command; the window shows what came of it as well."""
        match request:
            case ExportRequest():
                self.core.archive.export(request, told)
            case ImportRequest():
                self.core.archive.import_files(request, told)
            case _:
                self.core.archive.restore(request, told)

    def _keep(self, settings: Settings) -> None:
        self.core.use(settings)
        save_changes(self._settings, settings, paths.settings_file())
        self._settings = settings  # only now: what could not be written goes along the next time

    def _handle(self, event: Event) -> None:
        for shown in self.core.session.handle(event):
            self.window.handle(shown)

    def _tick(self) -> bool:
        return self.core.session.tick()


def _places() -> Places:
    resources = paths.resources()
    notices = resources.parent / "THIRD_PARTY_NOTICES.md"
    return Places(
        log=paths.log_file(),
        starter=paths.starter(),
        starter_speech=paths.starter_speech(),
        starter_clip=paths.starter_clip(),
        samples=paths.samples(),
        geometry=paths.geometry_file(),
        icon=resources / "icons" / "mmdesk.svg",
        notices=notices if notices.is_file() else None,
    )


def _settings() -> tuple[Settings, MmdeskError | None]:
    try:
        return load_settings(paths.settings_file()), None
    except SettingsError as error:
        log.warning("settings: %s", error.message)
        return Settings(), error


def _quit_on_signals(leave: Callable[[], None]) -> None:
    """End the event loop on SIGTERM and SIGINT, so that everything is saved."""
    for number in (signal.SIGTERM, signal.SIGINT):
        # Not within whatever Python runs: a window closed in its own paint event has no surface.
        signal.signal(number, lambda *_: QTimer.singleShot(0, leave))


def _wake_on_signals(qt: QApplication) -> socket.socket:
    """Have Qt's loop run Python with each signal; return the socket by which it is woken.

    Python runs signal handlers between byte codes, and Qt's loop runs none of itself.
    """
    import socket

    reading, writing = socket.socketpair()
    for end in (reading, writing):
        end.setblocking(False)
    signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
    notifier = QSocketNotifier(reading.fileno(), QSocketNotifier.Type.Read, qt)
    notifier.activated.connect(lambda: reading.recv(64))
    return writing


def _collect_again() -> None:
    """Let Python look for garbage from now on, but not through what the start has made."""
    gc.freeze()
    gc.enable()
