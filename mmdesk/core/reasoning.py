"""The ``<think>`` part of a reasoning model's answer, apart from the answer itself."""

from __future__ import annotations

from mmdesk.core.values import value

OPEN = "<think>"
CLOSE = "</think>"


@value
class Reply:
    """An answer split into the model's thought and what it says to the person."""

    thought: str
    answer: str
    thinking: bool
    """True while the thought has begun and not yet ended."""


def split_reasoning(text: str) -> Reply:
    """Split a (possibly unfinished) answer at its ``<think>`` element.

    Only a thought that opens the answer counts, so that a tag quoted later in the text stays
    text. Some chat templates open the thought in the prompt: a lone closing tag ends it too.
    """
    body = text.lstrip()
    if body.startswith(OPEN):
        thought, closed, answer = body[len(OPEN) :].partition(CLOSE)
        return Reply(thought.strip(), answer.lstrip(), thinking=not closed)
    if body and OPEN.startswith(body):
        return Reply("", "", thinking=True)
    head, closed, answer = text.partition(CLOSE)
    if closed and "```" not in head and OPEN not in head:
        return Reply(head.strip(), answer.lstrip(), thinking=False)
    return Reply("", text, thinking=False)
