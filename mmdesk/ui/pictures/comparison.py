"""Two pictures compared, over the viewer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from mmdesk.core.evidence import Evidence
from mmdesk.core.messages import Picture
from mmdesk.ui.controls import plain_label
from mmdesk.ui.motion import reduced_motion
from mmdesk.ui.pictures.comparison_bar import ComparisonBar
from mmdesk.ui.pictures.comparison_canvas import CompareMode, ComparisonCanvas
from mmdesk.ui.pictures.overlay import WindowOverlay
from mmdesk.ui.pictures.reading import Images, PictureReader
from mmdesk.ui.pictures.shown import Shown
from mmdesk.ui.pictures.side_choice import SideChoice

BLINK_MS = 700
_GROUND = QColor(18, 19, 20)
_SLIDE, _SLIDE_FAR = 0.02, 0.1
"""Fractions of the width for an arrow key, and with Shift."""
_PAN = 0.1
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class ComparisonView(WindowOverlay):
    """Covers the viewer; Esc goes back to it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "comparisonView", _GROUND)
        self._pictures: tuple[Picture, ...] = ()
        self._evidence: tuple[tuple[int, Evidence], ...] = ()
        self._pair = [0, 1]
        self._reader = PictureReader(self)
        self._reader.read.connect(self._take)
        self._timer = QTimer(self)
        self._timer.setInterval(BLINK_MS)
        self._timer.timeout.connect(self._blink)
        self.canvas = ComparisonCanvas()
        self.bar = ComparisonBar(self.canvas)
        self.choices = (SideChoice("compareFirst"), SideChoice("compareSecond"))
        self._hint = plain_label("compareHint")
        self._hint.setProperty("quiet", True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._connect()
        self._lay_out()

    @property
    def pair(self) -> tuple[int, int]:
        """Which two of the pictures are compared."""
        return self._pair[0], self._pair[1]

    @property
    def blinking(self) -> bool:
        """Whether the pictures take turns by themselves."""
        return self._timer.isActive()

    def open(
        self,
        pictures: Sequence[Picture],
        pair: tuple[int, int],
        evidence: Sequence[tuple[int, Evidence]],
        *,
        boxes: bool,
    ) -> None:
        """Compare two of some pictures.

        Args:
            pictures: In the order in which the model was told of them.
            pair: The numbers of the two, from 0.
            evidence: Places on any of them, each with its number in the answer.
            boxes: Whether to show these at first.
        """
        self._pictures, self._evidence, self._pair = tuple(pictures), tuple(evidence), list(pair)
        self.bar.boxes.setVisible(bool(evidence))
        self.bar.boxes.setChecked(boxes)
        self.cover(self.canvas)
        self.canvas.sides = ()
        self._show_pair()
        self.canvas.fit()
        self.show_mode(CompareMode.SIDES)

    def uncover(self) -> None:
        """Close; what was read is forgotten."""
        self._timer.stop()
        self._reader.want(())
        super().uncover()
        self.canvas.sides = ()

    def show_mode(self, mode: CompareMode) -> None:
        """Compare them another way."""
        self.bar.show_mode(mode)
        self.canvas.show_mode(mode)
        self.canvas.show_front(0)
        if mode is CompareMode.BLINK and not reduced_motion():
            self._timer.start()
        else:
            self._timer.stop()
        self._show_hint()
        self._show_names()

    def step(self, side: int, by: int) -> None:
        """Show the next (1) or previous (-1) picture on a side; never the other side's."""
        count = len(self._pictures)
        if count < 3:
            return
        place = (self._pair[side] + by) % count
        if place == self._pair[1 - side]:
            place = (place + by) % count
        self._pair[side] = place
        self._show_pair()

    def retranslate(self) -> None:
        """Set every text anew."""
        self.setAccessibleName(self.tr("Two pictures compared"))
        self.bar.retranslate()
        for choice, name in zip(
            self.choices, (self.tr("First side"), self.tr("Second side")), strict=True
        ):
            choice.retranslate(name)
        self._show_hint()

    def ring(self) -> list[QWidget]:
        """Return the pictures, the modes and the buttons."""
        sides = [each for side in self.choices for each in (side.previous, side.next)]
        return [self.canvas, *self.bar.modes.values(), *sides, *self.bar.buttons]

    def keys(self) -> Mapping[Qt.Key, Callable[[], None]]:
        """1 2 3 choose the mode, + - 0 the scale, the space bar whose turn it is."""
        key = Qt.Key
        return {
            **self.bar.keys(),
            key.Key_1: partial(self.show_mode, CompareMode.SIDES),
            key.Key_2: partial(self.show_mode, CompareMode.SLIDER),
            key.Key_3: partial(self.show_mode, CompareMode.BLINK),
            key.Key_Space: self._blink_by_hand,
            key.Key_Home: partial(self._slide_to, 0.0),
            key.Key_End: partial(self._slide_to, 1.0),
        }

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the slider or the pictures first."""
        arrow = _ARROWS.get(Qt.Key(event.key()))
        if arrow is None:
            super().keyPressEvent(event)
            return
        right, down = arrow
        if right and self.canvas.mode is CompareMode.SLIDER:
            far = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.canvas.slide(self.canvas.split + right * (_SLIDE_FAR if far else _SLIDE))
        else:
            self.canvas.pan(right * _PAN, down * _PAN)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing blinks unseen."""
        super().hideEvent(event)
        self._timer.stop()

    # Inside

    def _show_pair(self) -> None:
        kept = {each.number - 1: each for each in self.canvas.sides}
        first, second = (
            kept.get(each) or Shown(self._pictures[each], each + 1, self._evidence)
            for each in self._pair
        )
        self.canvas.show_sides(first, second)
        self._reader.want([each.picture for each in (first, second) if not each.whole])
        self._show_names()

    def _take(self, picture: Picture, images: Images) -> None:
        for each in self.canvas.sides:
            if each.picture == picture and not each.whole:
                each.take(images)
        self.canvas.update()
        self._show_names()

    def _show_names(self) -> None:
        if not self.canvas.sides:
            return
        name = ", ".join(f"{each.number} · {each.picture.name}" for each in self.canvas.sides)
        self.canvas.setAccessibleName(name)
        turns = self.canvas.mode is CompareMode.BLINK
        for side, (choice, shown) in enumerate(zip(self.choices, self.canvas.sides, strict=True)):
            choice.show_side(
                shown,
                self.canvas.scale_of(side),
                choice=len(self._pictures) > 2,
                behind=turns and side != self.canvas.front,
            )

    def _show_hint(self) -> None:
        hints = {
            CompareMode.SIDES: self.tr("Both are zoomed and moved together."),
            CompareMode.SLIDER: self.tr("Drag the line, or move it with ← and →."),
            CompareMode.BLINK: self.tr("The space bar stops and shows one or the other."),
        }
        if self.canvas.mode is CompareMode.BLINK and not self.blinking:
            hint = self.tr("The space bar shows one or the other.")
        else:
            hint = hints[self.canvas.mode]
        self._hint.setText(hint)
        self.canvas.setAccessibleDescription(hint)

    def _blink(self) -> None:
        self.canvas.show_front(1 - self.canvas.front)
        self._show_names()

    def _blink_by_hand(self) -> None:
        if self.canvas.mode is CompareMode.BLINK:
            self._timer.stop()
            self._blink()
            self._show_hint()

    def _slide_to(self, split: float) -> None:
        if self.canvas.mode is CompareMode.SLIDER:
            self.canvas.slide(split)

    def _connect(self) -> None:
        bar, canvas = self.bar, self.canvas
        bar.modeChosen.connect(self.show_mode)
        bar.close_button.clicked.connect(self.uncover)
        canvas.scaled.connect(self._show_names)
        self.choices[0].stepped.connect(lambda by: self.step(0, by))
        self.choices[1].stepped.connect(lambda by: self.step(1, by))

    def _lay_out(self) -> None:
        sides = QWidget()
        sides.setObjectName("compareSides")
        # The first picture is on the left in every language.
        sides.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        row = QHBoxLayout(sides)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        for choice in self.choices:
            row.addWidget(choice, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(8)
        column.addWidget(self.bar)
        column.addWidget(sides)
        column.addWidget(self.canvas, 1)
        column.addWidget(self._hint)
