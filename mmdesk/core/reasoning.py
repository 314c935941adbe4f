"""The ``<think>`` part of a reasoning model's answer, apart from the answer itself."""

from __future__ import annotations

from dataclasses import dataclass

_OPEN = "<think>"
_CLOSE = "</think>"


@dataclass(frozen=True, slots=True)
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
    if body.startswith(_OPEN):
        thought, closed, answer = body[len(_OPEN) :].partition(_CLOSE)
        return Reply(thought.strip(), answer.lstrip(), thinking=not closed)
    if body and _OPEN.startswith(body):
        return Reply("", "", thinking=True)
    head, closed, answer = text.partition(_CLOSE)
    if closed and "```" not in head and _OPEN not in head:
        return Reply(head.strip(), answer.lstrip(), thinking=False)
    return Reply("", text, thinking=False)
