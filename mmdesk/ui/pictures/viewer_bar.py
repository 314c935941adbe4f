"""The viewer's bar: what is shown, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy

from mmdesk.ui.pictures.bar import GAP, Naming, PictureBar
from mmdesk.ui.pictures.canvas import ZoomCanvas
from mmdesk.ui.pictures.overlay import BarButton, ElidedLabel

_WORDS_FROM = 860


class ViewerBar(PictureBar):
    """Its caption gives way to the buttons."""

    def __init__(self, canvas: ZoomCanvas) -> None:
        super().__init__("viewer", canvas, _WORDS_FROM)
        self.caption = ElidedLabel("viewerCaption")
        self.caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.mark = BarButton("viewerMark", "mark", wordy=True, checkable=True)
        self.compare = BarButton("viewerCompare", "compare", wordy=True)
        self.previous = BarButton("viewerPrevious", "chevron-left")
        self.next = BarButton("viewerNext", "chevron-right")
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.caption, 1)
        row.addSpacing(GAP)
        self.add_buttons(row, self.previous)

    @property
    def buttons(self) -> Sequence[BarButton]:
        """The buttons, in order, shown or not."""
        boxes, *others = super().buttons
        return (self.mark, self.compare, boxes, self.previous, self.next, *others)

    def names(self) -> Sequence[Naming]:
        """Return what the buttons are called."""
        return (
            *super().names(),
            (self.mark, self.tr("Mark a region"), Qt.Key.Key_M),
            (self.compare, self.tr("Compare"), Qt.Key.Key_C),
            (self.previous, self.tr("Previous picture"), Qt.Key.Key_Left),
            (self.next, self.tr("Next picture"), Qt.Key.Key_Right),
        )

    def show_place(self, index: int, count: int) -> None:
        """Offer what there is to go to, and to compare with."""
        self.previous.setEnabled(index > 0)
        self.next.setEnabled(index + 1 < count)
        for button in (self.previous, self.next, self.compare):
            button.setVisible(count > 1)
