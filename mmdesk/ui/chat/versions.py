"""Which version of a message is shown: ‹ 2/3 ›."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from mmdesk.ui.chat.actions import QuietButton
from mmdesk.ui.fonts import SMALL_PX, base_font


class VersionSwitch(QWidget):
    """Leads to the versions of a message before and after; hidden where there is one alone."""

    chosen = Signal(str)
    """A message's id."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("versionSwitch")
        self._versions: tuple[str, ...] = ()
        self._place = 0
        self._before = self._button("chevron-left", "previousVersion", -1)
        self._after = self._button("chevron-right", "nextVersion", 1)
        self._number = QLabel()
        self._number.setObjectName("versionNumber")
        self._number.setTextFormat(Qt.TextFormat.PlainText)
        self._number.setFont(base_font(SMALL_PX))
        self._number.setProperty("quiet", True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for part in (self._before, self._number, self._after):
            row.addWidget(part)
        self.hide()

    @property
    def several(self) -> bool:
        """Whether there is something to choose."""
        return len(self._versions) > 1

    def show_versions(self, versions: tuple[str, ...], own: str) -> None:
        """Tell the ids of all versions, in the order of writing, and which one is shown."""
        self._versions = versions if own in versions else ()
        self._place = versions.index(own) if own in versions else 0
        count = len(self._versions)
        self._number.setText(f"{self._place + 1}/{count}")
        self._before.setEnabled(self._place > 0)
        self._after.setEnabled(self._place < count - 1)
        self._before.set_look("chevron-left", QCoreApplication.translate("chat", "Version before"))
        self._after.set_look("chevron-right", QCoreApplication.translate("chat", "Version after"))
        said = QCoreApplication.translate("chat", "Version {number} of {count}")
        self._number.setAccessibleName(said.format(number=self._place + 1, count=count))
        self.setVisible(self.several)
        self.adjustSize()

    def shown_text(self) -> str:
        """Return what can be read here."""
        return self._number.text() if self.several else ""

    def _button(self, icon_name: str, object_name: str, step: int) -> QuietButton:
        button = QuietButton(icon_name, self)
        button.setObjectName(object_name)
        button.set_revealed(True)
        button.clicked.connect(lambda: self._go(step))
        return button

    def _go(self, step: int) -> None:
        place = self._place + step
        if 0 <= place < len(self._versions):
            self.chosen.emit(self._versions[place])
