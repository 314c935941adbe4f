"""The rows of the conversations' list: headings, and what is below them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    QStringListModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QIcon

from mmdesk.core.conversations import ConversationSummary
from mmdesk.core.values import value
from mmdesk.ui.badge import leaves_text
from mmdesk.ui.controls import as_plain
from mmdesk.ui.icons import icon_row
from mmdesk.ui.theme import theme

ID = Qt.ItemDataRole.UserRole
"""A conversation's id."""
SUMMARY = Qt.ItemDataRole.UserRole + 1
"""The row's :class:`ConversationSummary`; None for a heading."""
FOLDER = Qt.ItemDataRole.UserRole + 2
"""The name of the folder that a heading is; None for every other row."""
GLYPH = 14
"""Px."""
_GLYPH_GAP = 6
GLYPHS = QSize(2 * GLYPH + _GLYPH_GAP, GLYPH)
"""All that a row may have."""
_HEADING = 12
"""Px of its font."""

_Index = QModelIndex | QPersistentModelIndex


@value
class _Heading:
    """What stands above a group; ``folder`` is None where the group is none."""

    text: str
    folder: str | None = None

    @property
    def key(self) -> str:
        kind = "day" if self.folder is None else "folder"
        return f"\n{kind} {self.text}"


_Row = ConversationSummary | _Heading
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
        self._coming: list[_Row] = []
        # The first to hear of it: until then the rows are as they were, as views expect.
        self.rowsRemoved.connect(self._removed)
        self.rowsInserted.connect(self._inserted)

    def show(self, summaries: Sequence[ConversationSummary]) -> None:
        """Take a listing; within a group its order stays."""
        rows = self._grouped(summaries)
        keys = [row.key if isinstance(row, _Heading) else row.id for row in rows]
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
        if row is None or isinstance(row, _Heading):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what is shown of a row, its :data:`ID` or its :data:`SUMMARY`."""
        row = self._row(index)
        if row is None:
            return None
        return _of_heading(row, role) if isinstance(row, _Heading) else self._of_line(row, role)

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
        if not summaries:
            return []
        from datetime import UTC, datetime, timedelta  # which the first paint needn't wait for

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
        groups = [(_Heading(self.tr("Pinned")), pinned)]
        for name in sorted(folders, key=str.casefold):
            groups.append((_Heading(name, name), folders[name]))
        named = (self.tr("Today"), self.tr("Yesterday"), self.tr("Earlier"))
        groups += zip(map(_Heading, named), days, strict=True)
        return [row for heading, group in groups if group for row in (heading, *group)]

    def _replace(self, first: int, end: int, rows: list[_Row], keys: list[str]) -> None:
        """Put ``rows`` in the place of those from ``first`` to ``end``."""
        old = self._keys[first:end]
        if len(old) > 1 and keys == [old[-1], *old[:-1]]:  # asked again: it goes to the top
            self._rows[first:end] = rows
            self.moveRow(_ROOT, end - 1, _ROOT, first)
            return
        if old:
            self.removeRows(first, len(old))
        self._coming = rows
        if rows:
            self.insertRows(first, len(rows))

    def _removed(self, _parent: QModelIndex, first: int, last: int) -> None:
        del self._rows[first : last + 1]

    def _inserted(self, _parent: QModelIndex, first: int, _last: int) -> None:
        self._rows[first:first] = self._coming

    def _tell_changes(self, before: list[_Row], first: int) -> None:
        """Have rows drawn anew that stayed where they were but look different."""
        for place, (old, new) in enumerate(zip(before, self._rows[first:], strict=False), first):
            if isinstance(old, _Heading) or isinstance(new, _Heading):
                continue
            if _looks(old) != _looks(new):
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
            return as_plain("\n".join((title, *self._marks(summary))))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join((title, *self._marks(summary)))
        return _glyphs(summary) if role == Qt.ItemDataRole.DecorationRole else None

    def _marks(self, summary: ConversationSummary) -> list[str]:
        """Return in words what the glyphs say."""
        draft = [self.tr("Draft")] if summary.drafted else []
        return draft + ([leaves_text()] if summary.leaves else [])


def _glyphs(summary: ConversationSummary) -> QIcon | None:
    tokens = theme().tokens
    glyphs: tuple[tuple[str, str], ...] = ()
    if summary.drafted:
        glyphs += (("edit", tokens.muted),)
    if summary.leaves:
        glyphs += (("leaves", tokens.notice_text),)
    return icon_row(glyphs, GLYPH, _GLYPH_GAP) if glyphs else None


def _looks(summary: ConversationSummary) -> tuple[str, bool, bool]:
    return summary.title, summary.leaves, summary.drafted


def _of_heading(heading: _Heading, role: int) -> object:
    if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
        return heading.text
    if role == FOLDER:
        return heading.folder
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
