"""Shorthand of the engine's tests."""

from __future__ import annotations

from collections.abc import Callable

from mmdesk.core.events import Event, TextDelta, TurnFinished
from mmdesk.core.messages import Message, Picture, assistant_message, user_message
from mmdesk.core.protocols import ChatEngine
from mmdesk.core.requests import AnswerQuestion, GenerationSettings


def talk(*turns: str | tuple[str, tuple[Picture, ...]]) -> tuple[Message, ...]:
    """Return a conversation: questions (with pictures) and answers in turn."""
    messages = []
    for number, turn in enumerate(turns):
        text, pictures = (turn, ()) if isinstance(turn, str) else turn
        question = number % 2 == 0
        messages.append(user_message(text, pictures) if question else assistant_message(text))
    return tuple(messages)


def trimmed(text: str) -> str:
    """Return a text without its end where that is no character: stopped answers leave it out."""
    return text.rstrip("\N{REPLACEMENT CHARACTER}")


def ask(
    engine: ChatEngine,
    messages: tuple[Message, ...],
    *,
    emit: Callable[[Event], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    **settings: object,
) -> tuple[TurnFinished, list[Event]]:
    """Answer and return the terminal event and the ones before it."""
    events: list[Event] = []

    def collect(event: Event) -> None:
        events.append(event)
        if emit is not None:
            emit(event)

    request = AnswerQuestion(
        "turn",
        messages,
        GenerationSettings(**({"max_tokens": 24} | settings)),  # type: ignore[arg-type]
    )
    return engine.answer(request, collect, cancelled), events


def streamed(events: list[Event]) -> str:
    """Return the joined deltas."""
    return "".join(event.text for event in events if isinstance(event, TextDelta))
