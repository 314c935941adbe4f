"""The conversation that is shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from mmdesk.core.conversations import NO_SETTINGS, Conversation, ConversationSettings, Entry
from mmdesk.core.events import ModelChosen
from mmdesk.core.models import STARTER, ModelKey, leaves_computer
from mmdesk.core.requests import TurnId


@dataclass(slots=True)
class ShownConversation:
    """What is known of it on the main thread.

    Attributes:
        id: None is a new one.
        entries: The shown path, without an answer that is on its way.
        turn: The turn that is answering at its end.
        model: Who answers its next question.
        leaves: Whether anything of it has left this computer.
        settings: What holds for it alone.
        edited: The index of the question that the next one replaces.
        to_send: A question that waits for its files.
        wanted: The conversation that is being opened, or this one.
    """

    id: str | None = None
    entries: list[Entry] = field(default_factory=list)
    turn: TurnId | None = None
    model: ModelKey = STARTER
    leaves: bool = False
    settings: ConversationSettings = NO_SETTINGS
    edited: int | None = None
    to_send: str | None = None
    wanted: str | None = None

    @property
    def chosen(self) -> ModelChosen:
        """The event that tells who answers."""
        return ModelChosen(self.model, self.leaves or leaves_computer(self.model))

    def show_new(self, model: ModelKey) -> None:
        """Show an empty conversation."""
        self.id = self.wanted = self.turn = self.edited = self.to_send = None
        self.entries = []
        self.model, self.leaves, self.settings = model, False, NO_SETTINGS

    def show(
        self,
        conversation: Conversation,
        entries: list[Entry],
        turn: TurnId | None,
        default_model: ModelKey,
    ) -> None:
        """Show a kept conversation; ``entries`` and ``turn`` are what the session knows of it."""
        summary = conversation.summary
        self.id, self.entries, self.turn = summary.id, entries, turn
        self.edited = self.to_send = None
        self.model, self.leaves = summary.model or default_model, summary.leaves
        self.settings = conversation.settings

    def identify(self, answers: Collection[str], sha256: str) -> None:
        """Add the SHA-256 of the model's files to answers that were shown before it was known."""
        self.entries = [
            replace(entry, run=replace(entry.run, sha256=sha256))
            if entry.run is not None and entry.id in answers
            else entry
            for entry in self.entries
        ]
