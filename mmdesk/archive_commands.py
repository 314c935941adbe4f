"""``mmdesk export``, ``mmdesk import`` and ``mmdesk restore``.

Each takes the lock of the database: while a window is open it is the only one to touch it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmdesk import compose, paths
from mmdesk.core.conversations import ConversationSummary
from mmdesk.core.errors import MmdeskError, NothingNamed, StoreError
from mmdesk.terminal import CONTROLS

if TYPE_CHECKING:
    from mmdesk.archive.importing import Found, Importer
    from mmdesk.store.sqlite import SqliteStore

Command = Callable[[argparse.Namespace], int]


def add_export(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``mmdesk export``."""
    parser.add_argument("names", nargs="*", metavar="CONVERSATION", help="a title or an id")
    parser.add_argument("--all", action="store_true", help="all that are not in the bin")
    parser.add_argument("--folder", metavar="NAME", help="those in a folder of the list")
    parser.add_argument(
        "--to", type=Path, required=True, metavar="FOLDER", help="where the files go"
    )
    parser.add_argument(
        "--markdown",
        action="store_true",
        help="write Markdown, to be read: the shown path alone. Otherwise JSON in the OpenAI"
        " messages shape, which “mmdesk import” takes",
    )
    _add_json(parser)


def add_import(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``mmdesk import``."""
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="a JSON file, or a folder of them"
    )
    _add_json(parser)


def add_restore(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``mmdesk restore``."""
    parser.add_argument(
        "backup", nargs="?", metavar="BACKUP", help="one that --list shows, or “latest”"
    )
    parser.add_argument("--list", action="store_true", help="show the backups")
    _add_json(parser)


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="report in one JSON object")


def _telling_json(run: Command) -> Command:
    """Have a command say in JSON why it failed, where JSON is wanted."""

    @wraps(run)
    def told(arguments: argparse.Namespace) -> int:
        try:
            return run(arguments)
        except MmdeskError as error:
            if not arguments.json:
                raise
            _print_json({"ok": False, "error": _error_document(error)})
            return 1

    return told


@_telling_json
def run_export(arguments: argparse.Namespace) -> int:
    """Write conversations into a folder; return 1 if one of them could not be."""
    from mmdesk.archive.exporting import ExportFolder

    if not (arguments.names or arguments.all or arguments.folder is not None):
        arguments.refuse_usage("name conversations, or give --folder or --all")
    report = _Report(arguments.json, "exported")
    with _open_store() as store:
        chosen = _chosen(store, arguments, report)
        folder = ExportFolder(paths.absolute(arguments.to))
        for summary in chosen:
            try:
                tree = store.tree(summary.id)
            except StoreError as error:  # a damaged page costs one conversation
                report.failed(summary.title, error)
                continue
            written = folder.write(tree, markdown=arguments.markdown)
            notes = []
            if written.missing:
                notes.append(f"{written.missing} pictures or recordings are no longer there")
            report.done(tree.id, tree.title, written.file, notes)
    return report.end()


@_telling_json
def run_import(arguments: argparse.Namespace) -> int:
    """Take conversations over; return 1 if one of them could not be."""
    from mmdesk.archive.importing import Importer, files_in

    report = _Report(arguments.json, "imported")
    reader = compose.MediaOnDemand()
    try:
        with _open_store() as store:
            importer = Importer(reader, time.time_ns() // 1000)
            for path in arguments.paths:
                try:
                    files = files_in(paths.absolute(path))
                except MmdeskError as error:
                    report.failed(str(path), error)
                    continue
                for file in files:
                    _import_file(store, importer, file, report)
    finally:
        reader.close()
    return report.end()


def _import_file(store: SqliteStore, importer: Importer, file: Path, report: _Report) -> None:
    try:
        found = importer.conversations(file)
    except MmdeskError as error:
        report.failed(file.name, error)
        return
    for conversation in found:
        try:
            _import_one(store, conversation, file, report)
        except StoreError:
            raise  # the next would fare no better
        except MmdeskError as error:
            report.failed(file.name, error)


def _import_one(store: SqliteStore, found: Found, file: Path, report: _Report) -> None:
    from mmdesk.archive.foreign import ADDRESSES, LEFT_OUT

    if store.has(found.id):
        report.present(found.id, file)
        return
    tree = found.tree()
    store.add_tree(tree)
    notes = []
    if found.told[ADDRESSES]:
        notes.append(f"{found.told[ADDRESSES]} pictures are at web addresses and not fetched")
    if found.told[LEFT_OUT]:
        notes.append(f"{found.told[LEFT_OUT]} pieces are neither text nor pictures and left out")
    report.done(tree.id, tree.title, file, notes)


@_telling_json
def run_restore(arguments: argparse.Namespace) -> int:
    """Put a backup in the place of the database, or list the backups."""
    from mmdesk.store.restoring import find_backup, restore

    if arguments.list == bool(arguments.backup):
        arguments.refuse_usage("name a backup, “latest”, or give --list")
    if arguments.list:
        return _list_backups(arguments.json)
    done = restore(paths.database(), find_backup(paths.backups(), arguments.backup))
    if arguments.json:
        document = {"ok": True, "restored": str(done.backup), "database": str(paths.database())}
        kept = str(done.aside) if done.aside else None
        _print_json({**document, "kept": kept, "conversations": done.conversations})
        return 0
    _print(f"{paths.database()} is now as in {done.backup}: {done.conversations} conversations.")
    if done.aside is not None:
        _print(f"What was there before is kept: {done.aside}")
    return 0


def _list_backups(as_json: bool) -> int:
    from mmdesk.store.restoring import list_backups

    backups = list_backups(paths.backups())
    if as_json:
        rows = [
            {"name": each.path.name, "path": str(each.path), "made": each.made.isoformat()}
            for each in backups
        ]
        _print_json({"ok": True, "backups": rows})
        return 0
    for each in backups:
        _print(f"{each.made.astimezone():%Y-%m-%d %H:%M}  {each.path.name}")
    if not backups:
        _print("There is no backup yet.")
    return 0


def _chosen(
    store: SqliteStore, arguments: argparse.Namespace, report: _Report
) -> list[ConversationSummary]:
    """Return the conversations that the options name, each once."""
    listed = store.conversations()
    everything = (*listed, *store.binned())
    chosen: dict[str, ConversationSummary] = {}
    if arguments.all:
        chosen = {each.id: each for each in listed}
    if arguments.folder is not None:
        inside = {each.id: each for each in listed if each.folder == arguments.folder}
        chosen |= inside
        if not inside:
            report.failed(arguments.folder, NothingNamed(name=arguments.folder))
    for name in arguments.names:
        found = [each for each in everything if _is_called(each, name)]
        chosen |= {each.id: each for each in found}
        if not found:
            report.failed(name, NothingNamed(name=name))
    return list(chosen.values())


def _is_called(summary: ConversationSummary, name: str) -> bool:
    return name == summary.id or name.strip().casefold() == summary.title.casefold()


@contextmanager
def _open_store() -> Iterator[SqliteStore]:
    from mmdesk.store.sqlite import SqliteStore

    store = SqliteStore(paths.database(), paths.attachments(), paths.backups())
    try:
        if store.mended is not None:
            _complain(store.mended)
        yield store
    finally:
        store.close()


class _Report:
    """Tells what becomes of each conversation, as it goes or in one JSON object."""

    def __init__(self, as_json: bool, what: str) -> None:
        self._as_json = as_json
        self._what = what
        self._done: list[dict[str, Any]] = []
        self._present: list[dict[str, Any]] = []
        self._failed: list[dict[str, Any]] = []

    def done(self, identity: str, title: str, file: Path, notes: list[str]) -> None:
        """Tell of one that went well."""
        self._done.append({"id": identity, "title": title, "file": str(file), "notes": notes})
        if not self._as_json:
            _print(f"{self._what}: {title or '…'} ({file.name})")
            for note in notes:
                _print(f"  {note}")

    def present(self, identity: str, file: Path) -> None:
        """Tell of one that was there before."""
        self._present.append({"id": identity, "file": str(file)})
        if not self._as_json:
            _print(f"already there: {file.name}")

    def failed(self, name: str, error: MmdeskError) -> None:
        """Tell of one that could not be taken."""
        self._failed.append({"name": name, **_error_document(error)})
        if not self._as_json:
            _complain(error)

    def end(self) -> int:
        """Print the JSON object; return the exit status."""
        if self._as_json:
            document: dict[str, Any] = {"ok": not self._failed, self._what: self._done}
            if self._what == "imported":
                document["present"] = self._present
            _print_json({**document, "errors": self._failed})
        return 1 if self._failed else 0


def _error_document(error: MmdeskError) -> dict[str, str]:
    return {"kind": error.kind, "message": error.message, "hint": error.hint}


def _complain(error: MmdeskError) -> None:
    text = f"mmdesk: {error.message}\n  {error.hint}"
    print(text.translate(CONTROLS), file=sys.stderr, flush=True)


def _print(text: str) -> None:
    print(text.translate(CONTROLS), flush=True)


def _print_json(document: dict[str, Any]) -> None:
    print(json.dumps(document, ensure_ascii=False), flush=True)
