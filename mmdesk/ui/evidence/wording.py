"""How sure the model was of its words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from mmdesk.core.claims import has_han
from mmdesk.core.conversations import Entry
from mmdesk.core.errors import MmdeskError
from mmdesk.core.examinations import AnswerScored, ScoredToken
from mmdesk.core.values import value
from mmdesk.session.examining import places
from mmdesk.ui.controls import plain_label
from mmdesk.ui.evidence.bars import Bars, Row
from mmdesk.ui.evidence.look_state import LookState

_MOST = 6
_SURE = 0.9
_FENCE = re.compile(r"```\w*\s*\[?\s*\Z")


@value
class Word:
    """A word of an answer.

    Attributes:
        probability: Of all its tokens, each given what stood before it.
        weakest: The least probable of them.
    """

    text: str
    probability: float
    weakest: ScoredToken


class WordingView(QWidget):
    """The words that the model was least sure of.

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
        self.bars = Bars("wordingBars")
        self._note = plain_label("wordingNote", wrap=True)
        self._note.setProperty("quiet", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (self.state, self.bars, self._note):
            column.addWidget(part)
        self.forget()

    def forget(self) -> None:
        """Show nothing, with the switch off; nobody is told."""
        self.toggle.blockSignals(True)
        self.toggle.setChecked(False)
        self.toggle.blockSignals(False)
        self.hide()
        self.state.clear()
        self.bars.show_rows(())
        self._note.hide()

    def wait(self) -> None:
        """Say that it is computed."""
        self.show()
        self.state.wait(
            QCoreApplication.translate("evidence", "Computing how probable each word was…")
        )

    def show_scored(self, entry: Entry, scored: AnswerScored) -> None:
        """Show the least sure words of an answer."""
        words = [each for each in words_of(entry, scored.tokens) if each.probability < _SURE]
        words.sort(key=lambda word: word.probability)
        self.bars.show_rows([_row(word) for word in words[:_MOST]])
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
        self.toggle.setText(QCoreApplication.translate("evidence", "Words it was least sure of"))
        self.toggle.setAccessibleName(self.toggle.text())
        self._note.setText(
            QCoreApplication.translate("evidence", "Confidence of wording, not truth.")
        )
        self.state.retranslate()


def words_of(entry: Entry, tokens: Sequence[ScoredToken]) -> Iterator[Word]:
    """Yield the words of an answer, without what stands for places."""
    text = entry.message.text
    found = places(entry)
    marks = [(each.start, each.end) for each in found.evidence]
    marks += [_around(text, start, end) for start, end in marks]
    group: list[ScoredToken] = []
    for token in tokens:
        if token.end <= token.start:  # the beginning of a character
            group.append(token)
            continue
        if group and _begins_word(text, token):
            yield from _word(text, group, marks)
            group = []
        group.append(token)
    yield from _word(text, group, marks)


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a place with the fence of a block of code around it."""
    opening = _FENCE.search(text[:start])
    return (opening.start() if opening else start), end


def _begins_word(text: str, token: ScoredToken) -> bool:
    first = text[token.start : token.start + 1]
    before = text[token.start - 1 : token.start]
    return not (first.isalnum() and before.isalnum()) or has_han(first) or has_han(before)


def _word(
    text: str, group: Sequence[ScoredToken], marks: Sequence[tuple[int, int]]
) -> Iterator[Word]:
    if not group:
        return
    start, end = min(each.start for each in group), max(each.end for each in group)
    written = text[start:end].strip()
    marked = any(start < last and first < end for first, last in marks)
    if marked or not any(letter.isalnum() for letter in written):
        return
    probability = 1.0
    for each in group:
        probability *= each.probability
    yield Word(written, probability, min(group, key=lambda each: each.probability))


def _row(word: Word) -> Row:
    others = [
        f"“{each.text.strip()}” {each.probability:.2f}"
        for each in word.weakest.alternatives
        if each.text.strip()
    ]
    detail = QCoreApplication.translate("evidence", "Might have been: {words}")
    return Row(
        word.text, word.probability, detail.format(words=", ".join(others)) if others else ""
    )
