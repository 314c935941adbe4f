"""The part of the settings in which keys are changed."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QGridLayout, QKeySequenceEdit, QLabel, QPushButton, QWidget

from mmdesk.ui.controls import IconButton, plain_label
from mmdesk.ui.shortcuts import BINDINGS, conflict, keys_of, label_of, rebind


class KeyField(QKeySequenceEdit):
    """Takes any keys but Tab, which leads on: Qt's own is a trap for who has no mouse."""

    def event(self, event: QEvent) -> bool:
        """Leave with Tab and Shift+Tab."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Tab:
                return self._leave(forward=True)
            if event.key() == Qt.Key.Key_Backtab:
                return self._leave(forward=False)
        return super().event(event)

    def _leave(self, *, forward: bool) -> bool:
        """Go on until the focus is in another field; the line edit inside hands it back."""
        step = QWidget.nextInFocusChain if forward else QWidget.previousInFocusChain
        reached = step(self)
        while reached is not None and reached is not self and not self._takes_focus(reached):
            reached = step(reached)
        if reached is not None:
            tab, back = Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason
            reached.setFocus(tab if forward else back)
        return True

    def _takes_focus(self, widget: QWidget) -> bool:
        by_tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        usable = widget.isEnabled() and widget.isVisible()
        return by_tab and usable and not self.isAncestorOf(widget) and not widget.focusProxy()


class KeyBindings(QWidget):
    """One row per action; keys that another action has are refused in a sentence."""

    changed = Signal(dict)
    """All bindings that differ from the defaults."""

    def __init__(self, chosen: dict[str, str]) -> None:
        super().__init__()
        self._chosen = dict(chosen)
        self._labels: dict[str, QLabel] = {}
        self._edits: dict[str, KeyField] = {}
        self._clears: dict[str, IconButton] = {}
        self._refusal = plain_label("fieldError", wrap=True)
        self._refusal.hide()
        self._reset = QPushButton()
        self._reset.setObjectName("resetKeysButton")
        self._reset.clicked.connect(self._reset_all)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(0, 1)
        self._grid.setVerticalSpacing(6)
        for binding in BINDINGS:
            if not binding.fixed:
                self._add_row(binding.action)
        rows = self._grid.rowCount()
        self._grid.addWidget(self._refusal, rows, 0, 1, 3)
        self._grid.addWidget(self._reset, rows + 1, 0, Qt.AlignmentFlag.AlignLeft)

    def retranslate(self) -> None:
        """Set every text anew."""
        for action, label in self._labels.items():
            name = label_of(action)
            label.setText(name)
            self._edits[action].setAccessibleName(self.tr("Keys for “{name}”").format(name=name))
            self._clears[action].describe(self.tr("No keys for “{name}”").format(name=name))
        self._reset.setText(self.tr("Use the usual keys again"))
        self._reset.setAccessibleName(self._reset.text())

    def _add_row(self, action: str) -> None:
        row = self._grid.rowCount()
        label = plain_label("keyLabel", wrap=True)
        edit = KeyField(keys_of(action, self._chosen))
        edit.setObjectName(f"keys_{action}")
        edit.setMaximumSequenceLength(1)
        edit.setFinishingKeyCombinations([])
        edit.setFixedWidth(170)
        edit.editingFinished.connect(partial(self._edited, action))
        clear = IconButton(f"clearKeys_{action}", "close", side=28, glyph=14)
        clear.clicked.connect(partial(self._clear, action))
        self._labels[action], self._edits[action], self._clears[action] = label, edit, clear
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(edit, row, 1)
        self._grid.addWidget(clear, row, 2)

    def _edited(self, action: str) -> None:
        keys = self._edits[action].keySequence()
        if keys == keys_of(action, self._chosen):
            return
        other = conflict(action, keys, self._chosen)
        if other is None and _would_type(keys):
            self._refuse(
                action, self.tr("{keys} alone is needed for writing.").format(keys=_shown(keys))
            )
        elif other is not None:
            self._refuse(
                action,
                self.tr("{keys} is already used for “{name}”.").format(
                    keys=_shown(keys), name=label_of(other)
                ),
            )
        else:
            self._choose(rebind(action, keys, self._chosen))

    def _clear(self, action: str) -> None:
        self._edits[action].setKeySequence(QKeySequence())
        self._choose(rebind(action, QKeySequence(), self._chosen))

    def _reset_all(self) -> None:
        self._choose({})
        for action, edit in self._edits.items():
            edit.setKeySequence(keys_of(action, self._chosen))

    def _choose(self, chosen: dict[str, str]) -> None:
        self._refusal.hide()
        self._chosen = chosen
        self.changed.emit(dict(chosen))

    def _refuse(self, action: str, sentence: str) -> None:
        self._edits[action].setKeySequence(keys_of(action, self._chosen))
        self._refusal.setText(sentence)
        self._refusal.show()


def _shown(keys: QKeySequence) -> str:
    return keys.toString(QKeySequence.SequenceFormat.NativeText)


def _would_type(keys: QKeySequence) -> bool:
    """Whether the keys are a plain character, which would no longer reach the question."""
    text = keys.toString(QKeySequence.SequenceFormat.PortableText).removeprefix("Shift+")
    return len(text) == 1 or text in {"Space", "Return", "Enter", "Backspace", "Del", "Tab"}
