"""What a fake server can say, and the table of those that say something odd."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mmdesk.core.errors import ServerError
from tests.unit.remote.fake_server import Behaviour

KEY = "sk-test-0123456789abcdef"

Errors = type[ServerError] | tuple[type[ServerError], ...]


@dataclass(frozen=True)
class Case:
    """A behaviour and what must come of it.

    Attributes:
        expected: The answer's text, or the errors that it may be.
        kept: What was streamed before an error.
        quick: Limits that are to strike.
    """

    behave: Behaviour
    expected: str | Errors
    kept: str = ""
    quick: dict[str, Any] = field(default_factory=dict)


CHAT: dict[str, Case] = {}


def case(
    name: str, expected: str | Errors, kept: str = "", **quick: Any
) -> Callable[[Behaviour], Behaviour]:
    def register(behave: Behaviour) -> Behaviour:
        assert name not in CHAT
        CHAT[name] = Case(behave, expected, kept, quick)
        return behave

    return register


def says(name: str, expected: str | Errors, *pieces: bytes, kept: str = "", **quick: Any) -> None:
    """Register a server that says this and hangs up."""
    case(name, expected, kept, **quick)(lambda talk: talk.say(*pieces))


def streams(name: str, expected: str | Errors, *pieces: bytes, kept: str = "") -> None:
    """Register a server that says this behind the headers of a stream."""
    says(name, expected, HEAD, *pieces, kept=kept)


def head(status: int | str = 200, kind: str = "text/event-stream", *lines: str) -> bytes:
    content = [f"Content-Type: {kind}"] if kind else []
    return "\r\n".join([f"HTTP/1.1 {status} X", *content, *lines, "", ""]).encode()


def event(value: object) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def choice(delta: object, finish: object = None, index: object = 0) -> dict[str, Any]:
    return {"choices": [{"index": index, "delta": delta, "finish_reason": finish}]}


def text(content: object, **more: Any) -> bytes:
    return event(choice({"content": content}) | more)


def page(status: int, body: str, kind: str = "application/json", *lines: str) -> bytes:
    data = body.encode("utf-8", "surrogatepass")
    return head(status, kind, f"Content-Length: {len(data)}", *lines) + data


def chunked(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


HEAD = head()
HELLO = text("Hel") + text("lo")
STOP = event(choice({}, "stop"))
DONE = b"data: [DONE]\n\n"
WHOLE = HELLO + STOP + DONE
HTML = "<!DOCTYPE html><html><body>Sign in</body></html>"
DEEP = "[" * 20_000 + "]" * 20_000
