"""Where models are downloaded from, and a field for those that are not in the catalogue."""

from __future__ import annotations

import re

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from mmdesk.core.models import host_of, is_remote
from mmdesk.settings import HUBS
from mmdesk.ui.controls import plain_label
from mmdesk.ui.settings_form import choice, name_choices

_MIRROR = "mirror"
_ID = re.compile(r"\w[\w.-]{0,95}/\w[\w.-]{0,95}", re.ASCII)


class SourceBar(QWidget):
    """The hub, a mirror's address where one is used, and ``maker/name`` with Download."""

    hubChosen = Signal(str)
    """One of ``HUBS``, or a mirror's address."""
    downloadWanted = Signal(str)
    """A hub's id."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("sourceBar")
        self._hub = HUBS[0]
        self._source_name = plain_label("fieldName")
        self.source = choice("hubChoice", (*HUBS, _MIRROR), self._choose)
        self.mirror = QLineEdit()
        self.mirror.setObjectName("mirrorAddress")
        self.mirror.setPlaceholderText("https://")
        self.mirror.editingFinished.connect(self._take_mirror)
        self._mirror_error = plain_label("fieldError", wrap=True)
        self._mirror_error.hide()
        self.id = QLineEdit()
        self.id.setObjectName("hubId")
        self.id.returnPressed.connect(self._download)
        self.id.textEdited.connect(self._id_edited)
        self.get = QPushButton()
        self.get.setObjectName("downloadId")
        self.get.clicked.connect(self._download)
        self._id_error = plain_label("fieldError", wrap=True)
        self._id_error.hide()
        self._lay_out()

    def show_hub(self, hub: str) -> None:
        """Show where models are downloaded from."""
        self._hub = hub
        known = hub in HUBS
        with QSignalBlocker(self.source):
            self.source.setCurrentIndex(self.source.findData(hub if known else _MIRROR))
        self.mirror.setVisible(not known)
        if not known and not self.mirror.hasFocus():
            self.mirror.setText(hub)

    def retranslate(self) -> None:
        """Set every text anew."""
        self._source_name.setText(self.tr("Download from"))
        name_choices(self.source, ("Hugging Face", "ModelScope", self.tr("Another address…")))
        self.source.setAccessibleName(self._source_name.text())
        self.mirror.setAccessibleName(self.tr("Address of a mirror of Hugging Face"))
        self.mirror.setToolTip(self.mirror.accessibleName())
        self._mirror_error.setText(self.tr("Write it like https://mirror.example."))
        self.id.setPlaceholderText(self.tr("Any other model: maker/name"))
        self.id.setAccessibleName(self.tr("Any other model of the hub, as maker/name"))
        self.get.setText(self.tr("Download"))
        self.get.setAccessibleName(self.tr("Download the model of that name"))
        self._id_error.setText(self.tr("Write it like maker/name, as on its page at the hub."))

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self._source_name)
        self.source.setFixedWidth(190)
        first.addWidget(self.source)
        first.addWidget(self.mirror, 1)
        first.addStretch(1)
        second = QHBoxLayout()
        second.setSpacing(8)
        second.addWidget(self.id, 1)
        second.addWidget(self.get)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(6)
        column.addLayout(first)
        column.addWidget(self._mirror_error)
        column.addLayout(second)
        column.addWidget(self._id_error)

    def _choose(self, hub: str) -> None:
        mirror = hub == _MIRROR
        self._mirror_error.hide()
        self.mirror.setVisible(mirror)
        if mirror:
            self.mirror.setFocus()
        elif hub != self._hub:
            self.hubChosen.emit(hub)

    def _take_mirror(self) -> None:
        address = self.mirror.text().strip().rstrip("/")
        if not address:
            return
        if "://" not in address:
            address = f"https://{address}"
        usable = is_remote(address) and bool(host_of(address))
        self._mirror_error.setVisible(not usable)
        if usable:
            self.mirror.setText(address)
            if address != self._hub:
                self.hubChosen.emit(address)

    def _id_edited(self) -> None:
        self._id_error.hide()

    def _download(self) -> None:
        model_id = hub_id(self.id.text())
        self._id_error.setVisible(model_id is None)
        if model_id is None:
            self.id.setFocus()
            return
        self.id.clear()
        self.downloadWanted.emit(model_id)


def hub_id(text: str) -> str | None:
    """Return the ``maker/name`` in what a person typed or pasted: an id, or a page's address."""
    text = text.strip().rstrip("/")
    if is_remote(text):
        path = text.split("?")[0].split("#")[0].split("/")[3:]
        text = "/".join(path[1:3] if path[:1] == ["models"] else path[:2])
    return text if _ID.fullmatch(text) else None
