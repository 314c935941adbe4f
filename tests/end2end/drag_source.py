"""A small window that offers files to drag; prints where its middle is, ends with the drop.

Exit status 0 means that the other program took them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Qt, QTimer, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel

_FETCH_MS = 3000


class Source(QLabel):
    """Begins to drag as soon as the mouse moves with its button down."""

    def __init__(self, files: list[Path]) -> None:
        super().__init__("files")
        self._files = files
        self._dragging = False
        self.setFixedSize(40, 40)
        self.setWindowFlags(Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint)
        self.move(2, 2)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            return
        self._dragging = True
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in self._files])
        drag = QDrag(self)
        drag.setMimeData(data)
        action = drag.exec(Qt.DropAction.CopyAction)
        status = 0 if action == Qt.DropAction.CopyAction else 1
        # The other program fetches the data only now.
        QTimer.singleShot(_FETCH_MS, lambda: QApplication.exit(status))


def main() -> int:
    application = QApplication(sys.argv[:1])
    source = Source([Path(name) for name in sys.argv[1:]])
    source.show()

    def tell() -> None:
        middle = source.mapToGlobal(QPoint(20, 20))
        print(middle.x(), middle.y(), flush=True)

    QTimer.singleShot(300, tell)
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
