"""Where a link leads, shown before anything is opened: a card beside the link, no dialog."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication, QKeyEvent, QTextCharFormat, QTextOption
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from mmdesk.core.links import Link, Oddity, link_of
from mmdesk.ui.chat.targets import canonical
from mmdesk.ui.controls import plain_label
from mmdesk.ui.theme import theme

_WIDEST = 520
_MARGIN = 12
_GAP = 6
_LONGEST_USER = 60
_HIGHEST_TARGET = 120
"""Px; a longer target scrolls."""


class TargetView(QTextEdit):
    """A link's whole target, its host in bold; it can be selected, and is never read as HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("linkTarget")
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # an address is no sentence
        self.document().setDocumentMargin(2)

    def show_link(self, link: Link) -> None:
        """Show a target."""
        self.clear()
        bold = QTextCharFormat()
        bold.setFontWeight(QFont.Weight.Bold)
        cursor = self.textCursor()
        for text, form in (
            (link.before, QTextCharFormat()),
            (link.host, bold),
            (link.after, QTextCharFormat()),
        ):
            cursor.insertText(text, form)

    def fit(self, width: int) -> None:
        """Take the height that the target needs in ``width`` px, up to a limit."""
        self.document().setTextWidth(width)
        height = math.ceil(self.document().size().height()) + 2
        self.setFixedSize(width, min(height, _HIGHEST_TARGET))


class LinkCard(QFrame):
    """Asks before a link is opened: its full target, what in it may deceive, and what to do.

    Attributes:
        link: What is asked about; None while the card is away.
    """

    openRequested = Signal(str)
    """The target, exactly as it is shown."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("linkCard")
        self._around = parent
        self.link: Link | None = None
        self._sealed = False
        self._text: QWidget | None = None
        self._beside = QRect()
        self._question = plain_label("linkQuestion", wrap=True)
        self._target = TargetView()
        self._host = plain_label("linkHost", wrap=True)
        self._host.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._warnings = plain_label("linkWarnings", wrap=True)
        self.open, self.copy, self.cancel = (
            _button(name) for name in ("openLink", "copyLink", "cancelLink")
        )
        self.open.clicked.connect(self._open)
        self.copy.clicked.connect(self._copy)
        self.cancel.clicked.connect(self.leave)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN - 2, _MARGIN, _MARGIN)
        column.setSpacing(_GAP)
        for part in (self._question, self._target, self._host, self._warnings):
            column.addWidget(part)
        row = QHBoxLayout()
        for button in (self.open, self.copy, self.cancel):
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        self.hide()
        theme().changed.connect(self._dress)
        self._dress()

    def ask(self, target: str, *, sealed: bool) -> None:
        """Show where a link leads, below the text that has the focus; that comes to Cancel.

        Args:
            sealed: Whether it can only be copied.
        """
        self.link, self._sealed = link_of(canonical(target)), sealed
        focused = QApplication.focusWidget()
        if focused is not None and not self.isAncestorOf(focused):
            self._text = focused
        self._beside = self._link_place()
        self.retranslate()
        self.show()
        self.raise_()
        # Not to Open: a key that is held would open what has not been read yet.
        self.cancel.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """Open nothing; the focus goes back to where it came from."""
        text, self._text, self.link = self._text, None, None
        if self._has_focus() and text is not None and isValid(text) and text.isVisible():
            text.setFocus(Qt.FocusReason.OtherFocusReason)  # hiding would give it to anything
        self.hide()

    def retranslate(self) -> None:
        """Set every text anew."""
        if self.link is not None:
            self._write(self.link)
            self._place()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Go round in the card: what is around it has an order of its own."""
        stops = [
            stop
            for stop in (self._target, self.open, self.copy, self.cancel)
            if not stop.isHidden()
        ]
        focused = QApplication.focusWidget()
        at = stops.index(focused) if focused in stops else -1
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        stops[(at + (1 if forward else -1)) % len(stops)].setFocus(reason)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc opens nothing."""
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def _write(self, link: Link) -> None:
        for button, text in (
            (self.open, QCoreApplication.translate("links", "Open")),
            (self.copy, QCoreApplication.translate("links", "Copy")),
            (self.cancel, QCoreApplication.translate("links", "Cancel")),
        ):
            button.setText(text)
            button.setAccessibleName(text)
        self.open.setVisible(link.openable and not self._sealed)
        self._question.setText(_question(link, sealed=self._sealed))
        self._target.show_link(link)
        self._target.setAccessibleName(QCoreApplication.translate("links", "Where the link leads"))
        self._host.setText(f"{link.host} (\u2068{link.readable}\u2069)")
        self._host.setVisible(bool(link.readable))
        warnings = "\n".join(_warning(oddity, link) for oddity in link.oddities)
        self._warnings.setText(warnings)
        self._warnings.setVisible(bool(warnings))
        parts = (self._question.text(), link.target, link.readable, warnings)
        self.setAccessibleName(" ".join(part for part in parts if part))

    def _open(self) -> None:
        link = self.link
        self.leave()
        if link is not None and link.openable and not self._sealed:
            self.openRequested.emit(link.target)

    def _copy(self) -> None:
        if self.link is not None:
            QGuiApplication.clipboard().setText(self.link.target)
        self.leave()

    def _has_focus(self) -> bool:
        focused = QApplication.focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    def _link_place(self) -> QRect:
        """Return where the link is, in the parent's px; the parent's middle if nobody knows."""
        parent = self._around
        if not isinstance(self._text, QTextEdit) or not parent.isAncestorOf(self._text):
            return QRect(parent.rect().center(), QSize(1, 1))
        place = self._text.cursorRect()
        return QRect(self._text.viewport().mapTo(parent, place.topLeft()), place.size())

    def _place(self) -> None:
        beside = self._beside
        room = self._around.rect()
        width = min(_WIDEST, room.width() - 2 * _GAP)
        inner = width - 2 * _MARGIN
        self._target.fit(inner)
        for label in (self._question, self._host, self._warnings):
            label.setFixedWidth(inner)
            label.setFixedHeight(max(1, label.heightForWidth(inner)))
        self._column.activate()
        self.resize(width, self._column.sizeHint().height())
        x = min(max(_GAP, beside.left()), room.width() - width - _GAP)
        below, above = beside.bottom() + _GAP, beside.top() - _GAP - self.height()
        y = below if below + self.height() <= room.height() or above < 0 else above
        self.move(x, max(0, min(y, room.height() - self.height())))

    def _dress(self) -> None:
        tokens = theme().tokens
        self.setStyleSheet(
            f"#linkCard {{ background: {tokens.card}; border: 1px solid {tokens.line};"
            " border-radius: 8px; }"
            f"#linkCard QLabel {{ color: {tokens.text}; font-size: 13px; }}"
            f"#linkCard QLabel#linkWarnings {{ color: {tokens.notice_text}; }}"
            f"#linkTarget {{ background: {tokens.panel}; color: {tokens.text}; border: none;"
            " border-radius: 6px; font-size: 13px; padding: 2px; }"
        )


def _button(name: str) -> QPushButton:
    made = QPushButton()
    made.setObjectName(name)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    made.setAutoDefault(True)
    return made


def _question(link: Link, *, sealed: bool) -> str:
    if sealed:
        return QCoreApplication.translate(
            "links",
            "Sealed: a browser outside could be asked to open links, so they can only be copied.",
        )
    if not link.openable:
        return QCoreApplication.translate(
            "links",
            "Only web and mail addresses are opened from here, and this is no complete one: "
            "it can be copied.",
        )
    if link.scheme == "mailto":
        return QCoreApplication.translate("links", "Write to this address in the mail program?")
    return QCoreApplication.translate("links", "Open this address in the browser?")


def _warning(oddity: Oddity, link: Link) -> str:
    match oddity:
        case Oddity.USER:
            text = QCoreApplication.translate(
                "links", "“{user}” before the @ is a user's name: what opens is {host}."
            )
        case Oddity.MIXED:
            text = QCoreApplication.translate(
                "links", "The host's name mixes letters of different scripts: {scripts}."
            )
        case Oddity.LOOKALIKE:
            text = QCoreApplication.translate(
                "links", "The host's name has letters that look like Latin ones: {scripts}."
            )
        case Oddity.INVISIBLE:
            text = QCoreApplication.translate(
                "links", "The address has characters in it that can't be seen."
            )
        case Oddity.ATTACHES:
            text = QCoreApplication.translate(
                "links", "The mail program would be asked to attach a file of this computer."
            )
    scripts = ", ".join(script.capitalize() for script in link.scripts)
    user = link.user if len(link.user) <= _LONGEST_USER else f"{link.user[:_LONGEST_USER]}…"
    return text.format(user=f"\u2068{user}\u2069", host=link.host, scripts=scripts)
