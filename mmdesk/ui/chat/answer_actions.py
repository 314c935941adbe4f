"""What can be done with an answer: a row of quiet buttons below it."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QWidget

from mmdesk.ui.chat.actions import QuietButton
from mmdesk.ui.chat.versions import VersionSwitch

HEIGHT = 26
"""Px that the row takes, empty or not."""
_GAP = 4
_INSET = 6
"""Px that a quiet button keeps around its glyph: the first glyph stands on the text's edge."""


class AnswerActions(QWidget):
    """Versions, continue, copy, regenerate, check, why, replay: each made when first offered.

    Versions and continue are always painted, since they say something about the answer; the
    others appear with the mouse and the keyboard. Where the row is too narrow, words go, the
    last button's first; the glyphs and their names stay.
    """

    versionChosen = Signal(str)
    copyRequested = Signal()
    continueRequested = Signal()
    regenerateRequested = Signal()
    checkRequested = Signal()
    whyRequested = Signal()
    replayRequested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._versions: VersionSwitch | None = None
        self._buttons: dict[str, QuietButton] = {}
        self._revealed = False

    def show_versions(self, versions: tuple[str, ...], own: str) -> None:
        """Tell which versions of the answer there are, and which one this is."""
        if self._versions is None:
            if len(versions) < 2:
                return
            self._versions = VersionSwitch(self)
            self._versions.chosen.connect(self.versionChosen)
        self._versions.show_versions(versions, own)

    def offer(self, offered: Collection[str]) -> None:
        """Have these buttons in the row, and no others."""
        for name in _LOOKS:
            wanted = name in offered
            if wanted and name not in self._buttons:
                self._buttons[name] = self._button(name)
            if name in self._buttons:
                self._buttons[name].setVisible(wanted)

    def reveal(self, revealed: bool) -> None:
        """Paint the buttons, or leave their place empty."""
        self._revealed = revealed
        for name, button in self._buttons.items():
            button.set_revealed(revealed or name == "continue")

    def shown_text(self) -> str:
        """Return what can be read without the mouse: which version it is."""
        return self._versions.shown_text() if self._versions is not None else ""

    def lay_out(self, width: int) -> None:
        """Place the buttons in ``width`` px and, by the glyphs' inset, a little more."""
        made = (self._buttons[name] for name in _LOOKS if name in self._buttons)
        words = [button for button in made if not button.isHidden()]
        shown: list[VersionSwitch | QuietButton] = [*words]
        for button in words:
            button.show_word(True)
        if self._versions is not None and self._versions.several:
            shown.insert(0, self._versions)
        while words and _row_width(shown) > width + 2 * _INSET:
            words.pop().show_word(False)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = 0
        for part in shown:
            hint = part.sizeHint()
            left = self.width() - x - hint.width() if rtl else x
            part.setGeometry(left, 0, hint.width(), hint.height())
            x += hint.width() + _GAP

    def place(self, y: int, width: int) -> int:
        """Stand at ``y`` in a message ``width`` px wide; return where the row ends."""
        self.setGeometry(-_INSET, y, width + 2 * _INSET, HEIGHT)
        self.lay_out(width)
        return y + HEIGHT

    def _button(self, name: str) -> QuietButton:
        glyph, object_name = _LOOKS[name]
        button = QuietButton(glyph, self)
        label = _label(name)
        button.set_look(glyph, label, text=label)
        button.setObjectName(object_name)
        button.set_revealed(self._revealed or name == "continue")
        button.clicked.connect(getattr(self, f"{name}Requested"))
        return button


_LOOKS = {
    "continue": ("arrow-right", "continueButton"),
    "copy": ("copy", "copyButton"),
    "regenerate": ("retry", "regenerateButton"),
    "check": ("check", "checkAnswerButton"),
    "why": ("info", "whyButton"),
    "replay": ("verify", "replayAnswerButton"),
}
"""Icon and object name, in the order of the row: what is always painted stands first."""


def _label(name: str) -> str:
    if name == "copy":
        return QCoreApplication.translate("chat", "Copy")
    if name == "continue":
        return QCoreApplication.translate("chat", "Continue")
    if name == "regenerate":
        return QCoreApplication.translate("chat", "Regenerate")
    if name == "check":
        return QCoreApplication.translate("chat", "Check")
    if name == "why":
        return QCoreApplication.translate("chat", "Why?")
    return QCoreApplication.translate("chat", "Replay")


def _row_width(parts: list[VersionSwitch | QuietButton]) -> int:
    return sum(part.sizeHint().width() + _GAP for part in parts) - _GAP
