"""Says above the chat that nothing can be saved, as long as that is so."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from mmdesk.core.errors import MmdeskError
from mmdesk.core.events import Event, SavingPaused, SavingResumed
from mmdesk.ui.controls import plain_label, restyle
from mmdesk.ui.icons import icon
from mmdesk.ui.theme import theme
from mmdesk.ui.timers import single_shot
from mmdesk.ui.translate import phrase_text

_SAVED_MS = 6000
"""How long it says that everything is saved again."""
_GLYPH = 20


class SavingBanner(QFrame):
    """One or two lines that can't be dismissed; asks before the window is closed over them."""

    focusFreed = Signal()
    """The button that had the focus leaves."""
    lossAccepted = Signal()
    """The person closes the window, whatever isn't saved."""

    def __init__(self, width: int) -> None:
        """``width`` is how wide its text is at most, in px."""
        super().__init__()
        self.setObjectName("savingBanner")
        self._width = width
        self._error: MmdeskError | None = None
        self._glyph = QLabel()
        self._sentence = plain_label("savingSentence", wrap=True)
        self._detail = plain_label("savingDetail", wrap=True)
        self._stay, self._lose = _button("stayButton"), _button("closeAndLoseButton")
        self._stay.clicked.connect(self.leave)
        self._lose.clicked.connect(self.lossAccepted)
        self._question = self._make_question()
        self._lay_out()
        self._going = single_shot(self, _SAVED_MS, self.hide)
        theme().changed.connect(self._tint)
        self.hide()

    @property
    def asking(self) -> bool:
        """Whether it asks what to do with what isn't saved."""
        return not self._question.isHidden()

    def handle(self, event: Event) -> None:
        """Show an event, if it is about saving."""
        if isinstance(event, SavingPaused):
            self._show_paused(event.error)
        elif isinstance(event, SavingResumed):
            self._show_saved()

    def _show_paused(self, error: MmdeskError) -> None:
        self._error = error
        self._going.stop()
        self.retranslate()
        self.show()

    def _show_saved(self) -> None:
        """Say shortly that everything is saved again, if something was not."""
        if self._error is None:
            return
        self._error = None
        self.leave()
        self.retranslate()
        self._going.start()

    def ask(self) -> None:
        """Ask whether to close the window before everything is saved."""
        self.show()
        self._question.show()
        self._stay.setFocus()

    def leave(self) -> None:
        """Ask no more: the window stays."""
        if self._stay.hasFocus() or self._lose.hasFocus():
            self.focusFreed.emit()  # hiding them would give the focus to the first button around
        self._question.hide()

    def retranslate(self) -> None:
        """Set every text anew."""
        for button, text in (
            (self._stay, self.tr("Stay")),
            (self._lose, self.tr("Close and lose what isn't saved")),
        ):
            button.setText(text)
            button.setAccessibleName(text)
        if self._error is None:
            self._sentence.setText(self.tr("Everything is saved again."))
            self._detail.setText("")
        else:
            self._sentence.setText(phrase_text(self._error.message_phrase))
            self._detail.setText(self._what_helps(self._error))
        self._detail.setVisible(bool(self._detail.text()))
        self.setAccessibleName(f"{self._sentence.text()} {self._detail.text()}".strip())
        for part in (self, self._sentence):
            restyle(part, "saved", self._error is None)
        self._tint()

    def _what_helps(self, error: MmdeskError) -> str:
        stays = self.tr("Everything stays here, and is saved by itself as soon as it can be.")
        path = str(error.fields.get("path", ""))
        if not path:
            return stays
        helps = self.tr("Free some space, or check the permissions of “{path}”.")
        return f"{stays} {helps.replace('{path}', path)}"

    def _make_question(self) -> QWidget:
        question = QWidget()
        row = QHBoxLayout(question)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._stay)
        row.addWidget(self._lose)
        row.addStretch(1)
        question.hide()
        return question

    def _lay_out(self) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(1)
        for part in (self._sentence, self._detail, self._question):
            texts.addWidget(part)
        column = QWidget()
        column.setMaximumWidth(self._width)
        parts = QHBoxLayout(column)
        parts.setContentsMargins(0, 0, 0, 0)
        parts.setSpacing(10)
        parts.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignTop)
        parts.addLayout(texts, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.addStretch(1)
        row.addWidget(column, 1000)
        row.addStretch(1)

    def _tint(self) -> None:
        saved, tokens = self._error is None, theme().tokens
        name, colour = ("check", tokens.accent) if saved else ("warning", tokens.notice_text)
        self._glyph.setPixmap(icon(name, colour).pixmap(QSize(_GLYPH, _GLYPH)))


def _button(object_name: str) -> QPushButton:
    button = QPushButton()
    button.setObjectName(object_name)
    return button
