"""What the views of all messages have in common."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from mmdesk.core.conversations import Entry
from mmdesk.core.events import ReplayFinished, ReplayProgressed
from mmdesk.ui.theme import Tokens

COLUMN_WIDTH = 760
"""Px of the column of messages, where the window has room for it."""

Replay = ReplayProgressed | ReplayFinished


class MessageView(QWidget):
    """A message in the column. It lays itself out in a width and says how high it became."""

    pictureActivated = Signal(object, int)
    recordingActivated = Signal(object)
    """A :class:`~mmdesk.core.speech.Recording` is to be played or stopped."""
    linkActivated = Signal(str)
    versionChosen = Signal(str)
    """Another version of this message is to be shown, by its id."""
    regenerateRequested = Signal()
    retryRequested = Signal()
    continueRequested = Signal()
    replayRequested = Signal(str)
    """An answer's id."""
    replayStopped = Signal()
    phraseHovered = Signal(object)
    """The numbers of the evidence that a phrase stands for, as a tuple; () where none is."""
    phraseChosen = Signal(object)
    checkRequested = Signal(str)
    """An answer's id: a second opinion on it is wanted."""
    whyRequested = Signal(str)
    copied = Signal()
    heightChanged = Signal()
    """It became higher or lower: the column lays out anew from here."""
    folded = Signal()
    """The same, because the person opened or closed something: it stays where it is seen."""

    def __init__(self) -> None:
        super().__init__()
        self._hovered = False
        self._focused = False

    def height_for(self, width: int) -> int:
        """Lay the children out in ``width`` px and return the height in px."""
        raise NotImplementedError

    def shown_text(self) -> str:
        """Return everything that can be read here."""
        raise NotImplementedError

    def source(self) -> str:
        """Return what was written: Markdown for an answer, the text of a question."""
        raise NotImplementedError

    def restyle(self, tokens: Tokens) -> None:
        """Take the colours of ``tokens``."""
        raise NotImplementedError

    def set_last(self, last: bool) -> None:
        """Take note whether this is the conversation's last message."""

    def allow_continue(self, allowed: bool) -> None:
        """Take note whether the conversation's last answer can be gone on with."""

    def show_replay(self, replay: Replay | None) -> None:
        """Show how far this answer's replay is, or what came of it; None shows nothing."""

    def light(self, numbers: Collection[int]) -> None:
        """Put a ground behind the phrases that stand for these pieces of evidence."""

    def show_playing(self, key: str | None) -> None:
        """Show which recording is played; ``key`` is its SHA-256."""

    def show_versions(self, versions: tuple[str, ...], own: str) -> None:
        """Tell which versions of this message there are, and which one this is."""

    def make_more(self) -> bool:
        """Do a part of what showing takes; tell whether there was any. Laying out does the rest."""
        return False

    def make_whole(self) -> None:
        """Do all of it."""
        while self.make_more():
            pass

    def prepare(self) -> bool:
        """Read one thing that the first painting would wait for; tell whether there was any."""
        return False

    def is_in_use(self) -> bool:
        """Tell whether the view holds what another one of the same message would not."""
        texts: list[QTextEdit | QPlainTextEdit] = [*self.findChildren(QTextEdit)]
        texts += self.findChildren(QPlainTextEdit)
        return self._focused or any(text.textCursor().hasSelection() for text in texts)

    def set_focused(self, focused: bool) -> None:
        """Take note that the keyboard is somewhere in this message."""
        self._focused = focused
        self.reveal(self._focused or self._hovered)

    def reveal(self, revealed: bool) -> None:
        """Show or hide the message's actions; their place stays."""

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the actions."""
        self._hovered = True
        self.reveal(True)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the actions unless the keyboard is here."""
        self._hovered = False
        self.reveal(self._focused)
        super().leaveEvent(event)

    def place(self, child: QWidget, x: int, y: int, width: int, height: int, whole: int) -> None:
        """Set a child's geometry in a message ``whole`` px wide; mirrored from right to left."""
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            x = whole - x - width
        child.setGeometry(QRect(x, y, width, height))


def entry_text(entry: Entry) -> str:
    """Return what can be read of a message that has no view yet."""
    message = entry.message
    names = [picture.name for picture in message.pictures]
    names += [transcript.name for transcript in message.transcripts]
    return "\n".join([*names, message.text])
