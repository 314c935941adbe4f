"""An answer is computed again and compared with the one that was kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mmdesk.core.conversations import (
    ConversationSettings,
    Entry,
    ReplayReport,
    Run,
)
from mmdesk.core.errors import ModelMissing
from mmdesk.core.events import (
    ModelFailed,
    ModelUnloaded,
    ReplayFinished,
    ReplayProgressed,
    SpeechCaptured,
    TextDelta,
    TranscriptReady,
    TurnFinished,
)
from mmdesk.core.requests import GenerationSettings
from mmdesk.session.comparing import Computed, changes, compare, first_difference
from tests.unit.session.desk import Desk
from tests.unit.session.scripted import FAR, LOCAL, OTHER, SECOND, SPOKEN, load_request


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()


def replayed(desk: Desk, entry: Entry | None = None) -> ReplayFinished:
    """Compute an answer again, by default the last one."""
    desk.session.replay((entry or desk.session.entries[-1]).id)
    event = desk.until(ReplayFinished)
    assert isinstance(event, ReplayFinished)
    return event


def report(desk: Desk, entry: Entry | None = None) -> ReplayReport:
    finished = replayed(desk, entry)
    assert finished.report is not None
    assert finished.error is None
    return finished.report


def test_the_same_answer_has_no_differing_token(desk: Desk) -> None:
    desk.session.use_conversation_settings(ConversationSettings("Be brief."))
    desk.ask("one")
    desk.ask("two")
    first, second = desk.session.entries[1], desk.session.entries[3]
    assert desk.session.can_replay(first.id)
    desk.session.use_conversation_settings(ConversationSettings("Be long."))
    desk.rest()
    desk.shown.clear()
    found = report(desk, first)
    assert (found.answer, found.tokens, found.differs) == (first.id, 4, None)  # and its end
    assert (found.before, found.now, found.changes) == ("", "", ())
    asked, again = desk.engine.asked[0], desk.engine.asked[-1]
    assert again.messages == asked.messages
    assert again.messages[0].text == "Be brief."
    assert report(desk, second).differs is None
    assert desk.engine.asked[-1].messages == desk.engine.asked[1].messages
    assert not any(isinstance(event, TextDelta | TurnFinished) for event in desk.shown)
    assert [entry.id for entry in desk.session.entries][1] == first.id
    assert not desk.session.busy


def test_the_first_differing_token_is_told_with_the_words_around_it(desk: Desk) -> None:
    desk.engine.words = ("The ", "apple ", "is ", "red.")
    desk.ask()
    desk.engine.words = ("The ", "apple ", "was ", "red.")
    found = report(desk)
    assert (found.tokens, found.differs) == (5, 2)
    assert (found.before, found.now) == ("is red.", "was red.")


def test_an_answer_that_ended_must_end_again(desk: Desk) -> None:
    desk.ask()
    desk.engine.words = (*desk.engine.words, " Or so.")
    found = report(desk)
    assert (found.tokens, found.differs) == (4, 3)
    assert (found.before, found.now) == ("", " Or so.")


def test_an_answer_that_ends_sooner_differs_there(desk: Desk) -> None:
    desk.ask()
    desk.engine.words = desk.engine.words[:2]
    found = report(desk)
    assert (found.differs, found.now) == (2, "")
    assert found.before == "red."


def test_a_stopped_answer_is_computed_no_further(desk: Desk) -> None:
    desk.stopped()
    found = report(desk)
    assert (found.tokens, found.differs) == (1, None)
    assert desk.engine.asked[-1].settings.max_tokens == 1


def test_an_answer_that_was_gone_on_with_is_gone_on_with_again(desk: Desk) -> None:
    desk.session.use_conversation_settings(ConversationSettings("", GenerationSettings(0.5)))
    desk.stopped()
    desk.engine.drawn_seed = 78
    desk.session.continue_answer()
    desk.until(TurnFinished)
    assert report(desk).differs is None
    begun = desk.engine.asked[-1].begun
    assert begun is not None
    assert begun.tokens == (desk.engine.token("It "),)
    assert desk.engine.asked[-1].settings.seed == 78


def test_a_sampled_answer_gets_its_own_seed_again(desk: Desk) -> None:
    desk.session.use_conversation_settings(ConversationSettings("", GenerationSettings(0.9)))
    desk.ask()
    report(desk)
    assert desk.engine.asked[-1].settings.seed == desk.engine.drawn_seed
    assert desk.engine.asked[-1].settings.temperature == 0.9


def test_another_model_is_loaded_for_its_answers(desk: Desk) -> None:
    desk.ask("one")
    entry = desk.session.entries[-1]
    desk.session.use_model(OTHER)
    desk.ask("two")
    assert report(desk, entry).differs is None
    assert desk.engine.loaded[-1] == load_request(LOCAL)
    desk.ask("three")
    assert desk.engine.asked[-1].model == load_request(OTHER)


def test_changed_files_of_the_model_are_told(desk: Desk) -> None:
    def hashes() -> list[str]:
        return [entry.run.sha256 for entry in desk.session.entries if entry.run]

    desk.ask("one")
    desk.wait_for(lambda: all(hashes()))
    entry = desk.session.entries[-1]
    desk.shelf.hashes[LOCAL] = "changed"
    desk.session.use_model(OTHER)
    desk.ask("two")
    desk.session.use_model(LOCAL)
    desk.ask("three")
    desk.wait_for(lambda: hashes()[-1] == "changed")
    found = report(desk, entry)
    assert [str(change) for change in found.changes] == ["The model's files are other ones now."]


def test_a_model_that_is_gone_is_told(desk: Desk) -> None:
    desk.ask("one")
    entry = desk.session.entries[-1]
    desk.session.use_model(OTHER)
    desk.ask("two")
    desk.rest()
    desk.shown.clear()
    desk.engine.loads = [ModelMissing(path="/models/model")]
    finished = replayed(desk, entry)
    assert finished.report is None
    assert isinstance(finished.error, ModelMissing)
    assert any(isinstance(event, ModelUnloaded) for event in desk.shown)
    assert not any(isinstance(event, ModelFailed) for event in desk.shown)  # OTHER is fine
    assert isinstance(desk.ask("three"), TurnFinished)


def test_progress_is_told_and_a_replay_can_be_stopped(desk: Desk) -> None:
    desk.ask()
    entry = desk.session.entries[-1]
    desk.engine.gate.clear()
    desk.session.replay(entry.id)
    assert desk.until(ReplayProgressed) == ReplayProgressed(entry.id, 0, 4)
    assert desk.until(ReplayProgressed) == ReplayProgressed(entry.id, 1, 4)
    desk.session.stop_replay()
    assert desk.until(ReplayFinished) == ReplayFinished(entry.id, None)
    desk.engine.gate.set()
    desk.rest()
    assert [event for event in desk.shown if isinstance(event, ReplayFinished)] == [
        ReplayFinished(entry.id, None)
    ]
    assert report(desk).differs is None


def test_progress_is_told_ten_times_a_second_at_most(desk: Desk) -> None:
    desk.engine.words = tuple("word " for _ in range(500))
    desk.ask()
    desk.shown.clear()
    found = report(desk)
    assert (found.tokens, found.differs) == (501, None)
    told = [event for event in desk.shown if isinstance(event, ReplayProgressed)]
    assert len(told) < 250


def test_a_person_s_question_goes_first(desk: Desk) -> None:
    desk.ask("one")
    entry = desk.session.entries[-1]
    desk.engine.gate.clear()
    desk.session.replay(entry.id)
    desk.until(ReplayProgressed, lambda: len(desk.engine.asked) == 2)
    release = threading.Timer(0.5, desk.engine.gate.set)
    release.start()
    desk.session.submit("two")
    finished = desk.until(ReplayFinished)
    release.join()
    assert isinstance(finished, ReplayFinished)
    assert finished.report is not None
    assert finished.report.differs is None
    texts = [request.messages[-1].text for request in desk.engine.asked]
    assert texts == ["one", "one", "two", "one"]
    assert desk.session.entries[-1].message.text == "It is red."


def test_what_is_said_goes_first(desk: Desk) -> None:
    desk.ask("one")
    entry = desk.session.entries[-1]
    desk.engine.gate.clear()
    desk.session.replay(entry.id)
    desk.until(ReplayProgressed, lambda: len(desk.engine.asked) == 2)
    desk.events.put(SpeechCaptured("u1", SECOND, SPOKEN))
    desk.until(TranscriptReady)  # the replay would hold it up until the gate opens
    desk.engine.gate.set()
    finished = desk.until(ReplayFinished)
    assert isinstance(finished, ReplayFinished)
    assert finished.report is not None


def test_another_conversation_ends_a_replay(desk: Desk) -> None:
    desk.ask("one")
    entry = desk.session.entries[-1]
    desk.engine.gate.clear()
    desk.session.replay(entry.id)
    desk.session.new_conversation()
    assert desk.until(ReplayFinished) == ReplayFinished(entry.id, None)


def test_what_cannot_be_computed_again(desk: Desk) -> None:
    desk.session.use_model(FAR)
    desk.ask("far")
    assert not desk.session.can_replay(desk.session.entries[-1].id)
    assert not desk.session.can_replay(desk.session.entries[0].id)
    assert not desk.session.can_replay("nobody's")
    desk.session.replay(desk.session.entries[-1].id)
    desk.session.replay("nobody's")
    desk.session.stop_replay()
    desk.rest()
    assert not any(isinstance(event, ReplayFinished | ReplayProgressed) for event in desk.shown)
    assert desk.engine.asked == []


# The comparison

RUN = Run(
    GenerationSettings(),
    (1, 2, 3),
    sha256="a",
    dtype="float32",
    device="CPU",
    threads=3,
    libraries=(("torch", "2.13"), ("gone", "1")),
)


@pytest.mark.parametrize(
    ("before", "now", "differs"),
    [
        ((1, 2), (1, 2), None),
        ((1, 2), (1, 2, 3), None),
        ((1, 2, 3), (1, 2), 2),
        ((1, 2, 3), (1, 5, 3), 1),
        ((1,), (), 0),
        ((), (1,), None),
    ],
)
def test_first_difference(
    before: tuple[int, ...], now: tuple[int, ...], differs: int | None
) -> None:
    assert first_difference(before, now) == differs


def test_every_change_of_the_circumstances_is_told() -> None:
    now = replace(
        RUN,
        sha256="b",
        dtype="bfloat16",
        device="H100",
        threads=4,
        libraries=(("torch", "2.14"), ("new", "3")),
    )
    assert [str(change) for change in changes(RUN, now)] == [
        "The model's files are other ones now.",
        "It was computed in float32, now in bfloat16.",
        "It was computed on CPU, now on H100.",
        "It was computed by 3 threads, now by 4.",
        "torch was 2.13, now it is 2.14.",
        "gone 1 is no longer there.",
        "new 3 is there now.",
    ]
    assert changes(RUN, RUN) == ()
    assert changes(RUN, replace(RUN, sha256="", threads=0)) == ()  # nobody knows


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int8"])
def test_where_the_last_digits_may_differ_that_is_told(dtype: str) -> None:
    before = Computed("It is red.", replace(RUN, dtype=dtype), ended=False)
    now = Computed("It is blue.", replace(before.run, tokens=(1, 2, 4)), ended=False)
    told = [str(change) for change in compare("a", before, now).changes]
    said = f"In {dtype}, what the model had read before can change a token that was a close call."
    assert told == ([] if dtype == "float32" else [said])
    assert compare("a", before, before).changes == ()


@pytest.mark.parametrize(
    ("before", "now", "shown"),
    [
        ("a red car", "a red bus", ("car", "bus")),
        ("a red car", "a redder car", ("red car", "redder car")),
        ("这是红色的。", "这是蓝色的。", ("红色的。", "蓝色的。")),
        ("same", "same", ("", "")),
        ("a " + "x" * 100, "b", ("a " + "x" * 57 + "…", "b")),
    ],
)
def test_the_texts_are_shown_from_where_they_part(
    before: str, now: str, shown: tuple[str, str]
) -> None:
    other = replace(RUN, tokens=(1, 2, 4))
    found = compare("id", Computed(before, RUN, ended=True), Computed(now, other, ended=True))
    assert (found.before, found.now) == shown


def test_the_beginning_of_a_text_that_was_gone_on_with_may_be_missing() -> None:
    begun = replace(RUN, begun=2)
    kept = Computed("begun so and it ends here", begun, ended=True)
    other = Computed("and it ends there", replace(begun, tokens=(1, 2, 4)), ended=True)
    found = compare("id", kept, other)
    assert (found.differs, found.before, found.now) == (2, "here", "there")


def test_an_end_counts_as_a_token() -> None:
    ended, cut = Computed("x", RUN, ended=True), Computed("x", RUN, ended=False)
    assert compare("id", ended, ended).tokens == 4
    assert compare("id", ended, cut).differs == 3
    assert compare("id", cut, ended).differs is None
