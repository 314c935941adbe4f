"""Exports, imports and restores from the list, by drops and by commands, told above the chat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from mmdesk.core.archives import (
    ArchiveItem,
    ArchiveReport,
    ExportRequest,
    ImportRequest,
)
from mmdesk.core.conversations import ConversationSummary
from mmdesk.core.errors import ArchiveNotJson, StoreUnwritable
from mmdesk.core.events import (
    ArchiveFinished,
    ArchiveProgressed,
    ConversationsListed,
    StoreFailed,
    StoreUpgrading,
)
from mmdesk.ui.archive_page import ArchivePage
from mmdesk.ui.dropped import CarriedKind, judge
from tests.ui.archive_samples import IMPORT, NOW, item, mixed
from tests.ui.conftest import Desk

ONE = ConversationSummary("one", "About one", NOW)
FILED = ConversationSummary("two", "About two", NOW, folder="A & B")


class FileManager(QObject):
    """Takes what is opened with the system's program for files."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[Path] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(Path(url.toLocalFile()))


@pytest.fixture
def file_manager() -> Iterator[FileManager]:
    manager = FileManager()
    QDesktopServices.setUrlHandler("file", manager, "open")  # type: ignore[arg-type]
    yield manager
    QDesktopServices.unsetUrlHandler("file")


@pytest.fixture
def listed(desk: Desk) -> Desk:
    desk.window.handle(ConversationsListed((ONE, FILED)))
    return desk


def submenu(menu: QMenu, name: str) -> QMenu:
    (action,) = [each for each in menu.actions() if each.text() == name]
    below = action.menu()
    assert isinstance(below, QMenu)
    return below


def press(menu: QMenu, name: str) -> None:
    (action,) = [each for each in menu.actions() if each.text() == name]
    action.trigger()


def choose(desk: Desk, folder: Path) -> None:
    """Have the dialog for a folder answer."""
    *_, opened = desk.window.findChildren(QFileDialog, "exportDialog")
    opened.filesSelected.emit([str(folder)])
    opened.reject()


def said(desk: Desk) -> str:
    """Return what stands above the chat; "" if nothing does."""
    label = desk.window.chat.news.findChild(QLabel)
    assert label is not None
    shown = desk.window.page is None and desk.window.chat.news.isVisible()
    return label.accessibleName().replace("\u200b", "") if shown else ""


def follow(desk: Desk) -> None:
    """Follow the link in it."""
    desk.window.chat.news.modelWanted.emit()


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_one_conversation_is_exported_from_the_list(
    listed: Desk, tmp_path: Path, file_manager: FileManager
) -> None:
    menu = listed.window.sidebar.menu
    press(submenu(menu.menu(ONE), "Export"), "Markdown, to read…")
    assert not listed.session.archive.calls  # no folder is chosen yet
    choose(listed, tmp_path)
    request = ExportRequest(tmp_path, names=("one",), markdown=True)
    assert listed.session.archive.calls[-1] == ("export", request)
    assert said(listed) == "Exporting… Show"
    assert listed.saved[-1].export_markdown
    formats = submenu(menu.menu(ONE), "Export")
    assert formats.defaultAction().text() == "Markdown, to read…"
    listed.window.handle(ArchiveFinished(ArchiveReport(request, (item("one"),))))
    assert said(listed) == f"“About one” is exported to “{tmp_path}”. Open folder"
    follow(listed)
    assert file_manager.opened == [tmp_path]


def test_a_title_is_never_taken_for_a_field(desk: Desk) -> None:
    request = ExportRequest(Path("/{title}"), names=("one",))
    desk.window.archive._export(request)
    odd = ArchiveItem("one", "{folder} {link} <b>%n</b> {0}", Path("/x"))
    desk.window.handle(ArchiveFinished(ArchiveReport(request, (odd,))))
    assert said(desk) == ("“{folder} {link} <b>%n</b> {0}” is exported to “/{title}”. Open folder")


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_a_folder_of_the_list_is_exported(listed: Desk, tmp_path: Path) -> None:
    menu = listed.window.sidebar.menu
    for folder in (menu.folder_menu("A & B"), submenu(menu.menu(FILED), "Folder “A && B”")):
        press(submenu(folder, "Export"), "JSON, to import again…")
        choose(listed, tmp_path)
        request = ExportRequest(tmp_path, folder="A & B")
        assert listed.session.archive.calls[-1] == ("export", request)
        listed.window.handle(ArchiveFinished(ArchiveReport(request)))
    assert not any(each.text().startswith("Folder") for each in menu.menu(ONE).actions())


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_folder_is_named_anew(listed: Desk, qtbot: QtBot) -> None:
    shown = listed.window.sidebar.list
    heading = shown.conversations.index(0)
    assert heading.data() == "A & B"
    shown.customContextMenuRequested.emit(shown.visualRect(heading).center())
    (menu,) = shown.findChildren(QMenu, "folderMenu")
    qtbot.waitUntil(menu.isVisible)
    (name,) = menu.findChildren(QLineEdit)
    assert name.text() == "A & B"
    QTest.keyClick(name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not menu.isVisible())
    assert not listed.session.conversations.calls  # it is what it was
    menu = listed.window.sidebar.menu.folder_menu("A & B")
    (name,) = menu.findChildren(QLineEdit)
    name.setText("  旅行  ")
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert listed.session.conversations.calls == [("rename_folder", "A & B", "旅行")]


def test_a_day_has_no_menu(listed: Desk) -> None:
    shown = listed.window.sidebar.list
    today = shown.conversations.index(2)
    assert today.data() == "Today"
    shown.customContextMenuRequested.emit(shown.visualRect(today).center())
    assert not [menu for menu in shown.findChildren(QMenu) if menu.isVisible()]


def test_a_folder_that_is_gone_is_said(desk: Desk, tmp_path: Path) -> None:
    desk.window.archive.open_folder(tmp_path / "gone")
    assert [card.error.kind for card in desk.window.chat.errors.cards] == ["file_missing"]


def test_what_failed_is_shown_on_the_page(desk: Desk) -> None:
    desk.window.archive.import_paths(IMPORT.paths)
    desk.window.handle(ArchiveFinished(mixed()))
    assert said(desk) == "2 conversations are imported. 1 was there already. 3 failed Show"
    follow(desk)
    assert isinstance(desk.window.page, ArchivePage)
    assert len(desk.window.page.cards) == 1


def test_a_single_error_is_a_card(desk: Desk) -> None:
    desk.window.archive.import_paths(IMPORT.paths)
    failed = item("x", error=ArchiveNotJson(name="x.json"))
    desk.window.handle(ArchiveFinished(ArchiveReport(IMPORT, (failed,))))
    assert said(desk) == ""
    assert [card.error.kind for card in desk.window.chat.errors.cards] == ["archive_not_json"]


def test_how_far_it_is_stands_above_the_chat(desk: Desk) -> None:
    desk.window.archive.import_paths(IMPORT.paths)
    for done in (1, 2):
        desk.window.handle(ArchiveProgressed(IMPORT, done, 5))
        assert said(desk) == f"Importing… {done} of 5 Show"
    desk.window.chat.say_news("Something else.")
    desk.window.handle(ArchiveProgressed(IMPORT, 3, 5))
    assert said(desk) == "Something else."
    desk.window.chat.forget_news()
    desk.window.handle(ArchiveProgressed(IMPORT, 4, 5))
    assert said(desk) == ""
    follow(desk)
    desk.window.handle(ArchiveFinished(ArchiveReport(IMPORT, (item("one"), item("two")))))
    assert said(desk) == "2 conversations are imported. Show"


def test_over_another_page_the_page_tells(desk: Desk) -> None:
    desk.window.pages.toggle_bin()
    desk.window.archive.import_paths(IMPORT.paths)
    page = desk.window.page
    assert isinstance(page, ArchivePage)
    desk.window.handle(ArchiveFinished(mixed()))
    assert len(page.cards) == 1
    desk.window.close_page()
    assert said(desk) == ""


def test_a_commands_export_is_not_told(desk: Desk) -> None:
    request = ExportRequest(Path("/to"), everything=True)
    desk.window.handle(ArchiveProgressed(request, 1, 2))
    desk.window.handle(ArchiveFinished(ArchiveReport(request, (item("one"),))))
    assert said(desk) == ""
    desk.window.archive.show_page()
    page = desk.window.page
    assert isinstance(page, ArchivePage)
    assert not page.cards
    assert page.export_all.isEnabled()


def test_a_commands_import_is_told(desk: Desk) -> None:
    desk.window.handle(ArchiveFinished(ArchiveReport(IMPORT, (item("one"),))))
    assert said(desk) == "“About one” is imported. Open conversation"
    follow(desk)
    assert desk.session.calls[-1] == ("open", "one")


def test_dropped_json_is_imported(desk: Desk, tmp_path: Path) -> None:
    mime = files(tmp_path / "a.json", tmp_path / "b.JSON")
    enter = QDragEnterEvent(
        QPoint(9, 9), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, _NONE
    )
    desk.window.dragEnterEvent(enter)
    assert desk.window.overlay._title.text() == "Drop conversations to import them"
    assert desk.window.overlay._detail.text() == "What is there already stays as it is."
    drop = QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, mime, _LEFT, _NONE, QEvent.Type.Drop)
    desk.window.dropEvent(drop)
    request = ImportRequest((tmp_path / "a.json", tmp_path / "b.JSON"))
    assert desk.session.archive.calls[-1] == ("import_files", request)
    assert not desk.session.calls
    present = ArchiveReport(request, (item("one", present=True),))
    desk.window.handle(ArchiveFinished(present))
    assert said(desk) == "1 was there already. Open conversation"


_LEFT, _NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def files(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def test_which_drops_are_conversations(tmp_path: Path) -> None:
    exported, model, pictures = (tmp_path / name for name in ("exported", "model", "pictures"))
    for folder in (exported, model, pictures):
        folder.mkdir()
    (exported / "About one.json").touch()
    (model / "config.json").touch()
    (pictures / "a.png").touch()
    assert judge(files(exported)).kind is CarriedKind.ARCHIVE
    assert judge(files(exported, tmp_path / "a.json")).kind is CarriedKind.ARCHIVE
    assert judge(files(model)).kind is CarriedKind.MODEL
    assert judge(files(model, model)).kind is CarriedKind.FILES
    for mixed_with in (pictures, pictures / "a.png", tmp_path / "notes.txt"):
        carried = judge(files(tmp_path / "a.json", mixed_with))
        assert carried.kind is CarriedKind.FILES
        assert carried.refused
    assert judge(files(pictures)).refused


def test_an_upgrade_is_said_until_the_list_is_there(desk: Desk) -> None:
    for end in (ConversationsListed((ONE,)), StoreFailed(StoreUnwritable(path="/x", reason="y"))):
        desk.window.handle(StoreUpgrading())
        shown = desk.window.sidebar.findChild(QLabel, "upgradingStore")
        assert isinstance(shown, QLabel)
        assert shown.isVisible()
        assert shown.text() == "Bringing your conversations up to date…"
        desk.window.handle(end)
        assert not shown.isVisible()


def test_a_draft_is_marked_in_the_list(desk: Desk) -> None:
    model = desk.window.sidebar.list.conversations
    role = Qt.ItemDataRole
    desk.window.handle(ConversationsListed((ONE,)))
    assert model.index_of("one").data(role.DecorationRole) is None
    changed: list[int] = []
    model.dataChanged.connect(lambda first, _last: changed.append(first.row()))
    widths = []
    for drafted, leaves in ((True, False), (True, True), (False, True)):
        desk.window.handle(ConversationsListed((replace(ONE, drafted=drafted, leaves=leaves),)))
        index = model.index_of("one")
        said = index.data(role.AccessibleTextRole)
        assert said == index.data(role.ToolTipRole).replace("\n", ", ")
        assert ("Draft" in said) == drafted
        assert ("Leaves this computer" in said) == leaves
        widths.append(index.data(role.DecorationRole).availableSizes()[0].width())
        assert not desk.window.sidebar.list.grab().isNull()
    assert widths == [14, 34, 14]
    assert changed == [1, 1, 1]


def test_a_folder_called_like_a_day_is_a_folder(desk: Desk) -> None:
    desk.window.handle(ConversationsListed((ONE, replace(FILED, folder="Today"))))
    model = desk.window.sidebar.list.conversations
    assert [model.index(row).data() for row in range(4)] == [
        "Today", "About two", "Today", "About one"
    ]  # fmt: skip
    desk.window.handle(ConversationsListed((ONE,)))
    assert [model.index(row).data() for row in range(model.rowCount())] == ["Today", "About one"]
