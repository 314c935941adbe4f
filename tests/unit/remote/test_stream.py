"""Streams by chance: whatever the bytes, and however the network cuts them."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmdesk.core.errors import ServerTooMuch
from mmdesk.core.events import Event, TextDelta
from mmdesk.remote.chunks import Chunk, Nonsense, StreamError, parse
from mmdesk.remote.guard import Guard
from mmdesk.remote.limits import Limits
from mmdesk.remote.reply import Reply
from mmdesk.remote.sse import events
from mmdesk.remote.wording import one_line
from tests.unit.remote.saying import WHOLE

LINES = st.lists(
    st.sampled_from([b"data: a", b"data:b", b"data", b": c", b"event: e", b"id: 1", b"", b"\xff",
                     b"data: \xe4\xb8\xad", b"\n", b"\r", b"\r\n", b"\n\n", b"\xef\xbb\xbf"]),
    max_size=20,
).map(b"".join)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["choices", "delta", "content", "index", "finish_reason", "reasoning",
                         "usage", "prompt_tokens", "completion_tokens", "error", "code", "text",
                         "message", "type", "thinking", "object"]),
        inner, max_size=4,
    ),
    max_leaves=20,
)  # fmt: skip

TEXT = st.text(st.characters(exclude_categories=()), max_size=4)
"""With the halves of characters that JSON can hold."""


def guard(**limits: Any) -> Guard:
    return Guard(
        "host", Limits(**limits), lambda: False, total_s=600, first_s=600, most_bytes=10**6
    )


def cut(data: bytes, at: list[int]) -> list[bytes]:
    places = sorted({place % (len(data) + 1) for place in at})
    return [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)]


@given(LINES | st.binary(max_size=60), st.lists(st.integers(0, 10**6), max_size=8))
def test_cuts_change_nothing(data: bytes, at: list[int]) -> None:
    assert list(events(cut(data, at), guard())) == list(events([data], guard()))


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=6))
def test_flipped_bytes(flips: list[tuple[int, int]]) -> None:
    data = bytearray(WHOLE)
    for place, byte in flips:
        data[place] = byte
    for name, said, _complete in events([bytes(data)], guard()):
        with contextlib.suppress(Nonsense, StreamError):
            parse(name, said)


@given(JSON, st.sampled_from(["", "error"]))
def test_any_json(value: object, name: str) -> None:
    try:
        chunk = parse(name, json.dumps(value))
    except (Nonsense, StreamError):
        return
    assert isinstance(chunk.text, str)
    assert isinstance(chunk.thought, str)
    assert isinstance(chunk.finish, str | None)


@given(st.lists(st.tuples(TEXT, TEXT), max_size=6))
def test_any_text(pieces: list[tuple[str, str]]) -> None:
    said: list[Event] = []
    reply = Reply("turn", said.append, "host", 10**6, 0.0)
    for text, thought in pieces:
        reply.take(Chunk(ours=True, text=text, thought=thought))
    finished = reply.finished("model")
    assert finished.text == "".join(e.text for e in said if isinstance(e, TextDelta))
    assert all(isinstance(e, TextDelta) and e.text for e in said)
    finished.text.encode()  # a store and a font take it
    assert all(character in "\n\t" or character >= " " for character in finished.text)


@pytest.mark.parametrize("data", [b"data: " + b"x" * 2000, b"x" * 2000, b"data:\n" * 2000])
def test_one_event_is_bounded(data: bytes) -> None:
    with pytest.raises(ServerTooMuch):
        list(events([data[:900], data[900:]], guard(event_bytes=1000)))


@given(TEXT | st.text())
def test_one_line(text: str) -> None:
    line = one_line(text)
    assert len(line) <= 200
    assert "\n" not in line
    line.encode()
