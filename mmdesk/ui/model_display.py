"""Which model answers and what it is doing, wherever the window says so."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from mmdesk.core.errors import EngineCrashed, ModelError
from mmdesk.core.events import ModelFailed, ModelInfo, ModelLoading, ModelReady
from mmdesk.ui.chat_page import ChatPage
from mmdesk.ui.header import Header
from mmdesk.ui.status_line import StatusLine


class ModelDisplay(QObject):
    """Keeps the header's pill, the status line and the chat of one mind."""

    def __init__(
        self, header: Header, status: StatusLine, chat: ChatPage, starter: Path, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._header, self._status, self._chat = header, status, chat
        self._starter = starter
        self._chosen: Path | None = None
        self._model: ModelInfo | None = None
        self._last: ModelInfo | None = None  # of the command line, perhaps: not what is chosen

    @property
    def ready(self) -> bool:
        """Whether a model is loaded."""
        return self._model is not None

    @property
    def starter_ready(self) -> bool:
        """Whether the starter is loaded."""
        return self._model is not None and self._model.path == self._starter

    def choose(self, folder: Path | None) -> None:
        """Tell which folder the settings name; None is the starter."""
        self._chosen, self._last = folder, None
        self.show_name()

    def show(self, event: ModelLoading | ModelReady | ModelFailed) -> None:
        """Show what the model is doing."""
        was_ready = self.ready
        if isinstance(event, ModelReady):
            self._model = self._last = event.info
            self._status.show_model(event.info)
        else:
            self._model = None
            self._status.show_model(event)
        if not isinstance(event, ModelFailed):
            self._chat.errors.clear(ModelError)
            self._chat.errors.clear(EngineCrashed)
        if isinstance(event, ModelLoading):
            self.say_waiting()
        elif isinstance(event, ModelReady):
            self._chat.say_waiting(self.tr("Reading the question…"))
        if was_ready or self.ready:
            self.show_name()

    def say_waiting(self) -> None:
        """Say in answers that have not begun that they wait for the model, if they do."""
        if stage := self._status.loading_text():
            self._chat.say_waiting(self.tr("Waiting for the model: {stage}").format(stage=stage))

    def show_name(self) -> None:
        """Name the model, with its size once it is known."""
        starter = self._uses_starter()
        name = self.tr("Starter") if starter else self._name()
        size = f" · {_count(self._model.parameters)}" if self._model else ""
        self._header.show_model(f"{name}{size}")
        self._chat.use_model(name, starter=starter)

    def _uses_starter(self) -> bool:
        known = self._model or self._last
        return known.path == self._starter if known else self._chosen is None

    def _name(self) -> str:
        known = self._model or self._last
        if known is not None:
            return known.name
        return self._chosen.name if self._chosen else ""


def _count(parameters: int) -> str:
    """Return a number of parameters in the field's way: 4 M, 2.2 B."""
    if parameters >= 10_000_000_000:
        return f"{parameters / 1e9:.0f} B"
    if parameters >= 1_000_000_000:
        return f"{parameters / 1e9:.1f} B"
    return f"{max(1, round(parameters / 1e6))} M"
