"""Questions that were not sent: one for each conversation, and one for the next new one."""

from __future__ import annotations

import logging
import sqlite3

from mmdesk.core.messages import AudioPart, ImagePart, Message, Part, Role
from mmdesk.store.attachments import AttachmentFolder
from mmdesk.store.failures import is_unreadable
from mmdesk.store.rows import PART_COLUMNS, part_row, read_part

_log = logging.getLogger(__name__)
_NAMES = ("conversation_id", "ordinal", *PART_COLUMNS)
_INSERT = (
    f"INSERT INTO draft ({', '.join(_NAMES)}) VALUES ({', '.join(f':{name}' for name in _NAMES)})"
)


def read_draft(
    connection: sqlite3.Connection, attachments: AttachmentFolder, conversation: str | None
) -> Message | None:
    """Return the draft of a conversation, or of a new one; None if there is none.

    What can't be read of it is left out, and so are pictures and recordings whose file is gone.

    Raises:
        sqlite3.Error: the database can't be read at all.
    """
    try:
        rows = connection.execute(
            "SELECT * FROM draft WHERE conversation_id IS ? ORDER BY ordinal", (conversation,)
        ).fetchall()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if not is_unreadable(error):
            raise
        _log.warning("a draft is damaged: %s", error)
        return None
    parts = (read_part(row, attachments, f"draft of {conversation}") for row in rows)
    found = tuple(part for part in parts if part is not None and _has_file(part))
    return Message(Role.USER, found) if found else None


def write_draft(
    connection: sqlite3.Connection, conversation: str | None, draft: Message | None
) -> None:
    """Keep a draft in the place of the one before; None forgets that. Raises ``sqlite3.Error``."""
    connection.execute("DELETE FROM draft WHERE conversation_id IS ?", (conversation,))
    connection.executemany(
        _INSERT,
        [
            {"conversation_id": conversation, "ordinal": ordinal, **part_row(part)}
            for ordinal, part in enumerate(draft.parts if draft else ())
        ],
    )


def drafted(connection: sqlite3.Connection) -> frozenset[str]:
    """Return the conversations that have a draft. Raises ``sqlite3.Error``."""
    try:
        rows = connection.execute("SELECT DISTINCT conversation_id FROM draft").fetchall()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if not is_unreadable(error):
            raise
        _log.warning("the drafts are damaged: %s", error)
        return frozenset()
    return frozenset(row["conversation_id"] for row in rows if row["conversation_id"] is not None)


def _has_file(part: Part) -> bool:
    if isinstance(part, ImagePart):
        return part.picture.path.exists()
    return not isinstance(part, AudioPart) or part.recording.path.exists()
