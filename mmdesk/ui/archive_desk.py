"""Exports, imports and backups: the menus, the page, dropped files, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from mmdesk.core.archives import (
    ArchiveItem,
    ArchiveReport,
    ArchiveRequest,
    ExportRequest,
    ImportRequest,
    RestoreRequest,
)
from mmdesk.core.errors import FileMissing
from mmdesk.core.events import (
    ArchiveFinished,
    ArchiveProgressed,
    BackupsListed,
    ConversationOpened,
    ConversationsListed,
    Event,
    StoreFailed,
    StoreUpgrading,
)
from mmdesk.session.controller import ChatSession
from mmdesk.settings import Settings
from mmdesk.ui.model_words import breakable
from mmdesk.ui.page_shelf import PageShelf

if TYPE_CHECKING:
    from mmdesk.ui.archive_page import ArchivePage
    from mmdesk.ui.window_frame import WindowFrame


class ArchiveDesk(QObject):
    """Calls the session for what a person does with all conversations, and shows what comes of it.

    What was asked from the list or by a drop is told above the chat in a line; the page has all
    of it.
    """

    settingsMade = Signal(object)
    """The :class:`Settings` with the format that the person chose."""
    failed = Signal(object)
    """An ``MmdeskError`` that belongs to the window."""
    conversationWanted = Signal(str)
    """The id of a conversation to be shown."""

    def __init__(self, frame: WindowFrame, session: ChatSession, pages: PageShelf) -> None:
        super().__init__(frame)
        self._frame, self._session = frame, session
        self._settings = Settings()
        self._asked: set[ArchiveRequest] = set()
        self._stopped: set[ArchiveRequest] = set()
        self._restored = False
        self._going = ""
        """What was said last above the chat of something that goes on."""
        self._page: ArchivePage | None = None
        menu = frame.sidebar.menu
        menu.exportWanted.connect(self.export_conversation)
        menu.folderExportWanted.connect(self.export_folder)
        menu.folderRenamed.connect(session.conversations.rename_folder)
        frame.header.archiveWanted.connect(self.toggle_page)
        frame.composer.archivesCarried.connect(self.import_paths)
        pages.archiveWanted.connect(self.show_page)

    # What a person does

    def export_conversation(self, conversation: str, markdown: bool) -> None:
        """Ask for a folder and write a conversation there."""
        self._ask_export(ExportRequest(Path(), names=(conversation,), markdown=markdown))

    def export_folder(self, folder: str, markdown: bool) -> None:
        """Ask for a folder and write the conversations of one of the list there."""
        self._ask_export(ExportRequest(Path(), folder=folder, markdown=markdown))

    def export_all(self, markdown: bool) -> None:
        """Ask for a folder and write all conversations there."""
        self._ask_export(ExportRequest(Path(), everything=True, markdown=markdown))

    def import_paths(self, paths: Sequence[Path]) -> None:
        """Take over the conversations in files and folders."""
        request = ImportRequest(tuple(paths))
        if self._begin(request):
            self._session.archive.import_files(request, partial(self._goes_on, request))

    def restore(self, backup: str) -> None:
        """Put a backup in the place of all conversations."""
        request = RestoreRequest(backup)
        if self._begin(request):
            self._session.archive.restore(request)

    def stop(self, request: ArchiveRequest) -> None:
        """Break off an export or import after the conversation at hand."""
        self._stopped.add(request)

    def open_folder(self, folder: Path) -> None:
        """Show a folder in the system's file manager."""
        from mmdesk.ui.outside import open_path

        if not folder.is_dir() or not open_path(folder):
            self.failed.emit(FileMissing(name=str(folder)))

    def toggle_page(self) -> None:
        """Show the page with what there is now, or leave it."""
        page = self._made_page()
        self._frame.toggle_page(page)
        if self._frame.page is page:
            self._session.archive.list_backups()

    def show_page(self) -> None:
        """Show the page, if it isn't shown."""
        if not self._shown:
            self.toggle_page()

    # What happens

    def use_settings(self, settings: Settings) -> None:
        """Take settings that hold from now on."""
        self._settings = settings
        self._frame.sidebar.menu.markdown = settings.export_markdown
        if self._page is not None:
            self._page.show_format(markdown=settings.export_markdown)

    def handle(self, event: Event) -> None:
        """Show an event, if it is about all conversations."""
        if isinstance(event, StoreUpgrading):
            self._frame.sidebar.show_upgrading(True)
        elif isinstance(event, ConversationsListed | StoreFailed):
            self._frame.sidebar.show_upgrading(False)
        elif isinstance(event, BackupsListed):
            self._made_page().show_backups(event.backups)
        elif isinstance(event, ArchiveProgressed) and self._concerns(event.request):
            self._progressed(event)
        elif isinstance(event, ArchiveFinished) and self._concerns(event.report.request):
            self._finished(event.report)
        elif isinstance(event, ConversationOpened) and self._restored:
            self._restored = False
            if self._shown:  # no person has gone to another conversation
                QTimer.singleShot(0, self, self.show_page)

    def retranslate(self) -> None:
        """Set every text anew."""
        if self._page is not None:
            self._page.retranslate()

    # Inside

    @property
    def _shown(self) -> bool:
        return self._page is not None and self._frame.page is self._page

    def _ask_export(self, request: ExportRequest) -> None:
        from mmdesk.ui.pickers import pick_export_folder

        pick_export_folder(self._frame, lambda folder: self._export(replace(request, to=folder)))

    def _export(self, request: ExportRequest) -> None:
        self._remember(request.markdown)
        if self._begin(request):
            self._session.archive.export(request, partial(self._goes_on, request))

    def _remember(self, markdown: bool) -> None:
        if markdown != self._settings.export_markdown:
            self.settingsMade.emit(replace(self._settings, export_markdown=markdown))

    def _goes_on(self, request: ArchiveRequest, _told: ArchiveItem | ArchiveReport) -> bool:
        """Return whether the next conversation is wanted too; asked on the job pool's thread."""
        return request not in self._stopped

    def _concerns(self, request: ArchiveRequest) -> bool:
        """Whether it is told here; an export by a command is told where that was given."""
        return request in self._asked or not isinstance(request, ExportRequest)

    def _begin(self, request: ArchiveRequest) -> bool:
        """Say on the page or above the chat that it is being done; False if it already is."""
        if request in self._asked:
            return False
        self._asked.add(request)
        page, restoring = self._made_page(), isinstance(request, RestoreRequest)
        page.begin(request, stoppable=not restoring)
        if self._frame.page is not None:
            self.show_page()  # another page would hide what is said above the chat
        else:
            self._say_going(request, 0, 0)
        return True

    def _progressed(self, event: ArchiveProgressed) -> None:
        self._made_page().show_progress(event.request, event.done, event.total)
        if self._going and self._frame.chat.news.text == self._going:  # nothing was said since
            self._say_going(event.request, event.done, event.total)

    def _say_going(self, request: ArchiveRequest, done: int, total: int) -> None:
        news = self._frame.chat.news
        from mmdesk.ui.archive_words import going_text

        said = f"{going_text(request, done, total)} {{link}}"
        self._frame.chat.say_news(said, self.tr("Show"), self.show_page)
        self._going = news.text

    def _finished(self, report: ArchiveReport) -> None:
        self._asked.discard(report.request)
        self._stopped.discard(report.request)
        self._made_page().show_report(report)
        if isinstance(report.request, RestoreRequest):
            self._restored = report.restored is not None
            self.show_page()  # where the conversations of before are is not to be overlooked
        elif not self._shown:
            self._say(report)

    def _say(self, report: ArchiveReport) -> None:
        """Say above the chat what came of it; a single error says all there is to say."""
        from mmdesk.ui.archive_words import done_items, failures_text, result_text

        chat, failures = self._frame.chat, report.failures
        if chat.news.text == self._going:
            chat.forget_news()
        if len(failures) == 1 and not done_items(report):
            self.failed.emit(failures[0])
            return
        said, link, act = result_text(report), self.tr("Show"), self.show_page
        if failures or any(each.notes for each in report.items):
            said = f"{said} {failures_text(report)}".strip().removesuffix(":")
        elif isinstance(report.request, ExportRequest) and done_items(report):
            link, act = self.tr("Open folder"), partial(self.open_folder, report.request.to)
        elif len(report.items) == 1:
            link = self.tr("Open conversation")
            act = partial(self.conversationWanted.emit, report.items[0].id)
        said = breakable(said).replace("{", "{\u200b")  # a title may look like the link
        chat.say_news(f"{said} {{link}}", link, act)

    def _made_page(self) -> ArchivePage:
        if self._page is None:
            # The window starts sooner without it.
            from mmdesk.ui.archive_page import ArchivePage
            from mmdesk.ui.pickers import pick_archives

            page = self._page = ArchivePage()
            page.exportAllWanted.connect(self.export_all)
            page.formatChosen.connect(self._remember)
            page.filesWanted.connect(partial(pick_archives, self._frame, self.import_paths))
            page.folderWanted.connect(self._choose_import_folder)
            page.restored.connect(self.restore)
            page.stopped.connect(self.stop)
            page.folderOpened.connect(self.open_folder)
            page.conversationWanted.connect(self.conversationWanted)
            page.show_format(markdown=self._settings.export_markdown)
            page.retranslate()
        return self._page

    def _choose_import_folder(self) -> None:
        from mmdesk.ui.pickers import pick_archive_folder

        pick_archive_folder(self._frame, lambda folder: self.import_paths([folder]))
