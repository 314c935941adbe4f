"""Which model answers: switched in a conversation, kept with it, on this computer or far away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mmdesk.core.conversations import Conversation, EntryStatus, StopReason
from mmdesk.core.errors import DownloadBroken, ModelMissing, ServerUnreachable
from mmdesk.core.events import (
    ConversationOpened,
    ConversationsListed,
    DownloadChanged,
    LibraryFailed,
    ModelAdded,
    ModelChosen,
    ModelFailed,
    ModelReady,
    ModelRemoved,
    ModelsListed,
    ModelUnloaded,
    ModelVerified,
    ServerTested,
    TextDelta,
    TurnFailed,
    TurnFinished,
)
from mmdesk.core.models import DownloadState
from mmdesk.core.phrases import Phrase
from mmdesk.core.requests import GenerationSettings
from tests.unit.session.desk import Desk
from tests.unit.session.scripted import FAR, LOCAL, OTHER, load_request


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.servers.gate.set()
    desk.shelf.gate.set()
    desk.shelf.deaf.set()
    desk.close()


def chosen(desk: Desk) -> ModelChosen:
    event = desk.until(ModelChosen)
    assert isinstance(event, ModelChosen)
    return event


def reopened(desk: Desk, conversation: str) -> Conversation:
    opened = desk.reopened(conversation).conversation
    assert opened is not None
    return opened


def until_listed(desk: Desk, *, leaves: bool) -> None:
    """Wait until the list says so of its latest conversation."""
    desk.session.start()
    while True:
        event = desk.until(ConversationsListed)
        assert isinstance(event, ConversationsListed)
        if event.summaries and event.summaries[0].leaves is leaves:
            return


def test_a_switch_keeps_the_conversation(desk: Desk) -> None:
    desk.ask("one")
    desk.session.use_model(OTHER)
    desk.ask("two")
    assert desk.engine.loaded[-1] == load_request(OTHER)
    texts = [message.text for message in desk.engine.asked[-1].messages]
    assert texts == ["one", "It is red.", "two"]
    conversation = desk.session.conversation
    assert conversation
    desk.session.new_conversation()
    opened = reopened(desk, conversation)
    assert [entry.model for entry in opened.entries] == ["", "model", "", "other"]
    assert opened.summary.model == OTHER
    assert [event for event in desk.shown if isinstance(event, ModelChosen)][-1] == ModelChosen(
        OTHER, leaves=False
    )


def test_a_model_chosen_before_a_new_conversation_is_kept_is_kept_with_it(desk: Desk) -> None:
    desk.until(ModelReady)
    desk.engine.gate.clear()
    desk.session.submit("one")
    assert desk.session.conversation is None
    desk.session.use_model(OTHER)
    desk.until(TextDelta)
    desk.engine.gate.set()
    desk.until(TurnFinished)
    conversation = desk.session.conversation
    assert conversation
    assert desk.engine.asked[0].model == load_request(LOCAL)
    desk.session.new_conversation()
    opened = reopened(desk, conversation)
    assert opened.summary.model == OTHER


def test_every_conversation_is_answered_by_its_own_model(desk: Desk) -> None:
    desk.ask("one")
    first = desk.session.conversation
    assert first
    desk.session.new_conversation()
    desk.session.use_model(OTHER)
    desk.ask("two")
    reopened(desk, first)
    desk.ask("three")
    assert [request.model for request in desk.engine.asked] == [
        load_request(LOCAL), load_request(OTHER), load_request(LOCAL)
    ]  # fmt: skip
    assert desk.engine.loaded[-1] == load_request(LOCAL)


def test_questions_that_wait_together_are_answered_by_whom_they_are_for(desk: Desk) -> None:
    desk.until(ModelReady)
    desk.engine.gate.clear()
    desk.session.submit("one")
    desk.until(TextDelta)
    desk.session.new_conversation()
    desk.session.use_model(OTHER)
    desk.session.submit("two")
    desk.engine.gate.set()
    desk.until(TurnFinished)
    desk.until(TurnFinished)
    served = [r for r in desk.engine.served if r in (load_request(LOCAL), load_request(OTHER))]
    assert served == [load_request(LOCAL), load_request(OTHER)]
    assert [request.model for request in desk.engine.asked] == served


def test_a_new_default_is_not_forced_on_kept_conversations(desk: Desk) -> None:
    desk.ask("one")
    first = desk.session.conversation
    assert first
    desk.session.use(GenerationSettings(), OTHER, load_request)
    assert desk.session.model == LOCAL
    desk.session.new_conversation()
    assert desk.session.model == OTHER
    reopened(desk, first)
    assert desk.session.model == LOCAL


def test_a_model_is_loaded_once_however_often_it_is_prepared(desk: Desk) -> None:
    desk.until(ModelReady)
    for _ in range(3):
        desk.session.prepare_model()
    desk.ask()
    assert desk.engine.loaded == [load_request(LOCAL)]
    desk.session.load_model()  # a person's Retry, though it is there
    desk.ask()
    assert desk.engine.loaded == [load_request(LOCAL)]


def test_a_refused_model_is_loaded_again_when_a_person_wants_it(desk: Desk) -> None:
    desk.until(ModelReady)
    desk.engine.loads = [ModelMissing(path="x")] * 3
    desk.session.use_model(OTHER)
    desk.until(ModelFailed)
    desk.session.load_model()
    desk.until(ModelFailed)
    assert isinstance(desk.ask("one"), TurnFailed)
    desk.session.retry()
    desk.until(TurnFinished)
    names = [request.path.name for request in desk.engine.loaded]
    assert names == ["model", "other", "other", "other", "other"]


def test_memory_is_freed_after_a_while_and_the_next_question_loads_again(desk: Desk) -> None:
    desk.until(ModelReady)
    desk.worker.idle_s = 0.05
    desk.ask("one")
    desk.until(ModelUnloaded)
    assert desk.engine.closed
    assert isinstance(desk.ask("two"), TurnFinished)
    desk.until(ModelUnloaded)
    desk.session.prepare_model()
    desk.until(ModelReady)
    assert len(desk.engine.loaded) == 3


def test_a_server_answers_and_the_conversation_says_that_it_leaves(desk: Desk) -> None:
    desk.until(ModelReady)
    desk.ask("here")
    until_listed(desk, leaves=False)
    desk.session.use_model(FAR)
    assert chosen(desk) == ModelChosen(FAR, leaves=True)
    desk.servers.notes = (Phrase("made smaller"),)
    assert isinstance(desk.ask("there"), TurnFinished)
    request, key = desk.servers.asked[0]
    assert key == FAR
    assert [message.text for message in request.messages] == ["here", "It is red.", "there"]
    conversation = desk.session.conversation
    assert conversation
    opened = reopened(desk, conversation)
    assert opened.entries[-1].model == FAR
    assert opened.entries[-1].notes == (Phrase("made smaller"),)
    assert len(desk.engine.loaded) == 1
    desk.session.use_model(LOCAL)
    assert desk.session.handle(desk.events.next()) == (ModelChosen(LOCAL, leaves=True),)
    until_listed(desk, leaves=True)  # some of it has left


def test_a_server_chosen_and_left_again_has_seen_nothing(desk: Desk) -> None:
    desk.ask("here")
    desk.session.use_model(FAR)
    until_listed(desk, leaves=True)
    desk.session.use_model(LOCAL)
    until_listed(desk, leaves=False)


def test_stopping_a_server_s_answer(desk: Desk) -> None:
    desk.session.use_model(FAR)
    desk.servers.gate.clear()
    desk.session.submit("there")
    desk.until(TextDelta)
    desk.session.stop()
    finished = desk.until(TurnFinished)
    assert isinstance(finished, TurnFinished)
    assert (finished.stop_reason, finished.text) == (StopReason.CANCELLED, "From ")


def test_a_server_s_refusal_keeps_the_question(desk: Desk) -> None:
    desk.session.use_model(FAR)
    desk.servers.refusal = ServerUnreachable(host="far.example", reason="no route")
    failed = desk.ask("there")
    assert isinstance(failed, TurnFailed)
    assert desk.session.entries[-1].status is EntryStatus.FAILED
    desk.servers.refusal = None
    desk.session.retry()
    desk.until(TurnFinished)
    assert [message.text for message in desk.servers.asked[-1][0].messages] == ["there"]


@pytest.mark.logs("answering from a server")
def test_a_bug_in_a_server_s_answer_ends_the_turn(desk: Desk) -> None:
    desk.session.use_model(FAR)
    desk.servers.refusal = ZeroDivisionError()
    assert isinstance(desk.ask("there"), TurnFailed)


def test_here_and_there_answer_side_by_side(desk: Desk) -> None:
    desk.session.use_model(FAR)
    desk.servers.gate.clear()
    desk.session.submit("there")
    desk.until(TextDelta)
    desk.session.new_conversation()
    desk.until(ConversationOpened)
    assert isinstance(desk.ask("here"), TurnFinished)
    desk.servers.gate.set()
    event = desk.until(TurnFinished)
    assert isinstance(event, TurnFinished)
    assert event.text == "From afar."


def states(desk: Desk, last: DownloadState) -> list[DownloadState]:
    seen: list[DownloadState] = []
    while not seen or seen[-1] is not last:
        event = desk.until(DownloadChanged)
        assert isinstance(event, DownloadChanged)
        seen.append(event.download.state)
    return list(dict.fromkeys(seen))


def test_a_download_is_paused_and_goes_on(desk: Desk) -> None:
    library = desk.session.library
    desk.shelf.gate.clear()
    library.download("maker/name")
    library.download("maker/name")  # no second one beside it
    while desk.shelf.done == 0:
        desk.until(DownloadChanged)
    library.pause("maker/name")
    assert states(desk, DownloadState.PAUSED)[-1] is DownloadState.PAUSED
    assert library.downloads["maker/name"].state is DownloadState.PAUSED
    desk.shelf.gate.set()
    library.download("maker/name")
    assert states(desk, DownloadState.DONE)[0] is DownloadState.ASKING
    added = desk.until(ModelAdded)
    assert isinstance(added, ModelAdded)
    assert added.entry.key == "/models/name"
    desk.until(ModelsListed)
    assert desk.shelf.done == desk.shelf.steps


def test_a_download_that_is_paused_and_wanted_again_at_once_goes_on(desk: Desk) -> None:
    """A stalled network notices the pause seconds later; two tries must not meet."""
    library, shelf = desk.session.library, desk.shelf
    shelf.gate.clear()
    shelf.deaf.clear()
    library.download("maker/name")
    while shelf.done == 0:
        desk.until(DownloadChanged)
    library.pause("maker/name")
    library.download("maker/name")
    library.pause("maker/name")
    library.download("maker/name")
    assert library.downloads["maker/name"].state is DownloadState.ASKING
    shelf.deaf.set()
    shelf.gate.set()
    assert DownloadState.FAILED not in states(desk, DownloadState.DONE)
    assert shelf.most_at_once == 1


def test_a_download_that_is_given_up_is_gone(desk: Desk) -> None:
    library, shelf = desk.session.library, desk.shelf
    shelf.gate.clear()
    shelf.deaf.clear()
    library.download("maker/name")
    while shelf.done == 0:
        desk.until(DownloadChanged)
    library.discard("maker/name")
    shelf.deaf.set()
    desk.until(ModelsListed, also=lambda: "maker/name" not in library.downloads)
    assert library.downloads == {}
    assert shelf.done == 0


def test_a_failed_download_says_why_and_can_be_tried_again(desk: Desk) -> None:
    error = DownloadBroken(id="maker/name", file="a", reason="no route")
    desk.shelf.refusal = error
    desk.session.library.download("maker/name")
    states(desk, DownloadState.FAILED)
    assert desk.session.library.downloads["maker/name"].error == error
    desk.shelf.refusal = None
    desk.session.library.download("maker/name")
    states(desk, DownloadState.DONE)
    desk.session.library.discard("maker/name")
    desk.until(ModelsListed)


def test_models_are_added_verified_and_removed(desk: Desk) -> None:
    library = desk.session.library
    library.add_folder(Path("/models/mine"))
    desk.until(ModelAdded)
    library.verify("/models/mine")
    while desk.until(ModelVerified) != ModelVerified("/models/mine", 1.0):
        pass
    library.remove("/models/mine", in_use=True)
    refused = desk.until(LibraryFailed)
    assert isinstance(refused, LibraryFailed)
    assert refused.subject == "/models/mine"
    assert not desk.shelf.removed
    library.remove("/models/mine", in_use=False)
    assert desk.until(ModelRemoved) == ModelRemoved("/models/mine", 7)
    desk.shelf.refusal = ModelMissing(path="/models/mine")
    library.verify("/models/mine")
    assert desk.until(ModelVerified) == ModelVerified("/models/mine", 1.0, desk.shelf.refusal)


@pytest.mark.logs("managing models")
def test_a_bug_in_the_shelf_is_said(desk: Desk) -> None:
    desk.shelf.refusal = ZeroDivisionError()
    desk.session.library.add_folder(Path("/models/mine"))
    desk.until(LibraryFailed)


def test_servers_are_added_tested_and_removed(desk: Desk) -> None:
    library = desk.session.library
    library.add_server("https://far.example/v1", "secret", confirmed=False)
    tested = desk.until(ServerTested)
    assert isinstance(tested, ServerTested)
    assert tested.server
    assert tested.server.models == ("far",)
    listed = desk.until(ModelsListed)
    assert isinstance(listed, ModelsListed)
    assert [server.url for server in listed.servers] == ["https://far.example/v1"]
    desk.servers.refusal = ServerUnreachable(host="far.example", reason="no route")
    library.test_server("https://far.example/v1")
    tested = desk.until(ServerTested)
    assert isinstance(tested, ServerTested)
    assert tested.error is desk.servers.refusal
    library.remove_server("https://far.example/v1")
    desk.until(ModelsListed, also=lambda: not desk.servers.kept)
