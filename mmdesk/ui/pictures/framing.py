"""Which part of a picture is in view."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF


class Framing:
    """In fractions of a picture, so that pictures of different sizes can share it.

    Attributes:
        zoom: Times the size at which all of the picture is in view.
        centre: What of the picture is in the middle of the view.
    """

    def __init__(self) -> None:
        self.zoom = 1.0
        self.centre = QPointF(0.5, 0.5)

    @property
    def fits(self) -> bool:
        """Whether all of it is in view, in the middle."""
        return self.zoom == 1.0 and self.centre == QPointF(0.5, 0.5)

    def fit(self) -> None:
        """Bring all of it into view."""
        self.zoom = 1.0
        self.centre = QPointF(0.5, 0.5)

    def box(self, view: QRectF, fitted: QSizeF) -> QRectF:
        """Return where a picture lies.

        Args:
            view: Where it is looked at.
            fitted: The picture's size at zoom 1.
        """
        size = fitted * self.zoom
        left = view.center().x() - self.centre.x() * size.width()
        top = view.center().y() - self.centre.y() * size.height()
        return QRectF(left, top, size.width(), size.height())

    def zoom_to(self, zoom: float, at: QPointF, view: QRectF, fitted: QSizeF) -> None:
        """Zoom; what of the picture is under ``at`` stays there."""
        before = self.box(view, fitted)
        spot_x = (at.x() - before.x()) / before.width()
        spot_y = (at.y() - before.y()) / before.height()
        self.zoom = zoom
        size = fitted * zoom
        self.centre = QPointF(
            spot_x + (view.center().x() - at.x()) / size.width(),
            spot_y + (view.center().y() - at.y()) / size.height(),
        )
        self._hold_in_view()

    def drag(self, moved: QPointF, fitted: QSizeF) -> None:
        """Move the picture by pixels of the screen."""
        size = fitted * self.zoom
        self.centre -= QPointF(moved.x() / size.width(), moved.y() / size.height())
        self._hold_in_view()

    def _hold_in_view(self) -> None:
        """Keep the view's middle on the picture, so that it can't be lost."""
        self.centre = QPointF(
            max(0.0, min(1.0, self.centre.x())), max(0.0, min(1.0, self.centre.y()))
        )
