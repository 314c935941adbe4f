"""A replayed answer: how far it is, and whether it came out the same."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from mmdesk.core.conversations import ReplayReport
from mmdesk.core.events import ReplayProgressed
from mmdesk.ui.chat.actions import QuietButton
from mmdesk.ui.chat.message_view import Replay
from mmdesk.ui.fonts import SMALL_PX, base_font
from mmdesk.ui.icons import icon
from mmdesk.ui.theme import current
from mmdesk.ui.translate import phrase_text

_ICON = 16
_LEFT = _ICON + 7
_ABOVE, _LINE = 2, 26


class ReplayLine(QWidget):
    """One quiet line below an answer, with a way to stop while it runs."""

    stopped = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("replayLine")
        self._glyph = ""
        self._label = QLabel(self)
        self._label.setObjectName("replayText")
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._label.setWordWrap(True)
        self._label.setFont(base_font(SMALL_PX))
        self._label.setProperty("quiet", True)
        self._stop = QuietButton("stop", self)
        self._stop.setObjectName("stopReplayButton")
        self._stop.set_revealed(True)
        self._stop.clicked.connect(self.stopped)

    def show_replay(self, replay: Replay) -> None:
        """Show how far it is, what came of it, or why nothing did."""
        running = isinstance(replay, ReplayProgressed)
        stop = QCoreApplication.translate("chat", "Stop replaying")
        self._stop.set_look("stop", stop, text=QCoreApplication.translate("chat", "Stop"))
        self._stop.setVisible(running)
        self._glyph, text = _said(replay)
        self._label.setText(text)
        self.setAccessibleName(text)
        self.update()

    def shown_text(self) -> str:
        """Return what can be read here."""
        return self._label.text()

    def height_for(self, width: int) -> int:
        """Lay out in ``width`` px and return the height in px."""
        stop = self._stop.sizeHint() if not self._stop.isHidden() else None
        inner = max(40, width - _LEFT - (stop.width() + 4 if stop else 0))
        height = max(_LINE, self._label.heightForWidth(inner) + 6)
        words = self._label.fontMetrics().horizontalAdvance(self._label.text()) + 2
        wanted = min(inner, words) if stop else inner
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self._label.setGeometry(
            width - _LEFT - wanted if rtl else _LEFT, _ABOVE, wanted, height - 2 * _ABOVE
        )
        if stop is not None:
            x = _LEFT + wanted + 4
            self._stop.setGeometry(
                width - x - stop.width() if rtl else x, 0, stop.width(), stop.height()
            )
        return height

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the glyph beside the first line."""
        tokens = current()
        colour = tokens.accent if self._glyph == "check" else tokens.muted
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = self.width() - _ICON if rtl else 0
        painter = QPainter(self)
        icon(self._glyph, colour, _ICON).paint(painter, x, (_LINE - _ICON) // 2, _ICON, _ICON)


def _said(replay: Replay) -> tuple[str, str]:
    """Return the glyph and the text."""
    if isinstance(replay, ReplayProgressed):
        text = QCoreApplication.translate("chat", "Replaying… {done} of {total} tokens")
        return "verify", _filled(text, done=_number(replay.done), total=_number(replay.total))
    if replay.report is not None:
        changes = "  ·  ".join(phrase_text(change) for change in replay.report.changes)
        glyph = "check" if replay.report.differs is None else "info"
        return glyph, "\n".join(part for part in (_result(replay.report), changes) if part)
    if replay.error is not None:
        error = replay.error
        said = (phrase_text(error.message_phrase), phrase_text(error.hint_phrase))
        return "warning", "\n".join(part for part in said if part)
    return "info", QCoreApplication.translate("chat", "The replay was stopped.")


def _result(report: ReplayReport) -> str:
    if report.differs is None:
        text = QCoreApplication.translate("chat", "Replayed: all {count} tokens are the same.")
        return _filled(text, count=_number(report.tokens))
    if not report.before:
        text = QCoreApplication.translate(
            "chat", "Replayed: it ended after {count} tokens, and now goes on with “{now}”."
        )
    elif not report.now:
        text = QCoreApplication.translate(
            "chat", "Replayed: it now ends after {count} tokens, where “{before}” stood."
        )
    else:
        text = QCoreApplication.translate(
            "chat", "Token {number} differs: “{before}” is now “{now}”."
        )
    number, count = _number(report.differs + 1), _number(report.differs)
    return _filled(text, number=number, count=count, before=report.before, now=report.now)


def _filled(text: str, **fields: str) -> str:
    """Return ``text`` with its fields; a model's text may have braces of its own."""
    parts = text
    marks = {name: f"\0{position}\0" for position, name in enumerate(fields)}
    for name, mark in marks.items():
        parts = parts.replace(f"{{{name}}}", mark)
    for name, mark in marks.items():
        parts = parts.replace(mark, " ".join(fields[name].split()))
    return parts


def _number(number: int) -> str:
    return QLocale().toString(number)
