"""From a conversation's entries to the messages that the model is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from mmdesk.core.conversations import Entry, Run
from mmdesk.core.messages import Message, Role, TextPart


def prompt_messages(
    entries: Iterable[Entry], system_prompt: str, wrote: Callable[[Run], bool]
) -> tuple[Message, ...]:
    """Return the messages, less the answers that failed before their first word.

    The questions around such an answer are then neighbours, which the prompt makes one. A system
    prompt that is not blank is the first message.

    Args:
        wrote: Whether the model that is asked has computed such an answer: it gets its tokens.
    """
    system = (Message(Role.SYSTEM, (TextPart(system_prompt),)),) if system_prompt.strip() else ()
    return system + tuple(
        _with_tokens(entry, wrote)
        for entry in entries
        if entry.message.role is not Role.ASSISTANT or entry.message.text.strip()
    )


def _with_tokens(entry: Entry, wrote: Callable[[Run], bool]) -> Message:
    run = entry.run
    if run is None or not run.tokens or not wrote(run):
        return entry.message
    return replace(entry.message, tokens=run.tokens)


def last_question(entries: Sequence[Entry]) -> int | None:
    """Return the index of the last question, None if there is none."""
    for index in range(len(entries) - 1, -1, -1):
        if entries[index].message.role is Role.USER:
            return index
    return None
