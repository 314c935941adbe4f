"""From a conversation's entries to the messages that the model is given."""

from __future__ import annotations

from collections.abc import Iterable

from mmdesk.core.conversations import Entry
from mmdesk.core.messages import Message, Role


def prompt_messages(entries: Iterable[Entry]) -> tuple[Message, ...]:
    """Return alternating messages that end with the last question.

    An answer that failed before its first word is left out, and the questions around it become
    one: many chat templates refuse two questions in a row. No picture is lost by that.
    """
    messages: list[Message] = []
    for entry in entries:
        message = entry.message
        if message.role is Role.ASSISTANT and not message.text.strip():
            continue
        if messages and messages[-1].role is message.role:
            messages[-1] = Message(message.role, messages[-1].parts + message.parts)
        else:
            messages.append(message)
    return tuple(messages)
