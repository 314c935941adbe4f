"""A conversation as Markdown: the shown path, to be read."""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime

from mmdesk.archive.document import MEDIA, media_name
from mmdesk.core.conversations import ConversationTree, Entry, EntryStatus
from mmdesk.core.messages import AudioPart, ImagePart, Part, Role, TextPart, TranscriptPart

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!])")
_STATES = {
    EntryStatus.STREAMING: "Not finished.",
    EntryStatus.STOPPED: "Stopped.",
    EntryStatus.FAILED: "Failed.",
    EntryStatus.INTERRUPTED: "Interrupted.",
}


def markdown_of(tree: ConversationTree, missing: Collection[str]) -> str:
    """Return the shown path of a conversation, each message below a heading.

    Args:
        missing: The SHA-256 of the attachments that could not be written beside it.
    """
    started = datetime.fromtimestamp(0, UTC)
    with suppress(ValueError, OverflowError, OSError):  # a damaged time costs the date alone
        started = datetime.fromtimestamp(tree.created_us / 1e6, UTC)
    blocks = [f"# {_plain(tree.title)}", f"*{started:%Y-%m-%d %H:%M} UTC*"]
    if tree.settings.system_prompt.strip():
        blocks.append(_quoted(tree.settings.system_prompt))
    for node in tree.shown:
        blocks += _entry(node.entry, missing)
    return "\n\n".join(blocks) + "\n"


def _entry(entry: Entry, missing: Collection[str]) -> list[str]:
    heading = {Role.USER: "Question", Role.ASSISTANT: "Answer", Role.SYSTEM: "Instructions"}
    model = f" ({_plain(entry.model)})" if entry.model else ""
    blocks = [f"## {heading[entry.message.role]}{model}"]
    blocks += filter(None, (_part(part, missing) for part in entry.message.parts))
    if entry.status in _STATES:
        failure = f" {_plain(str(entry.failure.message))}" if entry.failure else ""
        blocks.append(f"*{_STATES[entry.status]}{failure}*")
    blocks += [f"*{_plain(str(note))}*" for note in entry.notes]
    return blocks


def _part(part: Part, missing: Collection[str]) -> str:
    match part:
        case TextPart(text):
            return text.strip("\n")
        case TranscriptPart():
            return _quoted(part.prompt_text)
        case ImagePart(picture):
            name = _plain(picture.name)
            if picture.sha256 in missing:
                return f"*The picture “{name}” is no longer there.*"
            return f"![{name}]({MEDIA}/{media_name(part)})"
        case AudioPart(recording):
            if recording.sha256 in missing:
                return "*The recording is no longer there.*"
            return f"[Recording, {recording.seconds:.1f} s]({MEDIA}/{media_name(part)})"


def _quoted(text: str) -> str:
    return "\n".join(f"> {_plain(line)}  " for line in text.strip().splitlines())


def _plain(text: str) -> str:
    """Return text on one line that Markdown leaves as it is."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
