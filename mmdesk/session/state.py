"""What the window may read of a session."""

from __future__ import annotations

from mmdesk.core.conversations import ConversationSettings, Entry
from mmdesk.core.messages import Role
from mmdesk.core.models import ModelKey, is_remote
from mmdesk.session.draft_contents import Attachment
from mmdesk.session.handling import EventHandling
from mmdesk.session.parts import Parts
from mmdesk.session.replays import can_replay
from mmdesk.session.turn import can_continue


class SessionState:
    """The shown conversation, its draft, and what can be done with them now."""

    def __init__(self, parts: Parts, handling: EventHandling) -> None:
        self._shown, self._draft, self._drafts = parts.shown, parts.draft, parts.drafts
        self._handling = handling

    @property
    def saving_paused(self) -> bool:
        """Whether what is to be kept waits in memory, as nothing can be written."""
        return self._handling.saving_paused

    @property
    def conversation(self) -> str | None:
        """The shown conversation's id; None is a new one."""
        return self._shown.id

    @property
    def opening(self) -> bool:
        """Whether another conversation is being opened."""
        return self._shown.wanted != self._shown.id

    @property
    def model(self) -> ModelKey:
        """Who answers the shown conversation."""
        return self._shown.model

    @property
    def settings(self) -> ConversationSettings:
        """What holds for the shown conversation alone."""
        return self._shown.settings

    @property
    def busy(self) -> bool:
        """Whether the shown conversation has a turn on its way."""
        return self._shown.turn is not None

    @property
    def waiting(self) -> bool:
        """Whether a question waits for its files, to be sent then."""
        return self._shown.to_send is not None

    @property
    def editing(self) -> bool:
        """Whether the next question replaces the last one."""
        return self._shown.edited is not None

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The shown path, without an answer that is on its way."""
        return tuple(self._shown.entries)

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The files in the composer."""
        return self._draft.attachments

    @property
    def draft_text(self) -> str:
        """The text that the composer should hold."""
        return self._drafts.text

    @property
    def can_continue(self) -> bool:
        """Whether the last answer ended before its model had ended it, and can be gone on with."""
        last = self._shown.entries[-1] if self._shown.entries else None
        if last is None or self.busy or self.waiting or is_remote(self.model):
            return False
        return last.message.role is Role.ASSISTANT and can_continue(last)

    def can_replay(self, answer: str) -> bool:
        """Whether an answer of the shown path can be computed again."""
        return any(entry.id == answer and can_replay(entry) for entry in self._shown.entries)
