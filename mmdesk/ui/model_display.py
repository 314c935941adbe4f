"""Which model answers and what it is doing, wherever the window says so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from mmdesk.core.errors import EngineCrashed, ModelError
from mmdesk.core.events import ModelFailed, ModelInfo, ModelLoading, ModelReady, ModelUnloaded
from mmdesk.core.models import (
    STARTER,
    ModelEntry,
    ModelKey,
    host_of,
    is_loopback,
    is_remote,
    leaves_computer,
    parameters_text,
)
from mmdesk.ui.chat_page import ChatPage
from mmdesk.ui.header import Header
from mmdesk.ui.model_words import DOT, model_name
from mmdesk.ui.status_line import ModelState, Remote, Resting, StatusLine

LoadEvent = ModelLoading | ModelReady | ModelFailed | ModelUnloaded


class ModelDisplay(QObject):
    """Keeps the header's pill, the status line and the chat of one mind.

    Attributes:
        key: The model of the shown conversation.
        leaves: Whether that conversation leaves the computer, or has left it.
    """

    def __init__(
        self, header: Header, status: StatusLine, chat: ChatPage, starter: Path, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._header, self._status, self._chat = header, status, chat
        self._starter = starter
        self.key: ModelKey = STARTER
        self.leaves = False
        self._loaded: ModelInfo | None = None
        self._state: ModelLoading | ModelFailed | None = None
        self._entries: tuple[ModelEntry, ...] = ()

    @property
    def loaded_key(self) -> ModelKey | None:
        """The key of the model that is in memory."""
        if self._loaded is None:
            return None
        return STARTER if self._loaded.path == self._starter else str(self._loaded.path)

    @property
    def name(self) -> str:
        """The shown conversation's model, for people."""
        return model_name(self.key, self._entries)

    def choose(self, key: ModelKey, *, leaves: bool) -> None:
        """Tell which model answers the shown conversation."""
        if key != self.key and isinstance(self._state, ModelFailed):
            self._state = None  # it was about the other one
        self.key, self.leaves = key, leaves
        self.refresh()

    def use_entries(self, entries: Sequence[ModelEntry]) -> None:
        """Know the models' names and sizes."""
        self._entries = tuple(entries)
        self.refresh()

    def show(self, event: LoadEvent) -> None:
        """Show what the local model is doing."""
        self._state = event if isinstance(event, ModelLoading | ModelFailed) else None
        self._loaded = event.info if isinstance(event, ModelReady) else None
        if not isinstance(event, ModelFailed):
            self._chat.errors.clear(ModelError)
            self._chat.errors.clear(EngineCrashed)
        self.refresh()
        if isinstance(event, ModelLoading):
            self.say_waiting()
        elif isinstance(event, ModelReady):
            self._chat.say_waiting(self.tr("Reading the question…"))

    def say_waiting(self) -> None:
        """Say in answers that have not begun that they wait for the model, if they do."""
        if stage := self._status.loading_text():
            self._chat.say_waiting(self.tr("Waiting for the model: {stage}").format(stage=stage))

    def refresh(self) -> None:
        """Name the model, with its size where it is known, and say what it is doing."""
        parameters = self._parameters()
        size = f"{DOT}{parameters_text(parameters)}" if parameters else ""
        self._header.show_model(f"{self.name}{size}")
        self._header.menu.mark(self.key)
        host = host_of(self.key) if leaves_computer(self.key) else ""
        self._header.show_leaving(self.leaves, host)
        shown = self.key if is_remote(self.key) else self._local_name()
        self._chat.use_model(shown, starter=self.key == STARTER)
        self._status.show_model(self._shown_state())

    @property
    def _is_loaded(self) -> bool:
        return self._loaded is not None and self.loaded_key == self.key

    def _local_name(self) -> str:
        if self._loaded is not None and self._is_loaded and self.key != STARTER:
            return self._loaded.name
        return self.name

    def _parameters(self) -> int | None:
        if self._loaded is not None and self._is_loaded:
            return self._loaded.parameters
        return next((entry.parameters for entry in self._entries if entry.key == self.key), None)

    def _shown_state(self) -> ModelState:
        if is_remote(self.key):
            host = host_of(self.key)
            return Remote(host, near=is_loopback(host))
        if self._state is not None:
            return self._state
        if self._loaded is not None:
            return self._loaded if self._is_loaded else Resting(self._loaded.name)
        return Resting()
