"""Cards that say something where the person is looking: notices and errors, never a dialog."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from mmdesk.core.errors import MmdeskError
from mmdesk.ui.controls import IconButton, LinkSentence, plain_label
from mmdesk.ui.icons import icon
from mmdesk.ui.theme import theme
from mmdesk.ui.translate import phrase_text

_NOTICE_MARGIN = 12
_CLOSE = 24
_CLOSE_GAP = 8


class ErrorCard(QFrame):
    """One sentence, a hint, and what can be done about it."""

    dismissed = Signal()

    def __init__(self, error: MmdeskError, *, dismissible: bool = True) -> None:
        super().__init__()
        self.setObjectName("errorCard")
        self.error = error
        self._glyph = QLabel()
        self._message = plain_label("errorMessage", phrase_text(error.message_phrase), wrap=True)
        self._hint = plain_label("errorHint", phrase_text(error.hint_phrase), wrap=True)
        for label in (self._message, self._hint):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = IconButton("dismissError", "close", role="error_text", side=26, glyph=16)
        close.describe(self.tr("Dismiss"))
        close.clicked.connect(self.dismissed)
        if not dismissible:
            close.hide()
        self.setAccessibleName(f"{self._message.text()} {self._hint.text()}")
        self._texts = QVBoxLayout()
        self._texts.setSpacing(2)
        self._texts.addWidget(self._message)
        self._texts.addWidget(self._hint)
        self._actions: QHBoxLayout | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 6, 8)
        row.setSpacing(10)
        row.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._texts, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._tint()
        theme().changed.connect(self._tint)

    def add_action(self, object_name: str, text: str, act: Callable[[], None]) -> None:
        """Offer something to do below the hint."""
        if self._actions is None:
            self._actions = QHBoxLayout()
            self._actions.setContentsMargins(0, 4, 0, 0)
            self._actions.addStretch(1)
            self._texts.addLayout(self._actions)
        button = QPushButton(text)
        button.setObjectName(object_name)
        button.setAccessibleName(text)
        button.clicked.connect(lambda: act())
        self._actions.insertWidget(self._actions.count() - 1, button)

    def _tint(self) -> None:
        self._glyph.setPixmap(icon("warning", theme().tokens.error_text).pixmap(QSize(20, 20)))


class ErrorStack(QWidget):
    """Errors above each other, the latest last; one of a kind and text is shown once."""

    changed = Signal()
    focusFreed = Signal()
    """The card that had the focus leaves."""

    def __init__(self, object_name: str, limit: int) -> None:
        """``limit`` is how many stand at most; older ones leave."""
        super().__init__()
        self.setObjectName(object_name)
        self._limit = limit
        self._cards: list[ErrorCard] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self.hide()

    @property
    def cards(self) -> list[ErrorCard]:
        """The cards that stand."""
        return list(self._cards)

    def add(self, error: MmdeskError) -> ErrorCard:
        """Show an error."""
        for card in self.cards:
            if card.error.message == error.message:
                self.remove(card)
        card = ErrorCard(error)
        card.dismissed.connect(lambda: self.remove(card))
        self._cards.append(card)
        self._column.addWidget(card)
        self.show()
        for old in self.cards[: -self._limit]:
            self.remove(old)
        self.changed.emit()
        return card

    def remove(self, card: ErrorCard) -> None:
        """Take a card away."""
        self._cards.remove(card)
        focused = card.focusWidget()
        if focused is not None and focused.hasFocus():
            self.focusFreed.emit()  # hiding it would give the focus to the first button around
        self._column.removeWidget(card)
        card.hide()
        card.deleteLater()
        self.setVisible(bool(self.cards))
        self.changed.emit()

    def clear(self, kind: type[MmdeskError] = MmdeskError) -> None:
        """Take all cards of a kind of error away."""
        for card in self.cards:
            if isinstance(card.error, kind):
                self.remove(card)


class Notice(QFrame):
    """A quiet sentence with a link, above the messages."""

    modelWanted = Signal()

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.setObjectName("noticeCard")
        self._sentence = LinkSentence(object_name, role="notice_text", underline=True)
        self._sentence.activated.connect(self.modelWanted)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(_NOTICE_MARGIN, 5, _NOTICE_MARGIN, 5)
        self._row.addWidget(self._sentence)

    def fit(self, width: int) -> None:
        """Take one line where ``width`` px allow it, else as many as it needs."""
        most = max(120, width - 2 * _NOTICE_MARGIN - self._beside())
        self._sentence.set_width(min(self._sentence.one_line_width(), most))

    def retranslate(self) -> None:
        """Set every text anew."""
        raise NotImplementedError

    def _beside(self) -> int:
        """Return the px that stand beside the sentence."""
        return 0


class StarterNotice(Notice):
    """One line while the starter is in use: what it knows, and where to get more."""

    def __init__(self) -> None:
        super().__init__("starterNotice")

    def retranslate(self) -> None:
        """Set every text anew."""
        self._sentence.say(
            self.tr("Starter model: knows drawn shapes, colours and counting. For photos, {link}."),
            self.tr("choose a larger model"),
        )


class PassingNotice(Notice):
    """A notice that the person can take away."""

    dismissed = Signal()

    def __init__(self, object_name: str, close_name: str) -> None:
        super().__init__(object_name)
        self._close = IconButton(close_name, "close", role="notice_text", side=_CLOSE, glyph=14)
        self._close.clicked.connect(self.dismissed)
        self._row.setContentsMargins(_NOTICE_MARGIN, 3, 6, 3)
        self._row.setSpacing(_CLOSE_GAP)
        self._row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def retranslate(self) -> None:
        """Set every text anew."""
        self._close.describe(self.tr("Dismiss"))

    def _beside(self) -> int:
        return _CLOSE + _CLOSE_GAP


class StarterVoiceNotice(PassingNotice):
    """Said once, when the starter speech model has heard someone: which voices it knows."""

    def __init__(self) -> None:
        super().__init__("starterVoiceNotice", "dismissVoiceNotice")

    def retranslate(self) -> None:
        """Set every text anew."""
        super().retranslate()
        self._sentence.say(
            self.tr(
                "Starter speech model: knows synthetic voices only. For your own, {link} such as "
                "openai/whisper-base."
            ),
            self.tr("choose a Whisper model"),
        )


class NewsNotice(PassingNotice):
    """What has changed about the models, with what can be done about it."""

    def __init__(self) -> None:
        super().__init__("newsNotice", "dismissNews")
        self._act: Callable[[], object] | None = None
        self.said = False
        """Whether there is something to read in it."""
        self.modelWanted.connect(self._do)
        self.dismissed.connect(self.forget)

    @property
    def text(self) -> str:
        """The sentence as it reads; "" if nothing is said."""
        return self._sentence.plain if self.said else ""

    def say(self, sentence: str, link: str = "", act: Callable[[], object] | None = None) -> None:
        """Show a sentence; its ``{link}`` does ``act`` and takes the notice away."""
        self._act = act
        self.said = True
        self._sentence.say(sentence, link)

    def fit(self, width: int) -> None:
        """Take the room that the sentence needs, where there is one."""
        if self.said:
            super().fit(width)

    def forget(self) -> None:
        """Have nothing to say."""
        self.said, self._act = False, None

    def _do(self) -> None:
        act = self._act
        self.dismissed.emit()
        if act is not None:
            act()
