"""``messages`` as other programs keep them, as a conversation without versions."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import Counter
from dataclasses import replace

from mmdesk.archive.attached import Attached
from mmdesk.archive.checked import Value
from mmdesk.core.conversations import ConversationSettings, ConversationTree, Entry, Node
from mmdesk.core.messages import ImagePart, Message, Part, Role, TextPart

ADDRESSES = "addresses"
"""Counts pictures at web addresses: nothing is fetched, the address stands in their place."""
LEFT_OUT = "left_out"
"""Counts what isn't text or a picture: calls of tools and their results, sounds, files."""

_ROLES = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
}
_TEXTS = {"text": "text", "input_text": "text", "output_text": "text", "refusal": "refusal"}
_PICTURES = ("image_url", "input_image")
_MOST_PARTS = 1000
_SHOWN_ADDRESS = 2000
_NAMESPACE = uuid.UUID("6f0f2a4e-58f3-4e3c-9a53-0c9a0b8f7d11")


def identity_of(messages: Value) -> str:
    """Return an id that the same messages have each time."""
    content = json.dumps(messages.raw, sort_keys=True).encode()
    return uuid.uuid5(_NAMESPACE, hashlib.sha256(content).hexdigest()).hex


def tree_of(
    messages: Value, title: str, attached: Attached, now_us: int, told: Counter[str]
) -> ConversationTree:
    """Return a conversation with the messages below each other.

    What the system says before all others is the system prompt.

    Args:
        title: "" takes the first question's beginning.
        told: Counts what can't be taken over.

    Raises:
        ArchiveError, MediaError: it can't be taken over.
    """
    identity = identity_of(messages)
    nodes: list[Node] = []
    for number, value in enumerate(messages.items()):
        role = value.at("role").short()
        if role not in _ROLES:
            if role not in ("tool", "function"):
                raise value.at("role").refuse("is none that mmdesk knows")
            told[LEFT_OUT] += 1
            continue
        parts = _Contents(value.at("content"), attached, told).parts()
        if not parts:
            told[LEFT_OUT] += 1
            continue
        name = uuid.uuid5(uuid.UUID(identity), str(number)).hex
        entry = Entry(name, Message(_ROLES[role], parts))
        nodes.append(Node(entry, nodes[-1].entry.id if nodes else None, now_us))
    if not nodes:
        raise messages.refuse("has no message with text or pictures")
    prompt, nodes = _without_prompt(nodes)
    return ConversationTree(
        id=identity,
        title=title or _title(nodes),
        created_us=now_us,
        updated_us=now_us,
        named=bool(title),
        leaf=nodes[-1].entry.id,
        nodes=tuple(nodes),
        settings=ConversationSettings(prompt),
    )


def _without_prompt(nodes: list[Node]) -> tuple[str, list[Node]]:
    """Return what the system says at the beginning, and what follows: one message at least."""
    count = 0
    while count < len(nodes) - 1 and _is_prompt(nodes[count].entry.message):
        count += 1
    texts = (node.entry.message.text for node in nodes[:count])
    return "\n\n".join(texts), [replace(nodes[count], parent=None), *nodes[count + 1 :]]


def _is_prompt(message: Message) -> bool:
    return message.role is Role.SYSTEM and not message.pictures


def _title(nodes: list[Node]) -> str:
    asked = [node.entry.message for node in nodes if node.entry.message.role is Role.USER]
    lines = (line.strip() for message in asked for line in message.text.splitlines())
    return next(filter(None, lines), "")


class _Contents:
    """The content of one message."""

    def __init__(self, value: Value, attached: Attached, told: Counter[str]) -> None:
        self._value = value
        self._attached = attached
        self._told = told

    def parts(self) -> tuple[Part, ...]:
        """Return what can be taken over of it."""
        content = self._value
        if content.raw is None:
            return ()
        if isinstance(content.raw, str):
            return (TextPart(content.raw),)
        found = (self._part(each) for each in content.items(_MOST_PARTS))
        return tuple(part for part in found if part is not None)

    def _part(self, value: Value) -> Part | None:
        if isinstance(value.raw, str):
            return TextPart(value.raw)
        kind = value.at("type").short()
        if kind in _TEXTS:
            return TextPart(value.at(_TEXTS[kind]).text())
        if kind in _PICTURES:
            return self._picture(value.at("image_url"))
        self._told[LEFT_OUT] += 1
        return None

    def _picture(self, value: Value) -> Part:
        address = value if isinstance(value.raw, str) else value.at("url")
        url = address.text()
        scheme = url[:8].lower()
        if scheme.startswith(("http://", "https://")):
            self._told[ADDRESSES] += 1
            return TextPart(f"[{url[:_SHOWN_ADDRESS]}]")
        if scheme.startswith("data:"):
            name = f"{address.where}".removesuffix(".url").removesuffix(".image_url")
            return ImagePart(self._attached.inline(value.name, url, name))
        return ImagePart(self._attached.named(value.name, url))
