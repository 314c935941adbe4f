"""The form that adds an OpenAI-compatible server, or gives one another key."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
)

from mmdesk.core.errors import MmdeskError, ServerNotEncrypted
from mmdesk.core.events import ServerTested
from mmdesk.core.models import host_of
from mmdesk.ui.controls import plain_label
from mmdesk.ui.library.asking import InlineQuestion
from mmdesk.ui.notices import ErrorCard


class ServerForm(QFrame):
    """Address and key; Enter tests and adds, Esc closes."""

    submitted = Signal(str, object, bool)
    """Address; key or None to keep the one that there is; whether http was confirmed."""
    opened = Signal()
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("serverForm")
        self._asked: str | None = None
        self._error: ErrorCard | None = None
        self._for_key = False
        self.address, self.key = QLineEdit(), QLineEdit()
        self.address.setObjectName("serverAddress")
        self.key.setObjectName("serverKey")
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self._address_name, self._key_name = plain_label("fieldName"), plain_label("fieldName")
        self._note = plain_label("fieldHelp", wrap=True)
        self.add, self.cancel = QPushButton(), QPushButton()
        self.add.setObjectName("testAndAdd")
        self.add.setProperty("primary", True)
        self.add.clicked.connect(lambda: self._submit(confirmed=False))
        self.cancel.setObjectName("cancelServer")
        self.cancel.clicked.connect(self._close)
        self._question = InlineQuestion("notEncrypted")
        self._question.yes.connect(lambda: self._submit(confirmed=True))
        self._question.no.connect(self._think_again)
        self._lay_out()
        self.hide()

    def open_for(self, address: str = "") -> None:
        """Ask for a server; with an address only for its key."""
        self._for_key = bool(address)
        self._asked = None
        self.address.setText(address)
        self.address.setReadOnly(self._for_key)
        self.key.clear()
        self._show_error(None)
        self._question.hide()
        self.retranslate()
        self.show()
        (self.key if address else self.address).setFocus()
        self.opened.emit()

    def tested(self, event: ServerTested) -> bool:
        """Show how the test of what was given here has ended; return whether it was of that."""
        if event.url != self._asked:
            return False
        self._asked = None
        self._show_waiting()
        if event.error is None:
            self._close()
        elif isinstance(event.error, ServerNotEncrypted):
            self._show_error(None)
            host = host_of(event.url) or str(event.error.fields.get("host", event.url))
            self._question.ask(
                self.tr(
                    "The way to {host} is not encrypted. Others in your network could read your "
                    "questions, pictures and key."
                ).replace("{host}", host),
                self.tr("Add anyway"),
                self.tr("Cancel"),
            )
            self.add.hide()
            self.cancel.hide()
        else:
            self._show_error(event.error)
            self.address.setFocus()
        return True

    def retranslate(self) -> None:
        """Set every text anew."""
        self._address_name.setText(self.tr("Address"))
        self._key_name.setText(self.tr("API key"))
        self.address.setPlaceholderText("https://host:8000/v1")
        placeholder = self.tr("if the server wants one")
        if self._for_key:
            placeholder = self.tr("empty: use no key")
        self.key.setPlaceholderText(placeholder)
        self._note.setText(
            self.tr(
                "vLLM, Ollama, LM Studio, transformers serve and the like. Questions and pictures "
                "go there, without the pictures' metadata. The key is kept in the system's "
                "keyring; where there is none, until mmdesk is closed."
            )
        )
        for field, name in ((self.address, self._address_name), (self.key, self._key_name)):
            field.setAccessibleName(name.text())
            field.setAccessibleDescription(self._note.text())
        self.cancel.setText(self.tr("Cancel"))
        self.cancel.setAccessibleName(self.tr("Cancel"))
        self._show_waiting()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes the form, not the page."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Escape or (enter and self.cancel.hasFocus()):
            self._close()
        elif enter:
            self._submit(confirmed=False)
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        fields = QGridLayout()
        fields.setHorizontalSpacing(12)
        fields.setVerticalSpacing(6)
        fields.setColumnStretch(1, 1)
        rows: tuple[tuple[QLabel, QLineEdit], ...] = (
            (self._address_name, self.address),
            (self._key_name, self.key),
        )
        for row, (name, field) in enumerate(rows):
            name.setBuddy(field)
            fields.addWidget(name, row, 0)
            fields.addWidget(field, row, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.add)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(14, 12, 14, 12)
        self._column.setSpacing(8)
        self._column.addLayout(fields)
        self._column.addWidget(self._note)
        self._column.addWidget(self._question)
        self._column.addLayout(buttons)
        self.setTabOrder(self.address, self.key)
        self.setTabOrder(self.key, self.add)
        self.setTabOrder(self.add, self.cancel)

    def _submit(self, *, confirmed: bool) -> None:
        address, key = self.address.text().strip(), self.key.text().strip()
        if self._asked is not None:
            return
        if not address:
            self.address.setFocus()
            return
        self._show_error(None)
        self._question.hide()
        self._asked = address
        self._show_waiting()
        self.submitted.emit(address, key if key or self._for_key else None, confirmed)

    def _close(self) -> None:
        self._asked = None  # what is still being asked is shown in the list
        self.key.clear()
        self.hide()
        self.closed.emit()

    def _think_again(self) -> None:
        self._show_waiting()
        self.address.setFocus()

    def _show_waiting(self) -> None:
        self.add.show()
        self.cancel.show()
        waiting = self._asked is not None
        text = self.tr("Testing…") if waiting else self.tr("Test and add")
        if self._for_key and not waiting:
            text = self.tr("Test and keep")
        self.add.setText(text)
        self.add.setAccessibleName(text)

    def _show_error(self, error: MmdeskError | None) -> None:
        if self._error is not None:
            self._error.hide()
            self._error.deleteLater()
            self._error = None
        if error is not None:
            self._error = ErrorCard(error, dismissible=False)
            self._column.insertWidget(2, self._error)
