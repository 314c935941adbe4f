"""One table of what the keyboard can do, and which keys the person chose for it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QKeySequence

from mmdesk.core.phrases import QT_TRANSLATE_NOOP
from mmdesk.core.values import value

CONTEXT = "shortcuts"


@value
class Binding:
    """An action, its default keys as portable text, and what it does."""

    action: str
    keys: str
    label: str
    fixed: bool = False
    """Whether the keys belong to the input field and can't be changed."""
    held: bool = False
    """Whether it lasts as long as the keys are held: its release counts too."""


BINDINGS: tuple[Binding, ...] = (
    Binding("new_chat", "Ctrl+N", QT_TRANSLATE_NOOP("shortcuts", "New chat")),
    Binding("find", "Ctrl+F", QT_TRANSLATE_NOOP("shortcuts", "Find in this conversation")),
    Binding("search", "Ctrl+Shift+F", QT_TRANSLATE_NOOP("shortcuts", "Search all conversations")),
    Binding("focus_composer", "Ctrl+L", QT_TRANSLATE_NOOP("shortcuts", "Go to the question")),
    Binding("attach", "Ctrl+O", QT_TRANSLATE_NOOP("shortcuts", "Add pictures")),
    Binding(
        "talk",
        "F9",
        QT_TRANSLATE_NOOP("shortcuts", "Talk while held (pressed briefly: start and stop)"),
        held=True,
    ),
    Binding(
        "hands_free",
        "Ctrl+Shift+H",
        QT_TRANSLATE_NOOP("shortcuts", "Listen hands-free, or stop listening"),
    ),
    Binding("regenerate", "Ctrl+R", QT_TRANSLATE_NOOP("shortcuts", "Answer again")),
    Binding("copy_answer", "Ctrl+Shift+C", QT_TRANSLATE_NOOP("shortcuts", "Copy the last answer")),
    Binding("sidebar", "Ctrl+B", QT_TRANSLATE_NOOP("shortcuts", "Show or hide the sidebar")),
    Binding("settings", "Ctrl+,", QT_TRANSLATE_NOOP("shortcuts", "Settings")),
    Binding("keys", "F1", QT_TRANSLATE_NOOP("shortcuts", "Keys")),
    Binding("quit", "Ctrl+Q", QT_TRANSLATE_NOOP("shortcuts", "Quit")),
    Binding("send", "Return", QT_TRANSLATE_NOOP("shortcuts", "Send the question"), fixed=True),
    Binding("newline", "Shift+Return", QT_TRANSLATE_NOOP("shortcuts", "New line"), fixed=True),
    Binding(
        "stop",
        "Esc",
        QT_TRANSLATE_NOOP(
            "shortcuts", "Stop listening, stop the answer, cancel an edit, close a page"
        ),
        fixed=True,
    ),
    Binding(
        "edit_last",
        "Up",
        QT_TRANSLATE_NOOP("shortcuts", "Edit the last question (in an empty question)"),
        fixed=True,
    ),
    Binding(
        "paste",
        "Ctrl+V",
        QT_TRANSLATE_NOOP("shortcuts", "Paste text, a picture or files"),
        fixed=True,
    ),
)

_BY_ACTION = {binding.action: binding for binding in BINDINGS}


def keys_of(action: str, chosen: Mapping[str, str]) -> QKeySequence:
    """Return an action's keys: the person's, or the default where those make no sense."""
    binding = _BY_ACTION[action]
    if binding.fixed:
        return _sequence(binding.keys)
    own = _sequence(chosen[action]) if action in chosen else _sequence(binding.keys)
    readable = own.toString(QKeySequence.SequenceFormat.PortableText)
    unusable = bool(chosen.get(action)) and not readable
    return _sequence(binding.keys) if unusable else own


def label_of(action: str) -> str:
    """Return what an action does, in the window's language."""
    return QCoreApplication.translate(CONTEXT, _BY_ACTION[action].label)


def conflict(action: str, keys: QKeySequence, chosen: Mapping[str, str]) -> str | None:
    """Return the action that already has ``keys``, or None when they are free."""
    if keys.isEmpty():
        return None
    for other in BINDINGS:
        if other.action != action and keys_of(other.action, chosen) == keys:
            return other.action
    return None


def rebind(action: str, keys: QKeySequence, chosen: Mapping[str, str]) -> dict[str, str]:
    """Return the chosen bindings with ``action`` on ``keys``; a default isn't stored."""
    changed = {name: text for name, text in chosen.items() if name != action}
    if keys != _sequence(_BY_ACTION[action].keys):
        changed[action] = keys.toString(QKeySequence.SequenceFormat.PortableText)
    return changed


def _sequence(text: str) -> QKeySequence:
    return QKeySequence.fromString(text, QKeySequence.SequenceFormat.PortableText)
