"""Exports and imports as a person asks for them: which conversations, and what becomes of each."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from mmdesk.archive.exporting import ExportFolder
from mmdesk.archive.foreign import ADDRESSES, LEFT_OUT
from mmdesk.archive.importing import Found, Importer, files_in
from mmdesk.core.archives import ArchiveItem, ExportRequest, ImportRequest
from mmdesk.core.conversations import ConversationSummary, ConversationTree
from mmdesk.core.errors import (
    ConversationMissing,
    MmdeskError,
    NothingNamed,
    StoreDamaged,
    StoreError,
)
from mmdesk.core.phrases import QT_TRANSLATE_NOOP, Phrase
from mmdesk.core.protocols import ConversationStore, ItemTold, MediaReader, StoreAccess

MISSING = QT_TRANSLATE_NOOP(
    "notes", "Pictures or recordings that are no longer there, and left out: {count}."
)
NOT_FETCHED = QT_TRANSLATE_NOOP(
    "notes", "Pictures at web addresses, which are not fetched: {count}."
)
NO_PART = QT_TRANSLATE_NOOP(
    "notes", "Pieces that are neither text nor pictures, and left out: {count}."
)


class FileArchives:
    """Implements :class:`~mmdesk.core.protocols.Archives`."""

    def __init__(self, reader: MediaReader) -> None:
        """``reader`` decodes the attachments of what is imported."""
        self._reader = reader

    def export(self, request: ExportRequest, store: StoreAccess, told: ItemTold) -> None:
        """Write conversations. Raises ``StoreError``, ``ExportUnwritable``."""
        chosen = _chosen(request, *store(lambda it: (it.conversations(), it.binned())))
        folder = ExportFolder(request.to)
        for done, each in enumerate(chosen, 1):
            if isinstance(each, ConversationSummary):
                each = _written(each, folder, store, markdown=request.markdown)
            told(each, done, len(chosen))

    def import_files(self, request: ImportRequest, store: StoreAccess, told: ItemTold) -> None:
        """Take conversations over. Raises ``StoreError``: the next would fare no better."""
        importer = Importer(self._reader, time.time_ns() // 1000)
        files: list[Path | ArchiveItem] = []
        for path in request.paths:
            try:
                files += files_in(path)
            except MmdeskError as error:
                files.append(ArchiveItem("", str(path), error=error))
        for done, file in enumerate(files, 1):
            items = _taken(file, importer, store) if isinstance(file, Path) else [file]
            for item in items:
                told(item, done, len(files))


def _chosen(
    request: ExportRequest,
    listed: tuple[ConversationSummary, ...],
    binned: tuple[ConversationSummary, ...],
) -> list[ConversationSummary | ArchiveItem]:
    """Return the conversations that are meant, each once, after what means none."""
    chosen: dict[str, ConversationSummary] = {}
    unknown: list[str] = []
    if request.everything:
        chosen = {each.id: each for each in listed}
    if request.folder is not None:
        inside = {each.id: each for each in listed if each.folder == request.folder}
        chosen |= inside
        if not inside:
            unknown.append(request.folder)
    for name in request.names:
        found = [each for each in (*listed, *binned) if _is_called(each, name)]
        chosen |= {each.id: each for each in found}
        if not found:
            unknown.append(name)
    failed = [ArchiveItem("", name, error=NothingNamed(name=name)) for name in unknown]
    return [*failed, *chosen.values()]


def _is_called(summary: ConversationSummary, name: str) -> bool:
    return name == summary.id or name.strip().casefold() == summary.title.casefold()


def _written(
    summary: ConversationSummary, folder: ExportFolder, store: StoreAccess, *, markdown: bool
) -> ArchiveItem:
    try:
        tree = store(lambda it: it.tree(summary.id))
    except (StoreDamaged, ConversationMissing) as error:  # a damaged page costs one of them
        return ArchiveItem(summary.id, summary.title, error=error)
    written = folder.write(tree, markdown=markdown)
    notes = (Phrase(MISSING, {"count": written.missing}),) if written.missing else ()
    return ArchiveItem(tree.id, tree.title, written.file, notes)


def _taken(file: Path, importer: Importer, store: StoreAccess) -> Iterator[ArchiveItem]:
    """Take over what a file holds; yield what became of each conversation."""
    try:
        found = importer.conversations(file)
    except MmdeskError as error:
        yield ArchiveItem("", file.name, file, error=error)
        return
    for conversation in found:
        try:
            yield _taken_over(conversation, file, store)
        except StoreError:
            raise
        except MmdeskError as error:
            yield ArchiveItem("", file.name, file, error=error)


def _taken_over(found: Found, file: Path, store: StoreAccess) -> ArchiveItem:
    present = ArchiveItem(found.id, file.name, file, present=True)
    if store(partial(_is_there, found.id)):
        return present
    tree = found.tree()
    if not store(partial(_add, tree)):
        return present
    notes = [
        Phrase(template, {"count": found.told[what]})
        for what, template in ((ADDRESSES, NOT_FETCHED), (LEFT_OUT, NO_PART))
        if found.told[what]
    ]
    return ArchiveItem(tree.id, tree.title, file, tuple(notes))


def _add(tree: ConversationTree, store: ConversationStore) -> bool:
    """Keep a conversation; return False where another import was quicker."""
    if _is_there(tree.id, store):
        return False
    store.add_tree(tree)
    return True


def _is_there(conversation: str, store: ConversationStore) -> bool:
    """Whether there is such a conversation; in the bin it would be lost: it comes back."""
    if not store.has(conversation):
        return False
    if any(each.id == conversation for each in store.binned()):
        store.alter(conversation, binned=False)
    return True
