"""What the panel shows, and what it asks for."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QImageWriter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from mmdesk.core.conversations import Entry
from mmdesk.core.errors import MatchOutOfMemory, NotExaminable
from mmdesk.core.examinations import (
    AnswerExplained,
    ClaimChecked,
    ExaminationFailed,
    ExaminationProgressed,
    PictureInspected,
    Region,
)
from mmdesk.core.matching import Match, Matches
from mmdesk.core.messages import assistant_message, user_message
from mmdesk.core.sight import Placement
from mmdesk.settings import Settings
from mmdesk.ui.chat.prose import ProseView
from mmdesk.ui.evidence.facts import facts, lost
from mmdesk.ui.evidence.frames import parted
from mmdesk.ui.evidence.panel import CHECK_TAB, EVIDENCE_TAB, SEEN_TAB, EvidencePanel
from mmdesk.ui.evidence.subject import first_sentence
from tests.ui.conftest import Desk
from tests.ui.evidence.recording_examining import RecordingExamining
from tests.ui.evidence.samples import FRAME, SAID, exchange, run_of, scene, seen, show

Shown = Callable[[], EvidencePanel]


def _texts(inside: QWidget) -> str:
    labels = inside.findChildren(QLabel)
    return "\n".join(label.text() for label in labels if label.isVisible())


def _png(side: int, colour: str = "#336699") -> bytes:
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(image)
    return bytes(held.data())


# Evidence --------------------------------------------------------------------------------


def test_facts_of_what_the_model_saw(opened: EvidencePanel) -> None:
    said = _texts(opened.evidence)
    assert "480 × 480" in said
    assert "160 × 160 · 100 tokens" in said
    assert "text under 24 px high is unreadable at this size" in said


def test_what_was_lost_is_one_line(tmp_path: Path) -> None:
    picture = scene(tmp_path)
    whole = Placement(960, 960, (0, 0, 960, 960), (0.0, 0.0, 480.0, 480.0))
    assert lost(seen(picture, whole)) == "nothing"
    cropped = Placement(160, 160, (0, 0, 160, 160), (0.0, 0.0, 480.0, 365.0))
    assert lost(seen(picture, cropped)).startswith("24 % of the picture is cut off; text under")
    assert facts(picture, None)[1] == ("Model saw", "not known")
    tiles = (whole, replace(whole, shown=(0.0, 0.0, 240.0, 240.0)))
    assert facts(picture, seen(picture, *tiles, tokens=2000))[1][1].startswith("2 tiles of 960")


def test_a_box_under_the_mouse_lights_its_phrase(desk: Desk, opened: EvidencePanel) -> None:
    picture = opened.evidence.picture
    scale = picture.frame.width() / 480
    QTest.mouseMove(picture, QPoint(3, 3))
    QTest.mouseMove(picture, QPoint(round(245 * scale), round(240 * scale)))
    prose = desk.window.chat.pane.findChild(ProseView)
    lit = [view._lit for view in desk.window.chat.pane.findChildren(ProseView)]
    assert frozenset({1}) in lit, prose
    QTest.mouseMove(picture, QPoint(3, 3))
    assert all(not view._lit for view in desk.window.chat.pane.findChildren(ProseView))


def test_a_phrase_under_the_mouse_lights_its_box(desk: Desk, opened: EvidencePanel) -> None:
    plain = opened.evidence.picture.grab().toImage()
    desk.window.chat.pane.phraseHovered.emit("a0", (0,))
    lit = opened.evidence.picture.grab().toImage()
    assert lit != plain
    desk.window.chat.pane.phraseHovered.emit("a0", ())
    assert opened.evidence.picture.grab().toImage() == plain


def test_of_boxes_in_each_other_the_smaller_one_is_meant(
    desk: Desk, tmp_path: Path, panel: Shown
) -> None:
    said = (
        '[{"bbox_2d": [0, 0, 1000, 1000], "label": "all"},'
        ' {"bbox_2d": [400, 400, 600, 600], "label": "part"},'
        ' {"point_2d": [100, 100], "label": "dot"}]'
    )
    show(desk, *exchange(scene(tmp_path), said))
    picture = panel().evidence.picture
    frame = picture.frame
    assert picture.at(frame.center()) == (1,)
    assert picture.at(frame.topLeft() + QPointF(frame.width() * 0.9, 30)) == (0,)
    assert picture.at(frame.topLeft() + QPointF(-4, -4)) == ()


def test_arrow_keys_go_through_the_boxes_and_enter_opens(
    desk: Desk, opened: EvidencePanel, qtbot: QtBot
) -> None:
    picture = opened.evidence.picture
    told: list[object] = []
    picture.hovered.connect(told.append)
    picture.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        QTest.keyClick(picture, key)
    assert told == [(0,), (1,), (0,), (1,)]
    QTest.keyClick(picture, Qt.Key.Key_Return)
    assert desk.window.viewer.isVisible()


def test_a_chosen_phrase_opens_the_panel(desk: Desk, opened: EvidencePanel) -> None:
    opened.tabs.choose(CHECK_TAB)
    desk.window.side.leave()
    desk.window.chat.pane.phraseChosen.emit("a0", (1,))
    assert opened.isVisible()
    assert opened.tabs.current == EVIDENCE_TAB


def test_evidence_is_copied_as_json(opened: EvidencePanel) -> None:
    opened.evidence.copy.click()
    copied = json.loads(QGuiApplication.clipboard().text())["evidence"]
    assert [each["text"] for each in copied] == ["yellow star", "blue circle"]
    assert copied[0]["box"] == pytest.approx([24, 336, 139.2, 456])
    assert copied[0]["image"] == 0
    assert "Copied" in _texts(opened.evidence)


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_the_picture_is_saved_with_its_boxes(
    desk: Desk, opened: EvidencePanel, tmp_path: Path
) -> None:
    opened.evidence.save.click()
    dialog = desk.window.findChild(QFileDialog, "savePictureDialog")
    assert dialog is not None
    out = tmp_path / "out.png"
    dialog.filesSelected.emit([str(out)])
    dialog.close()
    saved = QImage(str(out))
    assert (saved.width(), saved.height()) == (480, 480)
    assert saved.pixelColor(24, 400).name() == "#0072b2"
    assert "Saved as out.png." in _texts(opened.evidence)


def test_a_picture_that_cannot_be_saved_says_why(
    desk: Desk, opened: EvidencePanel, tmp_path: Path
) -> None:
    desk.window.evidence._save(tmp_path / "missing" / "out.png")
    assert "can't be saved" in opened.evidence.saved.shown_text
    desk.window.evidence._save(tmp_path / "out.txt")
    assert ".png" in opened.evidence.saved.shown_text


def test_places_that_are_not_drawn_are_told(desk: Desk, tmp_path: Path, panel: Shown) -> None:
    broken = '[{"bbox_2d": [50, 700], "label": "half"}]'
    show(desk, *exchange(scene(tmp_path), broken))
    assert "can't be read; it isn't drawn" in _texts(panel().evidence)
    show(desk, *exchange(scene(tmp_path), "Nothing to see.", 1))
    assert "points at nothing" in _texts(panel().evidence)


def test_places_on_an_unknown_picture_are_told(desk: Desk, tmp_path: Path, panel: Shown) -> None:
    first, second = scene(tmp_path, "1.png", 1), scene(tmp_path, "2.png", 2)
    run = run_of(seen(first, FRAME), seen(second, FRAME), meant=None)
    answer = Entry("a", assistant_message(SAID), run=run)
    show(desk, Entry("q", user_message("Which?", (first, second))), answer)
    assert "not on which of the pictures" in _texts(panel().evidence)
    assert panel().image == 1


def test_of_several_pictures_the_one_pointed_at_is_shown(
    desk: Desk, tmp_path: Path, panel: Shown
) -> None:
    pictures = [scene(tmp_path, f"{number}.png", number) for number in range(3)]
    run = run_of(*(seen(each, FRAME) for each in pictures), meant=1)
    answer = Entry("a", assistant_message(SAID), run=run)
    show(desk, Entry("q", user_message("Which?", tuple(pictures))), answer)
    assert panel().image == 1
    assert "Picture 2 of 3" in _texts(panel())
    button = panel().findChild(QWidget, "evidenceNext")
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert "Picture 3 of 3" in _texts(panel())
    desk.window.chat.pane.phraseHovered.emit("a", (0,))
    assert "Picture 2 of 3" in _texts(panel())


def test_a_missing_picture_file_breaks_nothing(desk: Desk, tmp_path: Path, panel: Shown) -> None:
    picture = scene(tmp_path)
    picture.path.unlink()
    show(desk, *exchange(picture))
    panel().evidence.picture.grab()
    desk.window.evidence._save(tmp_path / "out.png")
    assert picture.name in panel().evidence.saved.shown_text


@pytest.mark.parametrize(("width", "height"), [(10_000, 3), (3, 4_000), (1, 1)])
def test_pictures_of_any_shape_are_shown(
    desk: Desk, tmp_path: Path, panel: Shown, width: int, height: int
) -> None:
    picture = replace(scene(tmp_path), width=width, height=height)
    show(desk, *exchange(picture))
    shown = panel().evidence.picture
    assert 1 <= shown.height() <= 400
    assert not shown.grab().isNull()
    shown.at(shown.frame.center())


def test_it_is_mirrored_from_right_to_left(desk: Desk, opened: EvidencePanel, qtbot: QtBot) -> None:
    desk.window.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    qtbot.waitUntil(lambda: opened.mapTo(desk.window, QPoint(0, 0)).x() == 0)
    desk.window.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def test_the_theme_may_change(desk: Desk, opened: EvidencePanel, qtbot: QtBot) -> None:
    light = opened.grab().toImage()
    desk.theme.set_mode("dark")
    qtbot.waitUntil(lambda: opened.grab().toImage().pixelColor(5, 400).lightness() < 60)
    assert opened.grab().toImage() != light


def test_another_language_reaches_all_of_it(desk: Desk, opened: EvidencePanel) -> None:
    opened.tabs.choose(CHECK_TAB)
    desk.language.use("zh_CN")
    desk.window.retranslate()
    assert opened.tabs.tabs[1].text() == "模型看到的"
    assert opened.check.button.text() == "用 CLIP 核对"
    opened.tabs.choose(EVIDENCE_TAB)
    assert "模型看到" in _texts(opened.evidence)
    desk.language.use("en")


def test_hovering_another_answer_shows_it(desk: Desk, tmp_path: Path, panel: Shown) -> None:
    older = exchange(scene(tmp_path))
    newer = exchange(scene(tmp_path, "b.png", 1), number=1)
    show(desk, *older, *newer)
    desk.window.chat.pane.phraseHovered.emit("a0", (0,))
    subject = panel().subject
    assert subject is not None
    assert subject.entry.id == "a0"


# What the model saw ----------------------------------------------------------------------


def test_what_the_model_saw_is_asked_for_once(
    desk: Desk, opened: EvidencePanel, looks: RecordingExamining, tmp_path: Path
) -> None:
    assert looks.calls == []
    opened.tabs.choose(SEEN_TAB)
    assert looks.calls == [("inspect", "scene.png", "starter")]
    assert "Making visible" in _texts(opened.seen)
    found = PictureInspected(looks.last, seen(scene(tmp_path), FRAME), (_png(160),))
    desk.window.handle(found)
    assert opened.seen.whole.isVisible()
    assert "The whole picture, 160 × 160" in _texts(opened.seen)
    opened.tabs.choose(EVIDENCE_TAB)
    opened.tabs.choose(SEEN_TAB)
    assert len(looks.calls) == 1


def test_tiles_stand_where_they_lie() -> None:
    corners = [(240.0, 0.0), (0.0, 240.0), (0.0, 0.0), (240.0, 240.0)]
    tiles = [Placement(1, 1, (0, 0, 1, 1), (x, y, x + 240, y + 240)) for x, y in corners]
    assert parted((*tiles, FRAME)) == (4, [[2, 0], [1, 3]])
    assert parted(tiles) == (None, [[2, 0], [1, 3]])
    assert parted((FRAME,)) == (0, [])
    assert parted(()) == (None, [])


def test_frames_of_an_unknown_layout_are_said(
    desk: Desk, opened: EvidencePanel, looks: RecordingExamining, tmp_path: Path
) -> None:
    opened.tabs.choose(SEEN_TAB)
    desk.window.handle(PictureInspected(looks.last, seen(scene(tmp_path), FRAME), ()))
    assert "isn't known" in _texts(opened.seen)


def test_a_region_is_asked_about(
    desk: Desk, opened: EvidencePanel, looks: RecordingExamining
) -> None:
    opened.tabs.choose(SEEN_TAB)
    opened.seen.region.click()
    viewer = desk.window.viewer
    assert viewer.canvas.marking
    QTest.keyClick(viewer, Qt.Key.Key_Return)
    shown = "\n".join(label.text() for label in viewer.findChildren(QLabel))
    assert "the model saw it as 80 × 80 px" in shown
    QTest.keyClick(viewer, Qt.Key.Key_Return)
    assert viewer.isHidden()
    assert desk.session.calls[-1] == ("attach_region", "scene.png", (120, 120, 360, 360))


def test_a_failed_look_says_why(
    desk: Desk, opened: EvidencePanel, looks: RecordingExamining
) -> None:
    opened.tabs.choose(SEEN_TAB)
    desk.window.handle(ExaminationFailed(looks.last, NotExaminable(model="starter")))
    assert "“starter” can't be asked" in opened.seen.state.shown_text
    assert "Ask again with another model" in opened.seen.state.shown_text


def test_a_server_is_not_asked(desk: Desk, tmp_path: Path, panel: Shown) -> None:
    picture = scene(tmp_path)
    run = replace(run_of(seen(picture)), model="https://far.example/v1#m", tokens=(), sight=None)
    question, answer = exchange(picture)
    show(desk, question, replace(answer, run=run))
    panel().tabs.choose(SEEN_TAB)
    assert "A server answered" in _texts(panel().seen)
    assert not panel().evidence.why.isVisible()


def test_looks_are_dropped_with_the_panel_and_stale_ones_ignored(
    desk: Desk, opened: EvidencePanel, looks: RecordingExamining, tmp_path: Path
) -> None:
    opened.tabs.choose(SEEN_TAB)
    stale = looks.last
    desk.window.side.leave()
    assert looks.dropped == [stale]
    desk.window.handle(PictureInspected(stale, seen(scene(tmp_path), FRAME), (_png(160),)))
    assert opened.seen.found is None
    desk.window.side.ask()
    assert looks.last != stale  # its tab is seen again
    show(desk, *exchange(scene(tmp_path), number=1))
    assert len(looks.dropped) == 2


# Second opinion --------------------------------------------------------------------------


def test_a_claim_is_checked_against_its_contrasts(
    desk: Desk, opened: EvidencePanel, looks: RecordingExamining
) -> None:
    opened.tabs.choose(CHECK_TAB)
    assert opened.check.claim.text() == "a yellow star"
    opened.check.button.click()
    name, _, texts, matcher = looks.calls[-1]
    assert name == "check"
    assert matcher == Settings().match(desk.places.starter_clip)
    assert isinstance(texts, tuple)
    assert texts[0] == "a yellow star"
    assert "a red star" in texts
    found = Matches("starter-clip", (Match(texts[0], 0.044), Match(texts[1], 0.956)), True)
    desk.window.handle(ClaimChecked(looks.last, found))
    assert opened.check.bars.shown == [f"{texts[1]} 0.96", "a yellow star 0.04"]
    assert "not proof" in _texts(opened.check)
    assert "starter-clip" in _texts(opened.check)


def test_own_texts_go_before_made_ones_and_unfit_claims_are_said(
    desk: Desk, opened: EvidencePanel, looks: RecordingExamining
) -> None:
    opened.tabs.choose(CHECK_TAB)
    opened.check.claim.setText("three   dogs")
    opened.check.others.setText("a cat，two cats; three dogs,, ")
    QTest.keyClick(opened.check.others, Qt.Key.Key_Return)
    texts = looks.calls[-1][2]
    assert texts == ("three dogs", "a cat", "two cats")
    found = Matches("siglip", tuple(Match(each, 0.5) for each in texts), False, ("a cat",))
    desk.window.handle(ClaimChecked(looks.last, found))
    said = _texts(opened.check)
    assert "count badly" in said
    assert "“a cat” is longer" in said
    assert "need not add up" in said


def test_a_picture_is_sorted_among_labels(
    desk: Desk, opened: EvidencePanel, looks: RecordingExamining
) -> None:
    opened.tabs.choose(CHECK_TAB)
    opened.check.claim.clear()
    assert "labels" in opened.check.others.placeholderText()
    opened.check.others.setText("cat")
    assert not opened.check.button.isEnabled()
    opened.check.others.setText("cat，no dogs、 cat, bird")
    opened.check.button.click()
    texts = ("a photo of a cat", "a photo of no dogs", "a photo of a bird")
    assert looks.calls[-1][2] == texts
    matches = tuple(map(Match, texts, (0.2, 0.1, 0.7)))
    desk.window.handle(ClaimChecked(looks.last, Matches("starter-clip", matches, among=True)))
    assert opened.check.bars.shown == ["bird 0.70", "cat 0.20", "no dogs 0.10"]
    assert "what is not so" in _texts(opened.check)


def test_an_empty_claim_cannot_be_checked(opened: EvidencePanel, looks: RecordingExamining) -> None:
    opened.tabs.choose(CHECK_TAB)
    opened.check.claim.setText("   ")
    assert not opened.check.button.isEnabled()
    QTest.keyClick(opened.check.claim, Qt.Key.Key_Return)
    assert looks.calls == []


def test_a_failed_check_says_why_and_can_be_cancelled(
    desk: Desk, opened: EvidencePanel, looks: RecordingExamining
) -> None:
    opened.tabs.choose(CHECK_TAB)
    opened.check.button.click()
    desk.window.handle(ExaminationFailed(looks.last, MatchOutOfMemory(device="cpu")))
    assert "not enough memory" in opened.check.state.shown_text
    opened.check.button.click()
    opened.check.state.cancelled.emit()
    assert looks.dropped == [looks.last]
    assert not opened.check.state.isVisible()


def test_the_answers_check_action_opens_the_tab(desk: Desk, opened: EvidencePanel) -> None:
    desk.window.side.leave()
    desk.window.chat.pane.checkRequested.emit("a0")
    assert opened.isVisible()
    assert opened.tabs.current == CHECK_TAB


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("**There** are two. More.", "There are two"),
        ("图里有一颗星。还有。", "图里有一颗星"),
        ("3.5 m wide", "3.5 m wide"),
        ("", ""),
        ("x" * 500, "x" * 119 + "…"),
    ],
)
def test_the_first_sentence(text: str, first: str) -> None:
    assert first_sentence(text) == first


# Why, and how sure -----------------------------------------------------------------------


def test_why_paints_what_the_answer_rests_on(
    desk: Desk, opened: EvidencePanel, looks: RecordingExamining
) -> None:
    plain = opened.evidence.picture.grab().toImage()
    desk.window.chat.pane.whyRequested.emit("a0")
    assert looks.calls == [("explain", "a0", 0, 0, None)]
    desk.window.handle(ExaminationProgressed(looks.last, 3, 49))
    assert "Covering part 3 of 49" in _texts(opened.evidence)
    regions = (Region((0.0, 0.0, 240.0, 480.0), 2.0), Region((240.0, 0.0, 480.0, 480.0), -0.1))
    desk.window.handle(AnswerExplained(looks.last, regions, -1.0, 2, 1))
    hot = opened.evidence.picture.grab().toImage()
    assert hot != plain
    assert "covering this lowers" in _texts(opened.evidence)
    opened.evidence.boxes.click()
    assert opened.evidence.picture.grab().toImage() == plain


def test_why_can_be_cancelled(desk: Desk, opened: EvidencePanel, looks: RecordingExamining) -> None:
    opened.evidence.why.click()
    opened.evidence.why_state.cancelled.emit()
    assert looks.dropped == [looks.last]
    assert opened.evidence.why.isVisible()


def test_where_nothing_matters_it_says_so(
    desk: Desk, opened: EvidencePanel, looks: RecordingExamining
) -> None:
    opened.evidence.why.click()
    desk.window.handle(AnswerExplained(looks.last, (Region((0.0, 0.0, 9.0, 9.0), -1.0),), -1.0))
    assert "no part of the picture" in _texts(opened.evidence)


def test_everything_has_a_name(opened: EvidencePanel) -> None:
    for widget in opened.findChildren(QWidget):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
            assert widget.objectName(), widget
            assert widget.accessibleName(), widget.objectName()


def test_tabs_are_reached_by_the_keyboard(opened: EvidencePanel) -> None:
    opened.tabs.tabs[0].setFocus()
    QTest.keyClick(opened.tabs.tabs[0], Qt.Key.Key_Right)
    assert opened.tabs.current == SEEN_TAB
    QTest.keyClick(opened.tabs.tabs[1], Qt.Key.Key_Right)
    assert opened.tabs.current == CHECK_TAB
