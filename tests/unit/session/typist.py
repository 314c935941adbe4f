"""The window's composer as far as the session sees it: a field, and who types in it."""

from __future__ import annotations

from mmdesk.core.events import ConversationOpened, DraftShown, Event, TurnAdded
from tests.unit.session.desk import Desk


class Typist:
    """Types, switches and sends as a person does, and lets the field follow the session."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.field = ""
        self._sent = ""
        self._seen = 0
        self._handle = desk.session.handle
        desk.session.handle = self._handled  # type: ignore[method-assign]

    def type(self, text: str) -> None:
        """Write at the end of the field."""
        self._put(self.field + text)

    def clear(self) -> None:
        """Delete everything."""
        self._put("")

    def new(self) -> None:
        """Begin a new conversation."""
        self.desk.session.new_conversation()
        self.field = self.desk.session.draft_text

    def open(self, conversation: str) -> ConversationOpened:
        """Open a conversation, and wait until it is shown."""
        return self.desk.reopened(conversation)

    def send(self) -> None:
        """Press Enter."""
        self._sent = self.field
        self.desk.session.submit(self.field)

    def edit_last(self) -> None:
        """Press the up arrow."""
        text = self.desk.session.edit_last()
        if text is not None:
            self._put(text)

    def cancel_edit(self) -> None:
        """Press Escape."""
        self.desk.session.cancel_edit()
        self.field = self.desk.session.draft_text

    def change_mind(self) -> None:
        """Begin to edit the last question, if there is one, and leave it as it was."""
        self.edit_last()
        if self.desk.session.editing:
            self.type("changed my mind")
            self.cancel_edit()

    def _put(self, text: str) -> None:
        self.field = text
        self.desk.session.write(text)

    def _handled(self, event: Event) -> tuple[Event, ...]:
        shown = self._handle(event)
        for each in shown:
            match each:
                case ConversationOpened():
                    self.field, self._sent = self.desk.session.draft_text, ""
                case TurnAdded():
                    self._put(self.field.removeprefix(self._sent))
                    self._sent = ""
                case DraftShown(text=text):
                    self.field = text
        return shown
