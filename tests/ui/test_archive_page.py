"""The page of all conversations together: exports, imports, backups, and what came of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFileDialog,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from mmdesk.core.archives import (
    ArchiveReport,
    ExportRequest,
    ImportRequest,
    RestoreRequest,
)
from mmdesk.core.errors import ArchiveStopped, ExportUnwritable, RestoreWhileAnswering
from mmdesk.core.events import (
    ArchiveFinished,
    ArchiveProgressed,
    ConversationOpened,
    ConversationsListed,
    ModelInfo,
    ModelReady,
)
from mmdesk.ui.archive_page import ArchivePage
from tests.ui.archive_samples import IMPORT, backups, item, mixed
from tests.ui.conftest import Desk


@pytest.fixture
def page(desk: Desk) -> ArchivePage:
    return shown(desk)


def shown(desk: Desk) -> ArchivePage:
    desk.window.archive.show_page()
    page = desk.window.page
    assert isinstance(page, ArchivePage)
    return page


def asked(desk: Desk) -> tuple[object, ...]:
    """Return what was asked last of ``Archiving``."""
    return desk.session.archive.calls[-1]


def finish(desk: Desk, report: ArchiveReport) -> None:
    desk.window.handle(ArchiveFinished(report))


def words(card: QWidget) -> str:
    """Return all that stands on a card."""
    labels = [each for each in card.findChildren(QLabel) if each.text() and not each.isHidden()]
    texts = [each.text() for each in labels]
    texts += [each.toPlainText() for each in card.findChildren(QPlainTextEdit)]
    return "\n".join(texts).replace("\u200b", "")


def choose(desk: Desk, dialog: str, *paths: Path) -> None:
    """Have a dialog of the system's answer."""
    *_, opened = desk.window.findChildren(QFileDialog, dialog)
    opened.filesSelected.emit([str(path) for path in paths])
    opened.reject()


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_everything_is_exported_in_the_chosen_format(
    desk: Desk, page: ArchivePage, tmp_path: Path
) -> None:
    page.export_all.click()
    choose(desk, "exportDialog", tmp_path)
    assert asked(desk) == ("export", ExportRequest(tmp_path, everything=True))
    page.format.buttons[1].click()
    assert desk.saved[-1].export_markdown
    page.export_all.click()
    choose(desk, "exportDialog", tmp_path)
    assert asked(desk) == ("export", ExportRequest(tmp_path, everything=True, markdown=True))


def test_the_format_is_remembered(open_window: Callable[..., Desk]) -> None:
    desk = open_window(export_markdown=True)
    assert [button.isChecked() for button in shown(desk).format.buttons] == [False, True]


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_files_and_folders_are_imported(desk: Desk, page: ArchivePage, tmp_path: Path) -> None:
    page.import_files.click()
    choose(desk, "archiveDialog", tmp_path / "a.json", tmp_path / "b.json")
    assert asked(desk) == (
        "import_files",
        ImportRequest((tmp_path / "a.json", tmp_path / "b.json")),
    )
    page.import_folder.click()
    choose(desk, "archiveFolderDialog", tmp_path)
    assert asked(desk) == ("import_files", ImportRequest((tmp_path,)))


def test_how_far_it_is_and_stopping_it(desk: Desk, page: ArchivePage) -> None:
    desk.window.archive.import_paths(IMPORT.paths)
    told = desk.session.archive.told[IMPORT]
    desk.window.handle(ArchiveProgressed(IMPORT, 120, 1234))
    (line,) = page.findChildren(QWidget, "archiveWork")
    assert "Importing… 120 of 1234" in words(line)
    assert told(item("one"))
    (stop,) = line.findChildren(QPushButton, "stopArchive")
    stop.setFocus()
    stop.click()
    assert stop.text() == "Stopping…"
    assert not told(item("two"))
    finish(desk, ArchiveReport(IMPORT, (item("one"), item("two")), error=ArchiveStopped()))
    assert line.isHidden()
    assert page.hasFocus()
    assert "2 conversations are imported.\nThis was stopped" in words(page.cards[0])
    desk.window.archive.import_paths(IMPORT.paths)
    assert desk.session.archive.told[IMPORT](item("one"))  # asked again, it goes on


def test_the_same_is_not_done_twice_at_once(desk: Desk) -> None:
    desk.window.archive.import_paths(IMPORT.paths)
    desk.window.archive.import_paths(IMPORT.paths)
    assert desk.session.archive.calls.count(("import_files", IMPORT)) == 1


def test_a_report_loses_nothing(desk: Desk, page: ArchivePage) -> None:
    finish(desk, mixed())
    said = words(page.cards[0])
    assert "2 conversations are imported. 1 was there already." in said
    assert "3 failed:" in said
    assert "• About five: “5.json” can't be imported: y is worse.\nNothing of this conv" in said
    assert "• “six.json” is not JSON.\n" in said
    assert "Left out:" in said
    assert "• About two: 3 pictures are at web addresses" in said


def test_ten_thousand_failures_are_all_there(desk: Desk, page: ArchivePage) -> None:
    failed = ExportUnwritable(path="/x", reason="full")
    finish(desk, ArchiveReport(IMPORT, tuple(item(f"{n}", error=failed) for n in range(10_000))))
    (failures,) = page.cards[0].findChildren(QPlainTextEdit, "archiveFailures")
    assert failures.document().blockCount() == 10_001  # and one hint for all
    assert failures.height() < 300
    assert "Nothing was imported." in words(page.cards[0])


@pytest.mark.parametrize(
    ("items", "error", "says"),
    [
        ((), None, "There was no conversation to export."),
        ((item("one"),), None, "“About one” is exported to “/to”."),
        ((item("one"), item("two")), None, "2 conversations are exported to “/to”."),
        ((), ExportUnwritable(path="/to", reason="no"), "Nothing was exported."),
    ],
)
def test_what_came_of_an_export(
    desk: Desk, page: ArchivePage, items: tuple[object, ...], error: object, says: str
) -> None:
    request = ExportRequest(Path("/to"), everything=True)
    desk.window.archive._export(request)
    finish(desk, ArchiveReport(request, items, error))  # type: ignore[arg-type]
    said = words(page.cards[0])
    assert said.startswith(says)
    assert ("can't be exported" in said or "can be exported" in said) == (error is not None)
    offers = page.cards[0].findChildren(QPushButton, "openArchiveFolder")
    assert bool(offers) == bool(items)


def test_reports_are_taken_away_one_by_one(desk: Desk, page: ArchivePage) -> None:
    for n in range(12):
        finish(desk, ArchiveReport(ImportRequest((Path(f"/{n}"),)), (item(str(n)),)))
    assert len(page.cards) == 10
    assert "“About 11” is imported." in words(page.cards[0])
    (close,) = page.cards[0].findChildren(QAbstractButton, "dismissReport")
    close.setFocus()
    close.click()
    assert "“About 10” is imported." in words(page.cards[0])
    assert page.hasFocus()


def test_backups_by_day_and_time(desk: Desk, page: ArchivePage) -> None:
    assert asked(desk) == ("list_backups",)
    assert "Looking for backups…" in words(page.backups)
    desk.window.handle(backups(0))
    assert "There is no backup yet." in words(page.backups)
    desk.window.handle(backups(30))
    assert len(page.backups.rows) == 30
    said = [words(row) for row in page.backups.rows]
    assert said[0].startswith("Today, ")
    assert said[1].startswith("Yesterday, ")
    assert "\n1 conversation\n" in f"{said[1]}\n"
    assert "\n29 conversations\n" in f"{said[29]}\n"
    assert "Can't be read" in said[3]
    assert not page.backups.rows[3].restore.isEnabled()
    first = page.backups.rows[0]
    desk.window.handle(backups(1))
    assert page.backups.rows == [first]  # what stays isn't made anew
    assert "There is no backup yet." not in words(page.backups)


def test_a_backup_is_restored_after_one_question(
    desk: Desk, page: ArchivePage, qtbot: QtBot
) -> None:
    desk.window.handle(backups(30))
    first, last = page.backups.rows[0], page.backups.rows[-1]
    QTest.keyClick(first.restore, Qt.Key.Key_Space)
    assert "set aside" in words(first.question)
    assert first.question.no_button.hasFocus()
    QTest.keyClick(first.question.no_button, Qt.Key.Key_Escape)
    assert first.question.isHidden()
    assert first.restore.hasFocus()
    assert desk.window.page is page
    first.restore.click()
    last.restore.click()
    assert first.question.isHidden()  # one at a time

    def in_sight() -> bool:
        area = page.scroll_area
        bottom = last.question.mapTo(area.viewport(), QPoint(0, last.question.height())).y()
        return 0 < bottom <= area.viewport().height()

    qtbot.waitUntil(in_sight)
    assert ("restore", RestoreRequest("b29")) not in desk.session.archive.calls
    last.question.yes_button.setFocus()
    QTest.keyClick(last.question.yes_button, Qt.Key.Key_Return)
    assert asked(desk) == ("restore", RestoreRequest("b29"))


def test_while_a_backup_is_restored_nothing_else_begins(desk: Desk, page: ArchivePage) -> None:
    desk.window.handle(backups(2))
    buttons = (page.export_all, page.import_files, page.import_folder)
    request = RestoreRequest("b1")
    desk.window.archive.restore("b1")
    desk.window.handle(ArchiveProgressed(request, 0, 1))
    (line,) = page.findChildren(QWidget, "archiveWork")
    assert "Restoring the backup…" in words(line)
    (stop,) = line.findChildren(QPushButton, "stopArchive")
    assert stop.isHidden()
    assert not any(button.isEnabled() for button in buttons)
    assert not page.backups.rows[0].restore.isEnabled()
    finish(desk, ArchiveReport(request, error=RestoreWhileAnswering()))
    assert "Nothing was restored.\nAn answer is on its way." in words(page.cards[0])
    assert all(button.isEnabled() for button in buttons)
    desk.window.archive.import_paths(IMPORT.paths)
    assert all(button.isEnabled() for button in buttons)
    assert not page.backups.rows[0].restore.isEnabled()
    finish(desk, ArchiveReport(IMPORT))
    assert page.backups.rows[0].restore.isEnabled()


def test_after_a_restore_the_page_says_where_the_rest_is(desk: Desk, qtbot: QtBot) -> None:
    """A command may have asked for it; the session shows a new conversation afterwards."""
    aside = desk.places.geometry.parent / "conversations.sqlite3.replaced"
    request = RestoreRequest("b1")
    done = ArchiveReport(request, restored=Path("/b1"), aside=aside, conversations=7)
    finish(desk, done)
    desk.window.handle(ConversationOpened(None))
    desk.window.handle(ConversationsListed(()))
    qtbot.waitUntil(lambda: isinstance(desk.window.page, ArchivePage))
    page = shown(desk)
    said = words(page.cards[0])
    assert "The backup is restored: 7 conversations." in said
    assert f"What was there before is kept: {aside}" in said
    assert page.cards[0].findChildren(QPushButton, "openArchiveFolder")
    desk.window.close_page()
    desk.window.handle(ConversationOpened(None))
    QApplication.processEvents()
    assert desk.window.page is None  # only once


def test_every_control_has_a_name_and_tab_goes_downwards(desk: Desk) -> None:
    page = shown(desk)
    desk.window.handle(backups(2))
    desk.window.archive.import_paths((Path("/other"),))
    finish(desk, mixed())
    export = ExportRequest(Path("/to"), everything=True)
    desk.window.archive._export(export)
    finish(desk, ArchiveReport(export, (item("one"),)))
    assert tab_round(desk, page)[:12] == [
        "archivePageClose",
        "stopArchive",
        "openArchiveFolder",
        "dismissReport",
        "archiveFailures",
        "archiveNotes",
        "dismissReport",
        "exportJson",
        "exportMarkdown",
        "exportAll",
        "importFiles",
        "importFolder",
    ]
    finish(desk, ArchiveReport(ImportRequest((Path("/other"),)), (item("one"),)))
    reached = tab_round(desk, page)
    assert reached[:3] == ["archivePageClose", "openImported", "dismissReport"]
    assert reached.count("restoreBackup") == 2


def tab_round(desk: Desk, page: ArchivePage) -> list[str]:
    """Press Tab from the page's first control to the question; return what had the focus."""
    QApplication.processEvents()  # what is new is shown
    page.close_button.setFocus()
    reached: list[str] = []
    while (focused := QApplication.focusWidget()) is not desk.window.composer.input:
        assert focused is not None
        assert focused.accessibleName(), focused
        reached.append(focused.objectName())
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    return reached


def test_enter_presses_a_button(desk: Desk, page: ArchivePage) -> None:
    markdown = page.format.buttons[1]
    markdown.setFocus()
    QTest.keyClick(markdown, Qt.Key.Key_Return)
    assert markdown.isChecked()


def test_all_of_it_follows_the_language(desk: Desk, page: ArchivePage) -> None:
    desk.window.handle(backups(2))
    finish(desk, mixed())
    page.backups.rows[0].restore.click()
    page.retranslate()
    assert not page.backups.rows[0].question.isHidden()
    desk.window.handle(ArchiveProgressed(IMPORT, 1, 2))
    desk.language.use("zh_CN")
    desk.window.retranslate()
    assert "3" in words(page.cards[0])


def test_the_settings_and_the_menu_lead_here(desk: Desk) -> None:
    desk.window.show_settings()
    settings = desk.window.pages.settings_page
    assert settings is not None
    settings.conversations.archive_button.click()
    assert isinstance(desk.window.page, ArchivePage)
    (entry,) = [each for each in desk.window.header._more if each.text().startswith("Export")]
    entry.trigger()
    assert desk.window.page is None
    entry.trigger()
    assert isinstance(desk.window.page, ArchivePage)
    desk.window.handle(ModelReady(ModelInfo("m", Path("/m"), "cpu", "float32", 1, 1)))
    assert isinstance(desk.window.page, ArchivePage)  # it stays
