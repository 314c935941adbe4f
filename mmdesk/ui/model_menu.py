"""The menu below the model's name: which models can be used now, and where to get more."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QWidget

from mmdesk.core.models import (
    STARTER,
    ModelEntry,
    ModelKey,
    ModelRole,
    Place,
    Server,
    host_of,
    leaves_computer,
    parameters_text,
    remote_key,
    short_name,
)
from mmdesk.core.values import value
from mmdesk.ui.badge import leaves_text
from mmdesk.ui.icons import icon
from mmdesk.ui.model_words import DOT, fit_text, model_name, size_text
from mmdesk.ui.theme import theme

_GLYPH = 16
_NAME = 300
"""Px of a name at most."""
_SIDE = 12
_INDENT = 32
"""As in the style sheet: the mark stands there."""
_GAP = 28
_PER_SERVER = 12
"""Models of one server in the menu; the page has all of them."""


@value
class Choice:
    """A model in the menu; ``detail`` is what stands muted beside its name."""

    key: ModelKey
    name: str
    detail: str
    leaves: bool = False


class ModelMenu(QMenu):
    """Groups of models with the current one checked, then the ways to more."""

    chosen = Signal(str)
    """A model's key."""
    allWanted = Signal()
    folderWanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("modelMenu")
        self._entries: tuple[ModelEntry, ...] = ()
        self._servers: tuple[Server, ...] = ()
        self._listed = False
        self._current: ModelKey = STARTER
        self._choices: dict[QAction, Choice] = {}

    def show_models(self, entries: Sequence[ModelEntry], servers: Sequence[Server]) -> None:
        """Offer what there is now."""
        shown = tuple(entries), tuple(servers)
        if not self._listed or shown != (self._entries, self._servers):
            self._listed = True
            self._entries, self._servers = shown
            self.retranslate()

    def mark(self, key: ModelKey) -> None:
        """Check the model that answers."""
        if key != self._current:
            self._current = key
            self.retranslate()

    def retranslate(self) -> None:
        """Fill the menu anew."""
        for old in self.actions():
            self.removeAction(old)
            old.deleteLater()  # one of them may be what is being chosen
        self._choices.clear()
        here, remote = self._here(), self._remote()
        if remote:
            self._heading(self.tr("On this computer"))
        self._add(here)
        for host, choices in remote:
            self._heading(host)
            self._add(choices)
        if not self._listed:
            waiting = self.addAction(self.tr("Looking for models…"))
            waiting.setEnabled(False)
        self.addSeparator()
        self._name_action("allModelsAction", self.tr("All models…"), self.allWanted)
        self._name_action("chooseFolderAction", self.tr("Choose a folder…"), self.folderWanted)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what a menu can't: the mark in the accent's colour, details muted."""
        super().paintEvent(event)
        painter = QPainter(self)
        for action, choice in self._choices.items():
            self._paint(painter, self.actionGeometry(action), action, choice)

    def changeEvent(self, event: QEvent) -> None:
        """Measure anew in another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _here(self) -> list[Choice]:
        usable = [
            entry
            for entry in self._entries
            if entry.role is ModelRole.CHAT and entry.key and entry.problem is None
        ]
        usable.sort(key=lambda entry: entry.place is not Place.SHIPPED)
        choices = [
            Choice(entry.key or "", model_name(entry.key or "", [entry]), _detail(entry))
            for entry in usable
        ]
        known = {choice.key for choice in choices}
        if STARTER not in known:
            choices.insert(0, Choice(STARTER, model_name(STARTER), ""))
        if self._current not in known | {STARTER} and not host_of(self._current):
            choices.append(Choice(self._current, short_name(self._current), ""))
        return choices

    def _remote(self) -> list[tuple[str, list[Choice]]]:
        groups: dict[str, list[Choice]] = {}
        for server in self._servers:
            made = [self._served(remote_key(server.url, model)) for model in server.models]
            current = [choice for choice in made[_PER_SERVER:] if choice.key == self._current]
            groups[server.url] = [*made[:_PER_SERVER], *current]
        keys = {choice.key for choices in groups.values() for choice in choices}
        if host_of(self._current) and self._current not in keys:
            groups.setdefault(self._current.partition("#")[0], []).append(
                self._served(self._current)
            )
        return [(host_of(url), choices) for url, choices in groups.items() if choices]

    def _served(self, key: ModelKey) -> Choice:
        leaves = leaves_computer(key)
        return Choice(key, short_name(key), leaves_text() if leaves else "", leaves)

    def _heading(self, text: str) -> None:
        action = self.addAction(text.replace("&", "&&"))
        action.setEnabled(False)
        font = QFont(self.font())
        font.setPixelSize(12)
        action.setFont(font)

    def _add(self, choices: Sequence[Choice]) -> None:
        for choice in choices:
            plain = " ".join(choice.name.split())
            name = self.fontMetrics().elidedText(plain, Qt.TextElideMode.ElideMiddle, _NAME)
            text = f"{name}\t{choice.detail}" if choice.detail else name
            action = self.addAction(text.replace("&", "&&"))
            action.setObjectName(f"model:{choice.key}")
            action.setCheckable(True)
            action.setChecked(choice.key == self._current)
            action.triggered.connect(lambda _on=False, key=choice.key: self._choose(key))
            self._choices[action] = choice

    def _choose(self, key: ModelKey) -> None:
        self.chosen.emit(key)
        self.retranslate()  # a click on the current one has taken its mark

    def _name_action(self, object_name: str, text: str, wanted: object) -> None:
        action = self.addAction(text)
        action.setObjectName(object_name)
        action.triggered.connect(wanted)

    def _fit(self) -> None:
        """Make room between names and details."""
        metrics = self.fontMetrics()
        widest = 0
        for choice in self._choices.values():
            name = min(_NAME, metrics.horizontalAdvance(choice.name))
            detail = metrics.horizontalAdvance(choice.detail)
            glyph = _GLYPH + 6 if choice.leaves else 0
            widest = max(widest, name + (detail + glyph + _GAP if choice.detail else 0))
        self.setMinimumWidth(widest + 2 * _SIDE + _GLYPH + 24)

    def _paint(self, painter: QPainter, box: QRect, action: QAction, choice: Choice) -> None:
        tokens = theme().tokens
        rtl = self.isRightToLeft()
        if action.isChecked():
            left = box.right() - 8 - _GLYPH if rtl else box.left() + 8
            spot = QPoint(left, box.center().y() - _GLYPH // 2 + 1)
            _draw(painter, "check", tokens.accent, spot)
        if not choice.detail:
            return
        selected = action is self.activeAction()
        width = self.fontMetrics().horizontalAdvance(choice.detail) + 2
        left = box.left() + _SIDE if rtl else box.right() - _SIDE - width
        place = QRect(left, box.top() + 2, width, box.height() - 4)
        ground = tokens.accent_tint if selected else tokens.card
        # What the style has painted there stands in a column of its own.
        name = self.fontMetrics().horizontalAdvance(action.text().split("\t")[0]) + _INDENT
        cover = place.adjusted(0, 0, 4, 0)
        cover.setLeft(box.left() + name + 2)
        if rtl:
            cover = QRect(place.left() - 4, place.top(), 0, place.height())
            cover.setRight(box.right() - name)
        painter.fillRect(cover, QColor(ground))
        colour = tokens.accent if selected else tokens.muted
        painter.setPen(QColor(tokens.notice_text if choice.leaves else colour))
        painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), choice.detail)
        if choice.leaves:
            side = place.right() + 5 if rtl else place.left() - _GLYPH - 5
            spot = QPoint(side, box.center().y() - _GLYPH // 2 + 1)
            _draw(painter, "leaves", tokens.notice_text, spot)


def _draw(painter: QPainter, name: str, colour: str, spot: QPoint) -> None:
    pixmap = icon(name, colour, _GLYPH).pixmap(QSize(_GLYPH, _GLYPH))
    painter.drawPixmap(spot, pixmap)


def _detail(entry: ModelEntry) -> str:
    parts = []
    if entry.parameters:
        parts.append(parameters_text(entry.parameters))
    elif entry.size:
        parts.append(size_text(entry.size))
    if entry.estimate is not None:
        parts.append(fit_text(entry.estimate.fit))
    return DOT.join(parts)
