"""What the sections of the settings are made of: rows with a name, an explanation, a control."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QPoint, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QStyleOptionComboBox,
    QVBoxLayout,
    QWidget,
)

from mmdesk.settings import Settings
from mmdesk.ui.choice import Choice
from mmdesk.ui.controls import plain_label
from mmdesk.ui.theme import current, theme

_CONTROL_WIDTH = 210
_SPIN_MARGIN = 8
_ARROW_ROOM = 40


class SettingsSection(QWidget):
    """One section of the form; every change is a new :class:`Settings`."""

    changed = Signal(object)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._fields: list[tuple[QWidget, QLabel, QLabel]] = []
        self._heading = plain_label("sectionTitle")
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(6)
        self._rows.addWidget(self._heading)

    def show_settings(self, settings: Settings) -> None:
        """Show what holds now, without telling it on."""
        self._settings = settings

    def retranslate(self) -> None:
        """Set every text anew."""
        self._heading.setText(self._title())
        for (control, label, help_label), (name, text) in zip(
            self._fields, self._texts(), strict=True
        ):
            label.setText(name)
            help_label.setText(text)
            control.setAccessibleName(name)
            control.setAccessibleDescription(text)

    def _title(self) -> str:
        raise NotImplementedError

    def _texts(self) -> Sequence[tuple[str, str]]:
        """Return name and explanation of each field, in the order of the form."""
        raise NotImplementedError

    def _field(self, control: QWidget) -> None:
        """Add a row: name and explanation to the left, the control to the right."""
        name, explanation = plain_label("fieldName", wrap=True), plain_label("fieldHelp", wrap=True)
        if not isinstance(control, Switch):
            control.setFixedWidth(_CONTROL_WIDTH)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addStretch(1)
        texts.addWidget(name)
        texts.addWidget(explanation)
        texts.addStretch(1)
        row = QHBoxLayout()
        row.setContentsMargins(0, 4, 0, 4)
        row.setSpacing(16)
        row.addLayout(texts, 1)
        row.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
        self._rows.addLayout(row)
        self._fields.append((control, name, explanation))

    def _change(self, **fields: Any) -> None:
        changed = replace(self._settings, **fields)
        if changed != self._settings:
            self._settings = changed
            self.changed.emit(changed)


class LongChoice(Choice):
    """A combo box for long names: shortened where it is closed, whole where it is open."""

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        """Shorten the shown name; Qt would cut it off."""
        super().initStyleOption(option)
        room = self.width() - _ARROW_ROOM
        middle = Qt.TextElideMode.ElideMiddle
        option.currentText = self.fontMetrics().elidedText(self.currentText(), middle, room)

    def showPopup(self) -> None:
        """Make the list as wide as its longest name, within reason."""
        view = self.view()
        view.setMinimumWidth(min(2 * self.width(), view.sizeHintForColumn(0) + 24))
        super().showPopup()


class Switch(QCheckBox):
    """On or off: a knob to the right or to the left of its track."""

    def __init__(self, object_name: str, act: Callable[[bool], None]) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(self.sizeHint())
        self.toggled.connect(act)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Return the size of the track and the focus ring around it."""
        return QSize(44, 30)

    def hitButton(self, pos: QPoint) -> bool:
        """Take clicks anywhere on it."""
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint track, knob and focus ring."""
        tokens, on = current(), self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(3, 5, 38, 20)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.accent), 1.5))
            painter.drawRoundedRect(track.adjusted(-3, -3, 3, 3), 13, 13)
        painter.setPen(QPen(QColor(tokens.accent if on else tokens.muted), 1.2))
        painter.setBrush(QColor(tokens.accent if on else tokens.card))
        painter.drawRoundedRect(track, 10, 10)
        at_end = on != (self.layoutDirection() == Qt.LayoutDirection.RightToLeft)
        knob = QRectF(0, 0, 13, 13)
        knob.moveCenter(track.center())
        knob.moveLeft(track.right() - 16.5 if at_end else track.left() + 3.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.on_accent if on else tokens.muted))
        painter.drawEllipse(knob)


def choice(object_name: str, values: Sequence[str], act: Callable[[str], None]) -> QComboBox:
    """Return a combo box of ``values``; ``act`` gets the one that the person chooses."""
    combo = LongChoice()
    combo.setObjectName(object_name)
    combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    for value in values:
        combo.addItem(value, value)
    combo.currentIndexChanged.connect(lambda _index: act(combo.currentData()))
    return combo


def number(object_name: str, spin: QSpinBox | QDoubleSpinBox, act: Callable[[], None]) -> None:
    """Set up a number; it counts when it is typed to its end, not after every digit."""
    spin.setObjectName(object_name)
    # The style sheet's padding does not reach the field inside.
    spin.lineEdit().setTextMargins(_SPIN_MARGIN, 0, _SPIN_MARGIN, 0)
    spin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    spin.setKeyboardTracking(False)
    spin.valueChanged.connect(lambda _value: act())


def buttons(*items: tuple[str, Callable[[], object]]) -> tuple[QWidget, list[QPushButton]]:
    """Return push buttons below each other, each with an object name and what it does."""
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    made = []
    for object_name, act in items:
        button = QPushButton()
        button.setObjectName(object_name)
        button.clicked.connect(lambda _checked=False, act=act: act())
        column.addWidget(button)
        made.append(button)
    return box, made


def name_buttons(named: Sequence[tuple[QPushButton, str]]) -> None:
    """Set the texts of buttons."""
    for button, text in named:
        button.setText(text)
        button.setAccessibleName(text)


def name_choices(combo: QComboBox, texts: Sequence[str]) -> None:
    """Set the texts of a combo box's entries."""
    for index, text in enumerate(texts):
        combo.setItemText(index, text)


def select(combo: QComboBox, value: str) -> None:
    """Show a value without telling it on."""
    with QSignalBlocker(combo):
        combo.setCurrentIndex(combo.findData(value))
