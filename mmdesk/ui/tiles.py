"""A file of the question as a tile: a button that opens it, a cross that takes it out."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractButton, QWidget

from mmdesk.session.draft_contents import Attachment
from mmdesk.ui.controls import IconButton

TILE = 56
OVERHANG = 8


class DraftTile(QWidget):
    """What tiles of pictures and of sound have in common."""

    shows_sound = False
    """Whether it is the tile of a sound file."""
    opened = Signal(str)
    removed = Signal(str)

    def __init__(self, attachment_id: str, name: str, button: QAbstractButton) -> None:
        """``button`` has a fixed size."""
        super().__init__()
        self._id, self._name = attachment_id, name
        self.button = button
        button.setParent(self)
        button.move(0, OVERHANG)
        button.clicked.connect(lambda: self.opened.emit(self._id))
        self.remove = IconButton("removeAttachment", "close", role="card", side=20, glyph=12)
        self.remove.setParent(self)
        self.remove.move(button.width() + OVERHANG - 20, 0)
        self.remove.clicked.connect(lambda: self.removed.emit(self._id))
        self.setFixedSize(button.width() + OVERHANG, TILE + OVERHANG)
        self.retranslate()

    def show_attachment(self, attachment: Attachment) -> None:
        """Show what has become of the file."""
        raise NotImplementedError

    def retranslate(self) -> None:
        """Set every text anew."""
        self.remove.describe(self.tr("Remove {name}").format(name=self._name))
