"""Damaged files and damaged rows: what can still be read, and what the last backup has, is kept."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mmdesk.bench.durability.contents import Place, Row, all_rows, fill, read_rows, reading
from mmdesk.core.errors import MmdeskError
from mmdesk.core.figures import Figure

_PAGE = 4096
_MESSAGE = (
    "conversation_id", "parent_id", "role", "status", "stop_reason", "model", "created_us",
    "prompt_tokens", "completion_tokens", "ttft_ms", "tokens_per_second", "failure", "notes", "id",
)  # fmt: skip
_PART = ("kind", "text", "sha256", "name", "width", "height", "notes", "seconds", "language")


@dataclass(slots=True)
class _Losses:
    not_started: int = 0
    readable: int = 0
    backed_up: int = 0


def measure_files(trials: int, seed: int, folder: Path) -> Iterator[Figure]:
    """Flip bits of, cut off or zero pages of a database, and open it as the application does.

    What sqlite can still read is told by reading each message of the damaged file by its number;
    all columns as they were before count.
    """
    chance = random.Random(seed)
    place = Place(folder / "damaged")
    _fill_around_backup(place, chance)
    whole = place.database.read_bytes()
    before = all_rows(place.database)
    kept = all_rows(next(place.backups.iterdir()))
    losses = _Losses()
    for _ in range(trials):
        _clear(place)
        place.database.write_bytes(_damaged(whole, chance))
        readable = _readable(place.database, len(before))
        if not _starts(place):
            losses.not_started += 1
            continue
        after = all_rows(place.database)
        intact = {key for key, row in readable.items() if row == before.get(key)}
        losses.readable += sum(not before[key].is_kept_as(after.get(key), intact) for key in intact)
        losses.backed_up += sum(
            not _has_parts(after.get(key), row, before[key], readable.get(key))
            for key, row in kept.items()
        )
    for name, value in (
        ("damaged_not_started", losses.not_started),
        ("damaged_readable_lost", losses.readable),
        ("damaged_backed_up_lost", losses.backed_up),
    ):
        yield Figure(name, value, "failures", trials, seed, bar=0, lower=True)


def measure_rows(trials: int, seed: int, folder: Path) -> Figure:
    """Write nonsense into one row of a message, and count messages that it takes with it."""
    chance = random.Random(seed)
    place = Place(folder / "mutated")
    with_rows = place.open()
    fill(with_rows, chance, conversations=2, turns=15)
    with_rows.close()
    whole = place.database.read_bytes()
    texts = _shown(place) or {}
    failures = 0
    for _ in range(trials):
        _clear(place)
        place.database.write_bytes(whole)
        mutated = _mutate(place.database, chance)
        shown = _shown(place)
        failures += shown is None or any(
            shown.get(key) != text for key, text in texts.items() if key != mutated
        )
    return Figure("mutated_rows_hiding_others", failures, "failures", trials, seed, 0, lower=True)


def _has_parts(row: Row | None, *known: Row | None) -> bool:
    """Whether a message is there with all parts that one of the ``known`` ones has."""
    return row is not None and any(each and {*each.parts} <= {*row.parts} for each in known)


def _fill_around_backup(place: Place, chance: random.Random) -> None:
    store = place.open()
    try:
        fill(store, chance, conversations=6, turns=5)
        store.back_up()
        fill(store, chance, conversations=6, turns=5)
    finally:
        store.close()


def _clear(place: Place) -> None:
    """Remove the database of the trial before, and what was set aside."""
    for path in place.folder.glob(f"{place.database.name}*"):
        path.unlink()


def _damaged(whole: bytes, chance: random.Random) -> bytes:
    data = bytearray(whole)
    kind = chance.choice(("flip", "cut", "zero"))
    if kind == "cut":
        return bytes(data[: chance.randrange(len(data))])
    if kind == "zero":
        for _ in range(chance.randint(1, 4)):
            start = chance.randrange(len(data) // _PAGE) * _PAGE
            data[start : start + _PAGE] = bytes(_PAGE)
        return bytes(data)
    for _ in range(chance.choice((1, 4, 64))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def _readable(database: Path, messages: int) -> dict[str, Row]:
    copy = database.with_name("looked-at")
    shutil.copyfile(database, copy)
    try:
        return read_rows(copy, range(1, messages + 1))
    finally:
        copy.unlink()


def _starts(place: Place) -> bool:
    """Whether the store opens, and each conversation in it."""
    return _shown(place) is not None


def _shown(place: Place) -> dict[str, str] | None:
    """Return the texts of all shown messages; None where the store or one of them can't open."""
    try:
        store = place.open()
    except MmdeskError:
        return None
    try:
        return {
            entry.id: entry.message.text
            for summary in store.conversations()
            for entry in store.conversation(summary.id).entries
        }
    except MmdeskError:
        return None
    finally:
        store.close()


def _mutate(database: Path, chance: random.Random) -> str:
    """Write nonsense into one column; return the id of the message that it belongs to."""
    with reading(database) as connection:
        ids = [row["id"] for row in connection.execute("SELECT id FROM message ORDER BY number")]
        while True:
            message = chance.choice(ids)
            table, names = chance.choice((("message", _MESSAGE), ("part", _PART)))
            key = "id" if table == "message" else "message_id"
            statement = f"UPDATE {table} SET {chance.choice(names)} = ? WHERE {key} = ?"
            try:
                connection.execute(statement, (_nonsense(chance), message))
            except sqlite3.IntegrityError:  # the schema refuses it: try another
                continue
            return str(message)


def _nonsense(chance: random.Random) -> object:
    """Return what no mmdesk writes into any column.

    Not NULL: as a parent it is valid, and means the beginning of a conversation.
    """
    return chance.choice(
        (
            "",
            "\0\ud7ff\ufffd" * chance.randint(1, 50),
            "x" * 10**6,
            "[" * 5000,
            '{"kind": 1}',
            "../../etc/passwd",
            chance.randbytes(chance.randint(1, 400)),
            -1,
            2**62,
            -(2**63),
            1e300,
            float("inf"),
        )
    )
