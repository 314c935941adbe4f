"""How an answer was computed, and answers that are gone on with."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmdesk.core.conversations import (
    ConversationSettings,
    Entry,
    EntryStatus,
    Failure,
    Run,
    StopReason,
    Usage,
)
from mmdesk.core.errors import ConversationMissing
from mmdesk.core.messages import user_message, well_formed
from mmdesk.core.phrases import Phrase
from mmdesk.core.requests import GenerationSettings
from mmdesk.core.sight import Placement, SeenPicture, Sight
from mmdesk.store.sqlite import SqliteStore
from tests.unit.store.conftest import OpenStore
from tests.unit.store.filling import editing, fill, write_answer

SAMPLED = GenerationSettings(0.7, 0.9, 256, 2**63 - 1)
RUN = Run(
    SAMPLED,
    (0, 1, 151_643, 2**31, 2**32 - 1),
    begun=2,
    system_prompt="Be brief. 简短。",
    model="starter",
    sha256="ab" * 32,
    dtype="bfloat16",
    device="NVIDIA H100",
    threads=3,
    libraries=(("torch", "2.13.0+cpu"), ("transformers", "5.23.0")),
    sight=Sight(
        "qwen3_vl",
        (
            SeenPicture(
                "cd" * 32, 641, 480, 300,
                (Placement(640, 480, (0, 0, 640, 479), (0.0, 0.5, 641.0, 480.0)),),
            ),
            SeenPicture("ef" * 32, 1, 9),
        ),
        1,
    ),
)  # fmt: skip
FAR = "https://far.example/v1#maker/far"


def last(store: SqliteStore, conversation: str) -> Entry:
    return store.conversation(conversation).entries[-1]


def stopped(store: SqliteStore, run: Run | None = RUN) -> tuple[str, str]:
    """Keep an answer that was stopped; return the conversation and its id."""
    turn = store.begin_turn(user_message("q"), conversation=None, parent=None, model="m")
    write_answer(
        store,
        turn.answer,
        "half",
        EntryStatus.STOPPED,
        stop_reason=StopReason.CANCELLED,
        usage=Usage(1, 2, 3.0, 4.0),
        model="Model",
        run=run,
    )
    return turn.conversation, turn.answer


def test_a_run_comes_back(open_store: OpenStore) -> None:
    conversation, _ = stopped(open_store())
    assert last(open_store(), conversation).run == RUN
    assert open_store().conversation(conversation).entries[0].run is None


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
generations = st.builds(
    GenerationSettings,
    st.floats(0, 5),
    st.floats(0, 1, exclude_min=True),
    st.integers(1, 2**40),
    st.none() | st.integers(0, 2**63 - 1),
)
runs = st.builds(
    Run,
    generations,
    st.lists(st.integers(0, 2**32 - 1), max_size=20).map(tuple),
    st.integers(0, 1000),
    texts, texts, texts, texts, texts,
    st.integers(0, 1000),
    st.lists(st.tuples(texts, texts), max_size=4).map(tuple),
)  # fmt: skip


@settings(max_examples=60)
@given(run=runs, generation=st.none() | generations, prompt=st.text(max_size=50))
def test_any_run_and_settings_come_back(
    run: Run,
    generation: GenerationSettings | None,
    prompt: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    store = SqliteStore(":memory:", tmp_path_factory.mktemp("any"))
    try:
        turn = store.begin_turn(
            user_message("q"),
            conversation=None,
            parent=None,
            model="",
            settings=ConversationSettings(prompt, generation),
        )
        write_answer(store, turn.answer, "a", EntryStatus.FINISHED, run=run)
        kept = store.conversation(turn.conversation)
    finally:
        store.close()
    assert kept.entries[1].run == run
    assert kept.settings == ConversationSettings(well_formed(prompt), generation)


def test_half_a_character_in_a_run(store: SqliteStore) -> None:
    conversation, answer = stopped(store)
    run = replace(RUN, system_prompt="a\ud83d", model="\udcff", libraries=(("x", "\udc00"),))
    write_answer(store, answer, "half", EntryStatus.STOPPED, run=run)
    kept = last(store, conversation).run
    assert kept is not None
    assert (kept.system_prompt, kept.model) == ("a\ufffd", "\ufffd")
    assert kept.libraries == (("x", "\ufffd"),)


@pytest.mark.logs("tokens of an answer are")
@pytest.mark.parametrize("token", [2**32, -1, 2**70])
def test_tokens_that_are_no_model_s(store: SqliteStore, token: int) -> None:
    conversation, _ = stopped(store, replace(RUN, tokens=(1, token)))
    assert last(store, conversation).run == replace(RUN, tokens=())


def test_a_run_holds_as_long_as_its_text(open_store: OpenStore) -> None:
    store = open_store()
    conversation, answer = stopped(store)
    write_answer(store, answer, "half", EntryStatus.STREAMING)
    assert last(store, conversation).run == RUN
    write_answer(store, answer, "half a word", EntryStatus.STREAMING)
    assert last(store, conversation).run is None
    longer = replace(RUN, tokens=(*RUN.tokens, 7))
    write_answer(store, answer, "half a word more", EntryStatus.FINISHED, run=longer)
    assert last(open_store(), conversation).run == longer


def test_a_stopped_answer_is_gone_on_with(open_store: OpenStore) -> None:
    store = open_store()
    conversation, answer = stopped(store)
    question = store.conversation(conversation).entries[0].id
    fill(store, 1, "later")
    turn = store.continue_answer(conversation, answer, model="other")
    assert (turn.conversation, turn.question, turn.answer) == (conversation, question, answer)
    assert turn.answer_versions == ()
    entry = last(store, conversation)
    assert (entry.status, entry.message.text) == (EntryStatus.STREAMING, "half")
    assert (entry.stop_reason, entry.run, entry.model) == (None, RUN, "Model")
    assert store.conversations()[0].id == conversation
    assert store.conversations()[0].model == "other"
    write_answer(store, answer, "half and whole", EntryStatus.FINISHED, model="Other")
    entry = last(open_store(), conversation)
    assert (entry.status, entry.message.text, entry.model) == (
        EntryStatus.FINISHED, "half and whole", "Other"
    )  # fmt: skip
    assert len(open_store().conversation(conversation).entries) == 2


@pytest.mark.parametrize(
    ("streamed", "run"), [(None, RUN), ("half", RUN), ("half and m", None), ("", None)]
)
def test_a_crash_while_an_answer_is_gone_on_with(
    open_store: OpenStore, streamed: str | None, run: Run | None
) -> None:
    store = open_store()
    conversation, answer = stopped(store)
    store.continue_answer(conversation, answer, model="m")
    if streamed is not None:
        write_answer(store, answer, streamed, EntryStatus.STREAMING)
    entry = last(open_store(), conversation)
    text = "half" if streamed is None else streamed
    assert (entry.status, entry.message.text) == (EntryStatus.INTERRUPTED, text)
    assert entry.run == run
    again = open_store().continue_answer(conversation, answer, model="m")
    assert again.answer == answer


def test_a_failed_answer_that_is_gone_on_with_has_failed_no_more(store: SqliteStore) -> None:
    conversation, answer = stopped(store)
    failure = Failure("x", Phrase("It ended."), Phrase("Again."))
    write_answer(store, answer, "half", EntryStatus.FAILED, failure=failure)
    store.continue_answer(conversation, answer, model="m")
    assert last(store, conversation).failure is None


def test_one_of_two_versions_is_gone_on_with(store: SqliteStore) -> None:
    conversation, answer = stopped(store)
    question = store.conversation(conversation).entries[0].id
    other = store.begin_answer(conversation, question, model="m").answer
    turn = store.continue_answer(conversation, answer, model=FAR)
    assert turn.answer_versions == (answer, other)
    assert last(store, conversation).id == answer
    assert last(store, conversation).versions == (answer, other)
    store.alter(conversation, model="m")
    assert store.conversations()[0].leaves


def test_only_an_answer_of_the_conversation_is_gone_on_with(store: SqliteStore) -> None:
    conversation, answer = stopped(store)
    other, _ = stopped(store)
    question = store.conversation(conversation).entries[0].id
    for place, message in (
        (other, answer), (conversation, question), (conversation, "x"), ("x", answer)
    ):  # fmt: skip
        with pytest.raises(ConversationMissing):
            store.continue_answer(place, message, model="m")
    assert last(store, conversation).status is EntryStatus.STOPPED


def test_the_hash_of_a_model_comes_later(open_store: OpenStore) -> None:
    store = open_store()
    conversation, answer = stopped(store, replace(RUN, sha256=""))
    known, known_answer = stopped(store)
    bare, bare_answer = stopped(store, None)
    store.identify({answer, known_answer, bare_answer, "nothing"}, "cd" * 32)
    store = open_store()
    assert last(store, conversation).run == replace(RUN, sha256="cd" * 32)
    assert last(store, known).run == RUN
    assert last(store, bare).run is None
    store.identify((), "cd" * 32)


NOTED = pytest.mark.logs("damaged")
DEEP = "[" * 100_000


@pytest.mark.parametrize(
    "value",
    [
        "'{'", "'[]'", "'7'", "'null'", "X'FF00'", "7", f"'{DEEP}'", "''",
        "'{\"settings\": {}, \"libraries\": [1]}'",
        "'{\"settings\": {}, \"libraries\": [[\"a\"]]}'",
        "'{\"settings\": {}, \"libraries\": [[\"a\", 1]]}'",
        "'{\"settings\": {}, \"begun\": -1}'",
        "'{\"settings\": {}, \"begun\": true}'",
        "'{\"settings\": {}, \"model\": null}'",
        "'{\"settings\": {}, \"threads\": 1e9}'",
        "'{\"settings\": {\"temperature\": \"hot\"}}'",
        "'{\"settings\": {\"temperature\": NaN}}'",
        "'{\"settings\": {\"temperature\": Infinity}}'",
        f"'{{\"settings\": {{\"temperature\": 1{'0' * 400}}}}}'",
        "'{\"settings\": {\"top_p\": 0}}'",
        "'{\"settings\": {\"max_tokens\": 0}}'",
        f"'{{\"settings\": {{\"seed\": {2**64}}}}}'",
    ],
)  # fmt: skip
@NOTED
def test_a_damaged_run_is_none(open_store: OpenStore, database: Path, value: str) -> None:
    store = open_store()
    conversation, answer = stopped(store)
    store.close()
    with editing(database) as connection:
        connection.execute(f"UPDATE message SET run = {value} WHERE role = 'assistant'")
    store = open_store()
    entry = last(store, conversation)
    assert (entry.run, entry.message.text) == (None, "half")
    store.identify([answer], "ab" * 32)
    assert last(store, conversation).run is None
    assert store.tree(conversation).nodes[-1].entry == replace(entry, versions=())


def test_a_run_of_a_later_mmdesk_is_read_as_far_as_it_is_known(
    open_store: OpenStore, database: Path
) -> None:
    store = open_store()
    conversation, _ = stopped(store)
    store.close()
    with editing(database) as connection:
        connection.execute(
            'UPDATE message SET tokens = NULL, run = \'{"settings": {"seed": 3, "min_p": 1},'
            ' "model": "m", "future": {}}\' WHERE role = \'assistant\''
        )
    assert last(open_store(), conversation).run == Run(GenerationSettings(seed=3), model="m")


@NOTED
@pytest.mark.parametrize("value", ["X'010203'", "'text'", "7", "1.5"])
def test_damaged_tokens_are_none(open_store: OpenStore, database: Path, value: str) -> None:
    store = open_store()
    conversation, _ = stopped(store)
    store.close()
    with editing(database) as connection:
        connection.execute(f"UPDATE message SET tokens = {value} WHERE role = 'assistant'")
    assert last(open_store(), conversation).run == replace(RUN, tokens=(), begun=0)


@pytest.mark.logs("is no Role")
@pytest.mark.logs("is no EntryStatus")
def test_what_is_logged_of_a_damaged_value_is_short(
    open_store: OpenStore, database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = open_store()
    conversation, _ = fill(store, 1)
    store.close()
    with editing(database) as connection:
        connection.execute("UPDATE message SET role = ?, status = ?", ("x" * 10**6, b"y" * 10**6))
    assert len(open_store().conversation(conversation).entries) == 2
    assert caplog.records
    assert all(len(record.getMessage()) < 120 for record in caplog.records)


def test_tokens_are_little_endian_whatever_the_computer(
    open_store: OpenStore, database: Path
) -> None:
    store = open_store()
    stopped(store, replace(RUN, tokens=(1, 258)))
    store.close()
    with sqlite3.connect(database) as connection:
        (blob,) = connection.execute("SELECT tokens FROM message WHERE tokens NOT NULL").fetchone()
    connection.close()
    assert blob == b"\1\0\0\0\2\1\0\0"
