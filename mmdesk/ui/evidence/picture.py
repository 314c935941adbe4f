"""The picture that an answer is about, with its boxes, or with what the answer rests on."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from mmdesk.core.evidence import Evidence
from mmdesk.core.examinations import Region
from mmdesk.core.messages import Picture
from mmdesk.ui.evidence.painting import paint_evidence
from mmdesk.ui.fonts import base_font
from mmdesk.ui.theme import EVIDENCE, current

_TALLEST = 400
_RADIUS = 10
_LETTERS = 11
_NEAR = 10.0
"""Px from a point, within which the mouse means it."""
_HEAT = QColor(EVIDENCE[1])
_HOTTEST = 190
"""Alpha where the answer rests most."""


class EvidencePicture(QWidget):
    """Tells which box is under the mouse; the arrow keys go through them, Enter opens it."""

    hovered = Signal(object)
    """Numbers of evidence, as a tuple; () is none."""
    opened = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("evidencePicture")
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._pixmap = QPixmap()
        self._size = (1, 1)
        self._evidence: list[tuple[int, Evidence]] = []
        self._heat: tuple[Region, ...] = ()
        self._lit: frozenset[int] = frozenset()
        self._told: tuple[int, ...] = ()

    def show_picture(
        self, picture: Picture, evidence: Sequence[tuple[int, Evidence]], name: str
    ) -> None:
        """Show a picture with the places on it, each with its number in the answer."""
        self._pixmap = QPixmap(str(picture.thumbnail))
        self._size = (picture.width, picture.height)
        self._evidence = list(evidence)
        self._heat, self._lit, self._told = (), frozenset(), ()
        self.setAccessibleName(name)
        labels = dict.fromkeys(each.text for _, each in evidence if each.text)
        self.setAccessibleDescription(", ".join(labels))
        self._fit()

    def light(self, numbers: Collection[int]) -> None:
        """Have these places stand out."""
        lit = frozenset(numbers) & {number for number, _ in self._evidence}
        if lit != self._lit:
            self._lit = lit
            self.update()

    def show_heat(self, regions: tuple[Region, ...]) -> None:
        """Paint how much each region matters instead of the places; () ends it."""
        self._heat = regions
        self.update()

    @property
    def frame(self) -> QRectF:
        """Where the picture is painted."""
        width, height = self._size
        scale = self._scale()
        left = (self.width() - width * scale) / 2
        return QRectF(left, 0, width * scale, height * scale)

    def at(self, spot: QPointF) -> tuple[int, ...]:
        """Return the number of the smallest place at a spot of the widget."""
        frame, scale = self.frame, self._scale()
        found: list[tuple[float, int]] = []
        for number, each in self._evidence:
            corners = [value * scale for value in each.place]
            if len(corners) == 2:
                away = frame.topLeft() + QPointF(*corners) - spot
                distance = (away.x() ** 2 + away.y() ** 2) ** 0.5
                if distance <= _NEAR:
                    found.append((distance, number))
            else:
                box = QRectF(QPointF(*corners[:2]), QPointF(*corners[2:]))
                box = box.normalized().translated(frame.topLeft())
                if box.contains(spot):
                    found.append((_NEAR + box.width() * box.height(), number))
        return (min(found)[1],) if found else ()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what is under the mouse."""
        self._tell(self.at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is."""
        super().leaveEvent(event)
        self._tell(())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Paint the ring."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """No place is meant by the keyboard any more."""
        super().focusOutEvent(event)
        self._tell(())
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open it."""
        inside = self.frame.contains(event.position())
        if inside and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right go from place to place; Enter and the space bar open the picture."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self._evidence:
            numbers = [number for number, _ in self._evidence]
            step = 1 if key == Qt.Key.Key_Right else -1
            at = numbers.index(self._told[0]) + step if self._told else min(0, step)
            self._tell((numbers[at % len(numbers)],))
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the picture's proportions."""
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture, and what is to be seen on it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        frame, scale = self.frame, self._scale()
        shape = QPainterPath()
        shape.addRoundedRect(frame, _RADIUS, _RADIUS)
        painter.save()
        painter.setClipPath(shape)
        painter.fillRect(frame, QColor(current().line))  # where its file is gone
        if not self._pixmap.isNull():
            painter.drawPixmap(frame, self._pixmap, QRectF(self._pixmap.rect()))
        self._paint_heat(painter, frame, scale)
        painter.restore()
        if not self._heat:
            font = base_font(_LETTERS)
            font.setWeight(QFont.Weight.DemiBold)
            paint_evidence(painter, self._evidence, frame, scale, meant=self._lit, font=font)
        if self.hasFocus():
            painter.setPen(QPen(QColor(current().accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(frame.adjusted(1, 1, -1, -1), _RADIUS, _RADIUS)

    def _paint_heat(self, painter: QPainter, frame: QRectF, scale: float) -> None:
        most = max((each.drop for each in self._heat), default=0.0)
        if most <= 0:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # no seams in the grid
        for each in self._heat:
            colour = QColor(_HEAT)
            colour.setAlpha(round(_HOTTEST * max(0.0, each.drop) / most))
            x0, y0, x1, y1 = (value * scale for value in each.box)
            painter.fillRect(QRectF(x0, y0, x1 - x0, y1 - y0).translated(frame.topLeft()), colour)

    def _tell(self, numbers: tuple[int, ...]) -> None:
        if numbers != self._told:
            self._told = numbers
            self.light(numbers)
            self.hovered.emit(numbers)

    def _scale(self) -> float:
        width, height = self._size
        return min(self.width() / width, _TALLEST / height)

    def _fit(self) -> None:
        self.setFixedHeight(max(1, round(self._size[1] * self._scale())))
        self.update()
