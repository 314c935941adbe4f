"""The database's schema as numbered migrations; ``PRAGMA user_version`` is the number.

A message is a node of a tree: asking again or editing adds a sibling and keeps the old one.
``conversation.leaf_id`` names the end of the path that is shown.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from mmdesk.core.errors import StoreDamaged, StoreTooNew
from mmdesk.store import search

APPLICATION_ID = 0x4D4D444B
"""``MMDK``: tells file(1), and mmdesk itself, whose database this is."""

TABLES = ("conversation", "message", "part", "draft")

_VERSION_1 = (
    f"PRAGMA application_id = {APPLICATION_ID}",
    """
    CREATE TABLE conversation (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        title TEXT NOT NULL,
        created_us INTEGER NOT NULL,  -- microseconds since 1970, UTC
        updated_us INTEGER NOT NULL,
        leaf_id TEXT
    )
    """,
    """
    CREATE TABLE message (
        number INTEGER PRIMARY KEY,  -- in the order of writing
        id TEXT NOT NULL UNIQUE,
        conversation_id TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
        parent_id TEXT REFERENCES message (id) ON DELETE CASCADE,
        role TEXT NOT NULL,
        status TEXT NOT NULL,
        stop_reason TEXT,
        model TEXT NOT NULL,
        created_us INTEGER NOT NULL,
        prompt_tokens INTEGER,
        completion_tokens INTEGER,
        ttft_ms REAL,
        tokens_per_second REAL,
        failure TEXT  -- JSON: kind, message, hint
    )
    """,
    """
    CREATE TABLE part (
        message_id TEXT NOT NULL REFERENCES message (id) ON DELETE CASCADE,
        ordinal INTEGER NOT NULL,
        kind TEXT NOT NULL,  -- text, image
        text TEXT,
        sha256 TEXT,
        name TEXT,
        width INTEGER,
        height INTEGER,
        notes TEXT,  -- JSON: a list of template and fields
        PRIMARY KEY (message_id, ordinal)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX conversation_updated ON conversation (updated_us)",
    "CREATE INDEX message_conversation ON message (conversation_id)",
    "CREATE INDEX message_parent ON message (parent_id)",
    "CREATE INDEX message_streaming ON message (status) WHERE status = 'streaming'",
    "CREATE INDEX part_picture ON part (sha256) WHERE sha256 IS NOT NULL",
)

_VERSION_2 = (
    # Two more kinds of part. An audio has sha256, name and seconds; a transcript has name, text,
    # seconds and language.
    "ALTER TABLE part ADD COLUMN seconds REAL",
    "ALTER TABLE part ADD COLUMN language TEXT",
)

_VERSION_3 = (
    # A model's key (see core/models.py), NULL where none was ever chosen.
    "ALTER TABLE conversation ADD COLUMN model TEXT",
    # Whether a question of it was meant for another computer.
    "ALTER TABLE conversation ADD COLUMN has_left INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE message ADD COLUMN notes TEXT",  # JSON: a list of template and fields
)

_VERSION_4 = (
    "ALTER TABLE conversation ADD COLUMN named INTEGER NOT NULL DEFAULT 0",  # by the person
    "ALTER TABLE conversation ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE conversation ADD COLUMN folder TEXT",
    "ALTER TABLE conversation ADD COLUMN binned_us INTEGER",  # NULL where it isn't in the bin
    search.TABLE,
    search.INDEX_ALL,
)

_VERSION_5 = (
    "ALTER TABLE conversation ADD COLUMN system_prompt TEXT",
    # JSON: temperature, top_p, max_tokens, seed; NULL follows the settings of the application.
    "ALTER TABLE conversation ADD COLUMN generation TEXT",
    "ALTER TABLE conversation ADD COLUMN scroll_message TEXT",  # NULL is the end
    "ALTER TABLE conversation ADD COLUMN scroll_offset REAL",
    # JSON: settings, begun, system_prompt, model, sha256, dtype, device, threads, libraries.
    "ALTER TABLE message ADD COLUMN run TEXT",
    "ALTER TABLE message ADD COLUMN tokens BLOB",  # little-endian, 32 bits each, without a sign
    # The parts of questions that were not sent, as in the table of parts.
    """
    CREATE TABLE draft (
        number INTEGER PRIMARY KEY,
        conversation_id TEXT REFERENCES conversation (id) ON DELETE CASCADE,  -- NULL: of a new one
        ordinal INTEGER NOT NULL,
        kind TEXT NOT NULL,
        text TEXT,
        sha256 TEXT,
        name TEXT,
        width INTEGER,
        height INTEGER,
        notes TEXT,
        seconds REAL,
        language TEXT,
        UNIQUE (conversation_id, ordinal)
    )
    """,
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    _VERSION_1, _VERSION_2, _VERSION_3, _VERSION_4, _VERSION_5,
)  # fmt: skip
"""``MIGRATIONS[n]`` leads from version n to n + 1."""


def migrate(
    connection: sqlite3.Connection, path: str, keep_old: Callable[[], object] = lambda: None
) -> None:
    """Bring a database to the newest version, each step in a transaction of its own.

    Args:
        connection: It gets the functions that the statements use.
        keep_old: Called before a database that holds something is changed.

    Raises:
        StoreTooNew: a later mmdesk wrote it.
        StoreDamaged: it is some other program's database.
        sqlite3.Error: the step that failed left the database as it was.
    """
    search.add_functions(connection)
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(MIGRATIONS):
        raise StoreTooNew(path=path, version=version, known=len(MIGRATIONS))
    _require_ours(connection, path)
    if 0 < version < len(MIGRATIONS):
        keep_old()
    for step in range(version, len(MIGRATIONS)):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in MIGRATIONS[step]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {step + 1}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _require_ours(connection: sqlite3.Connection, path: str) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if tables and application != APPLICATION_ID:
        raise StoreDamaged(path=path, reason="it is another program's database")
