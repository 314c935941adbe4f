"""One event of a chat completion stream, taken apart without believing anything.

The format is OpenAI's ``chat.completion.chunk``. Thoughts come as ``reasoning_content``
(DeepSeek, vLLM, llama.cpp) or ``reasoning`` (Ollama, OpenRouter, newer vLLM), and Mistral's as
parts of a list.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

_MOST_TOKENS = 2**53


class Nonsense(Exception):
    """What came isn't of the format; the text says what it is instead."""


class StreamError(Exception):
    """The server says, in the middle of a stream, that it failed."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(status)
        self.status = status
        self.text = text


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the server says that it counted."""

    prompt: int
    completion: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one event brings.

    Attributes:
        ours: Whether it is about the one answer that was asked for.
        finish: The server's ``finish_reason``.
    """

    ours: bool = False
    text: str = ""
    thought: str = ""
    finish: str | None = None
    tokens: Tokens | None = None


def parse(name: str, data: str) -> Chunk:
    """Take an event apart.

    Raises:
        Nonsense: it is not of the format.
        StreamError: it tells of a failure.
    """
    body = load(data)
    if not isinstance(body, dict):
        raise Nonsense(f"an event is no object but {_kind(body)}")
    if name == "error" or body.get("error") or body.get("object") == "error":
        raise _failure(body, data)
    chunk = Chunk(tokens=_tokens(body.get("usage")))
    choices = body.get("choices")
    if choices is None and chunk.tokens is None:
        raise Nonsense("an event has no choices")
    if not isinstance(choices, list | None):
        raise Nonsense(f"choices are {_kind(choices)}")
    for choice in choices or ():
        if not isinstance(choice, dict):
            raise Nonsense(f"a choice is {_kind(choice)}")
        if choice.get("index") in (None, 0):
            return _ours(chunk, choice)
    return chunk


def load(text: str) -> Any:
    """Return JSON's value; NaN and Infinity are none, nor is what nests too deep."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Nonsense("what it sent is no JSON") from error


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _ours(chunk: Chunk, choice: Mapping[str, Any]) -> Chunk:
    delta = choice.get("delta")
    if delta is None:
        delta = choice.get("message") or {}  # a server that doesn't stream sends it whole
    if not isinstance(delta, dict):
        raise Nonsense(f"a delta is {_kind(delta)}")
    finish = choice.get("finish_reason")
    if not isinstance(finish, str | None):
        raise Nonsense(f"finish_reason is {_kind(finish)}")
    thought = delta.get("reasoning_content") or delta.get("reasoning") or ""
    if not isinstance(thought, str):
        raise Nonsense(f"reasoning is {_kind(thought)}")
    text, parts_thought = _content(delta.get("content"))
    return replace(chunk, ours=True, text=text, thought=thought + parts_thought, finish=finish)


def _content(content: object) -> tuple[str, str]:
    """Return (text, thought) of a content: a text, or a list of parts."""
    if content is None:
        return "", ""
    if isinstance(content, str):
        return content, ""
    if not isinstance(content, list):
        raise Nonsense(f"content is {_kind(content)}")
    text, thought = "", ""
    for part in content:
        if not isinstance(part, dict):
            raise Nonsense(f"a part of the content is {_kind(part)}")
        if part.get("type") == "thinking":
            thought += _content(part.get("thinking"))[0]
        elif isinstance(part.get("text"), str):
            text += part["text"]
    return text, thought


def _tokens(usage: object) -> Tokens | None:
    """Return the figures, or None: a server without good ones can still answer."""
    if not isinstance(usage, dict):
        return None
    counts = [usage.get("prompt_tokens"), usage.get("completion_tokens")]
    known = [count for count in counts if type(count) is int and 0 <= count < _MOST_TOKENS]
    return Tokens(*known) if len(known) == len(counts) else None


def _failure(body: Mapping[str, Any], data: str) -> StreamError:
    inner = body.get("error")
    for holder in (inner, body):
        if isinstance(holder, dict):
            for key in ("code", "status"):
                status = holder.get(key)
                if type(status) is int and 400 <= status < 600:
                    return StreamError(status, data)
    return StreamError(200, data)


def _kind(value: object) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    for kind, name in ((str, "a text"), (list, "a list"), (dict, "an object")):
        if isinstance(value, kind):
            return name
    return "a number"
