"""What is sent, and what is said when a server refuses it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mmdesk.core.errors import FileMissing, ServerRefused, ServerTakesNoPictures
from mmdesk.core.events import TurnProgress, TurnStage
from mmdesk.core.messages import (
    Message,
    Picture,
    Role,
    TextPart,
    TranscriptPart,
    assistant_message,
    user_message,
)
from mmdesk.core.models import remote_key
from mmdesk.core.requests import AnswerQuestion
from tests.unit.remote.asking import Asked, OpenServers
from tests.unit.remote.fake_server import FakeServer
from tests.unit.remote.saying import DONE, HEAD, HELLO, STOP, page
from tests.unit.remote.test_pictures import drawing, save
from tests.unit.remote.test_servers import listing

pytestmark = pytest.mark.usefixtures("loopback")

PLAIN = HEAD + HELLO + STOP + DONE


def test_a_conversation(open_servers: OpenServers, tmp_path: Path) -> None:
    picture = save(drawing(), tmp_path)
    asked = Asked(
        open_servers,
        PLAIN,
        messages=(
            Message(Role.SYSTEM, (TextPart("Be brief."),)),
            user_message("What is this?", (picture, picture)),
            assistant_message("<think>secret</think>A circle."),
            user_message("Never answered"),
            user_message("And that?", transcripts=(TranscriptPart("a.mp3", "[0:00] x", 3, "en"),)),
        ),
    )
    body = asked.bodies[0]
    question = body["messages"][1]["content"]
    assert [part["type"] for part in question] == ["image_url", "image_url", "text"]
    assert question[0]["image_url"]["url"].startswith("data:image/png;base64,")
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}
    assert body["messages"][2] == {"role": "assistant", "content": "A circle."}
    assert body["messages"][3] == {
        "role": "user",
        "content": "Never answered\nTranscript of “a.mp3”:\n[0:00] x\n\n\nAnd that?",
    }
    assert body["model"] == "m"
    assert body["stream"] is True
    assert asked.finished.text == asked.streamed == "Hello"
    stages = [event.stage for event in asked.events if isinstance(event, TurnProgress)]
    assert stages == [TurnStage.PICTURES, TurnStage.PICTURES, TurnStage.PREFILL]


def test_a_picture_that_is_gone(open_servers: OpenServers, tmp_path: Path) -> None:
    gone = Picture("0", tmp_path / "gone.png", tmp_path / "gone.png", "gone.png", 1, 1)
    with FakeServer(lambda talk: talk.say(listing("m"))) as server:
        servers = open_servers()
        servers.add(server.url, None, confirmed=False)
        request = AnswerQuestion("turn", (user_message("?", (gone,)),))
        with pytest.raises(FileMissing):
            servers.answer(request, remote_key(server.url, "m"), lambda e: None, lambda: False)
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("settings", "sent"),
    [
        ({}, {"max_tokens": 1024, "temperature": 0.0}),
        ({"seed": 7, "top_p": 0.9, "max_tokens": 5}, {"max_tokens": 5, "temperature": 0.0}),
        ({"temperature": 0.7}, {"max_tokens": 1024, "temperature": 0.7}),
        (
            {"temperature": 0.7, "seed": 7, "top_p": 0.9},
            {"max_tokens": 1024, "temperature": 0.7, "top_p": 0.9, "seed": 7},
        ),
    ],
)
def test_sampling(open_servers: OpenServers, settings: Any, sent: Any) -> None:
    body = Asked(open_servers, PLAIN, **settings).bodies[0]
    for name in ("model", "messages", "stream", "stream_options"):
        del body[name]
    assert body == sent


def refusal(said: str, status: int = 400) -> bytes:
    return page(status, json.dumps({"error": {"message": said}}))


def test_options_that_a_server_refuses(open_servers: OpenServers) -> None:
    asked = Asked(
        open_servers,
        refusal("Unrecognized request argument supplied: stream_options"),
        refusal("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
        refusal("Unsupported value: 'temperature' does not support 0.5 with this model."),
        page(
            422, '{"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]}'
        ),
        PLAIN,
        temperature=0.5,
        seed=3,
    )
    assert asked.finished.text == "Hello"
    assert len(asked.bodies) == 5
    assert set(asked.bodies[-1]) == {"model", "messages", "stream", "max_completion_tokens"}
    assert [note.fields["name"] for note in asked.finished.notes] == ["temperature", "seed"]


def test_a_server_that_refuses_for_ever(open_servers: OpenServers) -> None:
    said = "stream_options max_completion_tokens temperature seed top_p unsupported"
    asked = Asked(open_servers, *[refusal(said)] * 9, temperature=1.0, seed=1, top_p=0.5)
    assert isinstance(asked.error, ServerRefused)
    assert len(asked.bodies) == 6


def test_less_room_than_was_asked_for(open_servers: OpenServers) -> None:
    said = "'max_tokens' or 'max_completion_tokens' is too large: 1024. The maximum is 548."
    asked = Asked(open_servers, refusal(said), PLAIN)
    assert asked.finished.text == "Hello"
    assert not {"max_tokens", "max_completion_tokens"} & set(asked.bodies[1])


def test_too_long_a_question_is_no_reason_to_ask_again(open_servers: OpenServers) -> None:
    said = "This model's maximum context length is 2048 tokens, the messages have 3000."
    asked = Asked(open_servers, refusal(said))
    assert isinstance(asked.error, ServerRefused)
    assert said.removesuffix(".") in asked.error.message


NO_PICTURES = {
    "vLLM": (400, "At most 0 image(s) may be provided in one prompt."),
    "vLLM, text model": (400, "m is not a multimodal model"),
    "llama.cpp": (500, "image input is not supported - hint: you may need to provide the mmproj"),
    "LM Studio": (400, "Model does not support images. Please use a model that does."),
    "Ollama": (500, "this model is missing data required for image input"),
    "OpenAI": (400, "Invalid content type. image_url is only supported by certain models."),
    "OpenRouter": (404, "No endpoints found that support image input"),
}


@pytest.mark.parametrize("server", NO_PICTURES)
def test_a_model_without_eyes(server: str, open_servers: OpenServers, tmp_path: Path) -> None:
    status, said = NO_PICTURES[server]
    question = (user_message("?", (save(drawing(), tmp_path),)),)
    asked = Asked(open_servers, refusal(said, status), messages=question)
    assert isinstance(asked.error, ServerTakesNoPictures)
    asked = Asked(open_servers, refusal(said, status))
    assert not isinstance(asked.error, ServerTakesNoPictures), "there was no picture"


def test_too_large_a_picture_is_something_else(open_servers: OpenServers, tmp_path: Path) -> None:
    question = (user_message("?", (save(drawing(), tmp_path),)),)
    said = "The image is too large: sizes above 20 MB are not supported"
    assert isinstance(Asked(open_servers, refusal(said), messages=question).error, ServerRefused)
