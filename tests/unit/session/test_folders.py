"""A folder of the list is given another name, in a real store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mmdesk.core.events import ConversationsListed
from mmdesk.core.messages import user_message
from mmdesk.core.protocols import ConversationStore
from mmdesk.session.conversation_list import ConversationList
from mmdesk.session.store_thread import StoreThread
from mmdesk.store.sqlite import SqliteStore
from tests.unit.session.scripted import Events

FILED = {"one": "Reisen", "two": "Reisen", "three": "abc", "four": ""}


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def conversations(tmp_path: Path, events: Events) -> Iterator[ConversationList]:
    thread = StoreThread(
        lambda: SqliteStore(tmp_path / "c.sqlite3", tmp_path / "attachments"), events.put
    )
    thread.start()
    listed = ConversationList(thread, events.put)
    listed.do(_fill)
    events.until(ConversationsListed)
    yield listed
    thread.close()


def _fill(store: ConversationStore) -> None:
    for title, folder in FILED.items():
        made = store.begin_turn(user_message(title), conversation=None, parent=None, model="m")
        store.alter(made.conversation, folder=folder, pinned=title == "two")


def folders(events: Events) -> dict[str, str]:
    listed = events.until(ConversationsListed)[-1]
    assert isinstance(listed, ConversationsListed)
    return {each.title: each.folder for each in listed.summaries}


def test_all_in_it_move_and_no_others(conversations: ConversationList, events: Events) -> None:
    conversations.rename_folder("Reisen", "旅行")
    assert folders(events) == {"one": "旅行", "two": "旅行", "three": "abc", "four": ""}


def test_with_another_of_that_name_it_becomes_one(
    conversations: ConversationList, events: Events
) -> None:
    conversations.rename_folder("Reisen", "abc")
    assert folders(events) == {"one": "abc", "two": "abc", "three": "abc", "four": ""}


def test_a_folder_that_is_no_longer_there(conversations: ConversationList, events: Events) -> None:
    conversations.rename_folder("gone", "abc")
    assert folders(events) == FILED
