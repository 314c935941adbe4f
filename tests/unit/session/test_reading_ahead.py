"""What a question will begin with is read while it is made: when, and what of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mmdesk.core.conversations import ConversationSettings
from mmdesk.core.events import (
    AttachmentReady,
    AudioTranscribed,
    MicrophoneOpened,
    ModelInfo,
    ModelReady,
    TextDelta,
    TurnFinished,
    VoiceState,
)
from mmdesk.core.messages import ImagePart, Message, Role, TranscriptPart
from mmdesk.core.requests import Prefill
from tests.unit.session.desk import Desk
from tests.unit.session.scripted import FAR, OTHER, load_request

PNG = Path("a.png")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    desk.until(ModelReady)
    yield desk
    desk.close()


@pytest.fixture
def asked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[Prefill]:
    """What the worker was asked to read."""
    asked: list[Prefill] = []
    prefill = desk.worker.prefill

    def noted(request: Prefill) -> None:
        asked.append(request)
        prefill(request)

    monkeypatch.setattr(desk.worker, "prefill", noted)
    return asked


def typed(desk: Desk, text: str) -> None:
    """Type, and pause."""
    desk.session.write(text)
    desk.session.save_draft()


def taken(asked: list[Prefill]) -> list[Prefill]:
    """Return what was asked for since this was last looked at."""
    found = asked[:]
    asked.clear()
    return found


def texts(messages: tuple[Message, ...]) -> list[str]:
    return [message.text for message in messages]


def test_a_picture_is_read_as_soon_as_it_is_there_with_all_that_stands_before_it(
    desk: Desk, asked: list[Prefill]
) -> None:
    desk.session.use_conversation_settings(ConversationSettings("Be brief."))
    desk.session.attach([PNG])
    desk.until(AttachmentReady)
    (first,) = taken(asked)
    assert first.model == load_request()
    assert texts(first.messages) == ["Be brief.", ""]
    assert [each.name for each in first.messages[-1].pictures] == ["a.png"]
    desk.ask("What color?")
    assert first.begins(desk.engine.asked[-1].messages)
    desk.session.attach([Path("b.png")])
    desk.until(AttachmentReady)
    (second,) = taken(asked)
    assert texts(second.messages) == ["Be brief.", "What color?", "It is red.", ""]
    assert [each.name for each in second.messages[-1].pictures] == ["b.png"]
    desk.ask("And this?")
    assert second.begins(desk.engine.asked[-1].messages)


def test_a_picture_that_is_taken_out_is_not_read_on(desk: Desk) -> None:
    desk.engine.prefill_gate.clear()
    desk.session.attach([PNG])
    desk.until(AttachmentReady)
    desk.wait_for(lambda: bool(desk.engine.prefills))
    desk.session.detach(desk.session.attachments[0].id)
    desk.wait_for(lambda: desk.engine.prefills[-1] == Prefill(()))


def test_a_question_is_read_ahead_once_while_it_is_typed(desk: Desk, asked: list[Prefill]) -> None:
    desk.ask("What color?")
    typed(desk, "And")
    (once,) = taken(asked)
    assert texts(once.messages) == ["What color?", "It is red.", ""]
    typed(desk, "And how")
    typed(desk, "And how large?")
    assert taken(asked) == []
    typed(desk, "")
    assert taken(asked) == [Prefill(())]
    typed(desk, "And")
    assert taken(asked) == [once]


def test_a_conversation_that_is_opened_is_read_when_something_is_written_in_it(
    desk: Desk, asked: list[Prefill]
) -> None:
    desk.ask("What color?")
    first = desk.session.conversation
    assert first is not None
    desk.session.new_conversation()
    desk.ask("Another?")
    typed(desk, "B")
    taken(asked)
    desk.reopened(first)
    assert taken(asked) == [Prefill(())]
    typed(desk, "A")
    assert texts(taken(asked)[-1].messages) == ["What color?", "It is red.", ""]
    desk.session.new_conversation()
    desk.ask("And another?")
    taken(asked)
    desk.reopened(first)  # its draft is still there
    assert texts(taken(asked)[-1].messages) == ["What color?", "It is red.", ""]


def test_an_edited_question_is_read_in_the_place_of_the_last(
    desk: Desk, asked: list[Prefill]
) -> None:
    desk.session.attach([PNG])
    desk.until(AttachmentReady)
    desk.ask("What color?")
    taken(asked)
    desk.session.edit_last()
    typed(desk, "What shape?")
    (edit,) = taken(asked)
    assert texts(edit.messages) == [""]
    assert [each.name for each in edit.messages[0].pictures] == ["a.png"]


def test_nothing_is_read_ahead_while_an_answer_streams(desk: Desk, asked: list[Prefill]) -> None:
    desk.engine.gate.clear()
    desk.session.submit("What color?")
    desk.until(TextDelta)
    desk.session.attach([PNG])
    desk.until(AttachmentReady)
    typed(desk, "And")
    assert taken(asked) == []
    desk.engine.gate.set()
    desk.until(TurnFinished)
    (behind,) = taken(asked)
    assert texts(behind.messages) == ["What color?", "It is red.", ""]
    assert behind.messages[-1].pictures


def test_the_prompt_is_read_while_the_question_is_spoken(desk: Desk, asked: list[Prefill]) -> None:
    desk.ask("What color?")
    taken(asked)
    desk.session.voice.start()
    desk.until(MicrophoneOpened)
    assert texts(taken(asked)[-1].messages) == ["What color?", "It is red.", ""]
    desk.session.save_draft()
    assert taken(asked) == [], "nothing is written yet, but something is said"
    desk.session.voice.cancel()
    desk.wait_for(lambda: desk.session.voice.state is VoiceState.IDLE)
    desk.session.save_draft()
    assert taken(asked)[-1] == Prefill(())


def test_a_transcript_is_read_with_the_pictures(desk: Desk, asked: list[Prefill]) -> None:
    desk.reader.seconds = 60.0
    desk.sound.stretches = [(0.0, b"\0" * 64_000)]
    desk.session.attach([PNG])
    desk.until(AttachmentReady)
    desk.session.attach([Path("long.wav")])
    desk.until(AudioTranscribed)
    parts = taken(asked)[-1].messages[-1].parts
    assert [type(part) for part in parts] == [ImagePart, TranscriptPart]


def test_what_is_loaded_has_it_to_read_again(desk: Desk, asked: list[Prefill]) -> None:
    desk.session.attach([PNG])
    desk.until(AttachmentReady)
    taken(asked)
    desk.session.use_model(OTHER)
    desk.until(ModelReady)
    (other,) = taken(asked)
    assert other.model == load_request(OTHER)
    desk.session.save_draft()
    assert taken(asked) == []
    desk.events.put(ModelReady(ModelInfo("other", Path("/models/other"), "cpu", "float32", 1, 1)))
    desk.until(ModelReady)
    assert taken(asked) == [other]


def test_a_server_reads_nothing_ahead(desk: Desk, asked: list[Prefill]) -> None:
    desk.session.use_model(FAR)
    desk.session.attach([PNG])
    desk.until(AttachmentReady)
    typed(desk, "What")
    assert taken(asked) == []


def test_what_a_question_begins_with() -> None:
    system = Message(Role.SYSTEM, ())
    question = Message(Role.USER, ())
    assert Prefill((question,)).begins((question,))
    assert not Prefill((question,)).begins((system, question))
    assert not Prefill((question,)).begins((system,))
    assert not Prefill((system, question)).begins((system,))
    assert not Prefill(()).begins((question,))
    assert not Prefill(()).begins(())
