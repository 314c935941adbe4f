"""What the window asks of the session; :class:`mmdesk.session.controller.ChatSession` has it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from mmdesk.core.messages import Picture
from mmdesk.core.requests import GenerationSettings, LoadModel


class Attachment(Protocol):
    """A picture of the draft."""

    @property
    def id(self) -> str:
        """The session's id."""

    @property
    def name(self) -> str:
        """The file's name, for display."""

    @property
    def picture(self) -> Picture | None:
        """None while it is being decoded."""


class Session(Protocol):
    """One window's session; every call comes from the main thread."""

    settings: GenerationSettings
    """How the next answers are sampled."""

    @property
    def conversation(self) -> str | None:
        """The shown conversation; None is one that isn't kept yet."""

    @property
    def busy(self) -> bool:
        """Whether this conversation has an unfinished turn."""

    @property
    def editing(self) -> bool:
        """Whether the draft replaces the last question."""

    @property
    def attachments(self) -> Sequence[Attachment]:
        """The draft's pictures, in order."""

    def new_conversation(self) -> None:
        """Show a new, empty conversation."""

    def open_conversation(self, conversation: str) -> None:
        """Show a kept conversation; ``ConversationOpened`` follows."""

    def attach(self, paths: Sequence[Path]) -> None:
        """Add files to the draft."""

    def attach_bytes(self, data: bytes, name: str) -> None:
        """Add image data to the draft."""

    def detach(self, attachment: str) -> None:
        """Take a picture out of the draft."""

    def submit(self, text: str) -> None:
        """Ask; ``TurnAdded`` tells that the question left the draft."""

    def stop(self) -> None:
        """Stop the answer, or the question that waits for its pictures."""

    def regenerate(self) -> None:
        """Answer the last question again."""

    def retry(self) -> None:
        """Answer the last question again after an error."""

    def edit_last(self) -> str | None:
        """Put the last question back into the draft; return its text."""

    def cancel_edit(self) -> None:
        """Leave the last question as it was."""

    def load_model(self, request: LoadModel) -> None:
        """Load another model."""
