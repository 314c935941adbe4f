"""The chat pane: the messages of a conversation in one column."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QWidget

from mmdesk.core.conversations import Entry, SavedTurn
from mmdesk.core.errors import MmdeskError
from mmdesk.core.events import TurnFinished
from mmdesk.core.messages import Role
from mmdesk.ui.chat.column import Column
from mmdesk.ui.chat.jump_button import JumpButton
from mmdesk.ui.chat.message_view import MessageView, entry_text
from mmdesk.ui.theme import current, theme

if TYPE_CHECKING:
    from mmdesk.ui.chat.answer_view import AnswerView

_AT_ONCE = 30
"""Messages that are laid out when a conversation opens, and with each step upwards."""
_SLICE_S, _PER_STEP = 0.04, 4
"""How long, and how many at a time, views are made on the way to a message."""
_NEAR_END = 24
"""Px from the end within which the pane still follows it."""


class ChatPane(QScrollArea):
    """Shows a conversation and follows its end unless the person scrolled up.

    Older messages get their widgets when the person comes near them.
    """

    pictureActivated = Signal(object, int)
    """All pictures of the message, as a tuple of ``Picture``, and the index of the chosen one."""
    recordingActivated = Signal(object)
    """A ``Recording`` is to be played, or stopped where it is played now."""
    linkActivated = Signal(str)
    versionChosen = Signal(str)
    """A message's id."""
    regenerateRequested = Signal()
    retryRequested = Signal()
    copied = Signal()
    going = Signal(bool)
    """Whether the pane is still on its way to a message far above."""
    changed = Signal(object)
    """The text of a view has changed; with None that of any, or where they stand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chatPane")
        self.setAccessibleName(QCoreApplication.translate("chat", "Conversation"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setAutoFillBackground(False)
        self._column = Column()
        self.setWidget(self._column)
        self._earlier: list[Entry] = []
        self._live: dict[str, AnswerView] = {}
        self._following = True
        self._goal: tuple[int, bool] | None = None
        self._adjusting = False
        self._playing: str | None = None
        self._focused: MessageView | None = None
        self._jump = JumpButton(self)
        self._jump.clicked.connect(self.jump_to_latest)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        theme().changed.connect(self._restyle)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_moved)

    # The fixed interface ----------------------------------------------------------------

    def clear(self) -> None:
        """Show nothing."""
        self._goal = None
        self._earlier = []
        self._live = {}
        self._focused = None
        self._column.keep(0)
        self._following = True
        self._relayout()

    def show_entries(self, entries: tuple[Entry, ...]) -> None:
        """Show a kept conversation from its end."""
        self.clear()
        self._earlier = list(entries[:-_AT_ONCE])
        for entry in entries[-_AT_ONCE:]:
            self._add(self._view_of(entry))
        self._update_last()
        self._relayout()

    def add_question(self, entry: Entry) -> None:
        """Show a question at the end, and go there."""
        self._column.mark(None)
        self._add(self._view_of(entry))
        self._following = True
        self._update_last()
        self._relayout()

    def begin_answer(self, turn: str, model: str) -> None:
        """Show an empty answer at the end; what follows is told by ``turn``."""
        from mmdesk.ui.chat.answer_view import AnswerView

        view = AnswerView(model, current(), live=True)
        self._live[turn] = view
        self._add(view)
        self._update_last()
        self._relayout()

    def set_progress(self, turn: str, text: str) -> None:
        """Show what the answer waits for, such as "reading picture 2 of 3"."""
        view = self._live.get(turn)
        if view is not None:
            view.set_doing(text)

    def append_text(self, turn: str, text: str, tokens: int) -> None:
        """Add text to a live answer; a turn that isn't shown is none of the pane's business."""
        del tokens
        view = self._live.get(turn)
        if view is not None:
            view.append(text)
            self._relayout(view)

    def finish_answer(self, turn: str, event: TurnFinished) -> None:
        """Show that a live answer ended."""
        view = self._live.pop(turn, None)
        if view is not None:
            view.finish(event)
            self._update_last()
            self._relayout(view)

    def fail_answer(self, turn: str, error: MmdeskError) -> None:
        """Show that a live answer broke off, and why."""
        view = self._live.pop(turn, None)
        if view is not None:
            view.fail(error)
            self._update_last()
            self._relayout(view)

    def show_playing(self, key: str | None) -> None:
        """Show which recording is played, by its SHA-256, or (None) that none is."""
        self._playing = key
        for view in self._column.views:
            view.show_playing(key)

    def truncate_after(self, entry_count: int) -> None:
        """Drop what is shown after the first ``entry_count`` messages."""
        while entry_count < len(self._earlier):
            self._earlier.pop()
        self._column.keep(max(0, entry_count - len(self._earlier)))
        kept = set(self._column.views)
        self._live = {turn: view for turn, view in self._live.items() if view in kept}
        self._focused = None
        self._update_last()
        self._relayout()

    def plain_text(self) -> str:
        """Return everything that is shown, the messages parted by empty lines."""
        parts = [entry_text(entry) for entry in self._earlier]
        parts += [view.shown_text() for view in self._column.views]
        return "\n\n".join(parts)

    def last_answer_text(self) -> str:
        """Return the Markdown of the last answer, or "" if there is none."""
        from mmdesk.ui.chat.answer_view import AnswerView

        answers = [view for view in self._column.views if isinstance(view, AnswerView)]
        return answers[-1].source() if answers else ""

    def is_empty(self) -> bool:
        """Tell whether nothing is shown."""
        return not self._column.views

    @property
    def following(self) -> bool:
        """Whether the pane follows the end."""
        return self._following

    def show_saved(self, turn: str, saved: SavedTurn) -> None:
        """Tell a live answer and its question which versions of them there are."""
        answer = self._live.get(turn)
        if answer is None:
            return
        answer.show_versions(saved.answer_versions, saved.answer)
        place = self._column.views.index(answer)
        if place:
            question = self._column.views[place - 1]
            question.show_versions(saved.question_versions, saved.question)
        self._relayout()

    @property
    def earlier(self) -> Sequence[Entry]:
        """The first messages: those that have no view yet."""
        return self._earlier

    @property
    def views(self) -> Sequence[MessageView]:
        """The views of all messages after them."""
        return self._column.views

    def view_of(self, index: int) -> MessageView:
        """Return the view of a message, counted from the first; it is made if there is none."""
        while index < len(self._earlier):
            self.load_earlier()
        return self._column.views[index - len(self._earlier)]

    def views_in_sight(self) -> list[MessageView]:
        """Return the views of which something is seen."""
        top = self.verticalScrollBar().value()
        end = top + self.viewport().height()
        seen = (view.geometry() for view in self._column.views)
        return [
            view
            for view, box in zip(self._column.views, seen, strict=True)
            if box.bottom() >= top and box.top() <= end
        ]

    def first_seen(self) -> int:
        """Return which message is the first in sight, counted from the first of all."""
        view = self._column.view_at(self.verticalScrollBar().value())
        below = self._column.views.index(view) if view is not None else 0
        return len(self._earlier) + below

    def show_line(self, inside: QWidget, line: QRect) -> None:
        """Have a line of a message in sight; it stays there while an answer streams in."""
        top, height = inside.mapTo(self._column, line.topLeft()).y(), line.height()
        bar = self.verticalScrollBar()
        seen = self.viewport().height()
        if not bar.value() + _NEAR_END <= top <= bar.value() + seen - height - 3 * _NEAR_END:
            bar.setValue(top - seen // 3)
        self._following = not self._live and bar.value() >= bar.maximum() - _NEAR_END
        self._place_jump()

    def go_to(self, index: int, *, mark: bool) -> None:
        """Go to one of the shown messages, counted from the first, and perhaps mark it.

        One far above is gone to in slices, so that the window stays alive: see ``going``.
        """
        self._goal = index, mark
        self._following = False
        self._approach()

    def _approach(self) -> None:
        """Make views towards the goal for a while; go there once it has one."""
        if self._goal is None:
            return
        index, mark = self._goal
        ends = time.monotonic() + _SLICE_S
        while index < len(self._earlier) and time.monotonic() < ends:
            self.load_earlier(_PER_STEP)
        there = index >= len(self._earlier)
        self.going.emit(not there)
        if not there:
            QTimer.singleShot(0, self, self._approach)
            return
        self._goal = None
        view = self.view_of(index)
        self._column.mark(view if mark else None)
        self._relayout()
        bar = self.verticalScrollBar()
        bar.setValue(view.y() - self.viewport().height() // 5)

    def jump_to_latest(self) -> None:
        """Go to the end and follow it from now on."""
        self._following = True
        if self._jump.hasFocus():  # Qt would look for the next one, and scroll to it
            self.setFocus()
        self._relayout()

    # Views ------------------------------------------------------------------------------

    def _view_of(self, entry: Entry) -> MessageView:
        # With them comes all of Markdown: the window is painted sooner without.
        from mmdesk.ui.chat.answer_view import AnswerView
        from mmdesk.ui.chat.bubble import QuestionView

        if entry.message.role is Role.ASSISTANT:
            return AnswerView.of_entry(entry, current())
        question = QuestionView(entry.message, current())
        question.show_versions(entry.versions, entry.id)
        return question

    def _add(self, view: MessageView, *, first: bool = False) -> None:
        view.pictureActivated.connect(self.pictureActivated)
        view.recordingActivated.connect(self.recordingActivated)
        view.linkActivated.connect(self.linkActivated)
        view.versionChosen.connect(self.versionChosen)
        view.regenerateRequested.connect(self.regenerateRequested)
        view.retryRequested.connect(self.retryRequested)
        view.copied.connect(self.copied)
        view.heightChanged.connect(self._view_changed)
        view.folded.connect(self._view_folded)
        view.show_playing(self._playing)
        self._column.insert(0 if first else len(self._column.views), view)

    def _update_last(self) -> None:
        views = self._column.views
        for view in views:
            view.set_last(view is views[-1])

    def load_earlier(self, most: int = _AT_ONCE) -> None:
        """Make the widgets of messages above; what is read now stays where it is."""
        chunk, self._earlier = self._earlier[-most:], self._earlier[:-most]
        reading = self._column.view_at(self.verticalScrollBar().value())
        for entry in reversed(chunk):
            self._add(self._view_of(entry), first=True)
        self._relayout(anchor=reading)

    # Layout -----------------------------------------------------------------------------

    def _view_changed(self) -> None:
        view = self.sender()
        if isinstance(view, MessageView):
            self._column.forget(view)
        self._relayout()

    def _view_folded(self) -> None:
        """Keep the end out of it: what was opened is read from its beginning."""
        self._following = False
        self._view_changed()
        bar = self.verticalScrollBar()
        self._following = bar.value() >= bar.maximum() - _NEAR_END
        self._place_jump()

    def _relayout(
        self, changed: MessageView | None = None, anchor: MessageView | None = None
    ) -> None:
        """Lay out from ``changed`` on (from the top if None), keeping what is read in place."""
        if self._adjusting:
            return
        self._adjusting = True
        bar = self.verticalScrollBar()
        if anchor is None and not self._following:
            anchor = self._column.view_at(bar.value())
        before = anchor.y() if anchor is not None else 0
        # As if the scroll bar were always there: nothing moves aside when it appears.
        self._column.lay_out(self.width() - bar.sizeHint().width(), changed)
        if self._following:
            bar.setValue(bar.maximum())
        elif anchor is not None:
            bar.setValue(bar.value() + anchor.y() - before)
        self._adjusting = False
        self._place_jump()
        self.changed.emit(changed)

    def _scrolled(self, value: int) -> None:
        if self._adjusting:
            return
        bar = self.verticalScrollBar()
        self._following = value >= bar.maximum() - _NEAR_END
        if self._earlier and value < self.viewport().height():
            self.load_earlier()
        self._place_jump()

    def _place_jump(self) -> None:
        away = not self._following and self.verticalScrollBar().maximum() > 0
        self._jump.show_above_end(away)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out in the new width."""
        super().resizeEvent(event)
        self._relayout()

    def showEvent(self, event: QShowEvent) -> None:
        """Lay out now that the scroll bar's range is kept up to date."""
        super().showEvent(event)
        self._relayout()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Home and End go to the first and the last message."""
        if event.key() == Qt.Key.Key_End:
            self.jump_to_latest()
        elif event.key() == Qt.Key.Key_Home:
            self.verticalScrollBar().setValue(0)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Mirror the column when the reading direction changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._column.forget()
            self._relayout()

    # Focus and theme --------------------------------------------------------------------

    def _focus_moved(self, old: QObject | None, new: QObject | None) -> None:
        del old
        view = new
        while view is not None and not isinstance(view, MessageView):
            view = view.parent()
        found = view if view in self._column.views else None
        if found is self._focused:
            return
        if self._focused is not None:
            self._focused.set_focused(False)
        self._focused = found
        if found is not None:
            found.set_focused(True)

    def _restyle(self) -> None:
        for view in self._column.views:
            view.restyle(current())
        self._column.forget()
        self._relayout()
