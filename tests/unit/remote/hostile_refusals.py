"""Servers that break off, talk nonsense, refuse or redirect: by name, with what must come of it."""

from __future__ import annotations

import gzip
import json

from mmdesk.core.errors import (
    ServerBrokeOff,
    ServerBusy,
    ServerKeyRefused,
    ServerModelMissing,
    ServerNonsense,
    ServerRedirects,
    ServerRefused,
    ServerUnreachable,
)
from tests.unit.remote.fake_server import Talk
from tests.unit.remote.saying import (
    DEEP,
    DONE,
    HEAD,
    HELLO,
    HTML,
    KEY,
    WHOLE,
    case,
    choice,
    chunked,
    event,
    head,
    page,
    says,
    streams,
)

# Broken off.
case("hangs up at once", ServerUnreachable)(lambda talk: None)
case("resets at once", ServerUnreachable)(Talk.reset)
says("hangs up in the status line", (ServerUnreachable, ServerNonsense), b"HTTP/1.1 2")
says("hangs up in the headers", (ServerUnreachable, ServerNonsense), b"HTTP/1.1 200 OK\r\nCont")
says("hangs up after the headers", ServerNonsense, HEAD)
streams("hangs up in the first event", ServerNonsense, b'data: {"choi')
streams("hangs up in an event", ServerBrokeOff, HELLO, b'data: {"choi', kept="Hello")
streams("hangs up between events", ServerBrokeOff, HELLO, kept="Hello")
streams("gives up", ServerBrokeOff, HELLO, event(choice({}, "abort")), DONE, kept="Hello")
says(
    "too long a length",
    ServerBrokeOff,
    head(200, "text/event-stream", "Content-Length: 9999"),
    HELLO,
    kept="Hello",
)
says(
    "too short a length",
    ServerBrokeOff,
    head(200, "text/event-stream", f"Content-Length: {len(HELLO) + 3}"),
    WHOLE,
    kept="Hello",
)
says(
    "chunks of no size",
    ServerBrokeOff,
    head(200, "text/event-stream", "Transfer-Encoding: chunked"),
    chunked(HELLO),
    b"zz\r\n",
    kept="Hello",
)
says(
    "chunks of negative size",
    ServerBrokeOff,
    head(200, "text/event-stream", "Transfer-Encoding: chunked"),
    chunked(HELLO),
    b"-5\r\n12345\r\n",
    kept="Hello",
)
says(
    "a chunk that never ends",
    ServerBrokeOff,
    head(200, "text/event-stream", "Transfer-Encoding: chunked"),
    b"ffffffffff\r\n",
    HELLO,
    kept="Hello",
)


@case("resets in the middle", ServerBrokeOff, kept="*")
def _(talk: Talk) -> None:
    talk.say(HEAD, HELLO)
    talk.waits(0.2)
    talk.reset()


# Nonsense.
says("a web page", ServerNonsense, page(200, HTML, "text/html; charset=utf-8"))
says("a web page in disguise", ServerNonsense, page(200, HTML, ""))
says(
    "a bomb",
    ServerNonsense,
    head(200, "text/event-stream", "Content-Encoding: gzip"),
    gzip.compress(b"0" * 10**7),
)
says(
    "a bomb in a refusal",
    ServerNonsense,
    head(500, "text/plain", "Content-Encoding: gzip"),
    gzip.compress(b"0" * 10**7),
)
says(
    "a bomb of Brotli",
    ServerNonsense,
    head(200, "text/event-stream", "Content-Encoding: br"),
    b"\x00" * 99,
)
says("gzip without a word", ServerNonsense, HEAD, gzip.compress(WHOLE))
says("another protocol", (ServerUnreachable, ServerNonsense), b"SSH-2.0-OpenSSH_9.2\r\n")
says("the next HTTP", ServerNonsense, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
says("an impossible status", ServerNonsense, b"HTTP/1.1 9 X\r\n\r\n")
says(
    "two lengths",
    ServerNonsense,
    head(200, "text/event-stream", "Content-Length: 5", "Content-Length: 6"),
    b"hello",
)
says(
    "a negative length",
    ServerNonsense,
    head(200, "text/event-stream", "Content-Length: -5"),
    b"hello",
)
says("an upgrade", ServerNonsense, head(101, "", "Upgrade: websocket", "Connection: Upgrade"))
says("nothing to say", ServerRefused, head(204, ""))
says("a JSON text", ServerNonsense, page(200, '"Hello"'))
says("JSON that breaks off", ServerNonsense, page(200, '{"choices": ['))
streams("plain text", ServerNonsense, b"Hello\n\nWorld\n\n")
streams("done alone", ServerNonsense, DONE)
streams("nothing", ServerNonsense)
for _name, _data in {
    "broken JSON": b'{"choices": [}',
    "no JSON": b"Hello",
    "a list": b"[]",
    "a number": b"7",
    "null": b"null",
    "NaN": b'{"choices": [{"delta": {"content": "x"}, "logprobs": NaN}]}',
    "Infinity": b'{"choices": [], "usage": {"prompt_tokens": Infinity}}',
    "a deep list": b'{"choices": ' + DEEP.encode() + b"}",
    "a number of 5000 digits": b'{"choices": [], "created": ' + b"9" * 5000 + b"}",
    "no choices": b"{}",
    "choices are text": b'{"choices": "Hello"}',
    "a choice is text": b'{"choices": ["Hello"]}',
    "a delta is a list": b'{"choices": [{"delta": ["Hello"]}]}',
    "content is a number": b'{"choices": [{"delta": {"content": 7}}]}',
    "content is an object": b'{"choices": [{"delta": {"content": {"text": "x"}}}]}',
    "a part is a number": b'{"choices": [{"delta": {"content": [7]}}]}',
    "reasoning is a number": b'{"choices": [{"delta": {"reasoning": 7}}]}',
    "finish_reason is a number": b'{"choices": [{"delta": {}, "finish_reason": 7}]}',
}.items():
    streams(
        f"event: {_name}", ServerNonsense, HELLO, b"data: " + _data + b"\n\n", WHOLE, kept="Hello"
    )
streams("index 7 alone", ServerNonsense, event(choice({"content": "x"}, index=7)), DONE)
streams("index true", ServerNonsense, event(choice({"content": "x"}, index="0")), DONE)

# Refusals.
streams(
    "an error in the stream",
    ServerRefused,
    HELLO,
    event({"error": {"message": "CUDA out of memory"}}),
    kept="Hello",
)
streams("an error that is a text", ServerRefused, event({"error": "no"}))
streams("an error as event", ServerRefused, b"event: error\n" + event({"message": "no"}))
streams(
    "an error of vLLM's", ServerRefused, event({"object": "error", "message": "no", "code": 400})
)
streams("an error with status", ServerBusy, event({"error": {"message": "wait", "code": 429}}))
streams("an error that quotes the key", ServerRefused, event({"error": {"message": f"bad {KEY}"}}))
for _status, _kind in {
    400: ServerRefused, 401: ServerKeyRefused, 402: ServerRefused, 403: ServerKeyRefused,
    408: ServerRefused, 413: ServerRefused, 418: ServerRefused, 422: ServerRefused,
    429: ServerBusy, 500: ServerRefused, 502: ServerRefused, 503: ServerBusy, 504: ServerRefused,
    599: ServerRefused,
}.items():  # fmt: skip
    says(f"{_status} with JSON", _kind, page(_status, json.dumps({"error": {"message": "no"}})))
    says(f"{_status} with HTML", _kind, page(_status, HTML, "text/html"))
says(
    "404 about the model",
    ServerModelMissing,
    page(404, '{"error": {"message": "The model `m` does not exist."}}'),
)
says("404 of the path", ServerRefused, page(404, '{"detail": "Not Found"}'))
says("404 with HTML", ServerRefused, page(404, HTML, "text/html"))
says("a refusal that quotes the key", ServerRefused, page(400, json.dumps({"error": f"key {KEY}"})))
says("a deep refusal", ServerRefused, page(400, DEEP))
says("an empty refusal", ServerRefused, page(500, ""))
says("a refusal of odd JSON", ServerRefused, page(400, '{"error": [[["no"]]], "detail": 7}'))
says(
    "a refusal in disguise",
    ServerRefused,
    page(400, json.dumps({"error": "a\x00\x1b[31m\u202eb\n\n" + "c" * 9999})),
)
says(
    "a refusal that breaks off", ServerRefused, head(500, "text/plain", "Content-Length: 99"), b"n"
)
for _status in (301, 302, 303, 307, 308):

    @case(f"{_status} to elsewhere", ServerRedirects)
    def _(talk: Talk, status: int = _status) -> None:
        talk.say(head(status, "", f"Location: {talk.elsewhere}/chat/completions"))


says("a redirect to nowhere", ServerRedirects, head(302, ""))
says("a redirect to a file", ServerRedirects, head(302, "", "Location: file:///etc/passwd"))
says("a redirect with no sense", ServerRedirects, head(307, "", "Location: http://[::1"))


@case("a redirect to itself", ServerRedirects)
def _(talk: Talk) -> None:
    talk.say(head(308, "", "Location: /v1/chat/completions"))


@case("refresh to elsewhere", ServerNonsense)
def _(talk: Talk) -> None:
    talk.say(head(200, "text/html", f"Refresh: 0; url={talk.elsewhere}"), HTML.encode())
