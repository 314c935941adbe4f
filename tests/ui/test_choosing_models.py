"""The model menu, dropped folders, what the status line says, and notes below answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mmdesk.core.conversations import Entry, StopReason
from mmdesk.core.errors import ArchitectureUnknown, ModelMissing
from mmdesk.core.events import (
    LibraryFailed,
    LoadStage,
    ModelAdded,
    ModelChosen,
    ModelInfo,
    ModelLoading,
    ModelReady,
    ModelsListed,
    ModelUnloaded,
    TurnFinished,
)
from mmdesk.core.messages import assistant_message, user_message
from mmdesk.core.models import ModelEntry, ModelRole, Place, remote_key
from mmdesk.core.phrases import Phrase
from mmdesk.ui.chat.pane import ChatPane
from mmdesk.ui.dropped import CarriedKind, judge
from tests.ui.conftest import Desk
from tests.ui.library_samples import ENTRIES, GEMMA, LAN, OWN, QWEN, SERVERS, SIGLIP, WHISPER

AWAY = remote_key(LAN.url, LAN.models[0])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that looks like a model's."""
    made = tmp_path / "my-model"
    made.mkdir()
    (made / "config.json").write_text("{}")
    return made


def _actions(desk: Desk) -> dict[str, QAction]:
    return {action.text().split("\t")[0]: action for action in desk.window.header.menu.actions()}


def _mime(path: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    return mime


def _hover(desk: Desk, mime: QMimeData) -> None:
    place = QPoint(400, 300)
    enter = QDragEnterEvent(
        place,
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(desk.window, enter)


def _drop(desk: Desk, path: Path) -> None:
    mime = _mime(path)  # the events don't own it
    _hover(desk, mime)
    drop = QDropEvent(
        QPointF(10, 10),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        QEvent.Type.Drop,
    )
    QApplication.sendEvent(desk.window, drop)


# The menu


def test_the_menu_offers_what_can_be_used_now(desk: Desk) -> None:
    assert not _actions(desk)["Looking for models…"].isEnabled()
    desk.window.handle(ModelsListed(ENTRIES, SERVERS))
    assert list(_actions(desk)) == [
        "On this computer",
        "Starter",
        "Qwen3-VL-4B-Instruct",
        "gemma-3-4b-it",
        desk.window.header.menu.fontMetrics().elidedText(
            OWN.name, Qt.TextElideMode.ElideMiddle, 300
        ),
        "gpu.lan",
        "Qwen3-VL-235B-A22B-Instruct",
        "localhost",
        "gemma3:12b",
        "qwen2.5vl:7b",
        "llava:13b",
        "",
        "All models…",
        "Choose a folder…",
    ]
    assert _actions(desk)["Starter"].isChecked()
    assert _actions(desk)["gemma-3-4b-it"].text() == "gemma-3-4b-it\t4.3 B · Tight"
    assert "Leaves this computer" in _actions(desk)["Qwen3-VL-235B-A22B-Instruct"].text()
    assert "Leaves" not in _actions(desk)["gemma3:12b"].text()


def test_what_can_not_be_used_is_not_in_the_menu(desk: Desk) -> None:
    broken = replace(QWEN, problem=ArchitectureUnknown(path="/m", architecture="X"))
    desk.window.handle(ModelsListed((broken, GEMMA), ()))
    assert QWEN.name not in _actions(desk)
    assert GEMMA.name in _actions(desk)


def test_choosing_in_the_menu(desk: Desk) -> None:
    desk.window.handle(ModelsListed(ENTRIES, SERVERS))
    _actions(desk)["Qwen3-VL-4B-Instruct"].trigger()
    assert desk.session.calls[-1] == ("use_model", QWEN.key)
    assert desk.saved[-1].model == QWEN.key
    assert _actions(desk)["Qwen3-VL-4B-Instruct"].isChecked()
    assert not _actions(desk)["Starter"].isChecked()
    assert desk.window.header.model_button.text() == "Qwen3-VL-4B-Instruct · 4.4 B ▾"
    calls = len(desk.session.calls)
    _actions(desk)["Qwen3-VL-4B-Instruct"].trigger()
    assert len(desk.session.calls) == calls
    assert _actions(desk)["Qwen3-VL-4B-Instruct"].isChecked()


def test_the_menu_leads_to_all_models_and_asks_for_new_ones(desk: Desk) -> None:
    desk.window.header.menu.aboutToShow.emit()
    assert desk.session.library.calls == [("refresh",)]
    _actions(desk)["All models…"].trigger()
    assert desk.window.page is desk.window.pages.models_page


def test_a_model_that_is_nowhere_listed_is_still_the_current_one(desk: Desk) -> None:
    desk.window.handle(ModelsListed((), ()))
    for key, name in (("/m/gone", "Gone"), ("https://old.example/v1#org/vlm", "vlm")):
        desk.window.handle(ModelChosen(key, False))
        assert _actions(desk)[name].isChecked()


def test_the_menu_paints_in_both_themes(desk: Desk) -> None:
    desk.window.handle(ModelsListed(ENTRIES, SERVERS))
    desk.window.models.choose(AWAY)
    menu = desk.window.header.menu
    menu.resize(menu.sizeHint())
    shots = []
    for mode in ("light", "dark"):
        desk.theme.set_mode(mode)
        shots.append(menu.grab().toImage())
    muted = desk.theme.tokens.muted
    found = {
        shots[1].pixelColor(x, y).name()
        for x in range(shots[1].width())
        for y in range(shots[1].height())
    }
    assert muted in found
    assert desk.theme.tokens.notice_text in found
    assert shots[0] != shots[1]


# Folders


def test_a_models_folder_is_announced_and_used(desk: Desk, folder: Path) -> None:
    mime = _mime(folder)
    _hover(desk, mime)
    overlay = desk.window.overlay
    assert overlay._title.text() == "Drop a model's folder to use it"
    assert "“my-model” stays where it is" in overlay._detail.text()
    _drop(desk, folder)
    assert desk.session.library.calls == [("add_folder", folder)]
    assert "Looking at the model in “my-model”…" in desk.window.chat.news._sentence.plain
    added = replace(OWN, key=str(folder), name="my-model")
    desk.window.handle(ModelAdded(added))
    assert desk.session.model == str(folder)
    assert desk.saved[-1].model == str(folder)
    assert not desk.window.chat.news.isVisible()


def test_a_folder_that_mmdesk_downloaded_itself_is_used_too(desk: Desk, folder: Path) -> None:
    _drop(desk, folder)
    added = replace(QWEN, key=str(folder), place=Place.DOWNLOADED)
    desk.window.handle(ModelAdded(added))
    assert desk.session.model == str(folder)


@pytest.mark.parametrize(
    ("entry", "setting", "says"),
    [
        (WHISPER, "speech_model", "whisper-base is the speech model now"),
        (SIGLIP, "match_model", "siglip2-base-patch16-224 is the matching model now"),
    ],
)
def test_other_models_find_their_place(
    desk: Desk, folder: Path, entry: ModelEntry, setting: str, says: str
) -> None:
    _drop(desk, folder)
    added = replace(entry, key=str(folder), place=Place.FOLDER)
    desk.window.handle(ModelAdded(added))
    assert getattr(desk.saved[-1], setting) == folder
    assert desk.session.model == "starter"
    assert says in desk.window.chat.news._sentence.plain
    desk.window.chat.news._sentence.activated.emit()
    page = desk.window.pages.models_page
    assert desk.window.page is page
    assert page.roles.buttons[added.role].isChecked()


def test_a_folder_that_is_refused_is_explained_where_the_person_looks(
    desk: Desk, folder: Path
) -> None:
    _drop(desk, folder)
    error = ArchitectureUnknown(path=folder, architecture="Mamba")
    desk.window.handle(LibraryFailed(str(folder), error))
    (card,) = desk.window.chat.errors.cards
    assert card.error is error
    assert not desk.window.chat.news.isVisible()
    desk.window.chat.errors.clear()
    desk.window.models.show_models()
    desk.window.models.add_folder(folder)
    desk.window.handle(LibraryFailed(str(folder), error))
    assert not desk.window.chat.errors.cards
    assert desk.window.pages.models_page.errors.cards[0].error is error


def test_a_folder_without_a_model_keeps_its_sentence(desk: Desk, tmp_path: Path) -> None:
    assert judge(_mime(tmp_path)).kind is CarriedKind.FILES
    assert judge(_mime(tmp_path)).refused[0].kind == "not_a_file"


def test_a_whisper_file_is_a_model(tmp_path: Path) -> None:
    assert judge(_mime(tmp_path / "base.pt")).kind is CarriedKind.MODEL


def test_a_download_that_ends_behind_the_chat_is_offered(desk: Desk) -> None:
    desk.window.handle(ModelAdded(QWEN))
    assert desk.session.model == "starter"
    news = desk.window.chat.news
    assert news._sentence.plain == "Qwen3-VL-4B-Instruct is on this computer now: use it."
    news._sentence.activated.emit()
    assert desk.session.model == QWEN.key
    assert not news.isVisible()


def test_news_can_be_dismissed_and_gives_the_focus_back(desk: Desk, qtbot: QtBot) -> None:
    desk.window.handle(ModelAdded(QWEN))
    news = desk.window.chat.news
    news._close.setFocus()
    qtbot.keyClick(news._close, Qt.Key.Key_Space)
    assert not news.isVisible()
    assert desk.window.composer.input.hasFocus()


# What the status line says


def test_a_model_that_is_not_in_memory_loads_with_the_next_question(desk: Desk) -> None:
    status = desk.window.status
    desk.window.handle(ModelUnloaded())
    assert status.model.text() == "Loads with your next question"
    desk.window.handle(ModelLoading(LoadStage.WEIGHTS, 0.5))
    assert status.model.text() == "Loading 50 %"
    info = ModelInfo("gemma", Path(GEMMA.key or ""), "cpu", "int8", 4_300_000_000, 8192)
    desk.window.handle(ModelReady(info))
    assert status.model.text() == "Loads with your next question"
    assert status.model.toolTip() == "gemma is in memory now."
    desk.window.handle(ModelChosen(GEMMA.key or "", False))
    assert status.model.text() == "Ready"
    assert status._where.text() == "CPU · int8"


def test_typing_has_the_model_prepared(desk: Desk, qtbot: QtBot) -> None:
    before = desk.session.prepared
    qtbot.keyClicks(desk.window.composer.input, "Where")
    assert desk.session.prepared == before + 1
    desk.window.composer.input.clear()
    qtbot.keyClicks(desk.window.composer.input, "is")
    assert desk.session.prepared == before + 2


# Below answers


def test_notes_stand_below_the_answer(pane: ChatPane) -> None:
    note = Phrase("Answered with a smaller picture, as memory was short.")
    pane.show_entries(
        (
            Entry("q", user_message("What?")),
            Entry("a", assistant_message("A star."), model=AWAY, notes=(note,)),
        )
    )
    text = pane.plain_text()
    assert "Qwen3-VL-235B-A22B-Instruct  ·  gpu.lan" in text
    assert text.index("A star.") < text.index("Answered with a smaller picture")
    pane.begin_answer("t", "Starter")
    pane.append_text("t", "Two.", 1)
    height = pane.widget().height()
    pane.finish_answer("t", TurnFinished("t", StopReason.STOP, "Two.", None, "Starter", (note,)))
    assert pane.plain_text().count("smaller picture") == 2
    assert pane.widget().height() > height


@pytest.fixture
def pane(desk: Desk) -> ChatPane:
    """The window's own."""
    return desk.window.chat.pane


def test_the_first_start_and_the_notices_lead_to_the_page(
    open_window: Callable[..., Desk],
) -> None:
    window = open_window().window
    window.chat.first_start.modelWanted.emit()
    assert window.page is window.pages.models_page
    window.close_page()
    window.chat.voice_notice.modelWanted.emit()
    assert window.pages.models_page.roles.buttons[ModelRole.SPEECH].isChecked()


def test_a_model_that_is_added_but_can_not_be_used(desk: Desk) -> None:
    problem = ModelMissing(path="/m")
    desk.window.handle(ModelAdded(replace(OWN, problem=problem)))
    assert desk.session.model == "starter"
    assert desk.window.chat.errors.cards[0].error is problem
