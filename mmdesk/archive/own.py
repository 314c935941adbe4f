"""What stands below ``mmdesk`` in an exported file, as the tree that it was."""

from __future__ import annotations

import re
from dataclasses import replace

from mmdesk.archive.attached import Attached
from mmdesk.archive.checked import Value
from mmdesk.archive.runs import run_of, settings_of
from mmdesk.core.conversations import (
    ConversationTree,
    Entry,
    EntryStatus,
    Failure,
    Node,
    StopReason,
    Usage,
)
from mmdesk.core.messages import (
    AudioPart,
    ImagePart,
    Message,
    Part,
    Picture,
    Role,
    TextPart,
    TranscriptPart,
)

_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MOST_PARTS = 1000


def identity_of(value: Value) -> str:
    """Return the conversation's id. Raises ``ArchiveNonsense``."""
    return value.at("id").matching(_ID, "id")


def tree_of(value: Value, attached: Attached, now_us: int) -> ConversationTree:
    """Return the conversation, its attachments decoded.

    Args:
        value: What stands below ``mmdesk``.
        now_us: Nothing has been written later than this.

    Raises:
        ArchiveError, MediaError: it can't be taken over.
    """
    nodes: dict[str, Node] = {}
    for each in value.at("nodes").items():
        node = _node(each, attached, now_us)
        if node.entry.id in nodes:
            raise each.at("id").refuse("is there twice")
        if node.parent is not None and node.parent not in nodes:
            # Which also keeps messages from being above each other in a circle.
            raise each.at("parent").refuse("names no message before it")
        nodes[node.entry.id] = node
    leaf = value.at("leaf").maybe(Value.short)
    if leaf is None and nodes:
        leaf = next(reversed(nodes))
    if leaf is not None and leaf not in nodes:
        raise value.at("leaf").refuse("names no message")
    return ConversationTree(
        id=identity_of(value),
        title=value.at("title").text(),
        created_us=min(value.at("created_us").whole(), now_us),
        updated_us=min(value.at("updated_us").whole(), now_us),
        named=value.at("named").flag(),
        model=value.at("model").maybe(Value.short),
        leaves=value.at("leaves").flag(),
        pinned=value.at("pinned").flag(),
        folder=value.at("folder").maybe(Value.text) or "",
        leaf=leaf,
        nodes=tuple(nodes.values()),
        settings=settings_of(value.at("settings")),
    )


def _node(value: Value, attached: Attached, now_us: int) -> Node:
    parts = [_part(part, attached) for part in value.at("parts").items(_MOST_PARTS)]
    notes = value.at("notes")
    entry = Entry(
        id=value.at("id").matching(_ID, "id"),
        message=Message(value.at("role").one_of(Role), tuple(parts)),
        status=value.at("status").one_of(EntryStatus),
        stop_reason=value.at("stop_reason").maybe(lambda it: it.one_of(StopReason)),
        usage=value.at("usage").maybe(_usage),
        failure=value.at("failure").maybe(_failure),
        model=value.at("model").maybe(Value.short) or "",
        notes=tuple(note.phrase() for note in notes.maybe(Value.items) or ()),
        run=value.at("run").maybe(run_of),
    )
    parent = value.at("parent").maybe(Value.short)
    return Node(entry, parent, min(value.at("created_us").whole(), now_us))


def _usage(value: Value) -> Usage:
    return Usage(
        prompt_tokens=value.at("prompt_tokens").whole(),
        completion_tokens=value.at("completion_tokens").whole(),
        ttft_ms=value.at("ttft_ms").number(),
        tokens_per_second=value.at("tokens_per_second").number(),
    )


def _failure(value: Value) -> Failure:
    return Failure(
        kind=value.at("kind").short(),
        message=value.at("message").phrase(),
        hint=value.at("hint").phrase(),
    )


def _part(value: Value, attached: Attached) -> Part:
    match value.at("type").short():
        case "text":
            return TextPart(value.at("text").text())
        case "transcript":
            return TranscriptPart(
                name=value.at("name").short(),
                text=value.at("text").text(),
                seconds=value.at("seconds").number(),
                language=value.at("language").short(),
            )
        case "image":
            return ImagePart(_picture(value, attached))
        case "audio":
            sha256, missing = _reference(value)
            recording = attached.recording(value.name, sha256, missing=missing)
            seconds = value.at("seconds").number()
            return AudioPart(replace(recording, name=value.at("name").short(), seconds=seconds))
    raise value.at("type").refuse("is none that mmdesk knows")


def _picture(value: Value, attached: Attached) -> Picture:
    sha256, missing = _reference(value)
    picture = attached.picture(value.name, sha256, missing=missing)
    notes = value.at("notes").maybe(Value.items) or ()
    picture = replace(
        picture, name=value.at("name").short(), notes=tuple(note.phrase() for note in notes)
    )
    if picture.width:
        return picture
    return replace(picture, width=value.at("width").whole(), height=value.at("height").whole())


def _reference(value: Value) -> tuple[str, bool]:
    return value.at("sha256").matching(_SHA256, "SHA-256"), value.at("missing").flag()
