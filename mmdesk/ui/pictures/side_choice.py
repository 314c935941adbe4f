"""Above one side of a comparison: which picture it is."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from mmdesk.ui.controls import plain_label, restyle
from mmdesk.ui.evidence.facts import size_text
from mmdesk.ui.pictures.overlay import BarButton, ElidedLabel
from mmdesk.ui.pictures.shown import Shown

_FACTS_FROM = 400
"""Px of width, from which on there is room for more than the name."""


class SideChoice(QWidget):
    """The name of one side's picture, and buttons that choose another one."""

    stepped = Signal(int)

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.name, self.facts = ElidedLabel("sideName"), plain_label("sideFacts")
        self.facts.setProperty("quiet", True)
        self.facts.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.previous = BarButton(f"{object_name}Previous", "chevron-left")
        self.next = BarButton(f"{object_name}Next", "chevron-right")
        self.previous.clicked.connect(lambda: self.stepped.emit(-1))
        self.next.clicked.connect(lambda: self.stepped.emit(1))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addStretch(1)
        row.addWidget(self.previous)
        row.addWidget(self.name)
        row.addSpacing(4)
        row.addWidget(self.facts)
        row.addWidget(self.next)
        row.addStretch(1)

    def show_side(self, shown: Shown, scale: float, *, choice: bool, behind: bool) -> None:
        """Show which picture it is, and whether it is behind the other one."""
        self.name.setText(f"{shown.number}  ·  {shown.picture.name}")
        size = size_text(*shown.size)
        self.facts.setText(size if shown.error is not None else f"{size}  ·  {scale * 100:.0f} %")
        self.setAccessibleDescription(shown.error_text)
        restyle(self.name, "behind", behind)
        for button in (self.previous, self.next):
            button.setVisible(choice)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the room to the name where there is little."""
        super().resizeEvent(event)
        self.facts.setVisible(self.width() >= _FACTS_FROM)

    def retranslate(self, name: str) -> None:
        """Set every text anew; ``name`` is the side's."""
        self.setAccessibleName(name)
        self.previous.describe(self.tr("{side}: picture before").format(side=name))
        self.next.describe(self.tr("{side}: picture after").format(side=name))
