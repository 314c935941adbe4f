"""A spoken question's recording: a small button that plays it and stops it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QWidget

from mmdesk.core.speech import Recording
from mmdesk.session.sound_files import clock
from mmdesk.ui.chat.actions import QuietButton


class PlayButton(QuietButton):
    """ "▷ 0:03"; a recording whose file is gone can't be played, and says so."""

    activated = Signal(object)
    """The :class:`Recording` is to be played, or stopped where it is played now."""

    def __init__(self, recording: Recording, parent: QWidget) -> None:
        super().__init__("play", parent)
        self.setObjectName("playButton")
        self.recording = recording
        self._playing = False
        self.set_revealed(True)
        self._label()
        self.clicked.connect(self._activate)

    @property
    def playing(self) -> bool:
        """Whether its recording is heard now."""
        return self._playing

    def show_playing(self, key: str | None) -> None:
        """Show whether this is the recording that is played; ``key`` is its SHA-256."""
        playing = key == self.recording.sha256
        if playing != self._playing:
            self._playing = playing
            self._label()

    def shown_text(self) -> str:
        """Return the length beside the glyph."""
        return self.text()

    def _activate(self) -> None:
        self._label()
        if self.isEnabled():
            self.activated.emit(self.recording)

    def _label(self) -> None:
        there = self._playing or self.recording.path.is_file()
        self.setEnabled(there)
        shape = Qt.CursorShape.PointingHandCursor if there else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)
        self.set_strong(self._playing)
        length = length_text(self.recording.seconds)
        self.set_look("stop" if self._playing else "play", self._name(there), text=length)

    def _name(self, there: bool) -> str:
        if not there:
            return QCoreApplication.translate("chat", "The recording is no longer there")
        if self._playing:
            return QCoreApplication.translate("chat", "Stop playing")
        seconds = whole_seconds(self.recording.seconds)
        if seconds == 1:
            return QCoreApplication.translate("chat", "Play what was said, 1 second")
        text = QCoreApplication.translate("chat", "Play what was said, {seconds} seconds")
        return text.replace("{seconds}", str(seconds))


def whole_seconds(seconds: float) -> int:
    """Return a length as a whole number, at least 1: nothing that can be heard lasts 0 s."""
    return max(1, round(seconds))


def length_text(seconds: float) -> str:
    """Return a length as on a player: "0:03", "43:12", "1:02:05"."""
    return clock(whole_seconds(seconds))
