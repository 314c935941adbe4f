"""The heard part of the question: inserted, marked by certainty, played by a click, let go."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QGuiApplication, QSyntaxHighlighter, QTextCharFormat

from mmdesk.core.speech import Transcript, UtteranceId
from mmdesk.ui.heard_words import (
    DOUBTFUL,
    UNSURE,
    HeardStretch,
    HeardWord,
    insert_heard,
)
from mmdesk.ui.provisional import Provisional
from mmdesk.ui.question_input import QuestionInput
from mmdesk.ui.theme import theme
from mmdesk.ui.timers import single_shot


class HeardText(QObject):
    """What of a field's text was heard.

    The marks are no part of the text: copying, pasting and undo know only the characters.
    """

    changed = Signal()
    left = Signal(str)
    """The person has deleted all text of this utterance."""
    wordChosen = Signal(str, int)
    """An utterance and the index of the word in it that was clicked."""

    def __init__(self, field: QuestionInput) -> None:
        super().__init__(field)
        self._field = field
        self._playing: str | None = None
        self.stretches: list[HeardStretch] = []
        self.provisional = Provisional(field)
        self.provisional.changed.connect(field.grow)
        self._marks = _Marks(self)
        # Not while the document tells of an edit: what is let go of then is still in its hands.
        self._look = single_shot(self, 0, self._edited)
        field.document().contentsChanged.connect(self._look.start)
        field.placeClicked.connect(self._clicked)
        field.describe_place = self._describe
        theme().changed.connect(self._marks.rehighlight)

    @property
    def playing(self) -> str | None:
        """The key of what is being played."""
        return self._playing

    def insert(self, utterance: UtteranceId, transcript: Transcript, seconds: float) -> None:
        """Put what was heard where it was shown provisionally, or at the cursor."""
        if self._field.composing:
            QGuiApplication.inputMethod().commit()
        place = self.provisional.place
        self.provisional.clear()
        if place is None:
            place = self._field.textCursor()
            place.setPosition(place.selectionEnd())
        if self._marks.document() is None:
            self._marks.setDocument(self._field.document())
        stretch = insert_heard(place, utterance, transcript, seconds)
        self.stretches.append(stretch)
        self._marks.rehighlight()
        self._field.ensureCursorVisible()
        self.changed.emit()

    def remove_all(self) -> None:
        """Take everything that was heard out of the text."""
        edit = self._field.textCursor()
        edit.beginEditBlock()
        for stretch in self.stretches:
            stretch.remove()
        edit.endEditBlock()

    def sent(self, take_away: Callable[[], None]) -> None:
        """Let the sent text leave the field: it isn't deleted, it went with the question."""
        self._edited()
        take_away()
        self._keep([stretch for stretch in self.stretches if not stretch.empty])

    def show_playing(self, key: str | None) -> None:
        """Mark the word that is being played, ``key`` as playback tells it."""
        if key != self._playing:
            self._playing = key
            self._marks.rehighlight()
            self.changed.emit()

    def words_between(self, start: int, end: int) -> list[tuple[HeardStretch, HeardWord]]:
        """Return the words that stand as they were heard and begin in ``start``..``end``."""
        return [
            (stretch, word)
            for stretch in self.stretches
            for word in stretch.words
            if start <= word.start.position() < end and word.intact
        ]

    def _edited(self) -> None:
        if not self.stretches:
            return
        gone = [stretch.utterance for stretch in self.stretches if stretch.empty]
        self._keep([stretch for stretch in self.stretches if not stretch.empty])
        for utterance in gone:
            self.left.emit(utterance)

    def _keep(self, stretches: list[HeardStretch]) -> None:
        self.stretches = stretches
        if not stretches:
            self._marks.setDocument(None)
        self.changed.emit()

    def _word_at(self, position: int) -> tuple[HeardStretch, HeardWord] | None:
        for stretch in self.stretches:
            for word in stretch.words:
                if word.start.position() <= position < word.end.position() and word.intact:
                    return stretch, word
        return None

    def _clicked(self, position: int) -> None:
        if found := self._word_at(position):
            self.wordChosen.emit(found[0].utterance, found[1].index)

    def _describe(self, position: int) -> str:
        """Return the tool tip of a heard word."""
        found = self._word_at(position)
        if found is None:
            return ""
        percent = round(found[1].probability * 100)
        return self.tr("Heard with {percent} % certainty. A click plays it.").format(
            percent=percent
        )


class _Marks(QSyntaxHighlighter):
    """Grounds and lines below the words that Whisper wasn't sure of.

    Attached only while there are such words: every edit passes through it.
    """

    def __init__(self, heard: HeardText) -> None:
        super().__init__(heard)
        self._heard = heard

    def highlightBlock(self, text: str) -> None:
        block = self.currentBlock()
        begin = block.position()
        for stretch, word in self._heard.words_between(begin, begin + block.length()):
            key = f"{stretch.utterance}/{word.index}"
            style = _style(word.probability, playing=key == self._heard.playing)
            if style is not None:
                start, end = word.start.position(), word.end.position()
                self.setFormat(start - begin, end - start, style)


def _style(probability: float, *, playing: bool) -> QTextCharFormat | None:
    """Return how a word looks: by ground and by line, never by colour alone."""
    tokens = theme().tokens
    style = QTextCharFormat()
    line = QTextCharFormat.UnderlineStyle
    if probability < UNSURE:
        doubtful = probability < DOUBTFUL
        ground = tokens.doubtful_ground if doubtful else tokens.unsure_ground
        style.setBackground(QColor(ground))
        style.setUnderlineStyle(line.WaveUnderline if doubtful else line.DotLine)
        style.setUnderlineColor(QColor(tokens.notice_text))
    if playing:
        style.setBackground(QColor(tokens.accent_tint))
        style.setForeground(QColor(tokens.accent))
        style.setUnderlineStyle(line.SingleUnderline)
        style.setUnderlineColor(QColor(tokens.accent))
    return style if playing or probability < UNSURE else None
