"""Whatever a server does: no crash, no key elsewhere, one sentence or a whole answer."""

from __future__ import annotations

import json
import logging
import pickle
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from mmdesk.core.errors import MmdeskError, ServerError
from mmdesk.core.events import Event, TextDelta, TurnFinished
from mmdesk.core.messages import user_message
from mmdesk.core.models import remote_key
from mmdesk.core.requests import AnswerQuestion
from mmdesk.remote.servers import OpenAIServers
from tests.unit.remote import hostile, hostile_refusals
from tests.unit.remote.fake_server import FakeServer, Talk
from tests.unit.remote.saying import CHAT, HTML, KEY, page

OpenServers = Callable[..., OpenAIServers]

pytestmark = pytest.mark.usefixtures("loopback")

BEHAVIOURS = (hostile, hostile_refusals)
"""Importing them fills ``CHAT``."""

QUESTION = AnswerQuestion("turn", (user_message("What is this?"),))
MODELS = page(200, json.dumps({"data": [{"id": "m"}]}))


def test_there_are_at_least_sixty() -> None:
    assert len(CHAT) >= 60


@pytest.mark.parametrize("name", CHAT)
def test_asked(name: str, open_servers: OpenServers, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    case = CHAT[name]

    def behave(talk: Talk) -> None:
        if talk.head.startswith("GET /v1/models"):
            talk.say(MODELS)
        else:
            case.behave(talk)

    events: list[Event] = []
    with FakeServer(lambda talk: None) as elsewhere, FakeServer(behave, elsewhere.url) as server:
        servers = open_servers(**case.quick)
        url = servers.add(server.url, KEY, confirmed=False).url
        outcome = _answer(servers, remote_key(url, "m"), events)
        assert server.hung_up.wait(60), "the connection stays open"
        assert elsewhere.requests == []
    streamed = "".join(event.text for event in events if isinstance(event, TextDelta))
    if isinstance(case.expected, str):
        assert isinstance(outcome, TurnFinished), outcome
        assert outcome.text == streamed == case.expected
    else:
        assert isinstance(outcome, case.expected), outcome
        _check_sentence(outcome)
        assert streamed == case.kept or case.kept == "*"
    assert KEY not in caplog.text
    assert "What is this?" not in caplog.text


def _answer(servers: OpenAIServers, model: str, events: list[Event]) -> TurnFinished | ServerError:
    try:
        return servers.answer(QUESTION, model, events.append, lambda: False)
    except ServerError as error:
        return error


def _check_sentence(error: MmdeskError) -> None:
    assert error.message.endswith(".")
    assert error.hint.endswith((".", "…"))
    assert not re.search(r"\{[a-z]+\}", error.message + error.hint), "a field is missing"
    assert len(error.message) < 450
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", error.message)
    copy = pickle.loads(pickle.dumps(error))
    assert copy.message == error.message
    assert KEY not in f"{error!r} {error.fields} {error.hint} {error.__cause__!r}"


LISTS = {
    "plain": (page(200, '{"data": [{"id": "a"}, {"id": "b/c"}]}'), ("a", "b/c")),
    "a bare list": (page(200, '[{"id": "a"}]'), ("a",)),
    "none": (page(200, '{"data": []}'), ()),
    "each twice": (page(200, '{"data": [{"id": "a"}, {"id": "b"}, {"id": "a"}]}'), ("a", "b")),
    "some without": (page(200, '{"data": [{"id": 7}, {}, null, {"id": "a"}, {"id": ""}]}'), ("a",)),
    "controls": (page(200, json.dumps({"data": [{"id": "a\x00\x1b[1m\n\u202eb"}]})), ("a [1m b",)),
    "lone surrogates": (page(200, json.dumps({"data": [{"id": "a\ud800"}]})), ("a\ufffd",)),
    "one too long": (page(200, json.dumps({"data": [{"id": "x" * 999}, {"id": "a"}]})), ("a",)),
    "byte order mark": (page(200, '\ufeff{"data": [{"id": "a"}]}'), ("a",)),
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_models(name: str, open_servers: OpenServers) -> None:
    answer, expected = LISTS[name]
    with FakeServer(lambda talk: talk.say(answer)) as server:
        assert open_servers().add(server.url, None, confirmed=False).models == expected


def test_a_very_long_list_is_cut(open_servers: OpenServers) -> None:
    answer = page(200, json.dumps({"data": [{"id": f"m{number}"} for number in range(5000)]}))
    with FakeServer(lambda talk: talk.say(answer)) as server:
        models = open_servers().add(server.url, None, confirmed=False).models
    assert models == tuple(f"m{number}" for number in range(1000))


def _endless(talk: Talk) -> None:
    talk.say(page(200, "")[:-4].replace(b"Content-Length: 0", b"X: y") + b'\r\n\r\n{"data": [')
    while True:
        talk.say(b'{"id": "a"},' * 500)


WRONG_LISTS = {
    "a web page": lambda talk: talk.say(page(200, HTML, "text/html")),
    "nothing": lambda talk: talk.say(page(200, "")),
    "data is an object": lambda talk: talk.say(page(200, '{"data": {"id": "a"}}')),
    "data is missing": lambda talk: talk.say(page(200, "{}")),
    "a text": lambda talk: talk.say(page(200, '"a"')),
    "texts": lambda talk: talk.say(page(200, '{"data": ["a", "b"]}')),
    "NaN": lambda talk: talk.say(page(200, '{"data": [{"id": NaN}]}')),
    "deep": lambda talk: talk.say(page(200, "[" * 90_000)),
    "broken": lambda talk: talk.say(page(200, '{"data": [')),
    "binary": lambda talk: talk.say(page(200, "") + b"\xff\x00"),
    "a bomb": lambda talk: talk.say(page(200, "x", "application/json", "Content-Encoding: gzip")),
    "endless": _endless,
    "404": lambda talk: talk.say(page(404, HTML, "text/html")),
    "401": lambda talk: talk.say(page(401, HTML, "text/html")),
    "500": lambda talk: talk.say(page(500, "{}")),
    "503": lambda talk: talk.say(page(503, "")),
    "elsewhere": lambda talk: talk.say(page(302, "", "", f"Location: {talk.elsewhere}/models")),
    "breaks off": lambda talk: talk.say(page(200, '{"data": []}')[:-3]),
    "hangs up": lambda talk: None,
}


@pytest.mark.parametrize("path", ["", "/v1"])
@pytest.mark.parametrize("name", WRONG_LISTS)
def test_wrong_lists(name: str, path: str, open_servers: OpenServers, home: Path) -> None:
    with (
        FakeServer(lambda talk: None) as elsewhere,
        FakeServer(WRONG_LISTS[name], elsewhere.url) as server,
    ):
        servers = open_servers()
        with pytest.raises(ServerError) as caught:
            servers.add(f"127.0.0.1:{server.port}{path}", KEY, confirmed=False)
        assert elsewhere.requests == []
        _check_sentence(caught.value)
    assert servers.servers() == ()
    assert not (home / "config" / "servers.toml").exists(), "nothing of it is kept"


def test_a_silent_list(open_servers: OpenServers) -> None:
    with FakeServer(Talk.stall) as server, pytest.raises(ServerError) as caught:
        open_servers(list_s=0.3).add(server.url, KEY, confirmed=False)
    assert caught.value.kind == "server_too_slow"
