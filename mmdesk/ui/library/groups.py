"""The parts of the Models page: a heading with an action, and the rows below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from mmdesk.core.models import ModelEntry, ModelRole
from mmdesk.ui.controls import plain_label, restyle
from mmdesk.ui.library.model_row import ModelRow, RowActions
from mmdesk.ui.library.state import Identity, RowState, identity
from mmdesk.ui.timers import single_shot

_AT_ONCE = 3
"""Rows that are made in one go: some 6 ms each."""


class RoleChoice(QFrame):
    """A quiet segmented control: chat, speech, matching."""

    chosen = Signal(object)
    """A :class:`ModelRole`."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("roleChoice")
        self.buttons: dict[ModelRole, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(3, 3, 3, 3)
        row.setSpacing(2)
        for role in ModelRole:
            button = QPushButton()
            button.setObjectName(f"role-{role}")
            button.setCheckable(True)
            button.setProperty("segment", True)
            button.clicked.connect(lambda _on=False, role=role: self._choose(role))
            self.buttons[role] = button
            row.addWidget(button)

    def show_role(self, role: ModelRole) -> None:
        """Check a role's button."""
        for each, button in self.buttons.items():
            button.setChecked(each is role)

    def retranslate(self) -> None:
        """Set every text anew."""
        for role, text in (
            (ModelRole.CHAT, self.tr("Chat")),
            (ModelRole.SPEECH, self.tr("Speech")),
            (ModelRole.MATCH, self.tr("Matching")),
        ):
            self.buttons[role].setText(text)
            self.buttons[role].setAccessibleName(self.tr("{role} models").replace("{role}", text))

    def _choose(self, role: ModelRole) -> None:
        self.show_role(role)  # a click on the checked one has unchecked it
        self.chosen.emit(role)


class Group(QWidget):
    """A heading, an action at its end, what stands above the rows, and the rows."""

    def __init__(self, object_name: str, action_name: str = "") -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.title = plain_label("sectionTitle")
        self.action = QPushButton()
        self.action.setObjectName(action_name)
        self.action.setProperty("flat", True)
        restyle(self.action, "accent", True)
        self.empty = plain_label("fieldHelp", wrap=True)
        self.empty.hide()
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.action)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 10, 0, 0)
        self.column.setSpacing(6)
        self.column.addLayout(head)
        self.column.addWidget(self.empty)
        if not action_name:
            self.action.hide()


class RowList(QWidget):
    """Rows of models in order; each keeps its widgets, and the focus in them, as it changes."""

    focusFreed = Signal()
    """The row that had the focus leaves."""

    def __init__(self, actions: RowActions) -> None:
        super().__init__()
        self._actions = actions
        self._rows: dict[Identity, ModelRow] = {}
        self._made = 0
        self._more = single_shot(self, 0, self._go_on)
        self._wanted: tuple[tuple[ModelEntry, ...], Callable[[ModelEntry], RowState]] | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)

    @property
    def rows(self) -> list[ModelRow]:
        """The rows that are shown, in order."""
        shown = [row for row in self._rows.values() if not row.isHidden()]
        return sorted(shown, key=self._column.indexOf)

    def show_entries(
        self, entries: Sequence[ModelEntry], state_of: Callable[[ModelEntry], RowState]
    ) -> None:
        """Show these models and no others; many new ones come in several steps."""
        self._wanted = tuple(entries), state_of
        wanted = {identity(entry): entry for entry in entries}
        for name, row in self._rows.items():
            if name not in wanted and not row.isHidden():
                self._hide(row)
        for place, (name, entry) in enumerate(wanted.items()):
            if name not in self._rows:
                self._more.start()  # the window stays alive meanwhile
                if self._made == _AT_ONCE:
                    return
                self._made += 1
                self._rows[name] = ModelRow(entry, self._actions)
            row = self._rows[name]
            if self._column.indexOf(row) != place:
                self._column.insertWidget(place, row)
            row.show_entry(entry, state_of(entry))
            row.show()

    def _go_on(self) -> None:
        self._made = 0
        if self._wanted is not None:
            self.show_entries(*self._wanted)

    def _hide(self, row: ModelRow) -> None:
        focused = QApplication.focusWidget()
        if focused is not None and row.isAncestorOf(focused):
            self.focusFreed.emit()  # else the focus would go to whatever comes next
        row.hide()

    def retranslate(self) -> None:
        """Set every text anew."""
        for row in self._rows.values():
            row.retranslate()
