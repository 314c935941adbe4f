"""The Models page: what is shown of a model, and what a person can do with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from mmdesk.core.errors import (
    DownloadBroken,
    HubUnreachable,
    InternalError,
    ModelDamaged,
    ModelInUse,
    ModelTakesNoPictures,
)
from mmdesk.core.events import (
    DownloadChanged,
    LibraryFailed,
    ModelAdded,
    ModelRemoved,
    ModelsListed,
    ModelVerified,
)
from mmdesk.core.models import Download, DownloadState, ModelRole, Place
from mmdesk.ui.library.model_row import ModelRow
from mmdesk.ui.library.page import ModelsPage
from mmdesk.ui.library.source_bar import hub_id
from tests.ui.conftest import Desk
from tests.ui.library_samples import (
    CACHE,
    ENTRIES,
    GEMMA,
    LARGE,
    OWN,
    QWEN,
    RUNNING,
    SERVERS,
    SHIPPED_SPEECH,
    SIGLIP,
    SMALL,
    STARTER_ENTRY,
    WHISPER,
)


@pytest.fixture
def page(desk: Desk) -> ModelsPage:
    """The page with everything on it."""
    desk.window.models.show_models()
    desk.window.handle(ModelsListed(ENTRIES, SERVERS))
    QApplication.processEvents()  # many rows come in several steps
    assert isinstance(desk.window.page, ModelsPage)
    desk.session.library.calls.clear()
    return desk.window.page


def _row(page: ModelsPage, model_id: str) -> ModelRow:
    rows = page.here_rows.rows + page.catalogue_rows.rows
    return next(row for row in rows if row.entry.id == model_id)


def _said(widget: QWidget) -> str:
    """Everything that can be read in a widget."""
    QApplication.processEvents()  # what a layout has got is shown with the next event
    labels = [label for label in widget.findChildren(QLabel) if label.isVisible()]
    return "\n".join(label.text().replace("\u200b", "") for label in labels)


def _button(widget: QWidget, name: str) -> QPushButton:
    QApplication.processEvents()
    found = widget.findChild(QPushButton, name)
    assert isinstance(found, QPushButton)
    assert found.isVisible(), name
    return found


def test_it_lists_this_computer_and_the_catalogue(page: ModelsPage) -> None:
    here = [row.entry.id for row in page.here_rows.rows]
    assert here == [STARTER_ENTRY.id, QWEN.id, GEMMA.id, OWN.id]
    assert [row.entry.id for row in page.catalogue_rows.rows] == [SMALL.id, LARGE.id]


def test_a_row_says_what_a_model_is(page: ModelsPage) -> None:
    text = _said(_row(page, QWEN.id))
    for part in (
        "Qwen3-VL-4B-Instruct",
        "4.4 B parameters · 8.9 GB · Apache-2.0",
        "Documents, charts and small print",
        "English, Chinese, German and 5 more languages · points at things in the picture",
        "Recommended",
        "Fits",
    ):
        assert part in text
    assert "Recommended" not in _said(_row(page, GEMMA.id))
    assert "Tight" in _said(_row(page, GEMMA.id))
    assert "Does not fit" in _said(_row(page, LARGE.id))


def test_a_verdict_tells_what_it_rests_on(page: ModelsPage) -> None:
    chip = _row(page, LARGE.id)._fit
    assert chip.toolTip().splitlines() == [
        "Weights (bf16): 66.0 GB",
        "KV cache (8,192 tokens): 800 MB",
        "Working memory: 800 MB",
        "Together: 67.6 GB",
        "Available on CPU: 15.0 GB",
    ]
    assert chip.accessibleDescription() == chip.toolTip()


def test_using_a_model_is_for_this_conversation_and_new_ones(
    desk: Desk, page: ModelsPage, qtbot: QtBot
) -> None:
    assert "In use" in _said(_row(page, STARTER_ENTRY.id))
    qtbot.mouseClick(_button(_row(page, QWEN.id), "useModel"), Qt.MouseButton.LeftButton)
    assert desk.session.model == QWEN.key
    assert desk.saved[-1].model == QWEN.key
    assert "In use" in _said(_row(page, QWEN.id))
    assert "In use" not in _said(_row(page, STARTER_ENTRY.id))
    assert desk.window.page is page


def test_speech_and_matching_models_are_settings(
    desk: Desk, page: ModelsPage, qtbot: QtBot
) -> None:
    qtbot.mouseClick(page.roles.buttons[ModelRole.MATCH], Qt.MouseButton.LeftButton)
    assert [row.entry.id for row in page.here_rows.rows] == [SIGLIP.id]
    assert not page.servers.isVisible()
    qtbot.mouseClick(_button(_row(page, SIGLIP.id), "useModel"), Qt.MouseButton.LeftButton)
    assert desk.saved[-1].match_model == Path(SIGLIP.key or "")
    assert "In use" in _said(_row(page, SIGLIP.id))
    page.show_role(ModelRole.SPEECH)
    assert "In use" in _said(_row(page, SHIPPED_SPEECH.id))
    got = replace(WHISPER, key="/models/whisper-base", place=Place.DOWNLOADED)
    desk.window.handle(ModelsListed((*ENTRIES[:-2], got, SIGLIP), SERVERS))
    qtbot.mouseClick(_button(_row(page, WHISPER.id), "useModel"), Qt.MouseButton.LeftButton)
    assert desk.saved[-1].speech_model == Path("/models/whisper-base")
    assert desk.session.voice.model.path == Path("/models/whisper-base")
    qtbot.mouseClick(_button(_row(page, SHIPPED_SPEECH.id), "useModel"), Qt.MouseButton.LeftButton)
    assert desk.saved[-1].speech_model is None


def test_a_download_is_followed_paused_and_resumed(
    desk: Desk, page: ModelsPage, qtbot: QtBot
) -> None:
    library, row = desk.session.library, _row(page, SMALL.id)
    qtbot.mouseClick(_button(row, "downloadModel"), Qt.MouseButton.LeftButton)
    assert library.calls == [("download", SMALL.id)]
    desk.window.handle(DownloadChanged(Download(SMALL.id, DownloadState.ASKING)))
    assert "Asking the hub what it has…" in _said(row)
    assert row._download.bar.value() == 0
    desk.window.handle(DownloadChanged(RUNNING))
    assert "412 MB of 1.0 GB · 11.8 MB/s · 51 s left · huggingface.co" in _said(row)
    assert row._download.bar.value() == 404
    qtbot.mouseClick(_button(row, "pauseDownload"), Qt.MouseButton.LeftButton)
    assert library.calls[-1] == ("pause", SMALL.id)
    paused = replace(RUNNING, state=DownloadState.PAUSED)
    desk.window.handle(DownloadChanged(paused))
    assert "Paused: 412 MB of 1.0 GB" in _said(row)
    resume = _button(row, "resumeDownload")
    assert resume.hasFocus()
    qtbot.mouseClick(resume, Qt.MouseButton.LeftButton)
    assert library.calls[-1] == ("download", SMALL.id)


def test_a_finished_download_can_be_used_at_once(
    desk: Desk, page: ModelsPage, qtbot: QtBot
) -> None:
    desk.window.handle(DownloadChanged(replace(RUNNING, state=DownloadState.VERIFYING)))
    assert "Checking what has arrived" in _said(_row(page, SMALL.id))
    desk.window.handle(DownloadChanged(replace(RUNNING, state=DownloadState.DONE)))
    got = replace(SMALL, key="/models/smol", place=Place.DOWNLOADED, size=1_020_000_000)
    desk.window.handle(ModelAdded(got))
    desk.window.handle(ModelsListed((*ENTRIES[:5], got), SERVERS))
    assert desk.session.model == "starter"  # what was downloaded isn't forced on anyone
    assert _row(page, SMALL.id) in page.here_rows.rows
    qtbot.mouseClick(_button(_row(page, SMALL.id), "useModel"), Qt.MouseButton.LeftButton)
    assert desk.session.model == "/models/smol"


def test_a_waiting_download_says_for_what(desk: Desk, page: ModelsPage) -> None:
    error = HubUnreachable(host="huggingface.co", reason="network is unreachable")
    waiting = replace(RUNNING, state=DownloadState.WAITING, error=error)
    desk.window.handle(DownloadChanged(waiting))
    text = _said(_row(page, SMALL.id))
    assert "huggingface.co can't be reached: network is unreachable. Goes on by itself." in text


def test_a_failed_download_stands_in_its_row_with_retry(
    desk: Desk, page: ModelsPage, qtbot: QtBot
) -> None:
    error = DownloadBroken(id=SMALL.id, file="model.safetensors", reason="connection reset")
    failed = replace(RUNNING, state=DownloadState.FAILED, error=error)
    desk.window.handle(DownloadChanged(failed))
    row = _row(page, SMALL.id)
    assert "broke off: connection reset" in _said(row)
    assert "go on when you are online" in _said(row)
    assert "412 MB of 1.0 GB are kept." in _said(row)
    retry = _button(row, "resumeDownload")
    assert retry.text() == "Retry"
    qtbot.mouseClick(retry, Qt.MouseButton.LeftButton)
    assert desk.session.library.calls == [("download", SMALL.id)]
    desk.window.handle(DownloadChanged(RUNNING))
    assert "broke off" not in _said(row)


def test_giving_a_download_up_is_asked_before_anything_is_removed(
    desk: Desk, page: ModelsPage, qtbot: QtBot
) -> None:
    desk.window.handle(DownloadChanged(RUNNING))
    row = _row(page, SMALL.id)
    qtbot.mouseClick(_button(row, "giveUpDownload"), Qt.MouseButton.LeftButton)
    assert "Remove the 412 MB that are here already?" in _said(row)
    keep = _button(row, "giveUpNo")
    assert keep.hasFocus()
    qtbot.keyClick(keep, Qt.Key.Key_Escape)
    assert desk.window.page is page  # Esc answered the question alone
    assert not desk.session.library.calls
    qtbot.mouseClick(_button(row, "giveUpDownload"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(_button(row, "giveUpYes"), Qt.MouseButton.LeftButton)
    assert desk.session.library.calls == [("discard", SMALL.id)]


def test_an_interrupted_download_of_an_earlier_run_goes_on(
    desk: Desk, page: ModelsPage, qtbot: QtBot
) -> None:
    kept = Download(LARGE.id, DownloadState.PAUSED, 12_000_000_000, 66_000_000_000)
    desk.window.handle(ModelsListed((replace(LARGE, download=kept),), ()))
    assert "Paused: 12.0 of 66.0 GB" in _said(_row(page, LARGE.id))
    resume = _button(_row(page, LARGE.id), "resumeDownload")
    qtbot.mouseClick(resume, Qt.MouseButton.LeftButton)
    assert desk.session.library.calls == [("download", LARGE.id)]


def test_removing_asks_in_the_row(desk: Desk, page: ModelsPage, qtbot: QtBot) -> None:
    row = _row(page, QWEN.id)
    qtbot.mouseClick(row.remove, Qt.MouseButton.LeftButton)
    assert "Remove 8.9 GB from this computer?" in _said(row)
    qtbot.mouseClick(_button(row, "removeNo"), Qt.MouseButton.LeftButton)
    assert not desk.session.library.calls
    assert row.remove.hasFocus()
    qtbot.mouseClick(row.remove, Qt.MouseButton.LeftButton)
    remove = _button(row, "removeYes")
    remove.setFocus()
    qtbot.keyClick(remove, Qt.Key.Key_Return)
    assert desk.session.library.calls == [("remove", QWEN.key, False)]


def test_a_folder_is_forgotten_and_a_cache_left_alone(page: ModelsPage, qtbot: QtBot) -> None:
    own = _row(page, OWN.id)
    qtbot.mouseClick(own.remove, Qt.MouseButton.LeftButton)
    assert "Its files stay where they are." in _said(own)
    assert not _row(page, GEMMA.id).remove.isVisible()
    assert not _row(page, STARTER_ENTRY.id).remove.isVisible()


def test_a_model_in_use_is_not_removed(desk: Desk, page: ModelsPage, qtbot: QtBot) -> None:
    desk.window.models.choose(QWEN.key or "")
    row = _row(page, QWEN.id)
    qtbot.mouseClick(row.remove, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(_button(row, "removeYes"), Qt.MouseButton.LeftButton)
    assert desk.session.library.calls == [("remove", QWEN.key, True)]
    desk.window.handle(LibraryFailed(QWEN.key or "", ModelInUse(name=QWEN.name)))
    assert "Qwen3-VL-4B-Instruct is in use." in _said(row)
    assert "Choose another model first" in _said(row)


def test_a_removed_model_is_named_nowhere(desk: Desk, page: ModelsPage) -> None:
    desk.window.models.choose(QWEN.key or "")
    desk.window.handle(ModelRemoved(QWEN.key or "", 8_000_000_000))
    assert desk.saved[-1].model == "starter"
    assert desk.session.model == "starter"


def test_files_are_checked_and_damage_is_said(desk: Desk, page: ModelsPage, qtbot: QtBot) -> None:
    row = _row(page, QWEN.id)
    qtbot.mouseClick(row.verify, Qt.MouseButton.LeftButton)
    assert desk.session.library.calls == [("verify", QWEN.key)]
    desk.window.handle(ModelVerified(QWEN.key or "", 0.41))
    assert "Checked 41 %" in _said(row)
    desk.window.handle(ModelVerified(QWEN.key or "", 1.0))
    assert "all files are as they should be" in row.verify.accessibleName()
    row.verify.click()
    damaged = ModelDamaged(path=QWEN.key, file="model-00002.safetensors", reason="another hash")
    desk.window.handle(ModelVerified(QWEN.key or "", 1.0, damaged))
    assert "model-00002.safetensors" in _said(row)
    assert "as they should be" not in row.verify.accessibleName()


def test_a_check_that_breaks_off_is_no_longer_said_to_run(
    desk: Desk, page: ModelsPage, qtbot: QtBot
) -> None:
    row = _row(page, QWEN.id)
    row.verify.click()
    assert row.verify.isHidden()
    desk.window.handle(LibraryFailed(QWEN.key or "", InternalError.of(OSError("no more files"))))
    assert row.verify.isVisible()
    assert "no more files" in _said(row)


def test_a_check_can_be_stopped(desk: Desk, page: ModelsPage, qtbot: QtBot) -> None:
    row = _row(page, QWEN.id)
    row.verify.click()
    qtbot.mouseClick(_button(row, "stopVerifying"), Qt.MouseButton.LeftButton)
    assert desk.session.library.calls[-1] == ("stop_verifying", QWEN.key)
    assert row.verify.isVisible()
    assert row.details.hasFocus()  # the button that had it is gone


def test_details_tell_source_place_and_memory(page: ModelsPage, qtbot: QtBot) -> None:
    row = _row(page, GEMMA.id)
    qtbot.mouseClick(row.details, Qt.MouseButton.LeftButton)
    fields = [field.text() for field in row.findChildren(QLineEdit)]
    assert str(CACHE) in fields
    assert "in the Hugging Face cache: used in place, never changed" in fields
    assert "Weights (bf16): 12.4 GB" in _said(row)
    qwen = _row(page, QWEN.id)
    qtbot.mouseClick(qwen.details, Qt.MouseButton.LeftButton)
    fields = [field.text() for field in qwen.findChildren(QLineEdit)]
    assert "2026-11-21" in fields
    assert QWEN.source in _said(qwen)
    qtbot.mouseClick(row.details, Qt.MouseButton.LeftButton)
    assert "Weights (bf16)" not in _said(row)


def test_what_can_not_be_used_says_why(desk: Desk, page: ModelsPage) -> None:
    problem = ModelTakesNoPictures(path="/m/x", architecture="LlamaForCausalLM")
    desk.window.handle(ModelsListed((replace(OWN, problem=problem),), ()))
    row = _row(page, OWN.id)
    assert problem.message in _said(row)
    assert not row.main.isVisible()


def test_the_filter_finds_by_name_licence_and_use(page: ModelsPage, qtbot: QtBot) -> None:
    qtbot.keyClicks(page.filter, "small print")
    assert [row.entry.id for row in page.here_rows.rows] == [QWEN.id]
    assert not page.catalogue.isVisible()
    assert not page.servers.isVisible()
    page.filter.setText("gemma")
    assert [row.entry.id for row in page.here_rows.rows] == [GEMMA.id]
    assert page.servers.isVisible()  # one serves gemma3:12b
    page.filter.setText("no such <b>model</b>")
    assert "No model here has “no such <b>model</b>”." in _said(page)
    page.filter.clear()
    assert len(page.here_rows.rows) == 4


def test_any_model_of_the_hub_can_be_asked_for(desk: Desk, page: ModelsPage, qtbot: QtBot) -> None:
    source = page.source
    qtbot.keyClicks(source.id, "just-a-name")
    qtbot.keyClick(source.id, Qt.Key.Key_Return)
    assert "Write it like maker/name" in _said(source)
    assert not desk.session.library.calls
    source.id.clear()
    qtbot.keyClicks(source.id, "https://huggingface.co/moondream/moondream3/tree/main")
    assert "Write it like" not in _said(source)
    qtbot.keyClick(source.id, Qt.Key.Key_Return)
    assert desk.session.library.calls == [("download", "moondream/moondream3")]
    asking = Download("moondream/moondream3", DownloadState.ASKING, source="huggingface.co")
    desk.window.handle(DownloadChanged(asking))
    row = page.catalogue_rows.rows[0]
    assert row.entry.id == "moondream/moondream3"
    assert "Asking huggingface.co what it has…" in _said(row)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (" Qwen/Qwen3-VL-4B ", "Qwen/Qwen3-VL-4B"),
        ("https://huggingface.co/Qwen/Qwen3-VL-4B?library=x#y", "Qwen/Qwen3-VL-4B"),
        ("https://modelscope.cn/models/Qwen/Qwen3-VL-4B/summary", "Qwen/Qwen3-VL-4B"),
        ("https://huggingface.co", None),
        ("a/b/c", None),
        ("../..", None),
        ("", None),
        ("a b/c", None),
    ],
)
def test_ids_are_read_from_what_people_paste(typed: str, meant: str | None) -> None:
    assert hub_id(typed) == meant


def test_the_source_is_a_setting(desk: Desk, page: ModelsPage, qtbot: QtBot) -> None:
    source = page.source
    assert not source.mirror.isVisible()
    source.source.setCurrentIndex(source.source.findData("modelscope"))
    assert desk.saved[-1].hub == "modelscope"
    source.source.setCurrentIndex(source.source.findData("mirror"))
    assert source.mirror.hasFocus()
    qtbot.keyClicks(source.mirror, "ftp://x")
    qtbot.keyClick(source.mirror, Qt.Key.Key_Return)
    assert "Write it like https://mirror.example." in _said(source)
    source.mirror.setText("mirror.lan/")
    qtbot.keyClick(source.mirror, Qt.Key.Key_Return)
    assert desk.saved[-1].hub == "https://mirror.lan"
    assert "Write it like" not in _said(source)


def test_a_list_that_fails_is_said_and_can_be_retried(
    desk: Desk, page: ModelsPage, qtbot: QtBot
) -> None:
    desk.window.handle(LibraryFailed("", InternalError(what="KeyError")))
    assert page.errors.cards
    qtbot.mouseClick(_button(page, "retryList"), Qt.MouseButton.LeftButton)
    assert desk.session.library.calls == [("refresh",)]
    assert not page.errors.cards


def test_it_says_that_it_looks_and_what_to_do_with_nothing(desk: Desk) -> None:
    desk.window.models.show_models(ModelRole.MATCH)
    page = desk.window.page
    assert isinstance(page, ModelsPage)
    assert "Looking for models…" in _said(page)
    desk.window.handle(ModelsListed((), ()))
    assert "Looking for models…" not in _said(page)
    assert "None yet: download one below, or choose a folder." in _said(page)


def test_rows_keep_their_place_and_focus_when_the_list_comes_anew(
    desk: Desk, page: ModelsPage
) -> None:
    row = _row(page, QWEN.id)
    row.main.setFocus()
    desk.window.handle(ModelsListed((replace(QWEN, size=1), *ENTRIES), SERVERS))
    assert _row(page, QWEN.id) is row
    assert row.main.hasFocus()
    desk.window.handle(ModelsListed((STARTER_ENTRY,), ()))
    assert page.hasFocus()  # not on a button that happens to come next


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_nothing_is_cut_off_in_a_small_window(
    open_window: Callable[..., Desk], qtbot: QtBot, theme: str, language: str
) -> None:
    desk = open_window(size=(640, 480), theme=theme, language=language)
    desk.window.models.show_models()
    desk.window.handle(ModelsListed(ENTRIES, SERVERS))
    desk.window.handle(DownloadChanged(RUNNING))
    page = desk.window.page
    assert isinstance(page, ModelsPage)
    _row(page, QWEN.id).remove.click()
    page.servers.action.click()

    def nothing_is_cut_off() -> None:
        content = page.scroll_area.widget()
        assert content.width() <= page.scroll_area.viewport().width()
        for control in page.findChildren(QPushButton):
            if control.isVisible():
                parent = control.parentWidget()
                assert parent.rect().contains(control.geometry()), control.accessibleName()
                assert control.width() >= control.minimumSizeHint().width(), control.text()

    qtbot.waitUntil(nothing_is_cut_off)
