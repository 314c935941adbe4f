"""The chat pane: the messages of a conversation in one column."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Signal, SignalInstance
from PySide6.QtWidgets import QWidget

from mmdesk.core.conversations import Entry, EntryStatus, ReadingPlace, ReplayReport, SavedTurn
from mmdesk.core.errors import MmdeskError
from mmdesk.core.events import ReplayFinished, ReplayProgressed, TurnFinished
from mmdesk.core.messages import assistant_message
from mmdesk.ui.chat.keyboard_scroller import KeyboardScroller
from mmdesk.ui.chat.message_view import MessageView, entry_text
from mmdesk.ui.chat.slots import Slot
from mmdesk.ui.theme import current, theme
from mmdesk.ui.timers import single_shot

if TYPE_CHECKING:
    from mmdesk.ui.chat.answer_view import AnswerView

_CALM_MS = 2000
"""Until what formulas and code wait for is loaded: the window has settled then."""


class ChatPane(KeyboardScroller):
    """Shows a conversation and follows its end unless the person scrolled up."""

    pictureActivated = Signal(object, int)
    """All pictures of the message, as a tuple of ``Picture``, and the index of the chosen one."""
    recordingActivated = Signal(object)
    """A ``Recording`` is to be played, or stopped where it is played now."""
    linkActivated = Signal(str)
    versionChosen = Signal(str)
    """A message's id."""
    regenerateRequested = Signal()
    retryRequested = Signal()
    continueRequested = Signal()
    """The last answer is to be gone on with."""
    replayRequested = Signal(str)
    """An answer's id."""
    replayStopped = Signal()
    phraseHovered = Signal(str, object)
    """An answer's id, and the numbers of its evidence that a phrase stands for."""
    phraseChosen = Signal(str, object)
    checkRequested = Signal(str)
    whyRequested = Signal(str)
    copied = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chatPane")
        self.setAccessibleName(QCoreApplication.translate("chat", "Conversation"))
        self._live: dict[str, Slot] = {}
        self._last: Slot | None = None
        self._can_continue = False
        self._replays: dict[str, ReplayProgressed | ReplayFinished] = {}
        self._playing: str | None = None
        theme().changed.connect(self._restyle)
        # Not when it is shown: the first answer's first formula may come sooner after that.
        single_shot(self, _CALM_MS, _warm_up).start()

    # The whole conversation -------------------------------------------------------------

    def clear(self) -> None:
        """Show nothing."""
        self._forget()
        self._relayout()

    def show_entries(self, entries: tuple[Entry, ...], place: ReadingPlace | None = None) -> None:
        """Show a kept conversation, where the person was reading; None is its end."""
        self._forget()
        self._column.add(entries)
        self._find_last()
        self._open_at(place)

    def truncate_after(self, entry_count: int) -> None:
        """Drop what is shown after the first ``entry_count`` messages."""
        self._column.keep(entry_count)
        self._live = {turn: slot for turn, slot in self._live.items() if slot.view is not None}
        self._focused = None
        self._find_last()
        self._relayout()

    def plain_text(self) -> str:
        """Return everything that is shown, the messages parted by empty lines."""
        return "\n\n".join(
            entry_text(slot.entry) if slot.view is None else slot.view.shown_text()
            for slot in self.slots
        )

    def last_answer_text(self) -> str:
        """Return the Markdown of the last answer, or "" if there is none."""
        answers = (slot for slot in reversed(self.slots) if slot.is_answer)
        last = next(answers, None)
        if last is None:
            return ""
        if last.view is not None:
            return last.view.source()
        from mmdesk.ui.chat.linked import plain_text

        return plain_text(last.entry)

    def is_empty(self) -> bool:
        """Tell whether nothing is shown."""
        return not self.slots

    # Turns ------------------------------------------------------------------------------

    def add_question(self, entry: Entry) -> None:
        """Show a question at the end, and go there."""
        self._column.mark(None)
        self._column.add((entry,))
        self._following = True
        self._find_last()
        self._relayout()

    def begin_answer(self, turn: str, model: str, text: str = "") -> None:
        """Show an answer that begins with ``text`` at the end; what follows is told by ``turn``."""
        from mmdesk.ui.chat.answer_view import AnswerView

        entry = Entry("", assistant_message(""), status=EntryStatus.STREAMING, model=model)
        view = AnswerView(entry, current(), live=True)
        view.append(text)
        self._column.add((entry,))
        slot = self._live[turn] = self._column.slots[-1]
        self._column.show_view(slot, self._connected(view))
        self._find_last()
        self._relayout()

    def set_progress(self, turn: str, text: str) -> None:
        """Show what the answer waits for, such as "reading picture 2 of 3"."""
        if (view := self._live_view(turn)) is not None:
            view.set_doing(text)

    def append_text(self, turn: str, text: str, tokens: int) -> None:
        """Add text to a live answer; a turn that isn't shown is none of the pane's business."""
        del tokens
        if (view := self._live_view(turn)) is not None:
            view.append(text)
            self._relayout(self._live[turn])

    def finish_answer(self, turn: str, event: TurnFinished) -> None:
        """Show that a live answer ended."""
        if (view := self._live_view(turn)) is not None:
            view.finish(event)
            self._settled(turn, view)

    def fail_answer(self, turn: str, error: MmdeskError) -> None:
        """Show that a live answer broke off, and why."""
        if (view := self._live_view(turn)) is not None:
            view.fail(error)
            self._settled(turn, view)

    def show_saved(self, turn: str, saved: SavedTurn) -> None:
        """Tell a live answer and its question their ids, and which versions there are."""
        if (answer := self._live.get(turn)) is None:
            return
        self._keep_versions(answer, saved.answer, saved.answer_versions)
        if answer.index:
            question = self._column.slots[answer.index - 1]
            self._keep_versions(question, saved.question, saved.question_versions)

    # What else happens to messages ------------------------------------------------------

    def show_playing(self, key: str | None) -> None:
        """Show which recording is played, by its SHA-256, or (None) that none is."""
        self._playing = key
        for view in self._column.views:
            view.show_playing(key)

    def light(self, answer: str, numbers: Collection[int]) -> None:
        """Put a ground behind an answer's phrases that stand for these pieces of evidence."""
        for slot in self._column.made:
            if slot.view is not None:
                slot.view.light(numbers if slot.entry.id == answer else ())

    def allow_continue(self, allowed: bool) -> None:
        """Tell whether the last answer can be gone on with, if it isn't whole."""
        self._can_continue = allowed
        if self._last is not None and self._last.view is not None:
            self._last.view.allow_continue(allowed)

    def show_replay(self, answer: str, done: int, total: int) -> None:
        """Show at which token of an answer its replay is."""
        self._show_replay(ReplayProgressed(answer, done, total))

    def show_replay_report(
        self, answer: str, report: ReplayReport | None, error: MmdeskError | None = None
    ) -> None:
        """Show what a replay found; without a report why there is none, or that it was stopped."""
        self._show_replay(ReplayFinished(answer, report, error))

    # Views ------------------------------------------------------------------------------

    def _make_view(self, slot: Slot) -> MessageView:
        # With them comes all of Markdown: the window is painted sooner without.
        from mmdesk.ui.chat.answer_view import AnswerView
        from mmdesk.ui.chat.bubble import QuestionView

        entry = slot.entry
        if not slot.is_answer:
            question = QuestionView(entry.message, current())
            question.show_versions(entry.versions, entry.id)
            return self._connected(question)
        answer = AnswerView.of_entry(entry, current())
        answer.set_last(slot is self._last)
        answer.allow_continue(self._can_continue)
        if (replay := self._replays.get(entry.id)) is not None:
            answer.show_replay(replay)
        return self._connected(answer)

    def _connected(self, view: MessageView) -> MessageView:
        view.pictureActivated.connect(self.pictureActivated)
        view.recordingActivated.connect(self.recordingActivated)
        view.linkActivated.connect(self.linkActivated)
        view.versionChosen.connect(self.versionChosen)
        view.regenerateRequested.connect(self.regenerateRequested)
        view.retryRequested.connect(self.retryRequested)
        view.continueRequested.connect(self.continueRequested)
        view.replayRequested.connect(self.replayRequested)
        view.replayStopped.connect(self.replayStopped)
        view.phraseHovered.connect(partial(self._phrase, self.phraseHovered, view))
        view.phraseChosen.connect(partial(self._phrase, self.phraseChosen, view))
        view.checkRequested.connect(self.checkRequested)
        view.whyRequested.connect(self.whyRequested)
        view.copied.connect(self.copied)
        view.heightChanged.connect(self._view_changed)
        view.folded.connect(self._view_folded)
        view.show_playing(self._playing)
        return view

    def _phrase(self, signal: SignalInstance, view: MessageView, numbers: object) -> None:
        slot = self._column.slot_of(view)
        if slot is not None:
            signal.emit(slot.entry.id, numbers)

    def _is_needed(self, slot: Slot) -> bool:
        return slot in self._live.values() or (slot.view is not None and slot.view.is_in_use())

    def _live_view(self, turn: str) -> AnswerView | None:
        from mmdesk.ui.chat.answer_view import AnswerView

        slot = self._live.get(turn)
        return slot.view if slot is not None and isinstance(slot.view, AnswerView) else None

    def _settled(self, turn: str, view: AnswerView) -> None:
        slot = self._live.pop(turn)
        slot.entry = view.entry
        self._relayout(slot)

    def _keep_versions(self, slot: Slot, own: str, versions: tuple[str, ...]) -> None:
        slot.entry = replace(slot.entry, id=own, versions=versions)
        if slot.view is not None:
            slot.view.show_versions(versions, own)
            self._relayout(slot)

    def _show_replay(self, replay: ReplayProgressed | ReplayFinished) -> None:
        self._replays[replay.answer] = replay
        for slot in self._column.made:
            if slot.entry.id == replay.answer and slot.view is not None:
                slot.view.show_replay(replay)

    def _forget(self) -> None:
        self._still.stop()
        self._live = {}
        self._focused = None
        self._replays = {}
        self._column.keep(0)
        self._last = None
        self._following = True

    def _find_last(self) -> None:
        last = self.slots[-1] if self.slots else None
        before, self._last = self._last, last
        for slot in (before, last):
            if slot is not None and slot.view is not None:
                slot.view.set_last(slot is last)
                slot.view.allow_continue(self._can_continue)

    def _view_changed(self) -> None:
        slot = self._column.slot_of(self.sender())
        if slot is not None:
            self._relayout(slot)

    def _view_folded(self) -> None:
        """Keep the end out of it: what was opened is read from its beginning."""
        self._following = False
        self._view_changed()
        self._follow_at_end()

    def _restyle(self) -> None:
        """Show the colours of now; what isn't seen is made anew when it will be."""
        anchor = self._reading()
        seen = self.views_in_sight()
        for slot in self._column.made:
            if slot.view is not None and (slot.view in seen or self._is_needed(slot)):
                slot.view.restyle(current())
            else:
                self._column.let_go(slot)
        self._column.forget()
        self._relayout(anchor=anchor)


def _warm_up() -> None:
    from mmdesk.ui.chat.warm_up import load_in_background

    load_in_background()
