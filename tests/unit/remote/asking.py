"""A question to a fake server."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from mmdesk.core.errors import ServerError
from mmdesk.core.events import Event, TextDelta, TurnFinished
from mmdesk.core.messages import (
    Message,
    user_message,
)
from mmdesk.core.models import remote_key
from mmdesk.core.requests import AnswerQuestion, GenerationSettings
from mmdesk.remote.servers import OpenAIServers
from tests.unit.remote.fake_server import FakeServer, Talk
from tests.unit.remote.test_servers import listing

OpenServers = Callable[..., OpenAIServers]


class Asked:
    """A question to a fake server: what it got, what came of it."""

    def __init__(
        self,
        open_servers: OpenServers,
        *answers: bytes | Callable[[Talk], None],
        messages: tuple[Message, ...] = (user_message("Hello?"),),
        cancelled: Callable[[list[Event]], bool] = lambda events: False,
        limits: dict[str, Any] | None = None,
        **settings: Any,
    ) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.events: list[Event] = []
        self.error: ServerError | None = None
        remaining = list(answers)

        def behave(talk: Talk) -> None:
            if talk.head.startswith("GET"):
                talk.say(listing("m"))
                return
            self.bodies.append(json.loads(talk.body))
            answer = remaining.pop(0)
            if callable(answer):
                answer(talk)
            else:
                talk.say(answer)

        with FakeServer(behave) as server:
            servers = open_servers(**(limits or {}))
            servers.add(server.url, None, confirmed=False)
            request = AnswerQuestion("turn", messages, GenerationSettings(**settings))
            model = remote_key(server.url, "m")
            try:
                self.finished: TurnFinished = servers.answer(
                    request, model, self.events.append, lambda: cancelled(self.events)
                )
            except ServerError as error:
                self.error = error
            assert server.hung_up.wait(60), "the connection stays open"

    @property
    def streamed(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextDelta))
