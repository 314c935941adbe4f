"""What stands behind a model's row: where its facts are from, and where it is."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QGridLayout, QLineEdit, QWidget

from mmdesk.core.models import STARTER, ModelEntry, Place
from mmdesk.sealing import is_sealed
from mmdesk.ui.controls import LinkSentence, as_plain, plain_label
from mmdesk.ui.model_words import fit_detail

_INSET = 3
"""Px that a line edit keeps before its text."""


class ModelDetails(QFrame):
    """Names and values below each other; they can be selected and copied."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("modelDetailsPanel")
        self._entry: ModelEntry | None = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(12, 8, 12, 8)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)

    def show_entry(self, entry: ModelEntry) -> None:
        """Show a model's details."""
        if entry != self._entry:
            self._entry = entry
            self.retranslate()

    def retranslate(self) -> None:
        """Set every text anew."""
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        if self._entry is None:
            return
        for row, (name, value) in enumerate(self._values(self._entry)):
            label, shown = plain_label("detailName", name), _value(value)
            shown.setAccessibleName(f"{name}: {value}")
            middle, top = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignTop
            self._grid.addWidget(label, row, 0, top if "\n" in value else middle)
            self._grid.addWidget(shown, row, 1)

    def _values(self, entry: ModelEntry) -> list[tuple[str, str]]:
        values = [(self.tr("Id"), entry.id)]
        if entry.source:
            values.append((self.tr("Source"), entry.source))
        if entry.checked:
            values.append((self.tr("Checked"), entry.checked))
        if entry.key and entry.key != STARTER:
            values.append((self.tr("Place"), entry.key))
        if kept := self._kept(entry.place):
            values.append((self.tr("Kept"), kept))
        if entry.estimate is not None:
            values.append((self.tr("Memory"), fit_detail(entry.estimate)))
        return values

    def _kept(self, place: Place) -> str:
        return {
            Place.SHIPPED: self.tr("ships with mmdesk"),
            Place.DOWNLOADED: self.tr("in mmdesk's own folder"),
            Place.CACHE: self.tr("in the Hugging Face cache: used in place, never changed"),
            Place.FOLDER: self.tr("in your folder: used in place, never changed"),
        }.get(place, "")


def _value(text: str) -> QWidget:
    if text.startswith("https://") and not is_sealed():
        link = LinkSentence("detailLink")
        link.say("{link}", text)
        link.activated.connect(lambda: QDesktopServices.openUrl(QUrl(text)))
        return link
    if "\n" in text:
        return plain_label("detailValue", text)
    field = QLineEdit(text)  # a path is copied whole, however long it is
    field.setObjectName("detailField")
    field.setReadOnly(True)
    field.setTextMargins(-_INSET, 0, 0, 0)
    field.setCursorPosition(0)
    field.setToolTip(as_plain(text))
    return field
