"""The picture with its boxes, what of it reached the model, and what the answer rests on."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from mmdesk.core.errors import MmdeskError
from mmdesk.core.examinations import AnswerExplained
from mmdesk.ui.controls import plain_label
from mmdesk.ui.evidence.facts import facts, pointing_notes
from mmdesk.ui.evidence.look_state import LookState
from mmdesk.ui.evidence.picture import EvidencePicture
from mmdesk.ui.evidence.subject import Subject
from mmdesk.ui.evidence.wording import WordingView


class EvidencePage(QWidget):
    """Shows one picture of a subject."""

    hovered = Signal(object)
    opened = Signal()
    copyWanted = Signal()
    saveWanted = Signal()
    whyWanted = Signal()
    whyEnded = Signal()
    """The heat map is to go, or its computation to stop."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("evidencePage")
        self._subject: Subject | None = None
        self._image = 0
        self.picture = EvidencePicture()
        self.picture.hovered.connect(self.hovered)
        self.picture.opened.connect(self.opened)
        self._facts = QGridLayout()
        self._facts.setContentsMargins(0, 2, 0, 0)
        self._facts.setHorizontalSpacing(14)
        self._facts.setVerticalSpacing(5)
        self._facts.setColumnStretch(1, 1)
        self._notes = plain_label("evidenceNotes", wrap=True)
        self._legend = plain_label("heatLegend", wrap=True)
        self.why_state = LookState("whyState")
        self.why_state.cancelled.connect(self.whyEnded)
        self.saved = LookState("savedState")
        self.wording = WordingView()
        self.copy = _button("copyEvidence", self.copyWanted)
        self.save = _button("savePicture", self.saveWanted)
        self.why = _button("askWhy", self.whyWanted)
        self.boxes = _button("backToBoxes", self.whyEnded)
        self._lay_out()

    def show_subject(self, subject: Subject, image: int) -> None:
        """Show a picture of an answer, with nothing that was computed of another."""
        self._subject, self._image = subject, image
        self.saved.clear()
        self.wording.forget()
        self.wording.toggle.setVisible(subject.computed)
        self._show_picture()
        self.end_why()
        self.copy.setVisible(bool(subject.found.evidence))
        self.save.setVisible(bool(subject.evidence_on(image)))

    def light(self, numbers: Collection[int]) -> None:
        """Have these places stand out."""
        self.picture.light(numbers)

    def wait_for_why(self, done: int = 0, total: int = 0) -> None:
        """Say how far the heat map is."""
        sentence = QCoreApplication.translate("evidence", "Covering parts of the picture…")
        if total:
            sentence = QCoreApplication.translate(
                "evidence", "Covering part {done} of {total}…"
            ).format(done=done, total=total)
        self._legend.hide()
        self.why.hide()
        self.boxes.hide()
        self.why_state.wait(sentence, done, total)

    def show_why(self, found: AnswerExplained) -> None:
        """Paint what an answer rests on over the picture."""
        matters = any(each.drop > 0 for each in found.regions)
        self.picture.show_heat(found.regions if matters else ())
        if matters:
            self.why_state.clear()
        else:
            self.why_state.say(
                QCoreApplication.translate(
                    "evidence", "Covering no part of the picture makes this answer less probable."
                )
            )
        self._legend.setVisible(matters)
        self.boxes.setVisible(matters)
        self.why.setVisible(not matters)

    def fail_why(self, error: MmdeskError) -> None:
        """Say why there is no heat map."""
        self.end_why()
        self.why_state.fail(error)

    def end_why(self) -> None:
        """Show the boxes again."""
        self.picture.show_heat(())
        self.why_state.clear()
        self._legend.hide()
        self.boxes.hide()
        self.why.setVisible(self._subject is not None and self._subject.computed)

    def retranslate(self) -> None:
        """Set every text anew."""
        for button, text in (
            (self.copy, QCoreApplication.translate("evidence", "Copy as JSON")),
            (self.save, QCoreApplication.translate("evidence", "Save picture…")),
            (self.why, QCoreApplication.translate("evidence", "Why?")),
            (self.boxes, QCoreApplication.translate("evidence", "Back to the picture")),
        ):
            button.setText(text)
            button.setAccessibleName(text)
        self.why.setToolTip(
            QCoreApplication.translate("evidence", "Find which parts of the picture this rests on")
        )
        self._legend.setText(
            QCoreApplication.translate(
                "evidence",
                "The stronger the colour, the more covering this lowers the answer's probability.",
            )
        )
        for state in (self.why_state, self.saved, self.wording):
            state.retranslate()
        if self._subject is not None:
            self._show_facts(self._subject)

    def _show_picture(self) -> None:
        subject = self._subject
        if subject is None:
            return
        picture = subject.pictures[self._image]
        name = QCoreApplication.translate("evidence", "Picture {name}").format(name=picture.name)
        self.picture.show_picture(picture, subject.evidence_on(self._image), name)
        self._show_facts(subject)

    def _show_facts(self, subject: Subject) -> None:
        while (item := self._facts.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        picture = subject.pictures[self._image]
        for row, (name, said) in enumerate(facts(picture, subject.seen(self._image))):
            label = plain_label("factName", name)
            text = plain_label("factText", said, wrap=True)
            text.setAccessibleName(f"{name}: {said}")
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._facts.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            self._facts.addWidget(text, row, 1)
        self._notes.setText("\n".join(pointing_notes(subject.found)))
        self._notes.setVisible(bool(self._notes.text()))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        for part in (self.picture, self._legend, self.why_state):
            column.addWidget(part)
        column.addWidget(self.boxes, 0, Qt.AlignmentFlag.AlignLeading)
        column.addLayout(self._facts)
        column.addWidget(self._notes)
        column.addLayout(_row(self.why, self.wording.toggle))
        column.addWidget(self.wording)
        column.addLayout(_row(self.copy, self.save))
        column.addWidget(self.saved)
        column.addStretch(1)


def _row(*buttons: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    for button in buttons:
        row.addWidget(button)
    row.addStretch(1)
    return row


def _button(object_name: str, wanted: object) -> QPushButton:
    made = QPushButton()
    made.setObjectName(object_name)
    made.clicked.connect(wanted)
    return made
