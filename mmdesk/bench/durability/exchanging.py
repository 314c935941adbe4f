"""Whether conversations that were exported come back as they were."""

from __future__ import annotations

from pathlib import Path

from mmdesk.archive.files import FileArchives
from mmdesk.bench.durability.contents import Place
from mmdesk.bench.durability.trees import (
    Maker,
    attachment_hashes,
    make_pictures,
    make_recordings,
    placeless,
)
from mmdesk.core.archives import ArchiveItem, ExportRequest, ImportRequest
from mmdesk.core.conversations import ConversationTree
from mmdesk.core.errors import MmdeskError
from mmdesk.core.figures import Figure
from mmdesk.media.reader import LimitedMediaReader
from mmdesk.session.threads import spawn
from mmdesk.store.sqlite import SqliteStore

_PICTURES = 40


def measure(conversations: int, seed: int, folder: Path) -> Figure:
    """Export generated conversations from one store and import them into another."""
    made = folder / "made"
    made.mkdir()
    maker = Maker(seed, make_pictures(made, _PICTURES), make_recordings(made))
    reader = LimitedMediaReader(spawn, folder / "staging")
    first, second = Place(folder / "first").open(), Place(folder / "second").open()
    try:
        trees = [maker.tree() for _ in range(conversations)]
        for tree in trees:
            first.add_tree(tree)
        archives = FileArchives(reader)
        request = ExportRequest(folder / "exported", everything=True)
        archives.export(request, lambda job: job(first), _heard)
        archives.import_files(ImportRequest((request.to,)), lambda job: job(second), _heard)
        other = sum(not _is_equal(first, second, tree) for tree in trees)
    finally:
        reader.close()
        first.close()
        second.close()
    name = "exported_imported_differing"
    return Figure(name, other, "conversations", conversations, seed, bar=0, lower=True)


def _heard(item: ArchiveItem, done: int, total: int) -> None:
    """Let a refused one pass: it is missing afterwards, and counted there."""


def _is_equal(first: SqliteStore, second: SqliteStore, made: ConversationTree) -> bool:
    """Whether both stores have a conversation as it was made, and its files by hash."""
    try:
        before, after = first.tree(made.id), second.tree(made.id)
    except MmdeskError:
        return False
    return (
        placeless(before).nodes == placeless(made).nodes
        and placeless(before) == placeless(after)
        and attachment_hashes(made) == attachment_hashes(before) == attachment_hashes(after)
    )
