"""Servers that answer oddly, too much, too slowly: by name, with what must come of it."""

from __future__ import annotations

import json

from mmdesk.core.errors import (
    ServerNonsense,
    ServerRefused,
    ServerTooMuch,
    ServerTooSlow,
)
from tests.unit.remote.fake_server import Talk
from tests.unit.remote.saying import (
    DONE,
    HEAD,
    HELLO,
    STOP,
    WHOLE,
    case,
    choice,
    chunked,
    event,
    head,
    page,
    says,
    streams,
    text,
)

# Answers, some of them odd.
streams("plain", "Hello", WHOLE)
streams("crlf", "Hello", WHOLE.replace(b"\n", b"\r\n"))
streams("cr", "Hello", WHOLE.replace(b"\n", b"\r"))
streams("crlf torn apart", "Hello", *[p for p in WHOLE.replace(b"\n", b"\r\n").partition(b"\r")])
streams("byte order mark", "Hello", b"\xef\xbb\xbf", WHOLE)
streams("torn byte order mark", "Hello", b"\xef", b"\xbb", b"\xbf" + WHOLE)
streams(
    "comments and pings", "Hello", b": ping\n\n: x\n", HELLO, b":\n\nevent: ping\n\n", STOP, DONE
)
streams("names and ids", "Hello", b"id: 7\nretry: 1\nevent: message\n", WHOLE)
streams("no blank after the colon", "Hello", WHOLE.replace(b"data: ", b"data:"))
streams("byte by byte", "Hello", *[bytes([byte]) for byte in WHOLE])
streams(
    "an event of several lines",
    "x",
    b'data: {"choices":\ndata: [{"delta":{"content":"x"}}]}\n\n',
    DONE,
)
streams("done twice", "Hello", WHOLE, DONE)
streams("text after done", "Hello", WHOLE, text("!!"))
streams("finish and no done", "Hello", HELLO, STOP)
streams("done and no finish", "Hello", HELLO, DONE)
streams("no blank line at the end", "Hello", WHOLE.removesuffix(b"\n\n"))
streams("null content", "Hello", text(None), HELLO, text(None), STOP)
streams("role alone", "Hello", event(choice({"role": "assistant"})), WHOLE)
streams("empty choices", "Hello", event({"choices": []}), WHOLE)
streams("unknown finish reason", "Hello", HELLO, event(choice({}, "enough")))
streams(
    "tool calls", "", event(choice({"tool_calls": [{"function": {"name": "rm"}}]}, "tool_calls"))
)
streams(
    "two choices",
    "Hello",
    event({"choices": [*choice({"content": "no"}, index=1)["choices"]]}),
    WHOLE,
)
streams("no index", "Hello", event({"choices": [{"delta": {"content": "Hello"}}]}), STOP)
streams("parts", "Hello", text([{"type": "text", "text": "Hel"}, {"type": "x"}]), text("lo"), STOP)
streams(
    "usage of texts", "Hello", HELLO, STOP, event({"choices": [], "usage": {"prompt_tokens": "9"}})
)
streams("usage is a list", "Hello", HELLO, STOP, event({"choices": [], "usage": [1]}))
streams("error is null", "Hello", text("Hello", error=None), STOP)
streams("lone surrogates", "a\ufffdb\ufffd", text("a\udc00b\ud800"), STOP)
streams("a surrogate pair torn apart", "a😀b", text("a\ud83d"), text("\ude00b"), STOP)
streams("control characters", "a\nb\tcd", text("a\nb\tc\x00\x1b\x07\x9b\r\x7fd"), STOP)
streams("no UTF-8", "a\ufffdb", text("aXb").replace(b"X", b"\xff"), STOP)
streams("right to left", "\u202eabc", text("\u202eabc"), STOP)
streams("unknown fields", "Hello", text("Hello", x=[[[{}]]], choices2=1), STOP)
streams("many empty deltas", "Hello", text("") * 5000, WHOLE)
streams(
    "usage without choices",
    "Hello",
    event({"usage": {"prompt_tokens": 1, "completion_tokens": 1}}),
    WHOLE,
)
says(
    "chunked",
    "Hello",
    head(200, "text/event-stream", "Transfer-Encoding: chunked"),
    chunked(HELLO),
    chunked(STOP + DONE),
    b"0\r\n\r\n",
)
says("no content type", "Hello", head(200, ""), WHOLE)
says(
    "informational responses first",
    "Hello",
    b"HTTP/1.1 100 X\r\n\r\nHTTP/1.1 103 X\r\nLink: </x>\r\n\r\n",
    HEAD,
    WHOLE,
)
says(
    "strange headers",
    "Hello",
    head(
        200,
        "text/event-stream",
        "Set-Cookie: a=b; Domain=.com; Expires=never",
        "Link: <http://x>",
        "Alt-Svc: h2",
        "Content-Disposition: attachment",
        "Refresh: 0",
    ),
    WHOLE,
)
says("charset that isn't", "Hello", head(200, "text/event-stream; charset=rot13"), WHOLE)
says(
    "not streamed",
    "Hello",
    page(
        200, json.dumps({"choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}]})
    ),
)


@case("silence after the end", "Hello", after_s=0.1)
def _(talk: Talk) -> None:
    talk.say(HEAD, HELLO, STOP)
    talk.stall()


@case("pings after the end", "Hello", after_s=0.1)
def _(talk: Talk) -> None:
    talk.say(HEAD, HELLO, STOP)
    while talk.waits(0.01):
        talk.say(b": ping\n\n", text(""))


# Too much.
@case("endless text", ServerTooMuch, kept="*")
def _(talk: Talk) -> None:
    talk.say(HEAD)
    while True:
        talk.say(text("word " * 20) * 50)


@case("endless thought", ServerTooMuch, kept="*")
def _(talk: Talk) -> None:
    talk.say(HEAD)
    while True:
        talk.say(event(choice({"reasoning": "hm " * 20})) * 50)


@case("endless empty deltas", ServerTooMuch)
def _(talk: Talk) -> None:
    talk.say(HEAD)
    while True:
        talk.say(text("") * 200)


@case("endless comments", ServerTooMuch)
def _(talk: Talk) -> None:
    talk.say(HEAD)
    while True:
        talk.say(b": nothing\n" * 500)


@case("endless blank lines", ServerTooMuch)
def _(talk: Talk) -> None:
    talk.say(HEAD)
    while True:
        talk.say(b"\n" * 5000)


@case("one line without end", ServerTooMuch)
def _(talk: Talk) -> None:
    talk.say(HEAD)
    while True:
        talk.say(b"x" * 5000)


@case("one event without end", ServerTooMuch)
def _(talk: Talk) -> None:
    talk.say(HEAD)
    while True:
        talk.say(b"data: x\n" * 500)


@case("a token of 100 MB", ServerTooMuch, kept="Hello")
def _(talk: Talk) -> None:
    talk.say(HEAD, HELLO, b'data: {"choices": [{"delta": {"content": "')
    for _number in range(100):
        talk.say(b"a" * 2**20)


@case("a whole answer without end", ServerTooMuch)
def _(talk: Talk) -> None:
    talk.say(head(200, "application/json"), b'{"choices": "')
    while True:
        talk.say(b"x" * 5000)


@case("headers without end", (ServerNonsense, ServerTooMuch))
def _(talk: Talk) -> None:
    talk.say(b"HTTP/1.1 200 OK\r\n")
    while True:
        talk.say(b"X-Filler: yes\r\n" * 100)


@case("a header without end", (ServerNonsense, ServerTooMuch))
def _(talk: Talk) -> None:
    talk.say(b"HTTP/1.1 200 OK\r\nX-Filler: ")
    while True:
        talk.say(b"x" * 5000)


@case("informational responses without end", ServerTooMuch)
def _(talk: Talk) -> None:
    while True:
        talk.say(b"HTTP/1.1 102 X\r\n\r\n" * 100)


@case("a refusal without end", ServerRefused)
def _(talk: Talk) -> None:
    talk.say(head(500, "text/plain"))
    while True:
        talk.say(b"no " * 500)


# Too slow.
case("silence", ServerTooSlow, first_s=0.2)(Talk.stall)


@case("silence after the headers", ServerTooSlow, first_s=0.2)
def _(talk: Talk) -> None:
    talk.say(HEAD)
    talk.stall()


@case("silence in the middle", ServerTooSlow, kept="*", idle_s=0.2)
def _(talk: Talk) -> None:
    talk.say(HEAD, HELLO)
    talk.stall()


@case("silence in a refusal", (ServerTooSlow, ServerRefused), first_s=0.2)
def _(talk: Talk) -> None:
    talk.say(head(500, "text/plain", "Content-Length: 99"), b"n")
    talk.stall()


@case("dripping headers", ServerTooSlow, first_s=0.3)
def _(talk: Talk) -> None:
    talk.say(b"HTTP/1.1 200 OK\r\nX: ")
    while talk.waits(0.02):
        talk.say(b"x")


@case("dripping comments", ServerTooSlow, first_s=0.3)
def _(talk: Talk) -> None:
    talk.say(HEAD)
    while talk.waits(0.02):
        talk.say(b": wait\n\n")


@case("dripping empty deltas", ServerTooSlow, kept="*", idle_s=0.3)
def _(talk: Talk) -> None:
    talk.say(HEAD, HELLO)
    while talk.waits(0.02):
        talk.say(text(""))


@case("dripping text for ever", ServerTooSlow, kept="*", total_s=0.5)
def _(talk: Talk) -> None:
    talk.say(HEAD)
    while talk.waits(0.02):
        talk.say(text("a"))
