"""The frames that entered a model, as they lie on the picture."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget

from mmdesk.core.sight import Placement

_GAP = 4
_TALLEST = 480


class FrameGrid(QWidget):
    """Paints frames in rows; a small frame's own pixels are to be seen."""

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self._rows: list[list[QPixmap]] = []

    def show_rows(self, rows: Sequence[Sequence[QPixmap]], name: str) -> None:
        """Show frames, row by row."""
        self._rows = [list(row) for row in rows if row]
        self.setAccessibleName(name)
        self._fit()
        self.setVisible(bool(self._rows))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take the height that the frames need."""
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the frames, each as wide as its share of the row."""
        painter = QPainter(self)
        scale, y = self._scale(), 0.0
        for row in self._rows:
            x, highest = 0.0, 0.0
            for pixmap in row:
                box = QRectF(x, y, pixmap.width() * scale, pixmap.height() * scale)
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
                painter.drawPixmap(box, pixmap, QRectF(pixmap.rect()))
                x += box.width() + _GAP
                highest = max(highest, box.height())
            y += highest + _GAP

    def _scale(self) -> float:
        scales = [_fitting(row, self.width()) for row in self._rows]
        high = sum(max(each.height() for each in row) for row in self._rows)
        room = _TALLEST - _GAP * (len(self._rows) - 1)
        return min([*scales, max(1, room) / max(1, high)], default=1.0)

    def _fit(self) -> None:
        scale = self._scale()
        heights = [max(each.height() for each in row) * scale for row in self._rows]
        self.setFixedHeight(max(1, round(sum(heights) + _GAP * max(0, len(heights) - 1))))
        self.update()


def _fitting(row: Sequence[QPixmap], width: int) -> float:
    room = max(1, width - _GAP * (len(row) - 1))
    return room / max(1, sum(each.width() for each in row))


def parted(frames: Sequence[Placement]) -> tuple[int | None, list[list[int]]]:
    """Return the number of the frame that shows all, beside tiles, and the tiles' rows.

    A single frame is no tile: it is the whole, with no rows.
    """
    if len(frames) == 1:
        return 0, []
    areas = [frame.area for frame in frames]
    whole: int | None = max(range(len(frames)), key=areas.__getitem__) if frames else None
    others = [number for number in range(len(frames)) if number != whole]
    if whole is not None and areas[whole] < 1.5 * max(areas[number] for number in others):
        whole, others = None, list(range(len(frames)))  # tiles alone
    rows: dict[float, list[int]] = {}
    for number in sorted(others, key=lambda n: (frames[n].shown[1], frames[n].shown[0])):
        rows.setdefault(round(frames[number].shown[1]), []).append(number)
    return whole, list(rows.values())
