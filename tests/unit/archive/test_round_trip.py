"""What was exported comes back as it was, attachments by hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mmdesk.archive.exporting import ExportFolder
from mmdesk.archive.importing import Importer, files_in
from mmdesk.core.conversations import ConversationTree
from mmdesk.core.errors import ArchiveFileMissing
from mmdesk.core.messages import AudioPart, ImagePart, Part, Picture
from mmdesk.core.speech import Recording
from mmdesk.store.sqlite import SqliteStore
from tests.unit.archive.trees import Maker

CONVERSATIONS = 200
OpenStore = Callable[[str], SqliteStore]


def hashes(tree: ConversationTree) -> list[str]:
    """Return the SHA-256 of what the attachments' files hold."""
    parts = [part for node in tree.nodes for part in node.entry.message.parts]
    paths = [part.picture.path for part in parts if isinstance(part, ImagePart)]
    paths += [part.recording.path for part in parts if isinstance(part, AudioPart)]
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


def placeless(tree: ConversationTree) -> ConversationTree:
    """Return a tree whose files are nowhere, to be compared with one of another store."""

    def moved(part: Part) -> Part:
        if isinstance(part, ImagePart):
            return ImagePart(replace(part.picture, path=Path(), thumbnail=Path()))
        if isinstance(part, AudioPart):
            return AudioPart(replace(part.recording, path=Path()))
        return part

    nodes = []
    for node in tree.nodes:
        parts = tuple(moved(part) for part in node.entry.message.parts)
        message = replace(node.entry.message, parts=parts)
        nodes.append(replace(node, entry=replace(node.entry, message=message)))
    return replace(tree, nodes=tuple(nodes))


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
        assert hashes(copy) == hashes(tree)
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
    assert any(hashes(tree) for tree in trees)
    for tree in trees:
        assert sorted(hashes(store.tree(tree.id))) == sorted(_named_hashes(tree))


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
        assert roles == [node.entry.message.role.value for node in tree.shown]
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
