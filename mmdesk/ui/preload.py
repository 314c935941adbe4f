"""Imports what is wanted soon, once the window stands: the first message, the Models page."""

from __future__ import annotations

from importlib import import_module

from PySide6.QtCore import QObject, QTimer

_MODULES = (
    "markdown_it.common.entities",
    "markdown_it",
    "pygments.token",
    "pygments.lexers",
    "mmdesk.ui.chat.highlight",
    "mmdesk.ui.chat.markdown",
    "mmdesk.ui.chat.text_view",
    "mmdesk.ui.chat.code",
    "mmdesk.ui.chat.body",
    "mmdesk.ui.chat.answer_view",
    "mmdesk.ui.chat.bubble",
    "mmdesk.ui.heard_text",
    "mmdesk.ui.outside",
    "mmdesk.ui.pages",
    "mmdesk.ui.evidence.panel",
    "mmdesk.ui.archive_words",
    "mmdesk.ui.library.model_row",
    "mmdesk.ui.library.server_list",
    "mmdesk.ui.library.page",
)
_AFTER_MS = 150
_PAUSE_MS = 15


class Preload(QObject):
    """One module at a time: all at once would hold the window up for several frames."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._left = list(reversed(_MODULES))

    def begin(self) -> None:
        """Start, a moment after the first paint."""
        QTimer.singleShot(_AFTER_MS, self, self._next)

    def _next(self) -> None:
        if self._left:
            import_module(self._left.pop())
            QTimer.singleShot(_PAUSE_MS, self, self._next)
