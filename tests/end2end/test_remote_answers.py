"""The starter, served by ``transformers serve``, answers as it does in mmdesk's own engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from mmdesk import paths
from mmdesk.core.conversations import StopReason
from mmdesk.core.events import Event, TextDelta, TurnFinished
from mmdesk.core.messages import Message, Picture, assistant_message, user_message
from mmdesk.core.models import ModelKey, leaves_computer, remote_key
from mmdesk.core.requests import AnswerQuestion, GenerationSettings, LoadModel
from mmdesk.engine.local import LocalChatEngine
from mmdesk.remote.keys import KeyStore
from mmdesk.remote.servers import OpenAIServers
from mmdesk.session.threads import start_thread
from tests.end2end.pictures import blue_square, red_circle
from tests.peer import SERVED

pytestmark = pytest.mark.usefixtures("loopback")

SETTINGS = GenerationSettings(max_tokens=48)


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalChatEngine]:
    engine = LocalChatEngine()
    assert engine.load(LoadModel(paths.starter(), "cpu"), lambda event: None, lambda: False)
    yield engine
    engine.close()


@pytest.fixture
def servers(home: Path) -> Iterator[OpenAIServers]:
    servers = OpenAIServers(home / "servers.toml", KeyStore(start_thread), start_thread)
    yield servers
    servers.close()


@pytest.fixture
def model(servers: OpenAIServers, peer: str) -> ModelKey:
    """Add the server as a person does, who leaves /v1 out."""
    added = servers.add(peer.removeprefix("http://").removesuffix("/v1"), None, confirmed=False)
    assert added.url == peer
    assert added.models == (SERVED,)
    return remote_key(added.url, SERVED)


def _picture(path: Path) -> Picture:
    with Image.open(path) as image:
        return Picture(path.name, path, path, path.name, *image.size)


CONVERSATIONS: dict[str, tuple[str, ...]] = {
    "one question": ("What color is the circle?",),
    "a long answer": ("Describe the picture.",),
    "three turns": ("How many shapes are there?", "What color is the square?", "Where is it?"),
    "another language": ("图中有什么？",),
}


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_the_same_answers(
    name: str, servers: OpenAIServers, model: ModelKey, engine: LocalChatEngine, tmp_path: Path
) -> None:
    pictures = (_picture(red_circle(tmp_path / "a.png")), _picture(blue_square(tmp_path / "b.png")))
    messages: tuple[Message, ...] = ()
    for number, question in enumerate(CONVERSATIONS[name]):
        messages += (user_message(question, pictures if number == 0 else ()),)
        request = AnswerQuestion(f"turn {number}", messages, SETTINGS)
        events: list[Event] = []
        remote = servers.answer(request, model, events.append, lambda: False)
        local = engine.answer(request, lambda event: None, lambda: False)
        assert remote.text == local.text
        assert remote.text == "".join(e.text for e in events if isinstance(e, TextDelta))
        assert remote.stop_reason is local.stop_reason
        assert remote.model == model
        _check_usage(remote, local)
        messages += (assistant_message(remote.text),)
    assert not leaves_computer(model)


def _check_usage(remote: TurnFinished, local: TurnFinished) -> None:
    assert remote.usage is not None
    assert local.usage is not None
    assert remote.usage.prompt_tokens == local.usage.prompt_tokens
    assert remote.usage.completion_tokens > 0


def test_stopped(servers: OpenAIServers, model: ModelKey, tmp_path: Path) -> None:
    picture = _picture(red_circle(tmp_path / "a.png"))
    request = AnswerQuestion("turn", (user_message("Describe the picture.", (picture,)),), SETTINGS)
    events: list[Event] = []

    def cancelled() -> bool:
        return any(isinstance(event, TextDelta) for event in events)

    finished = servers.answer(request, model, events.append, cancelled)
    assert finished.stop_reason is StopReason.CANCELLED
    assert finished.text
    again = servers.answer(request, model, events.append, lambda: False)
    assert again.stop_reason is StopReason.STOP
    assert again.text.startswith(finished.text)
