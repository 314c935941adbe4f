"""A writer that acknowledges each write on standard output, for tests that kill it."""

from __future__ import annotations

import sys
from pathlib import Path

from mmdesk.core.conversations import Entry, EntryStatus
from mmdesk.core.messages import assistant_message, user_message
from mmdesk.store.sqlite import SqliteStore


def main() -> None:
    """Write turns until killed; a line is printed only after the store returned."""
    folder = Path(sys.argv[1])
    store = SqliteStore(folder / "c.sqlite3", folder / "attachments")
    parent = conversation = None
    for number in range(100_000):
        question = user_message(f"question {number} " + "x" * (number % 3000))
        saved = store.begin_turn(question, conversation=conversation, parent=parent, model="m")
        print("turn", saved.conversation, saved.answer, number, flush=True)
        text = ""
        for step in range(4):
            text += f" word{step}" * 20
            store.write_answer(Entry(saved.answer, assistant_message(text), EntryStatus.STREAMING))
            print("text", saved.answer, len(text), flush=True)
        store.write_answer(Entry(saved.answer, assistant_message(text)))
        print("done", saved.answer, len(text), flush=True)
        parent, conversation = saved.answer, saved.conversation


if __name__ == "__main__":
    main()
