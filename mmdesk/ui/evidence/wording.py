"""How sure the model was of its words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from mmdesk.core.conversations import Entry
from mmdesk.core.errors import MmdeskError
from mmdesk.core.examinations import AnswerScored
from mmdesk.core.reasoning import split_reasoning
from mmdesk.ui.controls import plain_label
from mmdesk.ui.evidence.bars import Bars, Row
from mmdesk.ui.evidence.look_state import LookState
from mmdesk.ui.evidence.tinted import TintedText, stretches
from mmdesk.ui.evidence.token_words import Word, alternatives_text, words_of

_MOST = 6
_SURE = 0.9


class WordingView(QWidget):
    """The answer tinted, the choices that a question gave, and the words it was least sure of.

    Attributes:
        toggle: The switch that asks for them; it stands wherever the page has it.
    """

    wanted = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("wording")
        self.toggle = QPushButton()
        self.toggle.setObjectName("wordingToggle")
        self.toggle.setCheckable(True)
        self.toggle.toggled.connect(self.wanted)
        self.state = LookState("wordingState")
        self.state.cancelled.connect(lambda: self.toggle.setChecked(False))
        self.choices, self.bars = Bars("choiceBars"), Bars("wordingBars")
        self.tinted = TintedText()
        self._choices_caption = plain_label("wordingCaption", wrap=True)
        self._tinted_caption = plain_label("wordingCaption", wrap=True)
        self._bars_caption = plain_label("wordingCaption", wrap=True)
        self._note = plain_label("wordingNote", wrap=True)
        self._note.setProperty("quiet", True)
        self._found = (
            self._choices_caption, self.choices, self._tinted_caption, self.tinted,
            self._bars_caption, self.bars, self._note,
        )  # fmt: skip
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.state)
        for part in self._found:
            column.addWidget(part)
        self.forget()

    def forget(self) -> None:
        """Show nothing, with the switch off; nobody is told."""
        self.toggle.blockSignals(True)
        self.toggle.setChecked(False)
        self.toggle.blockSignals(False)
        self.hide()
        self.state.clear()
        for part in self._found:
            part.hide()

    def wait(self) -> None:
        """Say that it is computed."""
        self.show()
        self.state.wait(
            QCoreApplication.translate("evidence", "Computing how probable each word was…")
        )

    def show_scored(self, entry: Entry, scored: AnswerScored) -> None:
        """Show how probable an answer's tokens, its words and its choices were."""
        self.choices.show_rows([Row(each.text, each.probability) for each in scored.choices])
        self._choices_caption.setVisible(bool(scored.choices))
        text = entry.message.text
        begin = len(text) - len(split_reasoning(text).answer)
        self.tinted.show_stretches(list(stretches(text, scored.tokens, begin)))
        self._tinted_caption.setVisible(bool(scored.tokens))
        words = [each for each in words_of(entry, scored.tokens) if each.probability < _SURE]
        words.sort(key=lambda word: word.probability)
        self.bars.show_rows([_row(word) for word in words[:_MOST]])
        self._bars_caption.setVisible(bool(words))
        if words:
            self.state.clear()
        else:
            said = QCoreApplication.translate(
                "evidence", "The model was at least {share} % sure of every word."
            )
            self.state.say(said.format(share=round(100 * _SURE)))
        self._note.show()

    def fail(self, error: MmdeskError) -> None:
        """Say why it isn't known."""
        self.forget()
        self.state.fail(error)
        self.show()

    def retranslate(self) -> None:
        """Set every text anew."""
        self.toggle.setText(QCoreApplication.translate("evidence", "How sure?"))
        self.toggle.setAccessibleName(self.toggle.text())
        self.toggle.setToolTip(
            QCoreApplication.translate("evidence", "Show how probable each word was")
        )
        self._choices_caption.setText(
            QCoreApplication.translate("evidence", "Between these answers")
        )
        self._tinted_caption.setText(
            QCoreApplication.translate("evidence", "Stronger tint: less probable")
        )
        self.tinted.setAccessibleName(self._tinted_caption.text())
        self._bars_caption.setText(QCoreApplication.translate("evidence", "Least sure words"))
        self._note.setText(
            QCoreApplication.translate("evidence", "Confidence of wording, not truth.")
        )
        self.state.retranslate()


def _row(word: Word) -> Row:
    return Row(word.text, word.probability, alternatives_text(word.weakest))
