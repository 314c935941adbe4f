"""What a chat template understands, found out by rendering small conversations with it.

Templates are foreign programs: some print a list of parts as Python would, some refuse a system
message (Gemma 2), some only beside a picture (Llama 3.2 Vision), some drop it without a word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from mmdesk.core.errors import ChatTemplateFailed
from mmdesk.core.messages import Role

Conversation = list[dict[str, Any]]
Render = Callable[[Conversation], str]

_USER_PROBE = "probe of content"
_SYSTEM_PROBE = "probe of instructions"
_PYTHON = "'type'"
"""What a printed list of parts has in it."""


class SystemForm(Enum):
    """How a system message is given."""

    PARTS = auto()
    TEXT = auto()
    QUESTION = auto()
    """Not at all: it stands before the first question's text."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What a template takes.

    Attributes:
        plain_text: Whether a message without pictures has to be a plain string.
    """

    plain_text: bool
    system: SystemForm


def probe(render: Render) -> Understood:
    """Find out what a template takes.

    Args:
        render: Renders a conversation; raises ``ChatTemplateFailed``.

    Raises:
        ChatTemplateFailed: the template doesn't even take a question.
    """
    plain_text = _wants_plain_text(render)
    forms = (SystemForm.TEXT,) if plain_text else (SystemForm.PARTS, SystemForm.TEXT)
    questions = list(_takes(render, plain_text))
    for form in forms:
        system = _SYSTEM_PROBE if form is SystemForm.TEXT else _parts(_SYSTEM_PROBE)
        before = _message(Role.SYSTEM, system)
        if all(_is_said(render, [before, question]) for question in questions):
            return Understood(plain_text, form)
    return Understood(plain_text, SystemForm.QUESTION)


def every_role(render: Render, understood: Understood) -> str:
    """Return what a template puts around the turns of everyone; "" where it refuses some."""
    roles = (Role.SYSTEM, Role.USER, Role.ASSISTANT, Role.USER)
    turns = [_message(role, _parts(_USER_PROBE)) for role in roles]
    try:
        return render(arranged(turns, understood))
    except ChatTemplateFailed:
        return ""


def _wants_plain_text(render: Render) -> bool:
    """Whether the template prints or adds a list of parts as it is instead of its text."""
    try:
        rendered = render([_message(Role.USER, _parts(_USER_PROBE))])
    except ChatTemplateFailed as error:
        if not isinstance(error.__cause__, TypeError):
            raise
        render([_message(Role.USER, _USER_PROBE)])
        return True
    return _USER_PROBE not in rendered or _PYTHON in rendered


def arranged(conversation: Conversation, understood: Understood) -> Conversation:
    """Return a conversation as a template takes it.

    Args:
        conversation: The content of every message is a list of parts, with one at least.
    """
    if understood.system is SystemForm.QUESTION:
        conversation = list(_with_system_in_questions(conversation))
    for message in conversation:
        system = message["role"] == Role.SYSTEM.value
        plain = understood.plain_text or (system and understood.system is SystemForm.TEXT)
        # Texts alone become a plain string; parts with pictures stay parts.
        if plain and all(part["type"] == "text" for part in message["content"]):
            message["content"] = "\n".join(part["text"] for part in message["content"])
    return conversation


def _with_system_in_questions(conversation: Conversation) -> Iterator[dict[str, Any]]:
    instructions = ""
    for message in conversation:
        text = "\n".join(part["text"] for part in message["content"] if part["type"] == "text")
        if message["role"] == Role.SYSTEM.value:
            instructions = f"{instructions}\n\n{text}".strip()
        elif message["role"] == Role.USER.value and instructions:
            yield {**message, "content": _preceded(message["content"], instructions)}
            instructions = ""
        else:
            yield message


def _preceded(content: list[dict[str, Any]], instructions: str) -> list[dict[str, Any]]:
    """Return parts with instructions before the first text, behind pictures that precede it."""
    place = next((n for n, part in enumerate(content) if part["type"] == "text"), len(content))
    question = content[place]["text"] if place < len(content) else ""
    text = f"{instructions}\n\n{question}" if question else instructions
    return [*content[:place], {"type": "text", "text": text}, *content[place + 1 :]]


def _takes(render: Render, plain_text: bool) -> Iterator[dict[str, Any]]:
    """Yield questions that the template takes, without and with a picture."""
    text = _parts(_USER_PROBE)
    yield _message(Role.USER, _USER_PROBE if plain_text else text)
    shown = _message(Role.USER, [{"type": "image"}, *text])
    try:
        rendered = render([shown])
    except ChatTemplateFailed:
        return
    if _PYTHON not in rendered:
        yield shown


def _is_said(render: Render, conversation: Conversation) -> bool:
    try:
        rendered = render(conversation)
    except ChatTemplateFailed:
        return False
    return _SYSTEM_PROBE in rendered and _PYTHON not in rendered


def _message(role: Role, content: object) -> dict[str, Any]:
    return {"role": role.value, "content": content}


def _parts(text: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": text}]
