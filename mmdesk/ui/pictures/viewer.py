"""Pictures in full size over the window: zoom, one after the other, mark a region, compare."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mmdesk.core.evidence import Evidence
from mmdesk.core.messages import Picture
from mmdesk.core.sight import SeenPicture
from mmdesk.ui.controls import plain_label
from mmdesk.ui.pictures.marking import MarkingCanvas
from mmdesk.ui.pictures.marking_bar import MarkingBar
from mmdesk.ui.pictures.overlay import WindowOverlay
from mmdesk.ui.pictures.reading import Images, PictureReader
from mmdesk.ui.pictures.region import LEAST
from mmdesk.ui.pictures.shown import Shown
from mmdesk.ui.pictures.viewer_bar import ViewerBar

if TYPE_CHECKING:
    from mmdesk.ui.pictures.comparison import ComparisonView

_GROUND = QColor(18, 19, 20, 250)


class PictureViewer(WindowOverlay):
    """Covers the window while open; Esc closes it and gives the focus back."""

    regionWanted = Signal(object, object)
    """A picture and a region of it (x0, y0, x1, y1 in its pixels) that is to be asked about."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "pictureViewer", _GROUND)
        self._pictures: tuple[Picture, ...] = ()
        self._evidence: tuple[tuple[int, Evidence], ...] = ()
        self._seen: Mapping[str, SeenPicture] = {}
        self._index = 0
        self._comparison: ComparisonView | None = None
        self._reader = PictureReader(self)
        self._reader.read.connect(self._take)
        self.canvas, self.marking_bar = MarkingCanvas(), MarkingBar()
        self.bar = ViewerBar(self.canvas)
        self._error = plain_label("viewerError", wrap=True)
        self._error.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._error.hide()
        self._connect()
        self._lay_out()

    @property
    def index(self) -> int:
        """Which picture is shown."""
        return self._index

    @property
    def comparison(self) -> ComparisonView:
        """Two of the pictures; made when they are first compared."""
        if self._comparison is None:
            from mmdesk.ui.pictures.comparison import ComparisonView

            self._comparison = ComparisonView(self)
            self._comparison.retranslate()
            self._comparison.closed.connect(self.canvas.setFocus)
        return self._comparison

    def open(
        self,
        pictures: Sequence[Picture],
        index: int,
        *,
        marking: bool = False,
        evidence: Sequence[tuple[int, Evidence]] = (),
        seen: Mapping[str, SeenPicture] | None = None,
    ) -> None:
        """Show one of some pictures.

        Args:
            pictures: In the order in which the model was told of them.
            marking: Begin with marking a region.
            evidence: Places on any of them, each with its number in the answer.
            seen: What the model saw, by the picture's sha256.
        """
        if not pictures:
            return
        self._pictures, self._evidence = tuple(pictures), tuple(evidence)
        self._seen = {} if seen is None else seen
        self.cover(self.canvas)
        self._show(max(0, min(index, len(pictures) - 1)))
        self.bar.mark.setChecked(marking)

    def close_viewer(self) -> None:
        """Leave the viewer, and the comparison over it."""
        if self._comparison is not None:
            self._comparison.uncover()
        self._reader.want(())
        self.bar.mark.setChecked(False)
        self.uncover()
        self.canvas.show_picture(None)

    def move_by(self, step: int) -> None:
        """Show the next (1) or the previous (-1) picture, if there is one."""
        if 0 <= self._index + step < len(self._pictures):
            self._show(self._index + step)

    def compare(self) -> None:
        """Compare the picture with the next one, or the last with the one before."""
        if len(self._pictures) < 2:
            return
        other = self._index + 1 if self._index + 1 < len(self._pictures) else self._index - 1
        pair = (min(self._index, other), max(self._index, other))
        self.comparison.open(self._pictures, pair, self._evidence, boxes=self.bar.boxes.isChecked())

    def step_back(self) -> None:
        """Drop what is being marked; then close."""
        if self.canvas.marking:
            self.bar.mark.setChecked(False)
        else:
            self.close_viewer()

    def retranslate(self) -> None:
        """Set every text anew."""
        self.setAccessibleName(self.tr("Picture viewer"))
        self.canvas.setAccessibleDescription(
            self.tr(
                "M marks a region: Enter marks the middle, arrow keys move it, with Ctrl they "
                "move its right and lower edges, with Shift by ten pixels; Enter asks about it."
            )
        )
        self.bar.retranslate()
        self.marking_bar.retranslate()
        if self._comparison is not None:
            self._comparison.retranslate()

    def ring(self) -> list[QWidget]:
        """Return the picture and the buttons."""
        return [self.canvas, self.marking_bar.ask, *self.bar.buttons]

    def keys(self) -> Mapping[Qt.Key, Callable[[], None]]:
        """Arrows change the picture, + - 0 1 the scale."""
        key = Qt.Key
        return {
            **self.bar.keys(),
            key.Key_Left: partial(self.move_by, -1),
            key.Key_Right: partial(self.move_by, 1),
            key.Key_1: self.canvas.actual_size,
            key.Key_C: self.compare,
            key.Key_M: self.bar.mark.press,
            key.Key_Return: self._enter,
            key.Key_Enter: self._enter,
            key.Key_Delete: self.canvas.drop,
            key.Key_Backspace: self.canvas.drop,
        }

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the region first, where there is one."""
        if not self.canvas.move_edges(Qt.Key(event.key()), event.modifiers()):
            super().keyPressEvent(event)

    # Inside

    def _show(self, index: int) -> None:
        self._index = index
        picture = self._pictures[index]
        self.bar.show_place(index, len(self._pictures))
        self.bar.boxes.setVisible(bool(self._evidence))
        # The thumbnail is there at once; the whole picture may take a moment to read.
        self.canvas.show_picture(Shown(picture, index + 1, self._evidence))
        self.canvas.setAccessibleName(picture.name)
        self._show_error()
        self._reader.want((picture,))

    def _take(self, picture: Picture, images: Images) -> None:
        shown = self.canvas.shown
        if shown is not None and shown.picture == picture:
            shown.take(images)
            self._show_error()
            self.canvas.update()

    def _show_error(self) -> None:
        shown = self.canvas.shown
        text = "" if shown is None else shown.error_text
        self._error.setText(text)
        self._error.setVisible(bool(text))
        self.canvas.setVisible(not text)
        markable = shown is not None and not text and min(shown.size) >= LEAST
        self.bar.mark.setEnabled(markable)
        if not markable:
            self.bar.mark.setChecked(False)
        if text:
            self.setFocus()
        self._show_caption()

    def _show_caption(self) -> None:
        if self.canvas.shown is None:
            return
        picture = self.canvas.shown.picture
        parts = [picture.name, f"{picture.width} × {picture.height}"]
        if self._error.isHidden():
            parts.append(f"{self.canvas.scale * 100:.0f} %")
        if len(self._pictures) > 1:
            parts.append(f"{self._index + 1} / {len(self._pictures)}")
        self.bar.caption.setText("  ·  ".join(parts))

    def _set_marking(self, on: bool) -> None:
        self.canvas.mark(on)
        self.marking_bar.setVisible(on)
        self._show_region()
        if self.isVisible() and self.canvas.isVisible():
            self.canvas.setFocus()

    def _show_region(self) -> None:
        shown = self.canvas.shown
        seen = None if shown is None else self._seen.get(shown.picture.sha256)
        self.marking_bar.show_region(self.canvas.region, seen)

    def _enter(self) -> None:
        if self.canvas.region is None:
            self.canvas.mark_middle()
        else:
            self._ask()

    def _ask(self) -> None:
        shown, region = self.canvas.shown, self.canvas.region
        if shown is not None and region is not None:
            self.close_viewer()
            self.regionWanted.emit(shown.picture, region)

    def _connect(self) -> None:
        bar, canvas = self.bar, self.canvas
        bar.previous.clicked.connect(lambda: self.move_by(-1))
        bar.next.clicked.connect(lambda: self.move_by(1))
        bar.compare.clicked.connect(self.compare)
        bar.close_button.clicked.connect(self.close_viewer)
        bar.mark.toggled.connect(self._set_marking)
        canvas.scaled.connect(self._show_caption)
        canvas.regionChanged.connect(self._show_region)
        self.marking_bar.asked.connect(self._ask)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 12)
        column.setSpacing(8)
        column.addWidget(self.bar)
        column.addWidget(self._error, 1)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.marking_bar)
