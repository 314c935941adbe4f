"""Whole conversations, with all of their versions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mmdesk.core.conversations import (
    ConversationSettings,
    ConversationTree,
    Entry,
    EntryStatus,
    Node,
    Run,
)
from mmdesk.core.errors import ConversationMissing, StoreError
from mmdesk.core.messages import assistant_message, user_message
from mmdesk.core.requests import GenerationSettings
from mmdesk.store.sqlite import SqliteStore
from tests.unit.store.conftest import MakePicture, MakeRecording, OpenStore
from tests.unit.store.filling import editing, fill, write_answer


def branched(store: SqliteStore) -> str:
    """Keep a question with two answers and an edited version of it; return the conversation."""
    conversation, answers = fill(store, 2)
    question = store.conversation(conversation).entries[0].id
    again = store.begin_answer(conversation, question, model="starter")
    write_answer(store, again.answer, "other", EntryStatus.STOPPED)
    edited = store.begin_turn(
        user_message("edited"), conversation=conversation, parent=None, model="starter"
    )
    write_answer(store, edited.answer, "third", EntryStatus.FINISHED)
    store.show(conversation, answers[0])
    return conversation


def small_tree(identity: str = "c", first: str = "q") -> ConversationTree:
    nodes = (
        Node(Entry(first, user_message("asked")), None, 1),
        Node(Entry(f"{first}a", assistant_message("said")), first, 2),
    )
    return ConversationTree(identity, "Title", 1, 2, leaf=f"{first}a", nodes=nodes)


def test_a_tree_has_all_versions(store: SqliteStore) -> None:
    conversation = branched(store)
    store.alter(conversation, title="Mine", pinned=True, folder="Work")
    tree = store.tree(conversation)
    assert [node.entry.message.text for node in tree.nodes] == [
        "q 0", "a 0", "q 1", "a 1", "other", "edited", "third",
    ]  # fmt: skip
    assert [node.entry.message.text for node in tree.shown] == ["q 0", "a 0", "q 1", "a 1"]
    assert [entry.id for entry in store.conversation(conversation).entries] == [
        node.entry.id for node in tree.shown
    ]
    assert (tree.title, tree.named, tree.pinned, tree.folder) == ("Mine", True, True, "Work")
    assert tree.model == "starter"


def test_a_tree_comes_back_equal_and_can_be_gone_on_with(
    store: SqliteStore, tmp_path: Path
) -> None:
    tree = store.tree(branched(store))
    other = SqliteStore(tmp_path / "other" / "c.sqlite3", tmp_path / "other" / "attachments")
    try:
        assert not other.has(tree.id)
        other.add_tree(tree)
        assert other.has(tree.id)
        assert other.tree(tree.id) == tree
        assert other.conversation(tree.id).entries == store.conversation(tree.id).entries
        assert other.search("third")[0].conversation.id == tree.id
        turn = other.begin_turn(
            user_message("more"), conversation=tree.id, parent=tree.leaf, model="starter"
        )
        other.show(tree.id, tree.nodes[4].entry.id)
        other.show(tree.id, turn.answer)
        assert other.conversation(tree.id).entries[-1].id == turn.answer
    finally:
        other.close()


def test_settings_and_runs_travel_and_a_draft_does_not(store: SqliteStore, tmp_path: Path) -> None:
    conversation, answers = fill(store, 2)
    generation = GenerationSettings(0.5, 0.5, 5, 2**63 - 1)
    run = Run(generation, (1, 2**32 - 1), 1, "prompt", "key", "ab" * 32, "int4", "cpu", 2)
    write_answer(store, answers[1], "computed", EntryStatus.FINISHED, run=run)
    store.alter(conversation, settings=ConversationSettings("prompt", generation))
    store.keep_draft(conversation, user_message("draft"))
    tree = store.tree(conversation)
    assert tree.settings == ConversationSettings("prompt", generation)
    assert [node.entry.run for node in tree.nodes] == [None, None, None, run]
    other = SqliteStore(tmp_path / "other" / "c.sqlite3", tmp_path / "other" / "attachments")
    try:
        other.add_tree(tree)
        assert other.tree(conversation) == tree
        kept = other.conversation(conversation)
        assert (kept.settings, kept.draft) == (tree.settings, None)
        assert kept.entries == store.conversation(conversation).entries
    finally:
        other.close()


@pytest.mark.logs("kept by no model")
def test_token_ids_from_elsewhere_that_nothing_can_hold(store: SqliteStore) -> None:
    tree = small_tree()
    run = Run(GenerationSettings(), (2**40,), model="m")
    node = replace(tree.nodes[1], entry=replace(tree.nodes[1].entry, run=run))
    store.add_tree(replace(tree, nodes=(tree.nodes[0], node)))
    assert store.tree("c").nodes[1].entry.run == replace(run, tokens=())


def test_files_are_kept(
    open_store: OpenStore, make_picture: MakePicture, make_recording: MakeRecording
) -> None:
    picture, recording = make_picture(), make_recording()
    message = user_message("asked", (picture,), (), (recording,))
    tree = small_tree()
    tree = replace(tree, nodes=(Node(Entry("q", message), None, 1), tree.nodes[1]))
    open_store().add_tree(tree)
    for path in (picture.path, picture.thumbnail, recording.path):
        path.unlink()
    kept = open_store().tree("c").nodes[0].entry.message
    assert kept.pictures[0].path.read_bytes() == b"pixels"
    assert kept.pictures[0].thumbnail.is_file()
    assert kept.recordings[0].path.read_bytes() == b"fLaC sound"


def test_ids_of_another_conversation_are_not_taken_away(store: SqliteStore) -> None:
    store.add_tree(small_tree("one"))
    store.add_tree(small_tree("two"))
    assert [node.entry.id for node in store.tree("one").nodes] == ["q", "qa"]
    copy = store.tree("two")
    assert not {node.entry.id for node in copy.nodes} & {"q", "qa"}
    assert [node.entry.message.text for node in copy.shown] == ["asked", "said"]


def test_all_or_nothing(store: SqliteStore) -> None:
    twice = small_tree()
    twice = replace(twice, nodes=(*twice.nodes, twice.nodes[1]))
    with pytest.raises(StoreError):
        store.add_tree(twice)
    assert not store.has("c")
    assert store.search("asked") == ()
    store.add_tree(small_tree())
    with pytest.raises(StoreError):
        store.add_tree(small_tree(first="other"))
    assert [node.entry.id for node in store.tree("c").nodes] == ["q", "qa"]


def test_nothing_that_comes_in_streams(store: SqliteStore) -> None:
    tree = small_tree()
    entry = replace(tree.nodes[1].entry, status=EntryStatus.STREAMING)
    store.add_tree(replace(tree, nodes=(tree.nodes[0], replace(tree.nodes[1], entry=entry))))
    assert store.tree("c").nodes[1].entry.status is EntryStatus.INTERRUPTED


def test_none_with_that_id(store: SqliteStore) -> None:
    with pytest.raises(ConversationMissing):
        store.tree("nobody")


def test_a_lost_parent_and_a_circle(open_store: OpenStore, database: Path) -> None:
    conversation, answers = fill(open_store(), 3)
    store = open_store()
    ids = [node.entry.id for node in store.tree(conversation).nodes]
    store.close()
    with editing(database) as connection:
        connection.execute("UPDATE message SET parent_id = 'lost' WHERE id = ?", (ids[2],))
        connection.execute("UPDATE message SET parent_id = ? WHERE id = ?", (ids[5], ids[3]))
        connection.execute("UPDATE conversation SET leaf_id = 'lost', created_us = 'x'")
    tree = open_store().tree(conversation)
    assert [node.parent for node in tree.nodes] == [None, *ids[:5]]
    assert (tree.leaf, tree.created_us) == (answers[2], 0)
    assert len(tree.shown) == 6
