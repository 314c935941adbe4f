"""Saves one question with a picture and its answer: the path whose system calls are made to fail.

python -m mmdesk.bench.durability.saving FOLDER PICTURE  says ``kept STEP`` or ``refused STEP`` for
``question``, ``streamed`` and ``finished``. Standard output is written with ``write``, which
sqlite doesn't use.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from mmdesk.bench.durability.application import say
from mmdesk.bench.durability.contents import Place
from mmdesk.core.conversations import Entry, EntryStatus
from mmdesk.core.errors import StoreError
from mmdesk.core.messages import Picture, assistant_message, user_message
from mmdesk.store.sqlite import SqliteStore

QUESTION = "Which colour? 什么颜色 " * 100
STREAMED = "It is red. 红色 " * 200
FINISHED = STREAMED * 2


def picture_at(path: Path) -> Picture:
    """Return a picture whose canonical file and thumbnail are ``path``; no store looks inside."""
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return Picture(sha256, path, path, "picture.png", 40, 30)


def main() -> int:
    """Save; a step that is refused is tried no second time."""
    store = Place(Path(sys.argv[1])).open()
    try:
        _save(store, picture_at(Path(sys.argv[2])))
    finally:
        store.close()
    return 0


def _save(store: SqliteStore, picture: Picture) -> None:
    question = user_message(QUESTION, (picture,))
    try:
        saved = store.begin_turn(question, conversation=None, parent=None, model="m")
    except StoreError:
        say("refused", "question")
        return
    say("kept", "question")
    for step, text, status in (
        ("streamed", STREAMED, EntryStatus.STREAMING),
        ("finished", FINISHED, EntryStatus.FINISHED),
    ):
        try:
            store.write_answer(Entry(saved.answer, assistant_message(text), status))
        except StoreError:
            say("refused", step)
        else:
            say("kept", step)


if __name__ == "__main__":
    sys.exit(main())
