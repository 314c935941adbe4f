"""Answers are stopped wherever they are, and run side by side."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from mmdesk.core.conversations import StopReason
from mmdesk.core.events import Event, TextDelta, TurnFinished
from mmdesk.core.messages import (
    user_message,
)
from mmdesk.core.models import remote_key
from mmdesk.core.requests import AnswerQuestion
from tests.unit.remote.asking import Asked, OpenServers
from tests.unit.remote.fake_server import FakeServer, Talk
from tests.unit.remote.saying import HEAD, HELLO, STOP, text
from tests.unit.remote.test_pictures import drawing, save
from tests.unit.remote.test_servers import listing

pytestmark = pytest.mark.usefixtures("loopback")


def _silent(talk: Talk) -> None:
    talk.stall()


def _silent_after_headers(talk: Talk) -> None:
    talk.say(HEAD)
    talk.stall()


def _silent_in_the_middle(talk: Talk) -> None:
    talk.say(HEAD, HELLO)
    talk.stall()


def _talking(talk: Talk) -> None:
    talk.say(HEAD, HELLO)
    while talk.waits(0.01):
        talk.say(text("x"))


@pytest.mark.parametrize(
    ("behave", "kept"),
    [
        (_silent, ""),
        (_silent_after_headers, ""),
        (_silent_in_the_middle, "Hello"),
        (_talking, "Hello"),
    ],
)
def test_cancelled(behave: Callable[[Talk], None], kept: str, open_servers: OpenServers) -> None:
    """The limits are a minute: what ends at all was cancelled, and the server's socket with it."""
    reached = threading.Event()

    def tell(talk: Talk) -> None:
        reached.set()
        behave(talk)

    def cancelled(events: list[Event]) -> bool:
        said = "".join(event.text for event in events if isinstance(event, TextDelta))
        return reached.is_set() and said.startswith(kept)

    asked = Asked(open_servers, tell, cancelled=cancelled)
    assert asked.finished.stop_reason is StopReason.CANCELLED
    assert asked.finished.text == asked.streamed
    assert asked.streamed.startswith(kept)
    assert asked.finished.usage is None


def test_cancelled_while_the_picture_is_sent(open_servers: OpenServers, tmp_path: Path) -> None:
    """The server never reads the question."""
    picture = save(drawing(noise=True, size=(1500, 1500)), tmp_path)
    accepted, ended = threading.Event(), threading.Event()
    servers = open_servers()
    with FakeServer(lambda talk: talk.say(listing("m"))) as server:
        servers.add(server.url, None, confirmed=False)

        def deaf() -> None:
            accepted.set()
            ended.wait(60)

        server.instead = deaf
        request = AnswerQuestion("turn", (user_message("?", (picture,)),))
        finished = servers.answer(
            request, remote_key(server.url, "m"), lambda event: None, accepted.is_set
        )
        ended.set()
    assert finished.stop_reason is StopReason.CANCELLED


def test_closing_ends_what_runs(open_servers: OpenServers) -> None:
    def behave(talk: Talk) -> None:
        if talk.head.startswith("GET"):
            talk.say(listing("m"))
        else:
            talk.say(HEAD, HELLO)
            talk.stall()

    with FakeServer(behave) as server:
        servers = open_servers()
        servers.add(server.url, None, confirmed=False)

        def emit(event: Event) -> None:
            if isinstance(event, TextDelta) and event.text == "lo":
                servers.close()
                servers.close()

        request = AnswerQuestion("turn", (user_message("?"),))
        finished = servers.answer(request, remote_key(server.url, "m"), emit, lambda: False)
    assert finished.stop_reason is StopReason.CANCELLED
    assert finished.text == "Hello"


def test_many_at_once(open_servers: OpenServers) -> None:
    """Answers don't mix, and one that hangs doesn't hold the others up."""

    def behave(talk: Talk) -> None:
        if talk.head.startswith("GET"):
            talk.say(listing("m"))
            return
        word = json.loads(talk.body)["messages"][0]["content"]
        talk.say(HEAD, *[text(word)] * 20, STOP)

    finished: dict[str, TurnFinished] = {}
    with FakeServer(behave) as server:
        servers = open_servers()
        servers.add(server.url, None, confirmed=False)

        def ask(word: str) -> None:
            request = AnswerQuestion(word, (user_message(word),))
            model = remote_key(server.url, "m")
            finished[word] = servers.answer(request, model, lambda event: None, lambda: False)

        threads = [threading.Thread(target=ask, args=(f"<{n}>",)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert {word: answer.text for word, answer in finished.items()} == {
        f"<{n}>": f"<{n}>" * 20 for n in range(8)
    }
