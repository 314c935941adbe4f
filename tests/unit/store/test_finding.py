"""Conversations are found by their words, named, pinned, filed and binned."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmdesk.core.conversations import EntryStatus
from mmdesk.core.errors import ConversationMissing
from mmdesk.core.messages import Message, Role, TextPart, TranscriptPart, user_message
from mmdesk.store.search import add_functions, excerpt_of, match_expression, words_of
from mmdesk.store.sqlite import SqliteStore
from tests.unit.store.conftest import MakePicture, OpenStore
from tests.unit.store.filling import write_answer

TEXTS = (
    "What does the sign above the café say?",
    "图里有几个红色的圆形？左上角是什么",
    "これは何ですか",
    "한국어 문장",
    "def answer(x): return x_1 + ﬁnal ＡＢＣ",
)


@pytest.fixture
def store(open_store: OpenStore) -> SqliteStore:
    store = open_store()
    for text in TEXTS:
        store.begin_turn(user_message(text), conversation=None, parent=None, model="starter")
    return store


def found(store: SqliteStore, query: str) -> set[int]:
    """Return which of ``TEXTS`` a query finds, by their place."""
    titles = {hit.conversation.title for hit in store.search(query)}
    return {place for place, text in enumerate(TEXTS) if text in titles}


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("sign", {0}),
        ("SIGN above", {0}),
        ("cafe", {0}),
        ("si", {0}),
        ("ign", set()),
        ("sign missing", set()),
        ('"sign above"', {0}),
        ('"above sign"', set()),
        ("圆", {1}),
        ("红色", {1}),
        ("色红", set()),
        ("红色的圆形", {1}),
        ("红色 左上", {1}),
        ("何", {2}),
        ("何ですか", {2}),
        ("문장", {3}),
        ("국어", {3}),
        ("final", {4}),
        ("abc", {4}),
        ("x_1", {4}),
        ("", set()),
        ('"', set()),
        ("？!*(", set()),
        ("NEAR(sign above)", set()),
        ("words:sign", set()),
        ("sign OR 圆", set()),
        ("\0", set()),
        ("\udcff", set()),
        ("sign\udcff", {0}),
    ],
)
def test_words_are_found(store: SqliteStore, query: str, places: set[int]) -> None:
    assert found(store, query) == places


@given(st.text(max_size=80))
def test_whatever_is_typed_is_no_error(query: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE t USING fts5(words)")
    if expression := match_expression(query):
        connection.execute("SELECT * FROM t WHERE t MATCH ?", (expression,)).fetchall()
    connection.close()


@given(st.text(min_size=1, max_size=30))
def test_a_text_is_found_by_itself(text: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute('CREATE VIRTUAL TABLE t USING fts5(words, tokenize = "unicode61")')
    words = words_of(text).encode("utf-8", "replace").decode()
    connection.execute("INSERT INTO t VALUES (?)", (words,))
    expression = match_expression(text.replace('"', " ").encode("utf-8", "replace").decode())
    if expression:
        assert connection.execute("SELECT 1 FROM t WHERE t MATCH ?", (expression,)).fetchone()
    connection.close()


def test_answers_transcripts_and_names_are_found(
    open_store: OpenStore, make_picture: MakePicture
) -> None:
    store = open_store()
    picture = make_picture(name="Ferien am See.png")
    parts = (TranscriptPart("talk.mp3", "[0:01] elephants", 3.0, "en"), TextPart("look"))
    first = store.begin_turn(
        Message(Role.USER, parts), conversation=None, parent=None, model="starter"
    )
    store.begin_turn(user_message("", (picture,)), conversation=None, parent=None, model="starter")
    write_answer(store, first.answer, "half a giraf", EntryStatus.STREAMING)
    assert not store.search("giraf")
    write_answer(store, first.answer, "a giraffe, whole", EntryStatus.FINISHED)
    write_answer(store, first.answer, "a giraffe, whole", EntryStatus.FINISHED)
    (hit,) = store.search("giraffe")
    assert (hit.message, hit.excerpt) == (first.answer, "a giraffe, whole")
    assert hit.conversation.id == first.conversation
    assert len(store.search("elephants")) == 1
    assert len(store.search("talk mp3")) == 1
    assert len(store.search("ferien")) == 1
    assert [hit.message for hit in open_store().search("giraffe")] == [first.answer]


def test_an_answer_that_a_crash_cut_off_is_found(open_store: OpenStore) -> None:
    store = open_store()
    turn = store.begin_turn(user_message("q"), conversation=None, parent=None, model="m")
    write_answer(store, turn.answer, "half a giraffe", EntryStatus.STREAMING)
    store = open_store()
    assert [hit.message for hit in store.search("giraffe")] == [turn.answer]
    store.continue_answer(turn.conversation, turn.answer, model="m")
    write_answer(store, turn.answer, "half a giraffe, half a zebra", EntryStatus.STREAMING)
    assert [hit.message for hit in open_store().search("zebra")] == [turn.answer]


def test_a_word_far_inside_is_shown_with_what_is_around_it() -> None:
    text = "word " * 100 + "needle in\nthe hay" + " word" * 100
    excerpt = excerpt_of(text, "Needle")
    assert "needle in the hay" in excerpt
    assert excerpt.startswith("…")
    assert excerpt.endswith("…")
    assert excerpt_of("short", "nothing") == "short"
    assert "Café" in excerpt_of(f"{'İ' * 300} Café", "cafe")  # found without its accent


def test_a_name_of_the_person_s_stays(store: SqliteStore) -> None:
    conversation = store.conversations()[0].id
    store.alter(conversation, title="  My\nname\0 ")
    store.begin_turn(user_message("other"), conversation=conversation, parent=None, model="m")
    assert store.conversations()[0].title == "My name"
    store.alter(conversation, title=" ")
    assert store.conversations()[0].title == "…"


def test_pinned_filed_and_binned(store: SqliteStore, open_store: OpenStore) -> None:
    first, second = (summary.id for summary in store.conversations()[:2])
    store.alter(first, pinned=True)
    store.alter(first, folder=" Reisen ")
    store.alter(second, binned=True)
    store = open_store()
    summary = store.conversations()[0]
    assert (summary.pinned, summary.folder) == (True, "Reisen")
    assert second not in {each.id for each in store.conversations()}
    assert [each.id for each in store.binned()] == [second]
    assert not found(store, "문장")
    assert store.conversation(second).entries  # not destroyed
    store.alter(second, binned=False)
    assert store.binned() == ()
    assert found(store, "문장") == {3}
    store.alter(first, pinned=False)
    store.alter(first, folder="")
    assert (store.conversations()[0].pinned, store.conversations()[0].folder) == (False, "")


@pytest.mark.parametrize(
    "change",
    [
        lambda store: store.alter("nothing", title="x"),
        lambda store: store.alter("nothing", pinned=True),
        lambda store: store.alter("nothing", folder="x"),
        lambda store: store.alter("nothing", binned=True),
        lambda store: store.alter("nothing", binned=False),
    ],
)
def test_what_is_not_there_is_not_changed(
    store: SqliteStore, change: Callable[[SqliteStore], None]
) -> None:
    with pytest.raises(ConversationMissing):
        change(store)


def test_the_schema_s_function_is_the_index_s() -> None:
    connection = sqlite3.connect(":memory:")
    add_functions(connection)
    row = connection.execute("SELECT search_words('两个'), search_words(NULL)").fetchone()
    assert row == (" 两  个 ", "")
    connection.close()
