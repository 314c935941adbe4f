"""What holds for one conversation alone, and where it was read last."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmdesk.core.conversations import NO_SETTINGS, ConversationSettings, ReadingPlace
from mmdesk.core.errors import ConversationMissing
from mmdesk.core.messages import user_message
from mmdesk.core.requests import GenerationSettings
from mmdesk.store.sqlite import SqliteStore
from tests.unit.store.conftest import OpenStore
from tests.unit.store.filling import editing, fill

SAMPLED = GenerationSettings(0.7, 0.9, 256, 2**63 - 1)
NOTED = pytest.mark.logs("damaged")
DEEP = "[" * 100_000


def test_settings_of_a_conversation(open_store: OpenStore) -> None:
    mine = ConversationSettings("Answer in verse.\0\n 诗", SAMPLED)
    store = open_store()
    turn = store.begin_turn(
        user_message("q"), conversation=None, parent=None, model="m", settings=mine
    )
    other, _ = fill(store, 1)
    assert open_store().conversation(turn.conversation).settings == mine
    assert open_store().conversation(other).settings == NO_SETTINGS
    store = open_store()
    # They are those of a new conversation alone.
    store.begin_turn(user_message("q"), conversation=other, parent=None, model="m", settings=mine)
    assert store.conversation(other).settings == NO_SETTINGS
    store.alter(other, settings=ConversationSettings("x", None))
    store.alter(other, pinned=True)
    store.alter(turn.conversation, settings=NO_SETTINGS)
    store = open_store()
    assert store.conversation(other).settings == ConversationSettings("x")
    assert store.conversation(turn.conversation).settings == NO_SETTINGS
    store.alter(other, settings=ConversationSettings("a\ud83d", None))
    assert store.conversation(other).settings.system_prompt == "a\ufffd"
    with pytest.raises(ConversationMissing):
        store.alter("nothing", settings=mine)


def test_the_place_that_was_read_last(open_store: OpenStore) -> None:
    store = open_store()
    conversation, answers = fill(store, 3)
    assert store.conversation(conversation).place is None
    place = ReadingPlace(answers[1], 0.25)
    store.keep_place(conversation, place)
    assert open_store().conversation(conversation).place == place
    store = open_store()
    store.begin_turn(user_message("edited"), conversation=conversation, parent=None, model="m")
    assert store.conversation(conversation).place is None  # it is not on that path
    store.show(conversation, answers[2])
    assert store.conversation(conversation).place == place
    store.keep_place(conversation, None)
    assert open_store().conversation(conversation).place is None


@pytest.mark.parametrize("offset", [-3.0, 1.0, 7.5, float("nan"), float("inf"), float("-inf")])
def test_a_place_between_messages(store: SqliteStore, offset: float) -> None:
    conversation, answers = fill(store, 1)
    store.keep_place(conversation, ReadingPlace(answers[0], offset))
    place = store.conversation(conversation).place
    assert place is not None
    assert place.message == answers[0]
    assert 0 <= place.offset < 1


def test_a_place_in_another_conversation_is_none(store: SqliteStore) -> None:
    conversation, _ = fill(store, 1)
    _, answers = fill(store, 1)
    for place in (ReadingPlace(answers[0], 0.5), ReadingPlace("nothing", 0.5)):
        with pytest.raises(ConversationMissing):
            store.keep_place(conversation, place)
    with pytest.raises(ConversationMissing):
        store.keep_place("nothing", None)
    assert store.conversation(conversation).place is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param("system_prompt = X'00FF'", ConversationSettings("", SAMPLED), marks=NOTED),
        pytest.param("generation = '{'", ConversationSettings("prompt"), marks=NOTED),
        pytest.param("generation = '[]'", ConversationSettings("prompt"), marks=NOTED),
        pytest.param(f"generation = '{DEEP}'", ConversationSettings("prompt"), marks=NOTED),
        pytest.param("generation = X'00'", ConversationSettings("prompt"), marks=NOTED),
        pytest.param("generation = '{\"top_p\": 2}'", ConversationSettings("prompt"), marks=NOTED),
        pytest.param(
            "generation = '{\"top_p\": 0.5}'",
            ConversationSettings("prompt", GenerationSettings(top_p=0.5)),
        ),
        pytest.param("system_prompt = NULL", ConversationSettings("", SAMPLED)),
    ],
)
def test_damaged_settings_are_the_default(
    open_store: OpenStore, database: Path, change: str, expected: ConversationSettings
) -> None:
    store = open_store()
    conversation, _ = fill(store, 1)
    store.alter(conversation, settings=ConversationSettings("prompt", SAMPLED))
    store.close()
    with editing(database) as connection:
        connection.execute(f"UPDATE conversation SET {change}")
    opened = open_store().conversation(conversation)
    assert opened.settings == expected
    assert len(opened.entries) == 2
    assert open_store().tree(conversation).settings == expected


@pytest.mark.parametrize(
    ("change", "offset"),
    [
        pytest.param("scroll_offset = 'far'", 0.0, marks=NOTED),
        pytest.param("scroll_offset = NULL", 0.0, marks=NOTED),
        pytest.param("scroll_offset = 9e999", 0.0, marks=NOTED),
        pytest.param("scroll_offset = -1", 0.0, marks=NOTED),
        pytest.param("scroll_offset = X'00'", 0.0, marks=NOTED),
        pytest.param("scroll_message = 'gone'", None),
        pytest.param("scroll_message = X'FF'", None),
        pytest.param("scroll_message = 7.5", None),
    ],
)
def test_a_damaged_place_is_the_beginning_of_the_message_or_none(
    open_store: OpenStore, database: Path, change: str, offset: float | None
) -> None:
    store = open_store()
    conversation, answers = fill(store, 1)
    store.keep_place(conversation, ReadingPlace(answers[0], 0.5))
    store.close()
    with editing(database) as connection:
        connection.execute(f"UPDATE conversation SET {change}")
    place = open_store().conversation(conversation).place
    assert place == (None if offset is None else ReadingPlace(answers[0], offset))
