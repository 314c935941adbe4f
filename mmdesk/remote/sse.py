"""Server-sent events out of bytes, within limits (WHATWG HTML, section 9.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mmdesk.core.errors import ServerTooMuch
from mmdesk.remote.guard import Guard
from mmdesk.remote.wording import size

_LINE_END = re.compile(rb"\r\n|\r|\n")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def events(chunks: Iterable[bytes], guard: Guard) -> Iterator[tuple[str, str, bool]]:
    """Yield (event's name, its data, whether it is complete).

    Lines end in LF, CR or CRLF; invalid UTF-8 becomes replacement characters. What follows the
    last blank line may be cut off, or its server has forgotten the blank line.

    Raises:
        ServerTooMuch: a line or an event is longer than ``event_bytes``.
    """
    name, length = "", 0
    data: list[str] = []
    for line in lines(chunks, guard):
        if not line:
            if data:
                yield name, "\n".join(data), True
            name, data, length = "", [], 0
            continue
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            length += len(value) + 1
            refuse_over(length, guard)
            data.append(value.decode("utf-8", "replace"))
        elif field == b"event":
            name = value.decode("utf-8", "replace")
    if data:
        yield name, "\n".join(data), False


def lines(chunks: Iterable[bytes], guard: Guard) -> Iterator[bytes]:
    """Yield lines without their ends; raises ``ServerTooMuch``."""
    pending = bytearray()
    fresh = True
    for chunk in chunks:
        searched = max(0, len(pending) - 1)
        pending += chunk
        if fresh and len(pending) >= len(_BYTE_ORDER_MARK):
            fresh = False
            if pending.startswith(_BYTE_ORDER_MARK):
                del pending[: len(_BYTE_ORDER_MARK)]
            searched = 0
        start = 0
        for match in _LINE_END.finditer(pending, searched):
            if match.group() == b"\r" and match.end() == len(pending):
                break  # perhaps the first half of CRLF
            yield bytes(pending[start : match.start()])
            start = match.end()
        del pending[:start]
        refuse_over(len(pending), guard)
    if pending:
        yield bytes(pending.removesuffix(b"\r"))


def refuse_over(length: int, guard: Guard) -> None:
    most = guard.limits.event_bytes
    if length > most:
        raise ServerTooMuch(host=guard.host, limit=f"{size(most)} in one piece")
