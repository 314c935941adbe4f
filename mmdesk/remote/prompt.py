"""A conversation and how to answer it, as OpenAI's chat completions take them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from mmdesk.core.messages import (
    ImagePart,
    Message,
    Part,
    Picture,
    Role,
    TextPart,
    TranscriptPart,
    well_formed,
)
from mmdesk.core.phrases import QT_TRANSLATE_NOOP, Phrase
from mmdesk.core.reasoning import split_reasoning
from mmdesk.core.requests import GenerationSettings
from mmdesk.remote.failures import Refusal

Options = dict[str, Any]

NOT_TAKEN = QT_TRANSLATE_NOOP("notes", "The server does not take “{name}”: it chose its own.")

_TOO_LARGE = re.compile(r"too large|too high|at most|maximum|exceeds?", re.IGNORECASE)
_UNSUPPORTED = re.compile(
    r"unsupported|not support|n't support|unrecogni[sz]ed|unknown|unexpected|not permitted"
    r"|not allowed|forbidden",
    re.IGNORECASE,
)


def conversation(
    messages: tuple[Message, ...], url_of: Callable[[Picture], str]
) -> list[dict[str, Any]]:
    """Return the messages in OpenAI's format, the order of parts kept.

    As for a local model, neighbours of the same role become one message and the thoughts of
    earlier answers stay away. What has no pictures is a plain text: text models take nothing else.
    """
    roles: list[tuple[Role, list[dict[str, Any]]]] = []
    for message in messages:
        parts = [piece for part in message.parts for piece in _pieces(part, message.role, url_of)]
        if roles and roles[-1][0] is message.role:
            roles[-1][1].extend(parts)
        elif parts:
            roles.append((message.role, parts))
    return [{"role": role.value, "content": _flat(parts)} for role, parts in roles]


def _pieces(part: Part, role: Role, url_of: Callable[[Picture], str]) -> Iterator[dict[str, Any]]:
    """Yield what the model gets of a part: of a recording nothing, its text is a part too."""
    if isinstance(part, ImagePart):
        yield {"type": "image_url", "image_url": {"url": url_of(part.picture)}}
        return
    text = ""
    if isinstance(part, TranscriptPart):
        text = part.prompt_text
    elif isinstance(part, TextPart):
        text = split_reasoning(part.text).answer if role is Role.ASSISTANT else part.text
    if text:
        yield {"type": "text", "text": well_formed(text)}


def _flat(parts: list[dict[str, Any]]) -> str | list[dict[str, Any]]:
    if all(part["type"] == "text" for part in parts):
        return "\n".join(part["text"] for part in parts)
    return parts


def options(settings: GenerationSettings) -> Options:
    """Return how the answer is sampled. Greedy needs neither nucleus nor seed."""
    chosen: Options = {
        "max_tokens": settings.max_tokens,
        "temperature": max(0.0, settings.temperature),
        "stream_options": {"include_usage": True},
    }
    if settings.temperature > 0:
        if settings.top_p < 1:
            chosen["top_p"] = settings.top_p
        if settings.seed is not None:
            chosen["seed"] = settings.seed
    return chosen


def relaxed(chosen: Options, refusal: Refusal) -> tuple[Options, tuple[Phrase, ...]] | None:
    """Return the options without the one that a server refuses, and what the person should know.

    None where the refusal is about something else. Each option is let go of once at most.
    """
    said = refusal.text
    if refusal.status not in (400, 422):
        return None
    for name in ("max_tokens", "max_completion_tokens"):
        if name in chosen and name in said and _TOO_LARGE.search(said):
            return _without(chosen, name), ()  # what the server has left is less than was asked for
    if "max_tokens" in chosen and "max_completion_tokens" in said:
        without = _without(chosen, "max_tokens")
        return {**without, "max_completion_tokens": chosen["max_tokens"]}, ()
    if "stream_options" in chosen and ("stream_options" in said or "include_usage" in said):
        return _without(chosen, "stream_options"), ()
    for name in ("temperature", "top_p", "seed"):
        if name in chosen and name in said and _UNSUPPORTED.search(said):
            return _without(chosen, name), (Phrase(NOT_TAKEN, {"name": name}),)
    return None


def refuses_system(refusal: Refusal) -> bool:
    """Whether a server may have refused the system message: some models' templates take none."""
    said = refusal.text.lower()
    if refusal.status not in (400, 422, 500):
        return False
    return "roles must alternate" in said or ("system" in said and bool(_UNSUPPORTED.search(said)))


def without_system(messages: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """Return messages with the system's text before the first question's; None if it has none."""
    if len(messages) < 2 or messages[0]["role"] != Role.SYSTEM.value:
        return None
    system, question, *rest = messages
    content = question["content"]
    if isinstance(content, str):
        return [{**question, "content": f"{system['content']}\n\n{content}"}, *rest]
    place = next((n for n, part in enumerate(content) if part["type"] == "text"), len(content))
    before = {"type": "text", "text": f"{system['content']}\n\n"}
    return [{**question, "content": [*content[:place], before, *content[place:]]}, *rest]


def _without(chosen: Options, name: str) -> Options:
    return {key: value for key, value in chosen.items() if key != name}
