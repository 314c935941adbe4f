"""The rows of the conversations' list: headings, and what is below them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QStringListModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont

from mmdesk.core.conversations import ConversationSummary
from mmdesk.ui.badge import leaves_text
from mmdesk.ui.icons import icon
from mmdesk.ui.theme import theme

ID = Qt.ItemDataRole.UserRole
"""A conversation's id."""
SUMMARY = Qt.ItemDataRole.UserRole + 1
"""The row's :class:`ConversationSummary`; None for a heading."""
GLYPH = 14
"""Px."""
_HEADING = 12
"""Px of its font."""

_Index = QModelIndex | QPersistentModelIndex
_Row = ConversationSummary | str
"""A conversation, or a heading's text."""
_ROOT = QModelIndex()


class ConversationModel(QStringListModel):
    """Pinned ones, folders, then days; a new listing touches only the rows that differ.

    The strings are empty and only counted: a view asks for the number of rows with each row that
    it lays out, and asking Python for it 10,000 times takes longer than everything else.
    """

    renamed = Signal(str, str)
    """A conversation's id, and the title that the person wrote."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[_Row] = []
        self._keys: list[str] = []
        self._places: dict[str, int] = {}

    def show(self, summaries: Sequence[ConversationSummary]) -> None:
        """Take a listing; within a group its order stays."""
        rows = self._grouped(summaries)
        keys = [f"\n{row}" if isinstance(row, str) else row.id for row in rows]
        first, last = _alike(self._keys, keys)
        old, end = len(self._keys) - last, len(keys) - last
        kept = self._rows[:first], self._rows[old:]
        self._replace(first, old, rows[first:end], keys[first:end])
        self._rows, self._keys = rows, keys
        self._places = {key: place for place, key in enumerate(keys)}
        self._tell_changes(kept[0], 0)
        self._tell_changes(kept[1], end)

    def retell(self) -> None:
        """Have everything drawn anew, in another language or theme."""
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def index_of(self, conversation: str) -> QModelIndex:
        """Return a conversation's index, or an invalid one."""
        place = self._places.get(conversation)
        return QModelIndex() if place is None else self.index(place)

    # What Qt calls

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Headings can't be chosen."""
        row = self._row(index)
        if row is None or isinstance(row, str):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what is shown of a row, its :data:`ID` or its :data:`SUMMARY`."""
        row = self._row(index)
        if row is None:
            return None
        return _of_heading(row, role) if isinstance(row, str) else self._of_line(row, role)

    def setData(self, index: _Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Report a title that was written; it shows once the conversation has it."""
        row = self._row(index)
        title = str(value)
        if not isinstance(row, ConversationSummary) or role != Qt.ItemDataRole.EditRole:
            return False
        if title.strip() in ("", self._of_line(row, role)):
            return False
        self.renamed.emit(row.id, title)
        return True

    # Inside

    def _row(self, index: _Index) -> _Row | None:
        place = index.row()
        return self._rows[place] if 0 <= place < len(self._rows) else None

    def _grouped(self, summaries: Sequence[ConversationSummary]) -> list[_Row]:
        """Return the headings, each before what is below it."""
        today = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
        # In the zone of what they are compared with 10,000 times.
        yesterday = (today - timedelta(hours=12)).replace(hour=0).astimezone(UTC)
        today = today.astimezone(UTC)
        pinned: list[_Row] = []
        folders: dict[str, list[_Row]] = {}
        days: tuple[list[_Row], ...] = ([], [], [])
        for each in summaries:
            if each.pinned:
                pinned.append(each)
            elif each.folder:
                folders.setdefault(each.folder, []).append(each)
            else:
                days[(each.updated < today) + (each.updated < yesterday)].append(each)
        groups = [(self.tr("Pinned"), pinned)]
        groups += sorted(folders.items(), key=lambda group: group[0].casefold())
        groups += zip(
            (self.tr("Today"), self.tr("Yesterday"), self.tr("Earlier")), days, strict=True
        )
        return [row for heading, group in groups if group for row in (heading, *group)]

    def _replace(self, first: int, end: int, rows: list[_Row], keys: list[str]) -> None:
        """Put ``rows`` in the place of those from ``first`` to ``end``."""
        old = self._keys[first:end]
        if len(old) > 1 and keys == [old[-1], *old[:-1]]:  # asked again: it goes to the top
            self._rows[first:end] = rows
            self.moveRow(_ROOT, end - 1, _ROOT, first)
            return
        del self._rows[first:end]
        if old:
            self.removeRows(first, len(old))
        self._rows[first:first] = rows
        if rows:
            self.insertRows(first, len(rows))

    def _tell_changes(self, before: list[_Row], first: int) -> None:
        """Have rows drawn anew that stayed where they were but look different."""
        for place, (old, new) in enumerate(zip(before, self._rows[first:], strict=False), first):
            if isinstance(old, str) or isinstance(new, str):
                continue
            if old.title != new.title or old.leaves is not new.leaves:
                self.dataChanged.emit(self.index(place), self.index(place))

    def _of_line(self, summary: ConversationSummary, role: int) -> object:
        if role == ID:
            return summary.id
        if role == SUMMARY:
            return summary
        written = " ".join(summary.title.split())
        if role == Qt.ItemDataRole.EditRole:
            return written
        title = written or self.tr("Untitled")
        if role == Qt.ItemDataRole.DisplayRole:
            return title
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{title}\n{leaves_text()}" if summary.leaves else title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{title}, {leaves_text()}" if summary.leaves else title
        if role == Qt.ItemDataRole.DecorationRole and summary.leaves:
            return icon("leaves", theme().tokens.notice_text, GLYPH)
        return None


def _of_heading(text: str, role: int) -> object:
    if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
        return text
    if role == Qt.ItemDataRole.FontRole:
        font = QFont()
        font.setPixelSize(_HEADING)
        return font
    return None


def _alike(old: list[str], new: list[str]) -> tuple[int, int]:
    """Return how many keys are the same at the beginning, and at the end behind those."""
    if old == new:
        return len(new), 0
    most = min(len(old), len(new))
    first = 0
    while first < most and old[first] == new[first]:
        first += 1
    last = 0
    while last < most - first and old[-1 - last] == new[-1 - last]:
        last += 1
    return first, last
