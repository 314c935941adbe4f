"""Choosing models: the menu, the Models page, dropped folders, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from mmdesk.core.errors import EngineCrashed, ModelError
from mmdesk.core.events import (
    ConversationOpened,
    Event,
    LibraryFailed,
    ModelAdded,
    ModelChosen,
    ModelFailed,
    ModelLoading,
    ModelReady,
    ModelRemoved,
    ModelsListed,
    ModelUnloaded,
)
from mmdesk.core.models import (
    STARTER,
    ModelEntry,
    ModelKey,
    ModelRole,
    Place,
    host_of,
    leaves_computer,
)
from mmdesk.session.controller import ChatSession
from mmdesk.settings import Settings
from mmdesk.ui.chat_page import ChatPage
from mmdesk.ui.library_events import LibraryEvent
from mmdesk.ui.model_display import ModelDisplay
from mmdesk.ui.notices import ErrorCard
from mmdesk.ui.page_shelf import PageShelf

if TYPE_CHECKING:
    from mmdesk.ui.window_frame import WindowFrame


class ModelDesk(QObject):
    """Calls the session for what a person does with models, and shows what comes of it."""

    settingsMade = Signal(object)
    """The :class:`Settings` with a model that the person chose."""
    failed = Signal(object)
    """An ``MmdeskError`` that belongs to the window."""
    remoteChosen = Signal(str)
    """The host that the shown conversation's questions go to; "" is this computer."""

    def __init__(
        self, frame: WindowFrame, session: ChatSession, pages: PageShelf, starter: Path
    ) -> None:
        super().__init__(frame)
        self._frame, self._session, self._pages = frame, session, pages
        self._chat: ChatPage = frame.chat
        self._settings = Settings()
        self._named: set[str] = set()
        self._announced: set[str | None] = set()
        self._opened = self._announcing = False
        self.display = ModelDisplay(frame.header, frame.status, frame.chat, starter, self)
        self.display.choose(session.model, leaves=leaves_computer(session.model))
        menu = frame.header.menu
        menu.chosen.connect(self.choose)
        menu.allWanted.connect(self.show_models)
        menu.folderWanted.connect(self.choose_folder)
        frame.header.modelsWanted.connect(session.library.refresh)
        pages.modelsWanted.connect(self.show_models)
        pages.modelUsed.connect(self.use)
        pages.modelFolderWanted.connect(self.choose_folder)

    # What a person does

    def choose(self, key: ModelKey) -> None:
        """Have the shown conversation, and new ones, answered by a model."""
        before = self.display.key
        if key != before:
            self._chat.forget_news()
            self._session.use_model(key)
            self._announce(key, self.tr("Undo"), partial(self.choose, before))
        if key != self._settings.model:
            self.settingsMade.emit(replace(self._settings, model=key))

    def use(self, entry: ModelEntry) -> None:
        """Use a model for what it is made for."""
        shipped = entry.place is Place.SHIPPED
        path = None if shipped or entry.key is None else Path(entry.key)
        if entry.role is ModelRole.CHAT:
            self.choose(STARTER if shipped else entry.key or STARTER)
        elif entry.role is ModelRole.SPEECH:
            self.settingsMade.emit(replace(self._settings, speech_model=path))
        else:
            self.settingsMade.emit(replace(self._settings, match_model=path))

    def add_folder(self, path: Path) -> None:
        """Use the model in a folder, once it has been looked at."""
        self._named.add(str(path))
        self._chat.say_news(
            self.tr("Looking at the model in “{name}”…").replace("{name}", path.name)
        )
        self._session.library.add_folder(path)

    def choose_folder(self) -> None:
        """Ask for a model's folder."""
        from mmdesk.ui.pickers import pick_folder

        pick_folder(self._frame, self.add_folder)

    def show_models(self, role: ModelRole = ModelRole.CHAT) -> None:
        """Show the Models page."""
        self._pages.show_models(self._session.library, role)
        self._show_use()

    def use_settings(self, settings: Settings) -> None:
        """Take settings that hold from now on."""
        self._settings = settings
        self._show_use()

    def offer(self, card: ErrorCard) -> None:
        """Offer on an error what can be done about the model."""
        if not isinstance(card.error, ModelError | EngineCrashed):
            return
        card.add_action("retryModel", self.tr("Retry"), self._session.load_model)
        card.add_action("showModels", self.tr("Choose a model…"), self.show_models)
        if self.display.key != STARTER:
            card.add_action("useStarter", self.tr("Use the starter"), lambda: self.choose(STARTER))

    # What happens

    def handle(self, event: Event) -> None:
        """Show an event, if it is about models."""
        if isinstance(event, ModelLoading | ModelReady | ModelFailed | ModelUnloaded):
            self.display.show(event)
            self._show_use()
            if isinstance(event, ModelFailed):
                self.failed.emit(event.error)
        elif isinstance(event, ConversationOpened):
            self._opened = True
            self._announced.discard(None)
        elif isinstance(event, ModelChosen):
            self._chosen(event)
        elif isinstance(event, LibraryEvent):
            self._library(event)

    def retranslate(self) -> None:
        """Set every text anew."""
        self.display.refresh()

    # Inside

    def _library(self, event: LibraryEvent) -> None:
        if isinstance(event, ModelsListed):
            self._frame.header.menu.show_models(event.entries, event.servers)
            self.display.use_entries(event.entries)
        elif isinstance(event, ModelAdded):
            self._added(event.entry)
        elif isinstance(event, ModelRemoved):
            self._removed(event.key)
        elif isinstance(event, LibraryFailed) and event.subject in self._named:
            self._refused(event)
            return
        self._pages.show_library(event)

    def _added(self, entry: ModelEntry) -> None:
        by_hand = entry.place is not Place.DOWNLOADED or entry.key in self._named
        self._named.discard(entry.key or "")
        self._chat.forget_news()
        if entry.problem is not None:
            self.failed.emit(entry.problem)
        elif not by_hand:
            sentence = self.tr("{name} is on this computer now: {link}.")
            use = partial(self.use, entry)
            self._chat.say_news(sentence.replace("{name}", entry.name), self.tr("use it"), use)
        else:
            self.use(entry)
            if entry.role is not ModelRole.CHAT:
                self._say_use(entry)

    def _say_use(self, entry: ModelEntry) -> None:
        """Say what a model that doesn't chat is used for from now on."""
        if entry.role is ModelRole.SPEECH:
            sentence = self.tr("{name} is the speech model now: {link}.")
        else:
            sentence = self.tr("{name} is the matching model now: {link}.")
        show = partial(self.show_models, entry.role)
        self._chat.say_news(sentence.replace("{name}", entry.name), self.tr("all models"), show)

    def _removed(self, key: ModelKey) -> None:
        """Let nothing name a model that is gone."""
        settings = self._settings
        if settings.model == key:
            settings = replace(settings, model=STARTER)
        if str(settings.speech_model or "") == key:
            settings = replace(settings, speech_model=None)
        if str(settings.match_model or "") == key:
            settings = replace(settings, match_model=None)
        if settings != self._settings:
            self.settingsMade.emit(settings)
        if self.display.key == key:
            self._session.use_model(STARTER)

    def _refused(self, event: LibraryFailed) -> None:
        """Say where the person is looking why a folder's model can't be used."""
        self._named.discard(event.subject)
        self._chat.forget_news()
        if not self._pages.models_shown:
            self.failed.emit(event.error)
        self._pages.show_library(event)

    def _chosen(self, event: ModelChosen) -> None:
        self.display.choose(event.key, leaves=event.leaves)
        self.remoteChosen.emit(host_of(event.key) if leaves_computer(event.key) else "")
        self._show_use()
        if self._announcing and not leaves_computer(event.key):
            self._announcing = False
            self._chat.forget_news()
        if self._opened:  # a conversation that no model was chosen for has the settings'
            self._opened = False
            stay = partial(self._session.use_model, STARTER)
            self._announce(event.key, self.tr("Use the starter"), stay)

    def _announce(self, key: ModelKey, link: str, undo: Callable[[], object]) -> None:
        """Say, once in a conversation, that all of it leaves with the next question."""
        entries, conversation = self._session.entries, self._session.conversation
        stayed = entries and not any(leaves_computer(entry.model) for entry in entries)
        if not (leaves_computer(key) and stayed) or conversation in self._announced:
            return
        self._announced.add(conversation)
        self._announcing = True
        sentence = self.tr(
            "With your next question all of this conversation, pictures too, goes to {host}. {link}"
        )

        def take_back() -> None:
            self._announced.discard(conversation)
            undo()

        self._chat.say_news(sentence.replace("{host}", host_of(key)), link, take_back)

    def _show_use(self) -> None:
        self._pages.show_use(self._settings, self.display.key, self.display.loaded_key)
