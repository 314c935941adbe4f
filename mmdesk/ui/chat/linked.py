"""An answer that shows its evidence: places as phrases that stand for them."""

from __future__ import annotations

from mmdesk.core.conversations import Entry
from mmdesk.core.evidence_text import as_markdown, as_plain
from mmdesk.session.examining import places
from mmdesk.ui.chat.grammar import too_wild


def evidence_count(entry: Entry) -> int:
    """Return how many places an answer names."""
    return len(places(entry).evidence)


def shown_markdown(entry: Entry) -> str:
    """Return an answer's Markdown as it is shown: with links, unless those are too many to read."""
    text, found = entry.message.text, places(entry)
    if not found.evidence:
        return text
    linked = as_markdown(text, found)
    return as_plain(text, found) if too_wild(linked) else linked


def plain_text(entry: Entry) -> str:
    """Return a message's text with phrases in the place of boxes."""
    text, found = entry.message.text, places(entry)
    return as_plain(text, found) if found.evidence else text


def saw_pictures(entry: Entry) -> bool:
    """Tell whether it is known that the model had pictures before it."""
    run = entry.run
    return run is not None and run.sight is not None and bool(run.sight.pictures)
