"""One model on the Models page: what it is, whether it fits, and what can be done with it."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from mmdesk.core.errors import MmdeskError
from mmdesk.core.models import STARTER, Fit, ModelEntry, ModelKey, ModelRole, Place, parameters_text
from mmdesk.ui.badge import Chip
from mmdesk.ui.controls import IconButton, as_plain, plain_label
from mmdesk.ui.library.asking import InlineQuestion
from mmdesk.ui.library.details import ModelDetails
from mmdesk.ui.library.download_line import DownloadLine
from mmdesk.ui.library.state import RowState
from mmdesk.ui.library.verify_line import VerifyLine
from mmdesk.ui.model_words import (
    DOT,
    breakable,
    fit_detail,
    fit_text,
    good_at,
    languages_text,
    model_name,
    size_text,
)
from mmdesk.ui.notices import ErrorCard

_FIT_KINDS = {Fit.FITS: "good", Fit.TIGHT: "notice", Fit.NO: "bad"}


class RowActions(Protocol):
    """What a row asks for."""

    def use(self, entry: ModelEntry) -> None:
        """Use it for what it is made for."""

    def download(self, model_id: str) -> None:
        """Fetch it, or go on with it."""

    def pause(self, model_id: str) -> None:
        """Stop its download for now."""

    def discard(self, model_id: str) -> None:
        """Give its download up."""

    def verify(self, key: ModelKey) -> None:
        """Compare its files with their hashes."""

    def stop_verifying(self, key: ModelKey) -> None:
        """Break that off."""

    def remove(self, entry: ModelEntry) -> None:
        """Delete it, or forget its folder."""


class ModelRow(QFrame):
    """A card; rarely needed parts are made when they are first shown."""

    def __init__(self, entry: ModelEntry, actions: RowActions) -> None:
        super().__init__()
        self.setObjectName("modelRow")
        self.entry, self._actions = entry, actions
        self._state = RowState()
        self._download: DownloadLine | None = None
        self._details: ModelDetails | None = None
        self._question: InlineQuestion | None = None
        self._error: ErrorCard | None = None
        self._verifying: VerifyLine | None = None
        self._name = plain_label("modelName", wrap=True)
        self._recommended, self._fit = Chip("recommendedChip"), Chip("fitChip")
        self._facts = plain_label("modelFacts", wrap=True)
        self._good = plain_label("modelGoodAt", wrap=True)
        self._more = plain_label("modelMore", wrap=True)
        self.used = Chip("inUseChip")
        self.main = QPushButton()
        self.main.clicked.connect(self._act)
        self.verify = IconButton("verifyModel", "verify", side=30, glyph=18)
        self.verify.clicked.connect(self._verify)
        self.remove = IconButton("removeModel", "trash", side=30, glyph=18)
        self.remove.clicked.connect(self._ask_remove)
        self.details = IconButton("modelDetails", "chevron-down", side=30, glyph=18)
        self.details.clicked.connect(self._toggle_details)
        self._lay_out()

    def show_entry(self, entry: ModelEntry, state: RowState) -> None:
        """Show what the model is now and what is being done with it."""
        if (entry, state) != (self.entry, self._state) or not self._name.text():
            self.entry, self._state = entry, state
            self.retranslate()

    def retranslate(self) -> None:
        """Set every text anew."""
        entry = self.entry
        name = self._shown_name()
        self._name.setText(breakable(name))
        self.setAccessibleName(name)
        self._facts.setText(DOT.join(self._fact_parts()))
        for label, text in (
            (self._good, good_at(entry) or self._shipped()),
            (self._more, self._more_text()),
        ):
            label.setText(text)
            label.setVisible(bool(text))
        self._show_chips()
        self._show_main(name)
        self._show_tools(name)
        self._show_download()
        self._show_verifying()
        self._show_error(self._state.error or entry.problem)
        if self._details is not None:
            self._details.show_entry(entry)
            self._details.retranslate()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self._name, 1)
        for part in (self.used, self.main, self.verify, self.remove, self.details):
            top.addWidget(part, 0, Qt.AlignmentFlag.AlignTop)
        line = QHBoxLayout()
        line.setSpacing(6)
        for chip in (self._recommended, self._fit):
            line.addWidget(chip, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._facts, 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(14, 8, 8, 10)
        self._column.setSpacing(3)
        self._column.addLayout(top)
        self._column.addLayout(line)
        self._column.addWidget(self._good)
        self._column.addWidget(self._more)

    def _shown_name(self) -> str:
        return model_name(STARTER) if self.entry.place is Place.SHIPPED else self.entry.name

    def _fact_parts(self) -> list[str]:
        entry = self.entry
        maker = entry.id.partition("/")[0]
        parts = [maker] if maker not in ("", entry.id) else []
        if entry.parameters:
            parts.append(
                self.tr("{count} parameters").replace("{count}", parameters_text(entry.parameters))
            )
        if entry.size:
            parts.append(size_text(entry.size))
        return [*parts, entry.license] if entry.license else parts

    def _shipped(self) -> str:
        """Say what the starters are good at; the catalogue doesn't have them."""
        if self.entry.place is not Place.SHIPPED:
            return ""
        if self.entry.role is ModelRole.SPEECH:
            return self.tr("Synthetic voices, for the first minute.")
        return self.tr("Drawn shapes, colours and counting, for the first minute.")

    def _more_text(self) -> str:
        parts = [languages_text(self.entry.languages)] if self.entry.languages else []
        if self.entry.points:
            parts.append(self.tr("points at things in the picture"))
        return DOT.join(parts)

    def _show_chips(self) -> None:
        estimate = self.entry.estimate
        self._fit.setVisible(estimate is not None)
        if estimate is not None:
            kind = _FIT_KINDS[estimate.fit]
            self._fit.say(fit_text(estimate.fit), kind, fit_detail(estimate))
        self._recommended.setVisible(self.entry.recommended)
        best = self.tr("The best of its kind for this computer's memory.")
        self._recommended.say(self.tr("Recommended"), "accent", best)

    def _show_main(self, name: str) -> None:
        entry, state = self.entry, self._state
        here = entry.key is not None
        self.used.say(self.tr("In use"), "good")
        self._swap(self.used, here and state.in_use)
        offered = entry.problem is None and not state.in_use and state.download is None
        text = self.tr("Use") if here else self.tr("Download")
        self.main.setObjectName("useModel" if here else "downloadModel")
        self.main.setText(text)
        self.main.setAccessibleName(f"{text}: {name}")
        self._swap(self.main, offered)

    def _show_tools(self, name: str) -> None:
        entry = self.entry
        here = entry.key is not None
        forget = entry.place is Place.FOLDER
        self._swap(self.verify, here and self._state.verifying is None)
        self._swap(self.remove, entry.place in (Place.DOWNLOADED, Place.FOLDER))
        checked = self.tr("Checked: all files are as they should be")
        verify = checked if self._state.verified else self.tr("Check its files")
        self.verify.show_icon("verify", "accent" if self._state.verified else "muted")
        remove = self.tr("Forget this folder") if forget else self.tr("Remove from this computer")
        for button, text in (
            (self.verify, verify),
            (self.remove, remove),
            (self.details, self.tr("Details")),
        ):
            button.describe(as_plain(f"{text}: {name}"))

    def _show_download(self) -> None:
        download = self._state.download
        if download is not None and self._download is None:
            line = self._download = DownloadLine()
            line.paused.connect(lambda: self._actions.pause(self.entry.id))
            line.resumed.connect(lambda: self._actions.download(self.entry.id))
            line.givenUp.connect(lambda: self._actions.discard(self.entry.id))
            self._column.insertWidget(4, line)
        if self._download is not None:
            self._swap(self._download, download is not None)
            if download is not None:
                self._download.show_download(download)

    def _show_verifying(self) -> None:
        fraction = self._state.verifying
        if fraction is not None and self._verifying is None:
            self._verifying = VerifyLine()
            self._verifying.stopped.connect(self._stop_verifying)
            self._column.addWidget(self._verifying)
        if self._verifying is not None:
            self._swap(self._verifying, fraction is not None)
            self._verifying.show_fraction(fraction or 0.0)

    def _show_error(self, error: MmdeskError | None) -> None:
        said = error.message if error is not None else ""
        if self._error is not None and self._error.error.message != said:
            self._error.hide()
            self._error.deleteLater()
            self._error = None
        if error is not None and self._error is None:
            self._error = ErrorCard(error, dismissible=False)
            self._column.addWidget(self._error)

    def _swap(self, part: QWidget, shown: bool) -> None:
        """Show or hide a part; the focus of one that leaves goes to the details' button."""
        focused = QApplication.focusWidget()
        if not shown and focused is not None and part in (focused, focused.parentWidget()):
            self.details.setFocus()
        part.setVisible(shown)

    def _act(self) -> None:
        if self.entry.key is not None:
            self._actions.use(self.entry)
        else:
            self._actions.download(self.entry.id)

    def _verify(self) -> None:
        self._actions.verify(self.entry.key or "")

    def _stop_verifying(self) -> None:
        self._actions.stop_verifying(self.entry.key or "")

    def _ask_remove(self) -> None:
        if self._question is None:
            self._question = InlineQuestion("remove")
            self._question.yes.connect(lambda: self._actions.remove(self.entry))
            self._question.no.connect(self.remove.setFocus)
            self._column.addWidget(self._question)
        if self.entry.place is Place.FOLDER:
            sentence = self.tr("Forget this folder? Its files stay where they are.")
            self._question.ask(sentence, self.tr("Forget"), self.tr("Keep"))
            return
        sentence = self.tr("Remove it from this computer?")
        if self.entry.size:
            size = size_text(self.entry.size)
            sentence = self.tr("Remove {size} from this computer?").replace("{size}", size)
        self._question.ask(sentence, self.tr("Remove"), self.tr("Keep"))

    def _toggle_details(self) -> None:
        if self._details is None:
            self._details = ModelDetails()
            self._details.show_entry(self.entry)
            self._column.insertWidget(4, self._details)
            self._details.hide()
        opened = self._details.isHidden()
        self._details.setVisible(opened)
        self.details.show_icon("chevron-up" if opened else "chevron-down", "muted")
