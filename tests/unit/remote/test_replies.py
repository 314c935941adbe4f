"""What is made of an answer: thoughts, figures, why it ended."""

from __future__ import annotations

import pytest

from mmdesk.core.conversations import StopReason
from mmdesk.core.reasoning import split_reasoning
from tests.unit.remote.asking import Asked, OpenServers
from tests.unit.remote.saying import DONE, HEAD, HELLO, STOP, choice, event, text

pytestmark = pytest.mark.usefixtures("loopback")


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_thoughts(field: str, open_servers: OpenServers) -> None:
    answer = b"".join(
        event(choice(delta))
        for delta in (
            {"role": "assistant", "content": ""},
            {field: "Let me "},
            {field: "see."},
            {"content": "\n\nA circle"},
            {field: " too late"},
            {"content": "."},
        )
    )
    asked = Asked(open_servers, HEAD + answer + STOP + DONE)
    assert asked.finished.text == asked.streamed == "<think>\nLet me see.\n</think>\n\nA circle."
    reply = split_reasoning(asked.streamed)
    assert (reply.thought, reply.answer, reply.thinking) == ("Let me see.", "A circle.", False)


def test_thoughts_as_parts(open_servers: OpenServers) -> None:
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
    answer = text([thought, {"type": "text", "text": "Yes."}])
    reply = split_reasoning(Asked(open_servers, HEAD + answer + STOP).finished.text)
    assert (reply.thought, reply.answer) == ("Hm.", "Yes.")


def test_thoughts_alone_are_ended(open_servers: OpenServers) -> None:
    answer = event(choice({"reasoning": "Hm"})) + event(choice({}, "length"))
    finished = Asked(open_servers, HEAD + answer).finished
    assert split_reasoning(finished.text).thought == "Hm"
    assert not split_reasoning(finished.text).thinking
    assert finished.stop_reason is StopReason.LENGTH


def test_figures(open_servers: OpenServers) -> None:
    tokens = event({"choices": [], "usage": {"prompt_tokens": 90, "completion_tokens": 3}})
    usage = Asked(open_servers, HEAD + HELLO + STOP + tokens + DONE).finished.usage
    assert usage is not None
    assert (usage.prompt_tokens, usage.completion_tokens) == (90, 3)
    assert usage.ttft_ms > 0
    assert usage.tokens_per_second > 0


@pytest.mark.parametrize(
    "usage",
    [None, 7, [], {}, {"prompt_tokens": 1}, {"prompt_tokens": -1, "completion_tokens": 1},
     {"prompt_tokens": True, "completion_tokens": 1},
     {"prompt_tokens": 1.5, "completion_tokens": 1},
     {"prompt_tokens": 10**30, "completion_tokens": 1}],
)  # fmt: skip
def test_figures_that_are_none_are_not_made_up(usage: object, open_servers: OpenServers) -> None:
    answer = HEAD + HELLO + STOP + event({"choices": [], "usage": usage}) + DONE
    finished = Asked(open_servers, answer).finished
    assert finished.usage is None
    assert finished.text == "Hello"


@pytest.mark.parametrize(
    ("reason", "expected", "noted"),
    [("stop", StopReason.STOP, False), ("length", StopReason.LENGTH, False),
     ("content_filter", StopReason.STOP, True), ("whatever", StopReason.STOP, False)],
)  # fmt: skip
def test_why_it_ended(
    reason: str, expected: StopReason, noted: bool, open_servers: OpenServers
) -> None:
    finished = Asked(open_servers, HEAD + HELLO + event(choice({}, reason)) + DONE).finished
    assert finished.stop_reason is expected
    assert bool(finished.notes) is noted
