"""Settings, keys, about, samples and the viewer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeySequence, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from mmdesk import paths
from mmdesk.core.events import ModelChosen, ModelsListed
from mmdesk.core.messages import Picture
from mmdesk.core.models import ModelRole, remote_key
from mmdesk.core.requests import GenerationSettings
from mmdesk.ui.first_start import SampleCard, load_samples
from mmdesk.ui.settings_page import SettingsPage
from mmdesk.ui.shortcuts import BINDINGS, conflict, keys_of, rebind
from tests.ui.conftest import Desk
from tests.ui.library_samples import ENTRIES, LAN, SERVERS


@pytest.fixture
def page(desk: Desk) -> SettingsPage:
    desk.window.show_settings()
    assert desk.window.pages.settings_page is not None
    return desk.window.pages.settings_page


def test_generation_settings_hold_at_once(desk: Desk, page: SettingsPage) -> None:
    page.answers.temperature.setValue(0.7)
    page.answers.top_p.setValue(0.9)
    page.answers.max_tokens.setValue(64)
    page.answers.fixed_seed.setChecked(True)
    page.answers.seed.setValue(7)
    wanted = GenerationSettings(0.7, 0.9, 64, 7)
    assert desk.saved[-1].generation == wanted
    page.answers.fixed_seed.setChecked(False)
    assert desk.saved[-1].generation.seed is None
    assert not page.answers.seed.isEnabled()


def test_numbers_can_be_read(page: SettingsPage) -> None:
    """A style sheet once left the fields one pixel wide."""
    answers = page.answers
    numbers = (answers.temperature, answers.top_p, answers.max_tokens, answers.seed)
    for spin in (page.model.threads, page.model.idle, page.voice.silence, *numbers):
        field = spin.findChild(QLineEdit)
        assert isinstance(field, QLineEdit)
        needed = field.fontMetrics().horizontalAdvance(field.text()) + 8
        assert field.text()
        assert field.width() >= needed


def test_where_the_model_runs_loads_it_anew(desk: Desk, page: SettingsPage) -> None:
    before = desk.session.prepared
    page.model.device.setCurrentIndex(page.model.device.findData("cpu"))
    page.model.threads.setValue(3)
    page.model.dtype.setCurrentIndex(page.model.dtype.findData("int4"))
    assert desk.session.prepared == before + 3
    page.model.idle.setValue(0)
    assert desk.session.prepared == before + 3
    kept = desk.saved[-1]
    assert (kept.device, kept.threads, kept.dtype, kept.idle_minutes) == ("cpu", 3, "int4", 0)
    assert page.model.idle.text() == "Never"


def test_the_theme_changes_at_once(desk: Desk, page: SettingsPage) -> None:
    page.looks.theme.setCurrentIndex(page.looks.theme.findData("dark"))
    assert desk.theme.tokens.dark
    assert desk.theme.tokens.background in desk.window.styleSheet()


def test_the_settings_lead_to_the_models_page(desk: Desk, page: SettingsPage) -> None:
    desk.window.apply_settings(replace(desk.window._settings, model="/models/qwen"))
    assert page.model.path.text() == "/models/qwen"
    page.model.models_button.click()
    models = desk.window.pages.models_page
    assert desk.window.page is models
    assert models.roles.buttons[ModelRole.CHAT].isChecked()
    desk.window.show_settings()
    page.voice.models_button.click()
    assert desk.window.page is models
    assert models.roles.buttons[ModelRole.SPEECH].isChecked()


def test_keys_are_changed_and_conflicts_refused(
    desk: Desk, page: SettingsPage, qtbot: QtBot
) -> None:
    keys = page.keys.bindings
    edit = keys._edits["new_chat"]
    edit.setKeySequence(QKeySequence("Ctrl+B"))
    edit.editingFinished.emit()
    assert keys._refusal.text() == "Ctrl+B is already used for “Show or hide the sidebar”."
    assert edit.keySequence() == QKeySequence("Ctrl+N")
    edit.setKeySequence(QKeySequence("X"))
    edit.editingFinished.emit()
    assert keys._refusal.text() == "X alone is needed for writing."
    edit.setKeySequence(QKeySequence("Ctrl+Alt+N"))
    edit.editingFinished.emit()
    assert desk.saved[-1].shortcuts == {"new_chat": "Ctrl+Alt+N"}
    desk.window.close_page()
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    qtbot.keyClick(desk.window, Qt.Key.Key_N, both)
    assert ("new",) in desk.session.calls


def test_default_keys_are_free_of_conflicts() -> None:
    for binding in BINDINGS:
        assert conflict(binding.action, keys_of(binding.action, {}), {}) is None
    assert rebind("keys", QKeySequence("F1"), {"keys": "F2"}) == {}
    assert keys_of("keys", {"keys": "no such key"}) == QKeySequence("F1")
    assert keys_of("keys", {"keys": ""}).isEmpty()


def test_a_sample_asks_its_question_about_its_pictures(
    desk: Desk, qtbot: QtBot, samples_folder: Path
) -> None:
    cards = desk.window.chat.first_start.findChildren(SampleCard)
    two = next(card for card in cards if "Two" in card.accessibleName())
    qtbot.mouseClick(two, Qt.MouseButton.LeftButton)
    pictures = (samples_folder / "a.png", samples_folder / "b.png")
    assert ("attach", pictures) in desk.session.calls
    assert ("submit", "Which has more circles?") in desk.session.calls


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"title": {}}]', "not json"])
def test_broken_samples_are_left_out(tmp_path: Path, text: str) -> None:
    (tmp_path / "samples.json").write_text(text)
    assert load_samples(tmp_path, "en") == ()
    assert load_samples(tmp_path / "missing", "en") == ()


def test_the_viewer_zooms_drags_and_changes_pictures(
    desk: Desk, qtbot: QtBot, picture: Callable[..., Picture]
) -> None:
    viewer = desk.window.viewer
    viewer.open((picture("a.png", 3000, 2000), picture("b.png", 40, 30)), 0)
    qtbot.waitUntil(lambda: viewer.canvas.shown is not None and viewer.canvas.shown.whole)
    fitted = viewer.canvas.scale
    assert fitted < 0.5
    spot = QPointF(300, 200)
    before = viewer.canvas.box
    wheel = QWheelEvent(
        spot,
        spot,
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewer.canvas, wheel)
    after = viewer.canvas.box
    assert viewer.canvas.scale == pytest.approx(fitted * 1.2)
    relative = [(spot.x() - box.x()) / box.width() for box in (before, after)]
    assert relative[0] == pytest.approx(relative[1])
    qtbot.keyClick(viewer, Qt.Key.Key_1)
    assert viewer.canvas.scale == pytest.approx(1.0)
    assert "3000 × 2000  ·  100 %  ·  1 / 2" in viewer.bar.caption.text()
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    assert viewer.index == 1
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    assert viewer.index == 1
    qtbot.keyClick(viewer, Qt.Key.Key_Escape)
    assert not viewer.isVisible()
    assert desk.window.composer.input.hasFocus()


def test_the_viewer_says_when_a_picture_is_gone(
    desk: Desk, qtbot: QtBot, picture: Callable[..., Picture]
) -> None:
    gone = picture("gone.png")
    gone.path.unlink()
    desk.window.viewer.open((gone,), 0)
    qtbot.waitUntil(desk.window.viewer._error.isVisible)
    assert "“gone.png” is not there." in desk.window.viewer._error.text()


def test_every_control_has_a_name_and_is_reached_by_tab(
    desk: Desk, qtbot: QtBot, picture: Callable[..., Picture]
) -> None:
    desk.session.add("a.png", picture())
    desk.window.composer.refresh()
    desk.window.handle(ModelsListed(ENTRIES, SERVERS))
    desk.window.handle(ModelChosen(remote_key(LAN.url, LAN.models[0]), True))
    for show in (
        desk.window.models.show_models,
        desk.window.show_settings,
        desk.window.show_keys,
        desk.window.pages.toggle_about,
    ):
        show()
        qtbot.wait(20)
        reached = _tab_round(desk, qtbot)
        for control in desk.window.findChildren(QWidget):
            usable = isinstance(control, QAbstractButton | QComboBox) and control.isEnabled()
            if not usable or not control.isVisible() or not _ours(control):
                continue
            name = control.objectName()
            assert name, control
            assert control.accessibleName(), name
            assert name in reached, f"{name} is not reached by Tab"


def _tab_round(desk: Desk, qtbot: QtBot) -> set[str]:
    """Press Tab until the focus is back; return the names of what had it."""
    desk.window.composer.input.setFocus()
    reached = set()
    for _ in range(200):
        focused = QApplication.focusWidget()
        assert focused is not None
        reached.add(focused.objectName())
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
        if QApplication.focusWidget() is desk.window.composer.input:
            break
    return reached


def _ours(control: QWidget) -> bool:
    """Whether a control is not a part that Qt put inside another one."""
    return not control.objectName().startswith("qt_")


def test_every_icon_exists_and_is_drawn_in_the_current_colour() -> None:
    icons = sorted((paths.resources() / "icons").glob("*.svg"))
    assert len(icons) > 20
    for path in icons:
        text = path.read_text(encoding="utf-8")
        assert path.stem == "mmdesk" or "currentColor" in text, path.name
