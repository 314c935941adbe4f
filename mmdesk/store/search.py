"""Full text: every message's words, Chinese ones character by character.

FTS5's ``unicode61`` takes a run of Han characters for one word, and ``trigram`` finds no word of
two. Here each Han, kana and hangul character is a token of its own, and a word is a phrase.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata

from mmdesk.core.finding import folded, query_words
from mmdesk.core.messages import well_formed

_ALONE = re.compile(
    "[\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
_LONGEST_QUERY = 1000
_EXCERPT, _BEFORE = 160, 40

TABLE = """
    CREATE VIRTUAL TABLE search USING fts5(
        words, tokenize = "unicode61 remove_diacritics 2", prefix = '1 2', detail = full
    )
"""
"""``rowid`` is the message's number."""

INDEX_ALL = """
    INSERT INTO search (rowid, words)
    SELECT message.number, search_words(group_concat(
        coalesce(part.text, '') || ' ' || coalesce(part.name, ''), ' '
    ))
    FROM message CROSS JOIN part ON part.message_id = message.id GROUP BY message.number
"""
"""In the order of their numbers: FTS5 writes all it holds when one comes before the last."""

_INDEX_ONE = INDEX_ALL.replace("GROUP BY", "WHERE message.id = ? GROUP BY")


class _Apart(dict[int, str]):
    """What each character is in the index; each is looked at once."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        made = f" {character} " if _ALONE.match(character) else character
        self[code] = made
        return made


_APART = _Apart()


def add_functions(connection: sqlite3.Connection) -> None:
    """Give a connection ``search_words``, which the schema's statements use."""
    connection.create_function("search_words", 1, words_of, deterministic=True)


def words_of(text: object) -> str:
    """Return a text as it is indexed: compatibility forms unified, CJK characters apart."""
    if not isinstance(text, str):
        return ""
    if text.isascii():
        return text.replace("\0", " ")
    return unicodedata.normalize("NFKC", text.replace("\0", " ")).translate(_APART)


def match_expression(query: str) -> str:
    """Return FTS5's expression for what a person types, "" where there is nothing to find.

    Every word must be there, the last one at least as it begins; "quoted words" are a phrase.
    """
    phrases = []
    for word in query_words(well_formed(query[:_LONGEST_QUERY])):
        words = words_of(word).replace('"', " ")
        if any(character.isalnum() for character in words):
            phrases.append(f'"{words}"')
    if not phrases:
        return ""
    typing = not query.rstrip().endswith('"') and not query.endswith((" ", "\u3000"))
    return " AND ".join(phrases) + ("*" if typing else "")


def excerpt_of(text: str, query: str) -> str:
    """Return the part of a text around the first word of a query, on one line."""
    line = " ".join(text.split())
    plain = folded(line)
    words = query_words(query[:_LONGEST_QUERY])
    places = [place for word in words if (place := plain.find(folded(word))) >= 0]
    start = max(0, min(places, default=0) - _BEFORE)
    shown = line[start : start + _EXCERPT]
    return ("…" if start else "") + shown + ("…" if start + _EXCERPT < len(line) else "")


def index_message(connection: sqlite3.Connection, message_id: str) -> None:
    """Index one message anew. Raises ``sqlite3.Error``."""
    number = connection.execute(
        "SELECT number FROM message WHERE id = ?", (message_id,)
    ).fetchone()[0]
    connection.execute("DELETE FROM search WHERE rowid = ?", (number,))
    connection.execute(_INDEX_ONE, (message_id,))


def index_all(connection: sqlite3.Connection) -> None:
    """Make the index anew. Raises ``sqlite3.Error``."""
    connection.execute("DROP TABLE IF EXISTS search")
    connection.execute(TABLE)
    connection.execute(INDEX_ALL)
