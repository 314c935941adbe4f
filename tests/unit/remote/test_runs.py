"""What is kept of how a server was asked, and what it can't be asked."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import mmdesk
from mmdesk.core.conversations import Run, StopReason
from mmdesk.core.errors import ServerCannotContinue, ServerRefused
from mmdesk.core.events import Event
from mmdesk.core.messages import Message, Role, TextPart, user_message
from mmdesk.core.models import remote_key
from mmdesk.core.requests import AnswerQuestion, Begun, GenerationSettings
from tests.unit.remote.asking import Asked, OpenServers
from tests.unit.remote.fake_server import FakeServer, Talk
from tests.unit.remote.saying import DONE, HEAD, HELLO, STOP, page
from tests.unit.remote.test_pictures import drawing, save
from tests.unit.remote.test_servers import listing

pytestmark = pytest.mark.usefixtures("loopback")

PLAIN = HEAD + HELLO + STOP + DONE
SYSTEM = Message(Role.SYSTEM, (TextPart("Be brief."),))
LIBRARIES = (("mmdesk", mmdesk.__version__), ("openai", version("openai")))


@pytest.mark.parametrize("settings", [{}, {"temperature": 0.7, "seed": 7, "top_p": 0.9}])
def test_a_run_has_what_is_known(open_servers: OpenServers, settings: dict[str, Any]) -> None:
    asked = Asked(open_servers, PLAIN, **settings)
    assert asked.finished.run == Run(GenerationSettings(**settings), libraries=LIBRARIES)


def test_a_stopped_answer_has_one_too(open_servers: OpenServers) -> None:
    def behave(talk: Talk) -> None:
        talk.say(HEAD, HELLO)
        talk.stall()

    asked = Asked(open_servers, behave, cancelled=lambda events: len(events) > 1)
    assert asked.finished.stop_reason is StopReason.CANCELLED
    assert asked.finished.run == Run(GenerationSettings(), libraries=LIBRARIES)


def test_a_stopped_answer_is_not_gone_on_with(open_servers: OpenServers) -> None:
    events: list[Event] = []
    with FakeServer(lambda talk: talk.say(listing("m"))) as server:
        servers = open_servers()
        servers.add(server.url, None, confirmed=False)
        model = remote_key(server.url, "m")
        request = AnswerQuestion("turn", (user_message("?"),), begun=Begun("Once upon a"))
        with pytest.raises(ServerCannotContinue):
            servers.answer(request, model, events.append, lambda: False)
        assert len(server.requests) == 1, "it was asked for its models"
    assert events == []


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "System role not supported"),
        (500, "Jinja Exception: System role not supported"),
        (400, "Unsupported value: 'messages[0].role' does not support 'system' with this model."),
        (400, "Conversation roles must alternate user/assistant/user/assistant/..."),
    ],
    ids=["vLLM", "llama.cpp", "OpenAI", "Mistral"],
)
def test_a_model_that_takes_no_system_message(
    open_servers: OpenServers, tmp_path: Path, status: int, said: str
) -> None:
    refusal = page(status, json.dumps({"error": {"message": said}}))
    for pictures in ((), (save(drawing(), tmp_path),)):
        asked = Asked(
            open_servers, refusal, PLAIN, messages=(SYSTEM, user_message("Why?", pictures))
        )
        assert asked.finished.text == "Hello"
        first, second = (body["messages"] for body in asked.bodies)
        assert [message["role"] for message in first] == ["system", "user"]
        assert [message["role"] for message in second] == ["user"]
        content = second[0]["content"]
        if pictures:
            assert [part["type"] for part in content] == ["image_url", "text", "text"]
            content = "".join(part.get("text", "") for part in content)
        assert content == "Be brief.\n\nWhy?"


def test_the_same_without_a_system_message(open_servers: OpenServers) -> None:
    refusal = page(400, json.dumps({"error": {"message": "System role not supported"}}))
    asked = Asked(open_servers, refusal)
    assert isinstance(asked.error, ServerRefused)
    asked = Asked(open_servers, refusal, refusal, messages=(SYSTEM, user_message("Why?")))
    assert isinstance(asked.error, ServerRefused)
    assert len(asked.bodies) == 2
