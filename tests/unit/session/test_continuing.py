"""Settings of a conversation, answers that are gone on with, and how each was computed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mmdesk.core.conversations import (
    NO_SETTINGS,
    ConversationSettings,
    Entry,
    EntryStatus,
    ReadingPlace,
    Run,
    StopReason,
)
from mmdesk.core.errors import EngineCrashed, ModelMissing
from mmdesk.core.events import (
    ConversationOpened,
    ConversationSettingsChanged,
    DraftShown,
    ModelChosen,
    ModelIdentified,
    TextDelta,
    TurnAdded,
    TurnFailed,
    TurnFinished,
    TurnSaved,
)
from mmdesk.core.messages import Role, assistant_message, user_message
from mmdesk.core.requests import Begun, GenerationSettings
from mmdesk.session.identities import ModelIdentities
from mmdesk.session.turn import Turn
from tests.unit.session.desk import Desk
from tests.unit.session.scripted import FAR, LOCAL, OTHER

PIRATE = ConversationSettings("You are a pirate.", GenerationSettings(0.7, 0.9, 50, 5))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()


def continued(desk: Desk) -> TurnFinished | TurnFailed:
    desk.session.continue_answer()
    event = desk.until(TurnFinished | TurnFailed)  # type: ignore[arg-type]
    assert isinstance(event, TurnFinished | TurnFailed)
    return event


def last(desk: Desk, conversation: str | None) -> Entry:
    """Return the last entry as the store has it."""
    assert conversation is not None
    opened = desk.reopened(conversation).conversation
    assert opened is not None
    return opened.entries[-1]


def hashes(desk: Desk) -> list[str]:
    """Return the hash of each answer's model, as it is shown."""
    return [entry.run.sha256 for entry in desk.session.entries if entry.run]


# Settings of the conversation


def test_a_conversation_s_settings_hold_for_its_questions_alone(desk: Desk) -> None:
    desk.session.use_conversation_settings(PIRATE)
    assert desk.until(ConversationSettingsChanged) == ConversationSettingsChanged(PIRATE)
    desk.ask("one")
    conversation = desk.session.conversation
    assert conversation is not None
    asked = desk.engine.asked[-1]
    assert [(each.role, each.text) for each in asked.messages] == [
        (Role.SYSTEM, "You are a pirate."),
        (Role.USER, "one"),
    ]
    assert asked.settings == PIRATE.generation
    desk.session.new_conversation()
    assert desk.session.settings == NO_SETTINGS
    desk.ask("two")
    assert [each.role for each in desk.engine.asked[-1].messages] == [Role.USER]
    assert desk.engine.asked[-1].settings == GenerationSettings()
    desk.reopened(conversation)
    assert desk.session.settings == PIRATE
    desk.ask("three")
    assert desk.engine.asked[-1].messages[0].role is Role.SYSTEM


def test_every_opened_conversation_tells_its_settings_and_draft(desk: Desk) -> None:
    desk.session.use_conversation_settings(PIRATE)
    desk.ask("one")
    conversation = desk.session.conversation
    assert conversation is not None
    desk.session.new_conversation()
    desk.rest()
    desk.shown.clear()
    desk.reopened(conversation)
    kinds = [type(event) for event in desk.shown]
    assert kinds[-4:] == [ConversationOpened, ModelChosen, ConversationSettingsChanged, DraftShown]
    assert ConversationSettingsChanged(PIRATE) in desk.shown
    desk.shown.clear()
    desk.session.new_conversation()
    desk.until(DraftShown)
    assert [type(event) for event in desk.shown] == kinds[-4:]


def test_settings_are_kept_when_they_are_changed(desk: Desk) -> None:
    desk.ask("one")
    conversation = desk.session.conversation
    assert conversation is not None
    desk.session.use_conversation_settings(PIRATE)
    desk.session.new_conversation()
    desk.reopened(conversation)
    assert desk.session.settings == PIRATE
    desk.session.use_conversation_settings(NO_SETTINGS)
    desk.session.new_conversation()
    desk.reopened(conversation)
    assert desk.session.settings == NO_SETTINGS


def test_settings_that_are_changed_before_the_first_question_is_saved_are_kept(desk: Desk) -> None:
    desk.session.submit("one")
    desk.session.use_conversation_settings(PIRATE)
    desk.until(TurnFinished)
    conversation = desk.session.conversation
    assert conversation is not None
    assert len(desk.engine.asked[-1].messages) == 1  # it was asked without
    desk.session.new_conversation()
    desk.reopened(conversation)
    assert desk.session.settings == PIRATE


def test_a_system_prompt_that_is_no_text_reaches_the_model_as_text(desk: Desk) -> None:
    desk.session.use_conversation_settings(ConversationSettings("Be \udcff\ud83d\ude00."))
    desk.ask("one")
    assert desk.engine.asked[-1].messages[0].text == "Be \ufffd\U0001f600."
    conversation = desk.session.conversation
    assert conversation is not None
    desk.session.new_conversation()
    desk.reopened(conversation)
    assert desk.session.settings.system_prompt == "Be \ufffd\U0001f600."


def test_a_blank_system_prompt_is_none(desk: Desk) -> None:
    desk.session.use_conversation_settings(ConversationSettings(" \n"))
    desk.ask("one")
    assert [each.role for each in desk.engine.asked[-1].messages] == [Role.USER]


# How an answer was computed


def test_an_answer_is_kept_with_how_it_was_computed(desk: Desk) -> None:
    desk.session.use_conversation_settings(
        ConversationSettings("Be brief.", GenerationSettings(0.5))
    )
    desk.ask("one")
    run = last(desk, desk.session.conversation).run
    assert run is not None
    assert run.tokens == tuple(map(desk.engine.token, desk.engine.words))
    assert run.settings == GenerationSettings(0.5, seed=desk.engine.drawn_seed)
    assert (run.system_prompt, run.model, run.begun) == ("Be brief.", LOCAL, 0)
    desk.wait_for(lambda: hashes(desk) == [f"hash of {LOCAL}"])


def test_an_answer_does_not_wait_for_its_model_s_hash(desk: Desk) -> None:
    desk.shelf.hash_gate.clear()
    desk.ask("one")
    desk.ask("two")
    conversation = desk.session.conversation
    run = last(desk, conversation).run
    assert run is not None
    assert run.sha256 == ""
    desk.shelf.hash_gate.set()
    desk.wait_for(lambda: hashes(desk) == [f"hash of {LOCAL}"] * 2)
    desk.session.new_conversation()
    desk.reopened(conversation or "")
    assert hashes(desk) == [f"hash of {LOCAL}"] * 2


def test_a_late_hash_is_not_that_of_the_model_that_went_on(desk: Desk) -> None:
    asked: list[str] = []
    identities = ModelIdentities(asked.append, Path, desk.store, desk.events.put)
    answer = Entry("a", assistant_message("It "), run=Run(GenerationSettings(), (1,), model=LOCAL))
    identities.wait_for(answer)
    longer = Run(GenerationSettings(), (1, 2), begun=1, model=OTHER)
    identities.wait_for(replace(answer, run=longer))
    assert asked == [LOCAL, OTHER]
    assert list(identities.known(ModelIdentified(LOCAL, "ab" * 32))) == []
    assert list(identities.known(ModelIdentified(OTHER, "cd" * 32))) == ["a"]


def test_a_model_that_is_loaded_again_may_be_another_one(desk: Desk) -> None:
    desk.ask("one")
    desk.wait_for(lambda: hashes(desk) == [f"hash of {LOCAL}"])
    desk.shelf.hashes[LOCAL] = "changed"
    desk.session.use_model(OTHER)
    desk.ask("two")
    desk.session.use_model(LOCAL)
    desk.ask("three")
    expected = [f"hash of {LOCAL}", f"hash of {OTHER}", "changed"]
    desk.wait_for(lambda: hashes(desk) == expected)
    desk.reopened(desk.session.conversation or "")
    assert hashes(desk) == expected


def test_a_model_without_a_hash_answers_all_the_same(desk: Desk) -> None:
    desk.shelf.no_hash = ModelMissing(path="/models/model")
    assert isinstance(desk.ask("one"), TurnFinished)
    run = last(desk, desk.session.conversation).run
    assert run is not None
    assert run.sha256 == ""


# Going on


def test_a_stopped_answer_goes_on_where_it_stopped(desk: Desk) -> None:
    conversation = desk.stopped()
    assert desk.session.can_continue
    finished = continued(desk)
    assert isinstance(finished, TurnFinished)
    assert finished.text == "It is red."
    assert finished.usage is not None
    assert finished.usage.completion_tokens == 3
    assert not desk.session.can_continue
    added = [event for event in desk.shown if isinstance(event, TurnAdded)][-1]
    assert added.text == "It "
    assert added.entries is not None
    assert [entry.message.text for entry in added.entries] == ["What?"]
    asked = desk.engine.asked[-1]
    assert asked.begun == Begun("It ", (desk.engine.token("It "),))
    assert [each.text for each in asked.messages] == ["What?"]
    entry = last(desk, conversation)
    assert (entry.message.text, entry.status) == ("It is red.", EntryStatus.FINISHED)
    assert entry.versions == ()
    assert entry.run is not None
    assert entry.run.tokens == tuple(map(desk.engine.token, desk.engine.words))
    assert entry.run.begun == 1


def test_an_answer_that_goes_on_is_whole_wherever_it_is_looked_at(desk: Desk) -> None:
    conversation = desk.stopped()
    desk.engine.gate.clear()
    desk.session.continue_answer()
    desk.until(TextDelta)
    desk.session.new_conversation()
    opened = desk.reopened(conversation)
    assert opened.text == "It is "
    assert opened.turn is not None
    assert [entry.message.text for entry in desk.session.entries] == ["What?"]
    desk.session.stop()
    finished = desk.until(TurnFinished)
    assert isinstance(finished, TurnFinished)
    assert (finished.text, finished.stop_reason) == ("It is ", StopReason.CANCELLED)
    desk.engine.gate.set()
    assert isinstance(continued(desk), TurnFinished)  # twice
    entry = last(desk, conversation)
    assert entry.message.text == "It is red."
    assert entry.usage is not None
    assert entry.usage.completion_tokens == 3


def test_an_answer_that_was_too_long_goes_on(desk: Desk) -> None:
    desk.session.use_conversation_settings(ConversationSettings("", GenerationSettings(0, 1, 2)))
    desk.ask("What?")
    assert desk.session.entries[-1].stop_reason is StopReason.LENGTH
    assert isinstance(continued(desk), TurnFinished)
    assert desk.session.entries[-1].message.text == "It is red."


def test_an_answer_that_a_crash_cut_off_goes_on(desk: Desk) -> None:
    desk.engine.answers = [(2, EngineCrashed(reason="killed"))]
    assert isinstance(desk.ask("What?"), TurnFailed)
    conversation = desk.session.conversation
    assert desk.session.can_continue
    desk.engine.words = ("more",)
    assert isinstance(continued(desk), TurnFinished)
    assert desk.engine.asked[-1].begun == Begun("It is ")  # nobody knows its tokens
    assert last(desk, conversation).message.text == "It is more"


def test_a_continuation_that_is_stopped_at_once_leaves_how_it_was_computed() -> None:
    run = Run(GenerationSettings(0.7, seed=5), (1, 2), model=LOCAL)
    begun = Entry("a", assistant_message("It is"), EntryStatus.STOPPED, run=run)
    turn = Turn("t", [Entry("q", user_message("What?"))], "c", LOCAL, begun=begun)
    seen = Run(GenerationSettings(0.7, seed=6), (1, 2), begun=2)
    stopped = turn.whole(TurnFinished("t", StopReason.CANCELLED, "", None, run=seen))
    assert stopped.run == run
    ended = turn.whole(TurnFinished("t", StopReason.STOP, "", None, run=seen))
    assert ended.run == replace(seen, model=LOCAL)


def test_a_continuation_that_fails_leaves_the_old_text(desk: Desk) -> None:
    conversation = desk.stopped()
    desk.engine.answers = [(0, ModelMissing(path="/models/model"))]
    assert isinstance(continued(desk), TurnFailed)
    entry = last(desk, conversation)
    assert (entry.message.text, entry.status) == ("It ", EntryStatus.FAILED)
    assert entry.run is not None
    assert len(entry.run.tokens) == 1
    assert desk.session.can_continue
    assert isinstance(continued(desk), TurnFinished)
    assert last(desk, conversation).message.text == "It is red."


def test_a_continuation_that_cannot_be_kept_leaves_the_answer(desk: Desk) -> None:
    conversation = desk.stopped()
    before = desk.session.entries[-1]
    desk.store.put(lambda store: store.alter(conversation, binned=True), lambda error: None)
    desk.store.put(
        lambda store: store._connection.execute("DELETE FROM conversation"),  # type: ignore[attr-defined]
        lambda error: None,
    )
    assert isinstance(continued(desk), TurnFailed)
    after = desk.session.entries[-1]
    assert (after.id, after.message, after.run) == (before.id, before.message, before.run)


def test_a_sampled_answer_goes_on_with_a_fresh_seed(desk: Desk) -> None:
    chosen = GenerationSettings(0.8, seed=5)
    desk.session.use_conversation_settings(ConversationSettings("", chosen))
    desk.stopped()
    continued(desk)
    assert desk.engine.asked[0].settings.seed == 5
    assert desk.engine.asked[-1].settings.seed is None


def test_another_model_goes_on_behind_the_text_alone(desk: Desk) -> None:
    desk.stopped()
    desk.session.use_model(OTHER)
    assert desk.session.can_continue
    continued(desk)
    assert desk.engine.asked[-1].begun == Begun("It ")


def test_what_cannot_be_gone_on_with(desk: Desk) -> None:
    assert not desk.session.can_continue
    desk.session.continue_answer()
    desk.ask("finished")
    assert not desk.session.can_continue
    desk.stopped()
    desk.session.use_model(FAR)
    assert not desk.session.can_continue  # a server has no way to
    desk.session.use_model(LOCAL)
    assert desk.session.can_continue
    desk.engine.gate.clear()
    desk.session.submit("next")
    assert not desk.session.can_continue
    desk.until(TurnSaved)
    desk.session.stop()
    desk.until(TurnFinished)


# Where one reads


def test_the_place_where_one_reads_is_kept(desk: Desk) -> None:
    desk.ask("one")
    conversation, message = desk.session.conversation, desk.session.entries[0].id
    assert conversation is not None
    desk.session.keep_place(ReadingPlace(message, 0.25))
    desk.session.new_conversation()
    desk.session.keep_place(None)  # of the empty one
    opened = desk.reopened(conversation).conversation
    assert opened is not None
    assert opened.place == ReadingPlace(message, 0.25)
    desk.session.keep_place(ReadingPlace("of another conversation", 0.5))
    desk.session.keep_place(None)
    desk.session.new_conversation()
    opened = desk.reopened(conversation).conversation
    assert opened is not None
    assert opened.place is None
