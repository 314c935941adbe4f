"""How long a search takes over very many messages."""

from __future__ import annotations

import random
import sqlite3
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from mmdesk.bench.durability.contents import CHINESE, ENGLISH, Place, reading, sentence
from mmdesk.core.figures import Figure
from mmdesk.store.search import add_functions, index_all

_CONVERSATION = 20
"""Messages of one."""
_QUERIES = 300


def measure(messages: int, seed: int, folder: Path) -> Iterator[Figure]:
    """Search as a person types: beginnings of words, words, and several of them.

    One message in fifty has a word that is in no other, as names and numbers are.
    """
    chance = random.Random(seed)
    place = Place(folder / "search")
    place.open().close()
    with reading(place.database) as connection:
        _fill(connection, messages, chance)
    store = place.open()
    try:
        for language, words in (("english", ENGLISH), ("chinese", CHINESE)):
            times = []
            for number in range(_QUERIES):
                query = _query(words, messages, number, chance)
                start = time.perf_counter()
                store.search(query)
                times.append(1000 * (time.perf_counter() - start))
            p99 = statistics.quantiles(times, n=100)[98]
            name = f"search_{language}_p99_ms"
            yield Figure(name, p99, "ms", _QUERIES, seed, bar=20, lower=True)
    finally:
        store.close()


def _fill(connection: sqlite3.Connection, messages: int, chance: random.Random) -> None:
    """Write all rows in one transaction; through the store each would be synced."""
    add_functions(connection)
    connection.execute("BEGIN")
    for number in range(messages):
        conversation = f"c{number // _CONVERSATION}"
        if number % _CONVERSATION == 0:
            connection.execute(
                "INSERT INTO conversation (id, title, created_us, updated_us) VALUES (?, ?, ?, ?)",
                (conversation, sentence(chance, 5), number, number),
            )
        parent = f"m{number - 1}" if number % _CONVERSATION else None
        role = "assistant" if number % 2 else "user"
        connection.execute(
            "INSERT INTO message (id, conversation_id, parent_id, role, status, model, created_us)"
            " VALUES (?, ?, ?, ?, 'finished', 'm', ?)",
            (f"m{number}", conversation, parent, role, number),
        )
        text = sentence(chance, chance.randint(5, 60))
        if number % 50 == 0:
            text += f" item{number} 编号{number}"
        connection.execute(
            "INSERT INTO part (message_id, ordinal, kind, text) VALUES (?, 0, 'text', ?)",
            (f"m{number}", text),
        )
    index_all(connection)
    connection.execute("COMMIT")


def _query(words: list[str], messages: int, number: int, chance: random.Random) -> str:
    word = chance.choice(words)
    match number % 4:
        case 0:
            return word[: chance.randint(1, len(word))]
        case 1:
            return word
        case 2:
            return f"{word} {chance.choice(words)}"
        case _:
            name = "item" if words is ENGLISH else "编号"
            return f"{name}{chance.randrange(0, messages, 50)}"
