"""A model gets its own earlier answers as the tokens that it wrote."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mmdesk.core.events import ModelReady, ReplayFinished
from mmdesk.core.messages import Message
from tests.unit.session.desk import Desk
from tests.unit.session.scripted import LOCAL, OTHER


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    desk.until(ModelReady)
    yield desk
    desk.close()


def tokens(messages: tuple[Message, ...]) -> list[tuple[int, ...]]:
    return [message.tokens for message in messages]


def words(desk: Desk) -> tuple[int, ...]:
    return tuple(map(desk.engine.token, desk.engine.words))


def test_the_next_question_has_them_and_so_has_its_prefill(desk: Desk) -> None:
    desk.ask("one")
    assert tokens(desk.engine.asked[-1].messages) == [()]
    desk.session.write("And")
    desk.session.save_draft()
    desk.wait_for(lambda: bool(desk.engine.prefills) and len(desk.engine.prefills[-1].messages) > 2)
    assert tokens(desk.engine.prefills[-1].messages) == [(), words(desk), ()]
    ahead = desk.engine.prefills[-1]
    desk.ask("And two?")
    assert tokens(desk.engine.asked[-1].messages) == [(), words(desk), ()]
    assert ahead.begins(desk.engine.asked[-1].messages)
    assert not any(entry.message.tokens for entry in desk.session.entries)


def test_after_a_restart_they_are_those_of_the_database(desk: Desk, tmp_path: Path) -> None:
    desk.ask("one")
    conversation = desk.session.conversation or ""
    desk.close()
    again = Desk(tmp_path)
    try:
        again.until(ModelReady)
        again.reopened(conversation)
        again.ask("two")
        assert tokens(again.engine.asked[-1].messages) == [(), words(again), ()]
        again.session.replay(again.session.entries[-1].id)
        finished = again.until(ReplayFinished)
        assert isinstance(finished, ReplayFinished)
        assert finished.report is not None
        assert finished.report.differs is None
        assert again.engine.asked[-1].messages == again.engine.asked[-2].messages
    finally:
        again.close()


def test_an_answer_that_was_stopped(desk: Desk) -> None:
    desk.stopped()
    said = desk.session.entries[-1]
    desk.ask("Go on.")
    assert said.run is not None
    assert tokens(desk.engine.asked[-1].messages) == [(), said.run.tokens, ()]
    assert said.run.tokens == words(desk)[: len(said.run.tokens)]


def test_another_model_gets_the_text_alone(desk: Desk) -> None:
    desk.ask("one")
    desk.session.use_model(OTHER)
    desk.ask("two")
    assert tokens(desk.engine.asked[-1].messages) == [()] * 3
    desk.session.use_model(LOCAL)
    desk.ask("three")
    assert tokens(desk.engine.asked[-1].messages) == [(), words(desk), (), (), ()]


def test_so_does_the_same_one_with_other_files(desk: Desk) -> None:
    def hashes() -> list[str]:
        return [entry.run.sha256 for entry in desk.session.entries if entry.run]

    desk.ask("one")
    desk.wait_for(lambda: all(hashes()))
    desk.shelf.hashes[LOCAL] = "changed"
    desk.session.use_model(OTHER)
    desk.ask("two")
    desk.session.use_model(LOCAL)
    desk.ask("three")
    desk.wait_for(lambda: hashes()[-1] == "changed")
    desk.ask("four")
    found = tokens(desk.engine.asked[-1].messages)
    assert found == [(), (), (), (), (), words(desk), ()]
