"""The turns of the shown conversation: what becomes of each, told to the pane."""

from __future__ import annotations

from PySide6.QtCore import QObject

from mmdesk.core.events import (
    Event,
    SavingPaused,
    SavingResumed,
    TextDelta,
    TurnAdded,
    TurnFailed,
    TurnFinished,
    TurnProgress,
    TurnSaved,
    TurnStage,
)
from mmdesk.core.requests import TurnId
from mmdesk.ui.chat.pane import ChatPane

TurnEvent = TurnProgress | TextDelta | TurnFinished | TurnFailed


class ShownTurns(QObject):
    """Shows the events of its turns; those of other conversations are ignored.

    Attributes:
        model: The name that stands above answers from now on.
    """

    def __init__(self, pane: ChatPane) -> None:
        super().__init__(pane)
        self._pane = pane
        self.model = ""
        self._turns: set[TurnId] = set()
        self._waiting: set[TurnId] = set()
        """Those that have not begun."""
        self._unsaved: set[TurnId] = set()
        """Those of any conversation whose question isn't on the disk yet."""
        self._paused = False

    def forget(self) -> None:
        """Another conversation is shown."""
        self._turns.clear()
        self._waiting.clear()

    def take_up(self, turn: TurnId, text: str) -> None:
        """Show an answer that is on its way already, with what there is of it."""
        self._begin(turn, text)
        if text:
            self._waiting.discard(turn)

    def say_waiting(self, text: str) -> None:
        """Say what turns wait for that have not begun (the model is being loaded)."""
        for turn in self._waiting:
            if not (self._paused and turn in self._unsaved):
                self._pane.set_progress(turn, text)

    def handle(self, event: Event) -> None:
        """Show an event, if it is about a turn."""
        if isinstance(event, TurnAdded):
            self._added(event)
        elif isinstance(event, TurnSaved):
            self._saved(event)
        elif isinstance(event, SavingPaused | SavingResumed):
            self._paused = isinstance(event, SavingPaused)
            self._say_unsaved()
        elif isinstance(event, TurnEvent):
            if isinstance(event, TurnFinished | TurnFailed):
                self._unsaved.discard(event.turn)
            if event.turn in self._turns:
                self._turn_event(event)

    def _added(self, event: TurnAdded) -> None:
        self._unsaved.add(event.turn)
        if event.entries is not None:
            self._pane.show_entries(event.entries)
        else:
            self._pane.add_question(event.question)
        self._begin(event.turn, event.text)

    def _begin(self, turn: TurnId, text: str) -> None:
        self._turns.add(turn)
        self._waiting.add(turn)
        self._pane.begin_answer(turn, self.model, text)
        self._say_unsaved()

    def _saved(self, event: TurnSaved) -> None:
        self._unsaved.discard(event.turn)
        if self._paused and event.turn in self._waiting:
            self._pane.set_progress(event.turn, self.tr("Reading the question…"))
        self._pane.show_saved(event.turn, event.saved)

    def _turn_event(self, event: TurnEvent) -> None:
        self._waiting.discard(event.turn)
        if isinstance(event, TextDelta):
            self._pane.append_text(event.turn, event.text, event.tokens)
        elif isinstance(event, TurnProgress):
            self._pane.set_progress(event.turn, self._progress(event))
        elif isinstance(event, TurnFinished):
            self._turns.discard(event.turn)
            self._pane.finish_answer(event.turn, event)
        else:
            self._turns.discard(event.turn)
            self._pane.fail_answer(event.turn, event.error)

    def _say_unsaved(self) -> None:
        """Say in answers that have not begun that their question waits for the disk."""
        if self._paused:
            for turn in self._waiting & self._unsaved:
                self._pane.set_progress(turn, self.tr("Waiting to be saved…"))

    def _progress(self, event: TurnProgress) -> str:
        if event.stage is TurnStage.PICTURES and event.total > 1:
            return self.tr("Looking at picture {done} of {total}…").format(
                done=event.done, total=event.total
            )
        if event.stage is TurnStage.PICTURES:
            return self.tr("Looking at the picture…")
        return self.tr("Reading the question…")
