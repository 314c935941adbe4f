"""From a conversation's entries to the messages that the model is given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mmdesk.core.conversations import Entry
from mmdesk.core.messages import Message, Role, TextPart


def prompt_messages(entries: Iterable[Entry], system_prompt: str = "") -> tuple[Message, ...]:
    """Return the messages, less the answers that failed before their first word.

    The questions around such an answer are then neighbours, which the prompt makes one. A system
    prompt that is not blank is the first message.
    """
    system = (Message(Role.SYSTEM, (TextPart(system_prompt),)),) if system_prompt.strip() else ()
    return system + tuple(
        entry.message
        for entry in entries
        if entry.message.role is not Role.ASSISTANT or entry.message.text.strip()
    )


def last_question(entries: Sequence[Entry]) -> int | None:
    """Return the index of the last question, None if there is none."""
    for index in range(len(entries) - 1, -1, -1):
        if entries[index].message.role is Role.USER:
            return index
    return None
