"""One server on the Models page: its models, its last test, and how to let go of it."""

from __future__ import annotations

from urllib.parse import urlsplit

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from mmdesk.core.errors import MmdeskError
from mmdesk.core.events import ServerTested
from mmdesk.core.models import ModelKey, Server, remote_key, short_name
from mmdesk.ui.badge import Chip, LeavesBadge
from mmdesk.ui.controls import IconButton, plain_label
from mmdesk.ui.library.asking import InlineQuestion
from mmdesk.ui.model_words import DOT, breakable
from mmdesk.ui.notices import ErrorCard

_AT_ONCE = 8
"""Models that are shown before the person asks for all."""


class ServerCard(QFrame):
    """Its address, and each of its models with a button that uses it."""

    used = Signal(str)
    """A model's key."""
    testWanted = Signal()
    keyWanted = Signal()
    removed = Signal()

    def __init__(self, server: Server) -> None:
        super().__init__()
        self.setObjectName("serverCard")
        self.server = server
        self._test: ServerTested | None = None
        self._testing = False
        self._shown: ModelKey = ""
        self._all = False
        self._filter = ""
        self._error: ErrorCard | None = None
        self._name = plain_label("modelName", wrap=True)
        self.badge = LeavesBadge()
        self._facts = plain_label("modelFacts", wrap=True)
        self.test = QPushButton()
        self.test.setObjectName("testServer")
        self.test.clicked.connect(self.testWanted)
        self.key = QPushButton()
        self.key.setObjectName("serverKeyButton")
        self.key.setProperty("flat", True)
        self.key.clicked.connect(self.keyWanted)
        self.remove = IconButton("removeServer", "trash", side=30, glyph=18)
        self.remove.clicked.connect(self._ask_remove)
        self._question = InlineQuestion("removeServer")
        self._question.yes.connect(self.removed)
        self._question.no.connect(self.remove.setFocus)
        self.more = QPushButton()
        self.more.setObjectName("allServerModels")
        self.more.setProperty("flat", True)
        self.more.clicked.connect(self._show_all)
        self._models = QVBoxLayout()
        self._models.setSpacing(2)
        self._lines: dict[str, _ServedModel] = {}
        self.name = QLineEdit()
        self.name.setObjectName("servedModelName")
        self.name.returnPressed.connect(self._use_named)
        self._lay_out()

    def show_server(
        self, server: Server, test: ServerTested | None, shown: ModelKey, *, testing: bool
    ) -> None:
        """Show what it served when it was last tested; ``shown`` is the model in use."""
        self.server, self._test, self._shown, self._testing = server, test, shown, testing
        self.retranslate()

    def show_matches(self, text: str) -> bool:
        """Show the models whose name has ``text``; return whether any has, or the host."""
        self._filter = text.casefold().strip()
        self._fill()
        return not self._filter or bool(self._lines) or self._filter in self.server.url

    def retranslate(self) -> None:
        """Set every text anew."""
        host = urlsplit(self.server.url).netloc
        self._name.setText(host)
        self.setAccessibleName(host)
        self.badge.setVisible(self.server.leaves_computer)
        self.badge.name_host(host)
        self._facts.setText(self._said())
        test = self.tr("Testing…") if self._testing else self.tr("Test")
        key = self.tr("Change key…") if self.server.has_key else self.tr("Give a key…")
        for button, text in ((self.test, test), (self.key, key)):
            button.setText(text)
            button.setAccessibleName(f"{text} {host}")
        self.remove.describe(self.tr("Remove {name}").replace("{name}", host))
        # Some serve a model and list none, or only others.
        self.name.setVisible(not self.server.models)
        self.name.setPlaceholderText(self.tr("The model's name there, then Enter"))
        self.name.setAccessibleName(
            self.tr("The name of a model at {host}").replace("{host}", host)
        )
        self._show_error(self._test.error if self._test and not self._testing else None)
        self._fill()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(self._name, 1)
        for part in (self.badge, self.key, self.test, self.remove):
            top.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(14, 8, 8, 10)
        self._column.setSpacing(4)
        self._column.addLayout(top)
        self._column.addWidget(self._facts)
        self._column.addWidget(self._question)
        self._column.addLayout(self._models)
        self._column.addWidget(self.more)
        self._column.addWidget(self.name)

    def _said(self) -> str:
        parts = [self.server.url]
        if self._test is not None and self._test.error is None:
            took = str(max(1, round(self._test.milliseconds)))
            parts.append(self.tr("answered in {ms} ms").replace("{ms}", took))
        if not self.server.models:
            parts.append(self.tr("names no model"))
        if self.server.has_key:
            forgotten = self.tr("its key is forgotten when mmdesk is closed: there is no keyring")
            kept = self.tr("its key is in the system's keyring")
            parts.append(forgotten if self.server.key_passes else kept)
        return DOT.join(parts)

    def _fill(self) -> None:
        wanted = [name for name in self.server.models if self._filter in name.casefold()]
        most = len(wanted) if self._all or self._filter else _AT_ONCE
        shown = wanted[:most]
        for name in [name for name in self._lines if name not in shown]:
            line = self._lines.pop(name)
            line.hide()
            line.deleteLater()
        for place, name in enumerate(shown):
            if name not in self._lines:
                line = _ServedModel(remote_key(self.server.url, name))
                line.used.connect(self.used)
                self._lines[name] = line
                self._models.insertWidget(place, line)
            key = remote_key(self.server.url, name)
            self._lines[name].show_use(in_use=key == self._shown)
        left = len(wanted) - len(shown)
        self.more.setVisible(left > 0)
        self.more.setText(self.tr("%n more models…", "", left))
        self.more.setAccessibleName(self.more.text())

    def _show_all(self) -> None:
        self._all = True
        self._fill()

    def _use_named(self) -> None:
        if name := self.name.text().strip():
            self.used.emit(remote_key(self.server.url, name))

    def _ask_remove(self) -> None:
        sentence = self.tr("Forget this server and its key?")
        self._question.ask(sentence, self.tr("Forget"), self.tr("Keep"))

    def _show_error(self, error: MmdeskError | None) -> None:
        if self._error is not None and self._error.error is not error:
            self._error.hide()
            self._error.deleteLater()
            self._error = None
        if error is not None and self._error is None:
            self._error = ErrorCard(error, dismissible=False)
            self._column.insertWidget(2, self._error)


class _ServedModel(QWidget):
    """A line: the model's name and the button that uses it."""

    used = Signal(str)

    def __init__(self, key: ModelKey) -> None:
        super().__init__()
        self.setObjectName("servedModel")
        self._key = key
        name: QLabel = plain_label("servedName", breakable(key.partition("#")[2]), wrap=True)
        self._chip = Chip("inUseChip")
        self._use = QPushButton()
        self._use.setObjectName("useModel")
        self._use.clicked.connect(lambda: self.used.emit(self._key))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(name, 1)
        row.addWidget(self._chip)
        row.addWidget(self._use)

    def show_use(self, *, in_use: bool) -> None:
        """Show whether it answers the shown conversation."""
        self._chip.say(self.tr("In use"), "good")
        self._chip.setVisible(in_use)
        self._use.setVisible(not in_use)
        self._use.setText(self.tr("Use"))
        self._use.setAccessibleName(f"{self.tr('Use')}: {short_name(self._key)}")
