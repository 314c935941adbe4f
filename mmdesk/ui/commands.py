"""The window's commands: what the keyboard can ask for, with the keys that the person chose."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from mmdesk.ui.shortcuts import BINDINGS, keys_of, label_of


class Commands:
    """One action of a window for each binding that neither a field nor ``TalkKey`` takes."""

    def __init__(self, window: QWidget, calls: Mapping[str, Callable[[], object]]) -> None:
        """``calls`` has what to do for each such action of ``BINDINGS``."""
        self._actions: dict[str, QAction] = {}
        for binding in BINDINGS:
            if not (binding.fixed or binding.held):
                self._actions[binding.action] = _action(
                    window, binding.action, calls[binding.action]
                )

    def bind(self, chosen: Mapping[str, str]) -> None:
        """Set keys and names anew; ``chosen`` are the changed keys."""
        for name, action in self._actions.items():
            action.setShortcut(keys_of(name, chosen))
            action.setText(label_of(name))


def _action(window: QWidget, name: str, call: Callable[[], object]) -> QAction:
    action = QAction(window)
    action.setObjectName(f"{name}Action")
    action.triggered.connect(lambda _on=False: call())
    window.addAction(action)
    return action
