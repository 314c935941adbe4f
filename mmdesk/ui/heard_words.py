"""Heard words in the question: where each stands, how sure Whisper was, what is left of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtGui import QTextCursor, QTextDocument

from mmdesk.core.finding import utf16_length
from mmdesk.core.messages import well_formed
from mmdesk.core.speech import Transcript, UtteranceId, Word

UNSURE = 0.7
"""A word below this probability is worth a look."""
DOUBTFUL = 0.4
"""Below this one, it is as likely another word."""
_NO_SPACE_AFTER = frozenset("([{“‘\"'/-—")
_NO_SPACE_BEFORE = frozenset(")]}”’,.;:!?…")


@dataclass(frozen=True, slots=True, eq=False)
class HeardWord:
    """A word in the document; ``index`` is its place in the transcript.

    ``start`` and ``end`` move with the text around it: what is typed at either edge stays
    outside.
    """

    index: int
    text: str
    probability: float
    start: QTextCursor
    end: QTextCursor

    @property
    def intact(self) -> bool:
        """Whether it stands as it was heard; undoing an edit makes it whole again."""
        begin, end = self.start.position(), self.end.position()
        document = self.start.document()
        if begin >= end or _between(document, begin, end) != self.text:
            return False
        before, after = _character(document, begin - 1), _character(document, end)
        return not (_joins(before, self.text[0]) or _joins(self.text[-1], after))


@dataclass(frozen=True, slots=True, eq=False)
class HeardStretch:
    """One utterance's text in the document, its spaces included."""

    utterance: UtteranceId
    language: str
    seconds: float
    start: QTextCursor
    end: QTextCursor
    words: tuple[HeardWord, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing that was heard is left."""
        begin, end = self.start.position(), self.end.position()
        return begin >= end or not _between(self.start.document(), begin, end).strip()

    @property
    def unsure(self) -> int:
        """How many of its words are worth a look."""
        return sum(word.probability < UNSURE and word.intact for word in self.words)

    def remove(self) -> None:
        """Take its text out of the document."""
        if self.start.position() < self.end.position():
            document = self.start.document()
            _cursor(document, self.start.position(), self.end.position()).removeSelectedText()


def insert_heard(
    place: QTextCursor, utterance: UtteranceId, transcript: Transcript, seconds: float
) -> HeardStretch:
    """Insert what was heard at ``place``, with the spaces that it needs, as one undoable step."""
    document = place.document()
    text = well_formed(" ".join(transcript.text.split()))
    begin = place.position()
    lead, trail = _spaces(_character(document, begin - 1), text, _character(document, begin))
    place.insertText(lead + text + trail)
    first = begin + len(lead)
    words = tuple(
        HeardWord(index, shown, word.probability, *_edges(document, first + start, first + end))
        for index, word, shown, start, end in _located(transcript.words, text)
    )
    whole = begin + utf16_length(lead + text + trail)
    return HeardStretch(
        utterance, transcript.language, seconds, *_edges(document, begin, whole), words
    )


def _located(words: tuple[Word, ...], text: str) -> Iterator[tuple[int, Word, str, int, int]]:
    """Yield index, word, its text without spaces, and where it stands in UTF-16 units."""
    reached = 0
    for index, word in enumerate(words):
        shown = well_formed(word.text.strip())
        found = text.find(shown, reached) if shown else -1
        if found >= 0:
            reached = found + len(shown)
            yield index, word, shown, utf16_length(text[:found]), utf16_length(text[:reached])


def _edges(document: QTextDocument, start: int, end: int) -> tuple[QTextCursor, QTextCursor]:
    first, last = _cursor(document, start), _cursor(document, end)
    last.setKeepPositionOnInsert(True)
    return first, last


def _cursor(document: QTextDocument, start: int, end: int | None = None) -> QTextCursor:
    made = QTextCursor(document)
    made.setPosition(start)
    if end is not None:
        made.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    return made


def _between(document: QTextDocument, start: int, end: int) -> str:
    return _cursor(document, start, end).selectedText()


def _character(document: QTextDocument, position: int) -> str:
    """Return a character of the document, "" beyond its ends."""
    inside = 0 <= position < document.characterCount() - 1
    return str(document.characterAt(position)) if inside else ""


def _spaces(before: str, text: str, after: str) -> tuple[str, str]:
    """Return the spaces that ``text`` needs between its neighbours."""
    lead = bool(before) and _apart(before, text[:1])
    trail = bool(after) and _apart(text[-1:], after)
    return " " * lead, " " * trail


def _apart(left: str, right: str) -> bool:
    """Whether a space belongs between two characters; Chinese and Japanese have none."""
    if not left or not right or left.isspace() or right.isspace() or _wide(left) or _wide(right):
        return False
    return left not in _NO_SPACE_AFTER and right not in _NO_SPACE_BEFORE


def _joins(left: str, right: str) -> bool:
    """Whether two characters make one word."""
    if not left or not right or _wide(left) or _wide(right):
        return False
    return left.isalnum() and right.isalnum()


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in ("W", "F")
