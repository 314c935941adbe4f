"""A second opinion: a claim and its contrasts, compared with the picture by another model."""

from __future__ import annotations

from itertools import chain

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from mmdesk.core.claims import contrasts, label_texts, labels_in, unfit
from mmdesk.core.errors import MmdeskError
from mmdesk.core.matching import Matches
from mmdesk.ui.controls import plain_label
from mmdesk.ui.evidence.bars import Bars, Row
from mmdesk.ui.evidence.look_state import LookState
from mmdesk.ui.translate import phrase_text

_LONGEST = 500


class CheckPage(QWidget):
    """Asks for a claim to be checked, and shows what came of it."""

    checkWanted = Signal(object)
    """The texts, the claim first, as a tuple."""
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("checkPage")
        self._places = False
        self._asked: dict[str, str] = {}
        """What each text was asked for: itself, or a label."""
        self._claim = ""
        self._found: Matches | None = None
        self.claim = _field("claimField")
        self.others = _field("contrastField")
        self.button = QPushButton()
        self.button.setObjectName("checkButton")
        self.button.setProperty("primary", True)
        self.button.clicked.connect(self._ask)
        for field in (self.claim, self.others):
            field.returnPressed.connect(self._ask)
            field.textChanged.connect(self._fields_changed)
        self.state = LookState("checkState")
        self.state.cancelled.connect(self.cancelled)
        self.bars = Bars("checkBars")
        self._notes = plain_label("checkNotes", wrap=True)
        self._notes.setProperty("note", True)
        self._proof = plain_label("checkProof", wrap=True)
        self._proof.setProperty("quiet", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        for part in (self.claim, self.others):
            column.addWidget(part)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeading)
        for shown in (self.state, self._notes, self.bars, self._proof):
            column.addWidget(shown)
        column.addStretch(1)
        self.forget("")

    def forget(self, claim: str) -> None:
        """Offer a claim, and show nothing of another."""
        self.claim.setText(claim)
        self.claim.setCursorPosition(0)
        self.others.clear()
        self.clear()

    def clear(self) -> None:
        """Show no result."""
        self._found = None
        self.state.clear()
        self.bars.show_rows(())
        self._notes.hide()
        self._say_proof()
        self._fields_changed()

    def use_matcher(self, *, places: bool) -> None:
        """Tell whether the model that compares was taught where things are."""
        self._places = places

    def wait(self) -> None:
        """Say that it is compared."""
        self.clear()
        self.state.wait(
            QCoreApplication.translate("evidence", "Comparing the picture with {count} texts…")
            .format(count=len(self._asked))
        )  # fmt: skip

    def fail(self, error: MmdeskError) -> None:
        """Say why it can't be compared."""
        self.clear()
        self.state.fail(error)

    def show_matches(self, found: Matches) -> None:
        """Show how probable each text is, the most probable first."""
        self.clear()
        self._found = found
        ordered = sorted(found.matches, key=lambda match: -match.probability)
        self.bars.show_rows(
            [Row(self._asked[m.text], m.probability, strong=m.text == self._claim) for m in ordered]
        )
        self._notes.setText("\n\n".join(self._said(found)))
        self._notes.setVisible(bool(self._notes.text()))
        self._say_proof()

    def retranslate(self) -> None:
        """Set every text anew."""
        self.button.setText(QCoreApplication.translate("evidence", "Check with CLIP"))
        self.button.setAccessibleName(self.button.text())
        self.claim.setPlaceholderText(
            QCoreApplication.translate("evidence", "What the picture shows, such as “a red circle”")
        )
        self.claim.setAccessibleName(QCoreApplication.translate("evidence", "Claim to be checked"))
        self.others.setAccessibleName(
            QCoreApplication.translate("evidence", "Texts to compare it with")
        )
        self._fields_changed()
        self.state.retranslate()
        self._say_proof()
        if self._found is not None:
            self.show_matches(self._found)

    def _said(self, found: Matches) -> list[str]:
        claims = (self._claim,) if self._claim else self._asked.values()
        phrases = chain.from_iterable(unfit(each, places=self._places) for each in claims)
        said = list(dict.fromkeys(map(phrase_text, phrases)))
        for text in found.cut:
            said.append(
                QCoreApplication.translate(
                    "evidence", "“{text}” is longer than the model reads: its end was left out."
                ).format(text=text)
            )
        if not found.among and len(found.matches) > 1:
            said.append(
                QCoreApplication.translate(
                    "evidence", "Each probability is a text's own: they need not add up to 1."
                )
            )
        return said

    def _say_proof(self) -> None:
        said = QCoreApplication.translate("evidence", "A second model's opinion, not proof.")
        self._proof.setText(f"{said} ({self._found.model})" if self._found is not None else said)

    def _fields_changed(self) -> None:
        claimed = bool(self.claim.text().strip())
        self.button.setEnabled(claimed or len(labels_in(self.others.text())) > 1)
        self.others.setPlaceholderText(
            QCoreApplication.translate("evidence", "Compare with… (optional, by commas)")
            if claimed
            else QCoreApplication.translate("evidence", "Your own labels: cat, dog, bird")
        )

    def _ask(self) -> None:
        if not self.button.isEnabled():
            return
        self._claim = " ".join(self.claim.text().split())
        own = labels_in(self.others.text())
        if self._claim:
            texts = (self._claim, *(own or contrasts(self._claim)))
            self._asked = dict(zip(texts, texts, strict=True))
        else:
            self._asked = dict(zip(label_texts(own), own, strict=True))
        self.claim.setCursorPosition(0)
        self.checkWanted.emit(tuple(self._asked))


def _field(object_name: str) -> QLineEdit:
    made = QLineEdit()
    made.setObjectName(object_name)
    made.setMaxLength(_LONGEST)
    return made
