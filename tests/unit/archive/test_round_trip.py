"""What was exported comes back as it was, attachments by hash."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mmdesk.archive.exporting import ExportFolder
from mmdesk.archive.importing import Importer, files_in
from mmdesk.bench.durability.trees import Maker, attachment_hashes, placeless
from mmdesk.core.conversations import (
    NO_SETTINGS,
    ConversationSettings,
    ConversationTree,
    Entry,
    Node,
    Run,
)
from mmdesk.core.errors import ArchiveFileMissing
from mmdesk.core.messages import Picture, assistant_message
from mmdesk.core.requests import GenerationSettings
from mmdesk.core.speech import Recording
from mmdesk.store.sqlite import SqliteStore

CONVERSATIONS = 200
OpenStore = Callable[[str], SqliteStore]


def import_all(folder: Path, importer: Importer, store: SqliteStore) -> int:
    """Import what isn't there; return how many that were."""
    count = 0
    for file in files_in(folder):
        for found in importer.conversations(file):
            if not store.has(found.id):
                store.add_tree(found.tree())
                count += 1
    return count


def test_generated_conversations_come_back_equal(
    open_store: OpenStore,
    importer: Importer,
    tmp_path: Path,
    pictures: list[Picture],
    recordings: list[Recording],
) -> None:
    first, second = open_store("first"), open_store("second")
    maker = Maker(5, pictures, recordings)
    kept = []
    folder = ExportFolder(tmp_path / "out")
    for _ in range(CONVERSATIONS):
        tree = maker.tree()
        first.add_tree(tree)
        kept.append(first.tree(tree.id))
        assert placeless(kept[-1]).nodes == placeless(tree).nodes
        assert folder.write(kept[-1]).missing == 0
    assert import_all(tmp_path / "out", importer, second) == CONVERSATIONS
    for tree in kept:
        copy = second.tree(tree.id)
        assert placeless(copy) == placeless(tree)
        assert attachment_hashes(copy) == attachment_hashes(tree)
    thumbnails = [
        picture.thumbnail
        for tree in kept
        for node in second.tree(tree.id).nodes
        for picture in node.entry.message.pictures
    ]
    assert thumbnails
    assert all(path.is_file() for path in thumbnails)
    assert import_all(tmp_path / "out", importer, second) == 0
    assert len(second.conversations()) == CONVERSATIONS
    assert second.search("这张图") != ()


def test_exported_files_never_change_what_is_kept(
    open_store: OpenStore,
    importer: Importer,
    tmp_path: Path,
    pictures: list[Picture],
    recordings: list[Recording],
) -> None:
    maker = Maker(3, pictures, recordings)
    trees = [maker.tree() for _ in range(20)]
    folder = ExportFolder(tmp_path / "out")
    for tree in trees:
        folder.write(tree)
    store = open_store("store")
    import_all(tmp_path / "out", importer, store)
    for path in (tmp_path / "out" / "media").iterdir():
        with path.open("r+b") as file:
            file.write(b"changed afterwards")
    assert any(attachment_hashes(tree) for tree in trees)
    for tree in trees:
        assert sorted(attachment_hashes(store.tree(tree.id))) == sorted(_named_hashes(tree))


def _named_hashes(tree: ConversationTree) -> list[str]:
    messages = [node.entry.message for node in tree.nodes]
    found = [picture.sha256 for message in messages for picture in message.pictures]
    return found + [sound.sha256 for message in messages for sound in message.recordings]


def test_an_attachment_that_was_gone_costs_nothing_else(
    open_store: OpenStore,
    importer: Importer,
    tmp_path: Path,
    pictures: list[Picture],
    recordings: list[Recording],
) -> None:
    maker = Maker(8, pictures, recordings)
    tree = next(tree for tree in iter(maker.tree, None) if _named_hashes(tree))
    first, second = open_store("first"), open_store("second")
    first.add_tree(tree)
    for file in (tmp_path / "first" / "attachments").rglob("*.*"):
        file.unlink()
    written = ExportFolder(tmp_path / "out").write(first.tree(tree.id))
    assert written.missing == len(set(_named_hashes(tree)))
    assert import_all(tmp_path / "out", importer, second) == 1
    assert placeless(second.tree(tree.id)) == placeless(first.tree(tree.id))


def test_other_programs_find_the_shown_path(
    tmp_path: Path, importer: Importer, pictures: list[Picture], recordings: list[Recording]
) -> None:
    maker = Maker(2, pictures, recordings)
    for number in range(20):
        tree = maker.tree()
        folder = tmp_path / str(number)
        file = ExportFolder(folder).write(tree).file
        document = json.loads(file.read_text("utf-8"))
        assert document["schema_version"] == 1
        roles = [message["role"] for message in document["messages"]]
        prompt = ["system"] if tree.settings.system_prompt.strip() else []
        assert roles == prompt + [node.entry.message.role.value for node in tree.shown]
        assert "base64" not in file.read_text("utf-8")
        # Read as such a program's, pictures included, the path is the same.
        file.write_text(json.dumps(document["messages"]), "utf-8")
        (found,) = importer.conversations(file)
        read = found.tree()
        assert _pictures(read) == _pictures(replace(tree, nodes=tree.shown))
        texts = [node.entry.message.text for node in tree.shown]
        assert [text for text in texts if text][-1] in read.nodes[-1].entry.message.text


def _pictures(tree: ConversationTree) -> list[str]:
    return [picture.sha256 for node in tree.nodes for picture in node.entry.message.pictures]


def test_files_of_earlier_versions(
    tmp_path: Path, importer: Importer, pictures: list[Picture], recordings: list[Recording]
) -> None:
    maker = Maker(4, pictures, recordings)
    tree = next(tree for tree in iter(maker.tree, None) if "Run(" in repr(tree))
    file = ExportFolder(tmp_path).write(tree).file
    document = json.loads(file.read_text("utf-8"))
    del document["mmdesk"]["settings"]
    for node in document["mmdesk"]["nodes"]:
        del node["run"]
    file.write_text(json.dumps(document), "utf-8")
    (found,) = importer.conversations(file)
    read = placeless(found.tree())
    before = placeless(tree)
    nodes = tuple(replace(node, entry=replace(node.entry, run=None)) for node in before.nodes)
    assert read == replace(before, nodes=nodes, settings=NO_SETTINGS)


def test_what_a_damaged_row_says_of_a_run_costs_the_run(
    tmp_path: Path, importer: Importer, pictures: list[Picture]
) -> None:
    for number, run in enumerate(
        (
            Run(GenerationSettings(temperature=float("nan"))),
            Run(GenerationSettings(seed=2**70)),
            Run(GenerationSettings(), tokens=(-1,)),
            Run(GenerationSettings(), begun=1),
            Run(GenerationSettings(), sha256="x"),
        )
    ):
        entry = Entry("a", assistant_message("x"), run=run)
        settings = ConversationSettings("p", replace(run.settings, top_p=7.0))
        tree = ConversationTree(
            f"c{number}", "t", 1, 1, leaf="a", nodes=(Node(entry, None, 1),), settings=settings
        )
        (found,) = importer.conversations(ExportFolder(tmp_path).write(tree).file)
        assert found.tree().nodes[0].entry.run is None
        assert found.tree().settings == ConversationSettings("p")


def test_a_missing_file_is_named(
    tmp_path: Path, importer: Importer, pictures: list[Picture], recordings: list[Recording]
) -> None:
    maker = Maker(8, pictures, recordings)
    tree = next(tree for tree in iter(maker.tree, None) if _named_hashes(tree))
    file = ExportFolder(tmp_path / "out").write(tree).file
    for path in (tmp_path / "out" / "media").iterdir():
        path.unlink()
    (found,) = importer.conversations(file)
    with pytest.raises(ArchiveFileMissing, match=file.stem):
        found.tree()
