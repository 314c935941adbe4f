"""A conversation as JSON in the OpenAI ``messages`` shape.

::

    {
      "schema_version": 1,
      "messages": [                      the shown path, as any program reads it
        {"role": "system", "content": "…"},           the system prompt, where there is one
        {"role": "user", "content": [
          {"type": "image_url", "image_url": {"url": "media/<sha256>.png"}},
          {"type": "text", "text": "…"}
        ]},
        {"role": "assistant", "content": "…"}
      ],
      "mmdesk": {                        all there is; an import takes this, where it is there
        "id", "title", "named", "model", "leaves", "pinned", "folder",
        "created_us", "updated_us",      microseconds since 1970, UTC
        "leaf",                          the id of the node that ends the shown path
        "settings",                      what holds for it alone: see archive/runs.py
        "nodes": [                       all versions; a parent comes before its children
          {"id", "parent", "created_us", "role", "status", "stop_reason", "model",
           "usage", "failure", "notes", "run", "parts": [
             {"type": "text", "text"},
             {"type": "image", "sha256", "name", "width", "height", "notes"},
             {"type": "audio", "sha256", "name", "seconds"},
             {"type": "transcript", "name", "text", "seconds", "language"}
        ]}]
      }
    }

Earlier versions wrote neither "settings" nor "run". The bin isn't part of it: what was exported
from there comes back to the list. An attachment whose file was gone at the export has
``"missing": true``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from mmdesk.archive.checked import LARGEST
from mmdesk.archive.runs import run_document, settings_document
from mmdesk.core.conversations import ConversationTree, Entry, Node, Usage
from mmdesk.core.messages import AudioPart, ImagePart, Message, Part, Role, TextPart, TranscriptPart
from mmdesk.core.phrases import Phrase

SCHEMA_VERSION = 1
MEDIA = "media"
"""The folder beside the file."""
_COLUMN = re.compile(r"\[\n\s*(\d+(?:,\n\s*\d+)*)\n\s*\]")


def document_of(tree: ConversationTree, missing: Collection[str]) -> dict[str, Any]:
    """Return the document of a conversation.

    Args:
        missing: The SHA-256 of the attachments that could not be written beside it.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "messages": [*_system(tree), *(_message(node.entry.message) for node in tree.shown)],
        "mmdesk": {
            "id": tree.id,
            "title": tree.title,
            "named": tree.named,
            "model": tree.model,
            "leaves": tree.leaves,
            "pinned": tree.pinned,
            "folder": tree.folder,
            "created_us": _whole(tree.created_us),
            "updated_us": _whole(tree.updated_us),
            "leaf": tree.leaf,
            "settings": settings_document(tree.settings),
            "nodes": [_node(node, missing) for node in tree.nodes],
        },
    }


def encoded(document: dict[str, Any]) -> bytes:
    """Return a document as UTF-8, readable for people: no line for each token."""
    try:
        return _in_rows(json.dumps(document, ensure_ascii=False, indent=1, default=str)).encode()
    except UnicodeEncodeError:  # half a surrogate pair, in what a note says
        return _in_rows(json.dumps(document, indent=1, default=str)).encode()


def _in_rows(text: str) -> str:
    # No text is changed: a line break in one is written as an escape.
    return _COLUMN.sub(lambda found: "[" + " ".join(found[1].split()) + "]", text)


def media_name(part: ImagePart | AudioPart) -> str:
    """Return the name of an attachment's file in the media folder."""
    if isinstance(part, ImagePart):
        return f"{part.picture.sha256}.png"
    return f"{part.recording.sha256}.flac"


def _system(tree: ConversationTree) -> list[dict[str, Any]]:
    prompt = tree.settings.system_prompt
    return [{"role": Role.SYSTEM.value, "content": prompt}] if prompt.strip() else []


def _message(message: Message) -> dict[str, Any]:
    if all(isinstance(part, TextPart) for part in message.parts):
        return {"role": message.role.value, "content": message.text}
    # A recording says what the text says, and is told of below "mmdesk" alone.
    content = [_content(part) for part in message.parts if not isinstance(part, AudioPart)]
    return {"role": message.role.value, "content": content}


def _content(part: TextPart | ImagePart | TranscriptPart) -> dict[str, Any]:
    match part:
        case ImagePart():
            return {"type": "image_url", "image_url": {"url": f"{MEDIA}/{media_name(part)}"}}
        case TranscriptPart():
            return {"type": "text", "text": part.prompt_text}
        case TextPart():
            return {"type": "text", "text": part.text}


def _node(node: Node, missing: Collection[str]) -> dict[str, Any]:
    entry: Entry = node.entry
    return {
        "id": entry.id,
        "parent": node.parent,
        "created_us": _whole(node.created_us),
        "role": entry.message.role.value,
        "status": entry.status.value,
        "stop_reason": entry.stop_reason and entry.stop_reason.value,
        "model": entry.model,
        "usage": entry.usage and _usage(entry.usage),
        "failure": entry.failure
        and {
            "kind": entry.failure.kind,
            "message": _phrase(entry.failure.message),
            "hint": _phrase(entry.failure.hint),
        },
        "notes": [_phrase(note) for note in entry.notes],
        "run": entry.run and run_document(entry.run),
        "parts": [_part(part, missing) for part in entry.message.parts],
    }


def _part(part: Part, missing: Collection[str]) -> dict[str, Any]:
    match part:
        case TextPart(text):
            return {"type": "text", "text": text}
        case TranscriptPart():
            return {"type": "transcript", **asdict(part)}
        case ImagePart(picture):
            found: dict[str, Any] = {
                "type": "image",
                "sha256": picture.sha256,
                "name": picture.name,
                "width": _whole(picture.width),
                "height": _whole(picture.height),
                "notes": [_phrase(note) for note in picture.notes],
            }
        case AudioPart(recording):
            found = {
                "type": "audio",
                "sha256": recording.sha256,
                "name": recording.name,
                "seconds": recording.seconds,
            }
    if found["sha256"] in missing:
        found["missing"] = True
    return found


def _usage(usage: Usage) -> dict[str, Any] | None:
    """Return what was measured, unless a damaged row makes it what no import takes."""
    values = asdict(usage)
    return values if all(0 <= value <= LARGEST for value in values.values()) else None


def _whole(value: int) -> int:
    return min(max(0, value), LARGEST)


def _phrase(phrase: Phrase) -> dict[str, Any]:
    return {"template": phrase.template, "fields": phrase.fields}
