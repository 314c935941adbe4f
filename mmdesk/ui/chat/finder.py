"""Finding in the shown conversation: where something stands, and going from one to the next."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QPlainTextEdit, QTextBrowser
from shiboken6 import isValid

from mmdesk.core.conversations import Entry
from mmdesk.core.finding import folded, utf16_length
from mmdesk.core.messages import Role
from mmdesk.core.reasoning import split_reasoning
from mmdesk.ui.chat.found import light_up, place_of
from mmdesk.ui.chat.message_view import MessageView
from mmdesk.ui.chat.pane import ChatPane
from mmdesk.ui.chat.slots import Slot
from mmdesk.ui.chat.text_view import TextView
from mmdesk.ui.chat.transcript_card import TranscriptCard
from mmdesk.ui.timers import single_shot

_PAUSE_MS = 100
"""While text streams in, it is counted no more often."""
_MARKUP = re.compile(r"\]\([^)\s]*\)|[*`_#\[|]")

_Text = QTextBrowser | QPlainTextEdit


@dataclass(frozen=True, slots=True)
class _Place:
    """A piece of a message: what shows it, or will once it is opened, and its folded text."""

    widget: _Text | TranscriptCard
    text: str
    seams: tuple[int, ...] = ()
    """Where the widget's document has a character that isn't in the text."""


class Finder(QObject):
    """Counts where a text stands in all messages, marks those in sight, goes through them.

    A message that has had no view yet is counted by its source, exactly once it has.
    """

    counted = Signal(int, int)
    """Which one it is at, from 1 (0 if at none), and how many there are."""

    def __init__(self, pane: ChatPane) -> None:
        super().__init__(pane)
        self._pane = pane
        self._needle = ""
        self._counts: list[int] = []
        self._at: tuple[int, int] | None = None
        self._texts: dict[int, tuple[Entry, str]] = {}
        self._places: dict[MessageView, list[_Place]] = {}
        self._lit: list[_Text] = []
        self._by = 1
        self._recount = single_shot(self, _PAUSE_MS, self._count_anew)
        self._next_try = single_shot(self, 0, self._arrive)
        pane.changed.connect(self._pane_changed)
        pane.verticalScrollBar().valueChanged.connect(self._light)

    def look_for(self, text: str) -> None:
        """Find ``text`` as it stands, whatever its case and accents; "" ends it."""
        self._next_try.stop()
        self._needle = folded(text) if text.strip() else ""
        if not self._needle:
            self._at = None
            self._texts.clear()
            self._places.clear()
        self._count()
        if not self._needle:
            self._tell()
            return
        self._choose()
        self._by = 1
        self._arrive()

    def step(self, by: int) -> None:
        """Go to the next one (1) or the one before (-1), around the ends."""
        self._next_try.stop()
        self._bring_up_to_date()
        if self._at is None:
            self._choose()
        else:
            self._at = self._beside(*self._at, by)
        self._by = by
        self._arrive()

    def _arrive(self) -> None:
        """Go where it is; if that was in the source alone, try the next one, a view at a time."""
        self._bring_up_to_date()
        if self._at is not None:
            index, number = self._at
            self._pane.view_of(index)
            guessed = self._counts[index]
            exact = self._counts[index] = self._text(self._pane.slots[index]).count(self._needle)
            if not exact:
                self._at = self._beside(index, 0, self._by)
                self._next_try.start()
                return
            if exact != guessed:
                self._at = index, min(number, exact - 1) if self._by > 0 else exact - 1
        self._go()
        self._tell()

    # Counting ---------------------------------------------------------------------------

    def _pane_changed(self, view: MessageView | None) -> None:
        if not self._needle:
            return
        if view is None:
            self._places.clear()
        else:
            self._places.pop(view, None)
        if not self._recount.isActive():
            self._recount.start()

    def _count_anew(self) -> None:
        if self._needle and not self._next_try.isActive():
            self._count()
            self._hold_on()
            self._tell()

    def _bring_up_to_date(self) -> None:
        """Count what has changed a moment ago: another conversation may be shown by now."""
        if self._recount.isActive():
            self._recount.stop()
            self._count()
            self._hold_on()

    def _hold_on(self) -> None:
        """Stay at the same place of the same message, if it is still there."""
        if self._at is not None:
            index, number = self._at
            known = self._counts[index] if index < len(self._counts) else 0
            self._at = (index, min(number, known - 1)) if known else None

    def _count(self) -> None:
        """Count in each message's folded text."""
        slots = self._pane.slots if self._needle else ()
        self._counts = [self._text(slot).count(self._needle) for slot in slots]
        self._places = {view: places for view, places in self._places.items() if isValid(view)}

    def _text(self, slot: Slot) -> str:
        """Return a message's folded text, its pieces parted by what no one types."""
        entry = slot.entry
        if slot.view is not None:
            text = "\0".join(place.text for place in self._places_of(slot.view))
            self._texts[id(entry)] = (entry, text)
            return text
        known = self._texts.get(id(entry))
        if known is None or known[0] is not entry:
            known = self._texts[id(entry)] = (entry, _source(entry))
        return known[1]

    def _places_of(self, view: MessageView) -> list[_Place]:
        known = self._places.get(view)
        if known is None:
            known = self._places[view] = _places_in(view)
        return known

    # Going there ------------------------------------------------------------------------

    def _choose(self) -> None:
        """Stay where it is, else take the next one from what is in sight, else one above."""
        start, number = self._at or (self._pane.first_seen(), 0)
        self._at = None
        hits = [index for index, count in enumerate(self._counts) if count]
        below = [index for index in hits if index >= start]
        if below:
            index = below[0]
            self._at = index, min(number, self._counts[index] - 1) if index == start else 0
        elif hits:
            self._at = hits[-1], self._counts[hits[-1]] - 1

    def _beside(self, index: int, number: int, by: int) -> tuple[int, int] | None:
        if 0 <= number + by < self._counts[index]:
            return index, number + by
        for distance in range(1, len(self._counts) + 1):
            other = (index + by * distance) % len(self._counts)
            if self._counts[other]:
                return other, 0 if by > 0 else self._counts[other] - 1
        return None

    def _go(self) -> None:
        found = self._current()
        if found is None:
            return
        if isinstance(found[0].widget, TranscriptCard):
            found[0].widget.show_whole()
            self._places.clear()
            found = self._current()
        if found is not None and not isinstance(text := found[0].widget, TranscriptCard):
            self._pane.show_line(text.viewport(), place_of(text, self._position(*found)))

    def _current(self) -> tuple[_Place, int] | None:
        """Return the piece that the current one is in, and where it begins in its text."""
        if self._at is None or self._at[0] >= len(self._pane.slots):
            return None
        index, number = self._at
        view = self._pane.slots[index].view
        for place in self._places_of(view) if view is not None else ():
            starts = self._starts(place)
            if number < len(starts):
                return place, starts[number]
            number -= len(starts)
        return None

    def _starts(self, place: _Place) -> list[int]:
        return [found.start() for found in re.finditer(re.escape(self._needle), place.text)]

    def _position(self, place: _Place, start: int) -> tuple[int, int]:
        """Return where it begins and ends in UTF-16 code units, as Qt counts."""
        begin = utf16_length(place.text[:start])
        end = begin + utf16_length(place.text[start : start + len(self._needle)])
        for seam in place.seams:
            begin += seam <= begin
            end += seam < end
        return begin, end

    def _tell(self) -> None:
        number = 0
        if self._at is not None:
            number = sum(self._counts[: self._at[0]]) + self._at[1] + 1
        self.counted.emit(number, sum(self._counts))
        self._light()

    def _light(self) -> None:
        """Mark what is in sight; what has left it costs nothing any more."""
        if not self._needle and not self._lit:
            return
        lit: list[_Text] = []
        current = self._current() if self._needle else None
        for view in self._pane.views_in_sight() if self._needle else ():
            for place in self._places_of(view):
                if not isinstance(place.widget, TranscriptCard) and isValid(place.widget):
                    spans = [self._position(place, start) for start in self._starts(place)]
                    own = current is not None and current[0].widget is place.widget
                    chosen = self._position(*current) if own and current is not None else None
                    light_up(place.widget, spans, chosen)
                    lit.append(place.widget)
        for old in self._lit:
            if old not in lit and isValid(old):
                light_up(old, [], None)
        self._lit = lit


def _source(entry: Entry) -> str:
    """Return the folded text of a message that has had no view yet."""
    message = entry.message
    text = message.text
    if message.role is Role.ASSISTANT:
        text = _MARKUP.sub("", split_reasoning(text).answer)
    parts = [folded(part.text.strip()) for part in message.transcripts]
    return "\0".join([*parts, folded(text)])


def _places_in(view: MessageView) -> list[_Place]:
    """Return the pieces of a message from top to bottom."""
    view.make_whole()
    cards = view.findChildren(TranscriptCard)
    closed = [card for card in cards if not card.is_whole]
    texts: list[_Text] = [*view.findChildren(QTextBrowser), *view.findChildren(QPlainTextEdit)]
    shown = [
        text
        for text in texts
        if text.isVisibleTo(view) and not any(card.isAncestorOf(text) for card in closed)
    ]
    made = [_Place(card, folded(card.transcript.text.strip())) for card in closed]
    made += [_shown_place(text) for text in shown]
    return sorted(made, key=lambda place: place.widget.mapTo(view, QPoint(0, 0)).y())


def _shown_place(widget: _Text) -> _Place:
    text = widget.document().toPlainText()
    seams = tuple(widget.seams()) if isinstance(widget, TextView) else ()
    if not seams:
        return _Place(widget, folded(text))
    units = text.encode("utf-16-le", "surrogatepass")
    edges = [-1, *seams, len(units) // 2]
    parts = (units[2 * (a + 1) : 2 * b] for a, b in pairwise(edges))
    joined = b"".join(parts).decode("utf-16-le", "surrogatepass")
    return _Place(widget, folded(joined), seams)
