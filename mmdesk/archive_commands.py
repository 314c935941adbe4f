"""``mmdesk export``, ``mmdesk import`` and ``mmdesk restore``.

While a window is open it is the only one to touch the database, and does what is asked for. Without
one, each takes the lock of the database.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from mmdesk import compose, instance, paths
from mmdesk.core.archives import (
    ArchiveItem,
    ArchiveReport,
    ArchiveRequest,
    ExportRequest,
    ImportRequest,
    RestoreRequest,
)
from mmdesk.core.errors import MmdeskError
from mmdesk.core.protocols import ConversationStore
from mmdesk.instance import Document
from mmdesk.terminal import CONTROLS

if TYPE_CHECKING:
    from mmdesk.store.sqlite import SqliteStore

_Result = TypeVar("_Result")
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
            return _refused(instance.error_document(error), as_json=True)

    return told


@_telling_json
def run_export(arguments: argparse.Namespace) -> int:
    """Write conversations into a folder; return 1 if one of them could not be."""
    if not (arguments.names or arguments.all or arguments.folder is not None):
        arguments.refuse_usage("name conversations, or give --folder or --all")
    request = ExportRequest(
        to=paths.absolute(arguments.to),
        names=tuple(arguments.names),
        everything=arguments.all,
        folder=arguments.folder,
        markdown=arguments.markdown,
    )
    return _items_told(request, _Report(arguments.json, "exported"))


@_telling_json
def run_import(arguments: argparse.Namespace) -> int:
    """Take conversations over; return 1 if one of them could not be."""
    request = ImportRequest(tuple(paths.absolute(path) for path in arguments.paths))
    return _items_told(request, _Report(arguments.json, "imported"))


@_telling_json
def run_restore(arguments: argparse.Namespace) -> int:
    """Put a backup in the place of the database, or list the backups."""
    if arguments.list == bool(arguments.backup):
        arguments.refuse_usage("name a backup, “latest”, or give --list")
    if arguments.list:
        return _list_backups(arguments.json)
    name = arguments.backup
    if os.sep in name:  # a path
        name = os.fspath(paths.absolute(Path(name)))
    done = _done(RestoreRequest(name), lambda item: None)
    if done["error"] is not None:
        return _refused(done["error"], arguments.json)
    if arguments.json:
        document = {"ok": True, "restored": done["restored"], "database": str(paths.database())}
        kept = {"kept": done["aside"], "conversations": done["conversations"]}
        _print_json(document | kept)
        return 0
    count = done["conversations"]
    _print(f"{paths.database()} is now as in {done['restored']}: {count} conversations.")
    if done["aside"] is not None:
        _print(f"What was there before is kept: {done['aside']}")
    return 0


def _list_backups(as_json: bool) -> int:
    listed = compose.backups().backups()
    if as_json:
        rows = [
            {
                "name": each.name,
                "path": str(each.path),
                "made": each.made.isoformat(),
                "conversations": each.conversations,
            }
            for each in listed
        ]
        _print_json({"ok": True, "backups": rows})
        return 0
    for each in listed:
        count = "damaged" if each.conversations is None else f"{each.conversations} conversations"
        _print(f"{each.made.astimezone():%Y-%m-%d %H:%M}  {each.name}  {count}")
    if not listed:
        _print("There is no backup yet.")
    return 0


def _items_told(request: ArchiveRequest, report: _Report) -> int:
    """Do a request, telling of each conversation; return the exit status."""
    done = _done(request, report.tell)
    if done["error"] is not None:
        return _refused(done["error"], report.as_json)
    return report.end()


def _done(request: ArchiveRequest, tell: Callable[[Document], None]) -> Document:
    """Have the open window do a request, or do it here; return how it ended.

    Raises:
        MmdeskError: nothing was done, or nobody knows how much.
    """
    done = instance.asked(paths.instance_socket(), request, tell)
    return _done_here(request, tell) if done is None else done


def _done_here(request: ArchiveRequest, tell: Callable[[Document], None]) -> Document:
    if isinstance(request, RestoreRequest):
        return instance.report_document(compose.backups().restore(request))

    def told(item: ArchiveItem, done: int, total: int) -> None:
        tell(instance.item_document(item))

    reader = compose.media_reader()
    archives = compose.archives(reader)
    try:
        with _open_store() as opened:

            def access(job: Callable[[ConversationStore], _Result]) -> _Result:
                return job(opened)

            if isinstance(request, ExportRequest):
                archives.export(request, access, told)
            else:
                archives.import_files(request, access, told)
    finally:
        reader.close()
    return instance.report_document(ArchiveReport(request))


@contextmanager
def _open_store() -> Iterator[SqliteStore]:
    from mmdesk.store.sqlite import SqliteStore

    store = SqliteStore(paths.database(), paths.attachments(), paths.backups())
    try:
        if store.mended is not None:
            _complain(instance.error_document(store.mended))
        yield store
    finally:
        store.close()


class _Report:
    """Tells what becomes of each conversation, as it goes or in one JSON object."""

    def __init__(self, as_json: bool, what: str) -> None:
        self.as_json = as_json
        self._what = what
        self._done: list[Document] = []
        self._present: list[Document] = []
        self._failed: list[Document] = []

    def tell(self, item: Document) -> None:
        """Take what became of one."""
        if item["error"] is not None:
            self._failed.append({"name": item["title"], **item["error"]})
        elif item["present"]:
            self._present.append({key: item[key] for key in ("id", "file")})
        else:
            self._done.append({key: item[key] for key in ("id", "title", "file", "notes")})
        if not self.as_json:
            self._print(item)

    def _print(self, item: Document) -> None:
        if item["error"] is not None:
            _complain(item["error"])
            return
        name = Path(item["file"]).name
        if item["present"]:
            _print(f"already there: {name}")
            return
        _print(f"{self._what}: {item['title'] or '…'} ({name})")
        for note in item["notes"]:
            _print(f"  {note}")

    def end(self) -> int:
        """Print the JSON object; return the exit status."""
        if self.as_json:
            document: dict[str, Any] = {"ok": not self._failed, self._what: self._done}
            if self._what == "imported":
                document["present"] = self._present
            _print_json({**document, "errors": self._failed})
        return 1 if self._failed else 0


def _refused(error: Document, as_json: bool) -> int:
    """Tell why nothing more was done; return the exit status."""
    if as_json:
        _print_json({"ok": False, "error": error})
    else:
        _complain(error)
    return 1


def _complain(error: Document) -> None:
    text = f"mmdesk: {error['message']}\n  {error['hint']}"
    print(text.translate(CONTROLS), file=sys.stderr, flush=True)


def _print(text: str) -> None:
    print(text.translate(CONTROLS), flush=True)


def _print_json(document: dict[str, Any]) -> None:
    print(json.dumps(document, ensure_ascii=False), flush=True)
