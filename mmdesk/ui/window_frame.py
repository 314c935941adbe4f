"""The window's frame: where its parts stand, pages over the chat, drops, place and size."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QSettings, QSize, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from mmdesk.ui.chat_page import COLUMN, MARGIN, ChatPage
from mmdesk.ui.composer import Composer
from mmdesk.ui.drop_overlay import DropOverlay, takes
from mmdesk.ui.dropped import judge
from mmdesk.ui.evidence.side import EvidenceSide
from mmdesk.ui.header import Header
from mmdesk.ui.preload import Preload
from mmdesk.ui.saving_banner import SavingBanner
from mmdesk.ui.sidebar import Sidebar
from mmdesk.ui.status_line import StatusLine
from mmdesk.ui.style import SCROLL_BAR

if TYPE_CHECKING:
    from mmdesk.ui.pages import Page
    from mmdesk.ui.pictures.viewer import PictureViewer

NARROW = 820
"""Below this width the sidebar is hidden."""
_SMALLEST = QSize(640, 480)
_FIRST_SIZE = QSize(1280, 800)


class WindowFrame(QMainWindow):
    """Header, sidebar, chat column with the composer, status line; knows no session."""

    dropped = Signal(QMimeData)
    """Something that can be taken was dropped anywhere on the window."""
    regionWanted = Signal(object, object)
    """A picture and a region of it, as the viewer has them, that is to be asked about."""

    def __init__(self, chat: ChatPage, composer: Composer, geometry: Path) -> None:
        """``geometry`` is Qt's INI file for the window's place and size."""
        super().__init__()
        self.setObjectName("mainWindow")
        self.setMinimumSize(_SMALLEST)
        self.setAcceptDrops(True)
        self._geometry_file = geometry
        self._sidebar_wanted, self._sidebar_when_narrow = True, False
        self.header, self.sidebar, self.status = Header(), Sidebar(), StatusLine()
        self.chat, self.composer = chat, composer
        self.saving = SavingBanner(COLUMN)
        for part in (chat.errors, composer.errors, self.saving):
            part.focusFreed.connect(composer.input.setFocus)
        self._column = QStackedWidget()
        self._lay_out()
        self.overlay = DropOverlay(self)
        self._page: Page | None = None
        self._viewer: PictureViewer | None = None
        self._preload = Preload(self)
        self._restore_geometry()

    @property
    def page(self) -> Page | None:
        """The page that stands over the chat."""
        return self._page

    @property
    def viewer(self) -> PictureViewer:
        """Pictures in full size; made when the first one is opened."""
        if self._viewer is None:
            from mmdesk.ui.pictures.viewer import PictureViewer

            self._viewer = PictureViewer(self)
            self._viewer.retranslate()
            self._viewer.closed.connect(self.composer.input.setFocus)
            self._viewer.regionWanted.connect(self.regionWanted)
        return self._viewer

    def close_viewer(self) -> None:
        """Close the viewer if it is open."""
        if self._viewer is not None:
            self._viewer.close_viewer()

    def retranslate(self) -> None:
        """Set every text of the frame's parts anew."""
        for part in (self.sidebar, self.status, self.saving, self.chat, self.composer):
            part.retranslate()
        if self._viewer is not None:
            self._viewer.retranslate()

    def show_chat(self) -> None:
        """Leave a page that stands over the chat."""
        self._page = None
        self._column.setCurrentWidget(self.chat)

    def toggle_page(self, page: Page) -> None:
        """Show a page over the chat, or leave it when it is shown already."""
        if self.page is page:
            self.close_page()
            return
        if self._column.indexOf(page) < 0:
            page.closed.connect(self.close_page)
            self._column.addWidget(page)
        self._page = page
        self._column.setCurrentWidget(page)
        page.setFocus()

    def close_page(self) -> None:
        """Leave a page; the focus goes back to the question."""
        self.show_chat()
        self.composer.input.setFocus()

    def go_to_chat(self) -> None:
        """Show the chat and nothing over it, with the focus in the question."""
        self.tuck_sidebar()
        self.close_page()

    def toggle_sidebar(self) -> None:
        """Show or hide the sidebar; a narrow window remembers it for itself."""
        if self.side.beside:  # there is no room for both
            self._sidebar_wanted = True
            self.side.leave()
            return
        if self.width() < NARROW:
            self._sidebar_when_narrow = not self._sidebar_when_narrow
        else:
            self._sidebar_wanted = not self._sidebar_wanted
        self._show_sidebar()

    def tuck_sidebar(self) -> None:
        """Hide the sidebar of a narrow window, once something was chosen in it."""
        self._sidebar_when_narrow = False
        self._show_sidebar()

    def showEvent(self, event: QShowEvent) -> None:
        """Get ready for the first message once the window is painted."""
        super().showEvent(event)
        self._preload.begin()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hide the sidebar in a narrow window."""
        super().resizeEvent(event)
        if event.oldSize().width() >= NARROW > event.size().width():
            self._sidebar_when_narrow = False
        self.side.window_resized(event.oldSize().width())
        self._show_sidebar()
        self.composer.limit_height(self.height())
        self.overlay.setGeometry(self.rect())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember what is being written, and place and size."""
        self.composer.draft.save()
        with contextlib.suppress(OSError):  # Qt keeps the mode of a file that is there
            self._geometry_file.touch(mode=0o600)
        store = QSettings(str(self._geometry_file), QSettings.Format.IniFormat)
        store.setValue("geometry", self.saveGeometry())
        store.setValue("sidebar", self._sidebar_wanted)
        store.setValue("evidence", not self.side.closed)
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Say what a drop would do, or why it can't be taken."""
        self.overlay.announce(judge(event.mimeData()))
        event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Refuse what can't be taken: no drop follows then."""
        if takes(judge(event.mimeData())):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing was dropped."""
        self.overlay.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the drop into the question."""
        self.overlay.hide()
        event.acceptProposedAction()
        self.show_chat()
        self.dropped.emit(event.mimeData())
        self.activateWindow()

    def _lay_out(self) -> None:
        self._column.addWidget(self.chat)
        # The messages keep room for their scroll bar, shown or not: so does what is below.
        bottom = QHBoxLayout()
        bottom.setContentsMargins(MARGIN, 6, MARGIN + SCROLL_BAR, 14)
        self.composer.setMaximumWidth(COLUMN)
        bottom.addStretch(1)
        bottom.addWidget(self.composer, 1000)
        bottom.addStretch(1)
        column = QFrame()
        column.setObjectName("chatColumn")
        stacked = QVBoxLayout(column)
        stacked.setContentsMargins(0, 0, 0, 0)
        stacked.setSpacing(0)
        stacked.addWidget(self.saving)
        stacked.addWidget(self._column, 1)
        stacked.addLayout(bottom)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.sidebar)
        middle.addWidget(column, 1)
        self.side = EvidenceSide(self, middle, column, narrow=NARROW)
        self.side.changed.connect(self._show_sidebar)
        self.side.focusFreed.connect(self.composer.input.setFocus)
        whole = QWidget()
        rows = QVBoxLayout(whole)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.header)
        rows.addLayout(middle, 1)
        rows.addWidget(self.status)
        self.setCentralWidget(whole)

    def _show_sidebar(self) -> None:
        narrow = self.width() < NARROW or self.side.beside
        self.sidebar.setVisible(self._sidebar_when_narrow if narrow else self._sidebar_wanted)

    def _restore_geometry(self) -> None:
        self.resize(_FIRST_SIZE)
        store = QSettings(str(self._geometry_file), QSettings.Format.IniFormat)
        kept = store.value("geometry")
        if kept is not None:
            self.restoreGeometry(kept)
        self.side.closed = str(store.value("evidence", "true")).lower() == "false"
        self._sidebar_wanted = str(store.value("sidebar", "true")).lower() != "false"
        self._show_sidebar()
