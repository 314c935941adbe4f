"""Conversations to be damaged, and what is in them as sqlite itself reads it."""

from __future__ import annotations

import contextlib
import logging
import random
import re
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from mmdesk.core.conversations import Entry
from mmdesk.core.messages import assistant_message, user_message
from mmdesk.store.sqlite import SqliteStore

ENGLISH = re.findall(
    r"\S+",
    "a red bicycle leans on the wall of old house near river bridge and two people walk past "
    "under grey sky while small dog sleeps beside wooden door what colour is window lamp street "
    "market fruit orange apple number sign train station platform morning evening shadow glass",
)
CHINESE = re.findall(
    r"\S+",
    "红色 自行车 靠在 墙边 房子 旁边 有 一条 河 桥上 两个 人 走过 天空 灰色 小狗 睡觉 门口 窗户 "
    "颜色 街道 市场 水果 苹果 橙子 数字 牌子 火车 车站 早晨 晚上 影子 玻璃 图片 里 什么 多少 哪里",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a store's files are."""

    folder: Path

    @property
    def database(self) -> Path:
        """The database."""
        return self.folder / "conversations.sqlite3"

    @property
    def attachments(self) -> Path:
        """Pictures and recordings."""
        return self.folder / "attachments"

    @property
    def backups(self) -> Path:
        """Copies of the database."""
        return self.folder / "backups"

    def open(self) -> SqliteStore:
        """Open the store as the application does."""
        return SqliteStore(self.database, self.attachments, self.backups)


def sentence(chance: random.Random, words: int) -> str:
    """Return words of one of both languages."""
    if chance.random() < 0.5:
        return " ".join(chance.choices(ENGLISH, k=words))
    return "".join(chance.choices(CHINESE, k=words))


def fill(store: SqliteStore, chance: random.Random, *, conversations: int, turns: int) -> None:
    """Keep conversations of ``turns`` questions and answers each."""
    for _ in range(conversations):
        conversation = parent = None
        for _ in range(turns):
            question = user_message(sentence(chance, chance.randint(1, 60)))
            saved = store.begin_turn(question, conversation=conversation, parent=parent, model="m")
            text = sentence(chance, chance.randint(1, 200))
            store.write_answer(Entry(saved.answer, assistant_message(text)))
            conversation, parent = saved.conversation, saved.answer


@dataclass(frozen=True, slots=True)
class Row:
    """All columns of a message but its number, and those of its parts."""

    message: tuple[object, ...]
    parts: tuple[tuple[object, ...], ...]

    @property
    def parent(self) -> object:
        """The id of the message above."""
        return self.message[2]

    def is_kept_as(self, other: Row | None, intact: Collection[object]) -> bool:
        """Whether ``other`` is the same, as far as its parent is one of the ``intact`` ones."""
        if other is None or self.parts != other.parts:
            return False
        mine, its = list(self.message), list(other.message)
        if self.parent not in intact:
            mine[2] = its[2] = None
        return mine == its


def read_row(connection: sqlite3.Connection, number: int) -> Row | None:
    """Return a message and its text, None where sqlite can't read it."""
    try:
        row = connection.execute("SELECT * FROM message WHERE number = ?", (number,)).fetchone()
        if row is None:
            return None
        parts = connection.execute(
            "SELECT * FROM part WHERE message_id = ? ORDER BY ordinal", (row["id"],)
        ).fetchall()
    except (sqlite3.Error, OverflowError, UnicodeDecodeError):
        return None
    return Row(tuple(row)[1:], tuple(tuple(part) for part in parts))


def read_rows(database: Path, numbers: range) -> dict[str, Row]:
    """Return by id what sqlite reads of the messages with these numbers, one by one."""
    with reading(database) as connection:
        rows = (read_row(connection, number) for number in numbers)
        return {str(row.message[0]): row for row in rows if row is not None}


def all_rows(database: Path) -> dict[str, Row]:
    """Return by id all messages of a whole database."""
    with reading(database) as connection:
        last = connection.execute("SELECT max(number) FROM message").fetchone()[0] or 0
    return read_rows(database, range(1, last + 1))


@contextlib.contextmanager
def reading(database: Path) -> Iterator[sqlite3.Connection]:
    """Open a database to look at it, past the store."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        yield connection
    finally:
        connection.close()


def is_whole(database: Path) -> bool:
    """Whether sqlite finds nothing wrong with it."""
    with reading(database) as connection:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        return found == ["ok"] and not connection.execute("PRAGMA foreign_key_check").fetchall()


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep the store from logging each of the faults that are made here."""
    logger = logging.getLogger("mmdesk.store")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)
