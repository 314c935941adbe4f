"""Databases of every released version, with the migration killed before each of its statements.

python -m mmdesk.bench.durability.migrating FOLDER STATEMENT  opens a store until its statement of
that number, counted from 1, and kills itself there; 0 runs to the end and prints the count.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

from mmdesk.bench.durability.contents import Place, is_whole, reading
from mmdesk.core.errors import MmdeskError
from mmdesk.core.figures import Figure
from mmdesk.store.schema import MIGRATIONS
from mmdesk.store.search import add_functions

_TURNS = 12


def measure(folder: Path, every: int = 1) -> Figure:
    """Kill at each statement, or at ``every`` so many; look at the file, then open it again.

    "Old or new" is told by the schema: it must be exactly that of the version that the file names.
    """
    trials = failures = 0
    for version in range(1, len(MIGRATIONS)):
        original = Place(folder / f"version-{version}")
        make_released(original.database, version)
        place = Place(folder / "migrated")
        _renew(original, place)
        statements = int(_run(place, 0).stdout)
        for statement in range(1, statements + 1, every):
            _renew(original, place)
            killed = _run(place, statement).returncode == -signal.SIGKILL
            trials += 1
            failures += not (killed and _is_old_or_new(place.database) and _opens(place))
    return Figure("migration_killed", failures, "failures", trials, None, 0, lower=True)


def make_released(database: Path, version: int) -> None:
    """Make a database as the mmdesk of a schema version left it, with a conversation in it."""
    database.parent.mkdir(parents=True)
    with reading(database) as connection:
        _apply(connection, version)
        connection.execute(
            "INSERT INTO conversation (id, title, created_us, updated_us, leaf_id)"
            f" VALUES ('c', 'Title', 1, 1, 'm{_TURNS - 1}')"
        )
        for number in range(_TURNS):
            connection.execute(
                "INSERT INTO message (id, conversation_id, parent_id, role, status, model,"
                " created_us) VALUES (?, 'c', ?, ?, 'finished', 'm', 1)",
                (
                    f"m{number}",
                    f"m{number - 1}" if number else None,
                    "assistant" if number % 2 else "user",
                ),
            )
            connection.execute(
                "INSERT INTO part (message_id, ordinal, kind, text) VALUES (?, 0, 'text', ?)",
                (f"m{number}", _text(number)),
            )


def _text(number: int) -> str:
    return f"text 文字 {number}"


def _apply(connection: sqlite3.Connection, version: int) -> None:
    add_functions(connection)
    for step in MIGRATIONS[:version]:
        for statement in step:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {version}")


def _renew(original: Place, place: Place) -> None:
    shutil.rmtree(place.folder, ignore_errors=True)
    shutil.copytree(original.folder, place.folder)


def _run(place: Place, statement: int) -> subprocess.CompletedProcess[str]:
    module = "mmdesk.bench.durability.migrating"
    command = [sys.executable, "-m", module, str(place.folder), str(statement)]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)


def _is_old_or_new(database: Path) -> bool:
    with reading(database) as connection:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        rows = connection.execute(
            "SELECT text FROM part JOIN message ON id = message_id ORDER BY number"
        )
        texts = [row["text"] for row in rows]
        schema = _schema(connection)
    with reading(Path(":memory:")) as new:
        _apply(new, version)
        return (
            schema == _schema(new)
            and texts == [_text(number) for number in range(_TURNS)]
            and is_whole(database)
        )


def _schema(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2")
    return [tuple(row) for row in rows]


def _opens(place: Place) -> bool:
    """Whether the store migrates it and has every message."""
    try:
        store = place.open()
    except MmdeskError:
        return False
    try:
        entries = store.conversation("c").entries
        return store.mended is None and [entry.message.text for entry in entries] == [
            _text(number) for number in range(_TURNS)
        ]
    except MmdeskError:
        return False
    finally:
        store.close()


class _Countdown:
    """Counts the statements of all connections; kills this process at one of them."""

    def __init__(self, last: int) -> None:
        self.count = 0
        self._last = last

    def connect(self, *args: object, **options: object) -> sqlite3.Connection:
        """Connect as ``sqlite3.connect`` does."""
        connection = sqlite3.Connection(*args, **options)  # type: ignore[arg-type]
        connection.set_trace_callback(self._statement)
        return connection

    def _statement(self, statement: str) -> None:
        if statement.startswith("--"):  # a part of the one before, as sqlite itself says
            return
        self.count += 1
        if self.count == self._last:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> int:
    """Open the store of a folder."""
    countdown = _Countdown(int(sys.argv[2]))
    sqlite3.connect = countdown.connect  # type: ignore[assignment]
    Place(Path(sys.argv[1])).open().close()
    print(countdown.count)
    return 0


if __name__ == "__main__":
    sys.exit(main())
