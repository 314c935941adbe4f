"""The panel beside the chat: what an answer points at, what its model saw, a second opinion."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from mmdesk.ui.controls import IconButton, plain_label
from mmdesk.ui.evidence.check_page import CheckPage
from mmdesk.ui.evidence.evidence_page import EvidencePage
from mmdesk.ui.evidence.seen_page import SeenPage
from mmdesk.ui.evidence.subject import Subject
from mmdesk.ui.evidence.tabs import INSET, FlatTabs
from mmdesk.ui.style import SCROLL_BAR
from mmdesk.ui.viewport import clear_viewport

WIDTH = 356
_SIDE = 16
EVIDENCE_TAB, SEEN_TAB, CHECK_TAB = range(3)


class EvidencePanel(QFrame):
    """Three tabs over one picture of an answer."""

    imageChosen = Signal(int)
    """Another picture of the prompt is shown."""
    tabShown = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("evidencePanel")
        self.setFixedWidth(WIDTH)
        self._subject: Subject | None = None
        self._image = 0
        self.tabs = FlatTabs(("evidenceTab", "seenTab", "checkTab"))
        self.evidence, self.seen, self.check = EvidencePage(), SeenPage(), CheckPage()
        self._nothing = plain_label("evidenceNothing", wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._pages = QStackedWidget()
        self._areas = [_scrolled(page) for page in (self.evidence, self.seen, self.check)]
        for area in self._areas:
            self._pages.addWidget(area)
        self._chooser = _Chooser()
        self._chooser.stepped.connect(self._step)
        self.tabs.chosen.connect(self._show_tab)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(10)
        for part in (self.tabs, self._chooser, self._nothing):
            row = QHBoxLayout()
            side = _SIDE - (INSET if part is self.tabs else 0)
            row.setContentsMargins(side, 0, side, 0)
            row.addWidget(part)
            column.addLayout(row)
        column.addWidget(self._pages, 1)
        self._room = QWidget()  # below the sentence that stands alone
        column.addWidget(self._room, 1)
        self.show_subject(None)

    @property
    def subject(self) -> Subject | None:
        """The answer that is shown."""
        return self._subject

    @property
    def image(self) -> int:
        """Which of its pictures is shown."""
        return self._image

    def show_subject(self, subject: Subject | None) -> None:
        """Show an answer; None says that there is nothing to show."""
        self._subject = subject
        for part in (self._pages, self.tabs):
            part.setVisible(subject is not None)
        self._nothing.setVisible(subject is None)
        self._room.setVisible(subject is None)
        self._chooser.setVisible(subject is not None and len(subject.pictures) > 1)
        if subject is not None:
            self.check.forget(subject.claim)
            self._show_image(subject.first_image)

    def show_image(self, image: int) -> None:
        """Show another picture of the answer's prompt."""
        if self._subject is not None and image != self._image:
            self._show_image(image)

    def light(self, numbers: Collection[int]) -> None:
        """Have places stand out; the picture that they are on is shown."""
        image = self._subject.image_of(tuple(numbers)) if self._subject is not None else None
        if image is not None:
            self.show_image(image)
        self.evidence.light(numbers)

    def retranslate(self) -> None:
        """Set every text anew."""
        names = (
            QCoreApplication.translate("evidence", "Evidence"),
            QCoreApplication.translate("evidence", "What the model saw"),
            QCoreApplication.translate("evidence", "Check"),
        )
        self.setAccessibleName(names[0])
        self.tabs.name(names)
        self.tabs.setAccessibleName(names[0])
        self._nothing.setText(
            QCoreApplication.translate(
                "evidence", "Ask about a picture: what the answer rests on is shown here."
            )
        )
        for page in (self.evidence, self.seen, self.check):
            page.retranslate()
        self._chooser.retranslate()

    def _show_image(self, image: int) -> None:
        subject = self._subject
        if subject is None:
            return
        self._image = image
        self._chooser.show_number(image, len(subject.pictures))
        self.evidence.show_subject(subject, image)
        self.seen.forget()
        self.check.clear()
        self._areas[EVIDENCE_TAB].verticalScrollBar().setValue(0)
        self.imageChosen.emit(image)

    def _step(self, by: int) -> None:
        if self._subject is not None:
            self.show_image((self._image + by) % len(self._subject.pictures))

    def _show_tab(self, number: int) -> None:
        self._pages.setCurrentIndex(number)
        self.tabShown.emit(number)


class _Chooser(QWidget):
    """Which of several pictures is shown, and buttons for the others."""

    stepped = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("evidenceChooser")
        self._number, self._count = 0, 1
        self._text = plain_label("evidenceChosen")
        self._before = IconButton("evidencePrevious", "chevron-left", side=26, glyph=16)
        self._next = IconButton("evidenceNext", "chevron-right", side=26, glyph=16)
        self._before.clicked.connect(lambda: self.stepped.emit(-1))
        self._next.clicked.connect(lambda: self.stepped.emit(1))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._text, 1)
        row.addWidget(self._before)
        row.addWidget(self._next)

    def show_number(self, number: int, count: int) -> None:
        """Say which picture it is, counted from 0."""
        self._number, self._count = number, count
        self._text.setText(
            QCoreApplication.translate("evidence", "Picture {number} of {count}").format(
                number=number + 1, count=count
            )
        )

    def retranslate(self) -> None:
        """Set every text anew."""
        self._before.describe(QCoreApplication.translate("evidence", "Previous picture"))
        self._next.describe(QCoreApplication.translate("evidence", "Next picture"))
        self.show_number(self._number, self._count)


def _scrolled(page: QWidget) -> QScrollArea:
    """Return an area whose contents are as wide with a scroll bar as without."""
    area = QScrollArea()
    area.setObjectName(f"{page.objectName()}Area")
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    clear_viewport(area)
    held = QWidget()
    held.setObjectName("evidenceHeld")
    column = QVBoxLayout(held)
    column.addWidget(page)
    bar = area.verticalScrollBar()

    def leave_room(_least: int = 0, most: int = 0) -> None:
        column.setContentsMargins(_SIDE, 0, _SIDE - (SCROLL_BAR if most > 0 else 0), 16)

    leave_room()
    bar.rangeChanged.connect(leave_room)
    area.setWidgetResizable(True)
    area.setWidget(held)
    held.setAutoFillBackground(False)
    return area
