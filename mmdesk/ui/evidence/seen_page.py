"""What the model saw: the very frames that entered it, made back from its tensor."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from mmdesk.core.errors import MmdeskError
from mmdesk.core.examinations import PictureInspected
from mmdesk.core.sight import Placement
from mmdesk.ui.controls import plain_label
from mmdesk.ui.evidence.facts import frames_text, lost, size_text
from mmdesk.ui.evidence.frames import FrameGrid, parted
from mmdesk.ui.evidence.look_state import LookState


class SeenPage(QWidget):
    """Shows one picture's frames: the whole first, then its tiles where they lie."""

    cancelled = Signal()
    regionWanted = Signal()
    """A region is to be asked about at full size."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("seenPage")
        self._found: PictureInspected | None = None
        self._why = plain_label("seenWhy", wrap=True)
        self._why.setProperty("quiet", True)
        self.state = LookState("seenState")
        self.state.cancelled.connect(self.cancelled)
        self.whole, self.tiles = FrameGrid("seenWhole"), FrameGrid("seenTiles")
        self._whole_caption = plain_label("seenCaption", wrap=True)
        self._tiles_caption = plain_label("seenCaption", wrap=True)
        self._lost = plain_label("seenLost", wrap=True)
        self.region = QPushButton()
        self.region.setObjectName("askRegion")
        self.region.clicked.connect(self.regionWanted)
        self._parts = (
            self.whole, self._whole_caption, self.tiles, self._tiles_caption, self._lost, self._why,
        )  # fmt: skip
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.state)
        for part in self._parts:
            column.addWidget(part)
        column.addWidget(self.region, 0, Qt.AlignmentFlag.AlignLeading)
        column.addStretch(1)
        self.forget()

    @property
    def found(self) -> PictureInspected | None:
        """What is shown."""
        return self._found

    def forget(self) -> None:
        """Show nothing."""
        self._found = None
        self.state.clear()
        for part in self._parts:
            part.hide()

    def wait(self) -> None:
        """Say that it is being found out."""
        self.forget()
        self.state.wait(
            QCoreApplication.translate("evidence", "Making visible what the model gets…")
        )

    def say_remote(self) -> None:
        """Say that a server's model can't be looked into."""
        self.forget()
        self.state.say(
            QCoreApplication.translate(
                "evidence", "A server answered: what its model saw of the picture isn't known."
            )
        )

    def fail(self, error: MmdeskError) -> None:
        """Say why it isn't known."""
        self.forget()
        self.state.fail(error)

    def show_found(self, found: PictureInspected) -> None:
        """Show the frames."""
        self.forget()
        self._found = found
        pixmaps = [_pixmap(each) for each in found.frames]
        frames = found.seen.frames
        if not frames or len(pixmaps) != len(frames) or any(each.isNull() for each in pixmaps):
            self.state.say(
                QCoreApplication.translate(
                    "evidence", "How this model lays out its pixels isn't known: there is no view."
                )
            )
        else:
            self._show_frames(frames, pixmaps)
        if frames:
            said = QCoreApplication.translate("evidence", "Lost: {what}")
            self._lost.setText(said.format(what=lost(found.seen)))
            self._lost.show()

    def retranslate(self) -> None:
        """Set every text anew."""
        self.state.retranslate()
        self.region.setText(QCoreApplication.translate("evidence", "Ask about a region…"))
        self.region.setAccessibleName(self.region.text())
        self.region.setToolTip(
            QCoreApplication.translate("evidence", "Mark a part: the model gets it at full size")
        )
        self._why.setText(
            QCoreApplication.translate(
                "evidence", "Made back from the numbers that entered the model, not drawn anew."
            )
        )
        if self._found is not None:
            self.show_found(self._found)

    def _show_frames(self, frames: tuple[Placement, ...], pixmaps: list[QPixmap]) -> None:
        whole, rows = parted(frames)
        if whole is not None:
            size = size_text(frames[whole].width, frames[whole].height)
            said = QCoreApplication.translate("evidence", "The whole picture, {size}")
            self._show(self.whole, self._whole_caption, [[pixmaps[whole]]], said.format(size=size))
        if rows:
            tiles = tuple(frames[number] for row in rows for number in row)
            shown = [[pixmaps[number] for number in row] for row in rows]
            self._show(self.tiles, self._tiles_caption, shown, frames_text(tiles))
        self._why.show()

    def _show(self, grid: FrameGrid, caption: QLabel, rows: list[list[QPixmap]], said: str) -> None:
        grid.show_rows(rows, said)
        caption.setText(said)
        caption.show()


def _pixmap(png: bytes) -> QPixmap:
    made = QPixmap()
    made.loadFromData(png, "PNG")
    return made
