"""From a conversation's entries to the messages that the model is given."""

from __future__ import annotations

from collections.abc import Iterable

from mmdesk.core.conversations import Entry
from mmdesk.core.messages import Message, Role


def prompt_messages(entries: Iterable[Entry]) -> tuple[Message, ...]:
    """Return the messages, less the answers that failed before their first word.

    The questions around such an answer are then neighbours, which the prompt makes one.
    """
    return tuple(
        entry.message
        for entry in entries
        if entry.message.role is not Role.ASSISTANT or entry.message.text.strip()
    )
