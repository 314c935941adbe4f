"""The window: it calls the session and shows its events; it keeps no state of a conversation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QUrl
from PySide6.QtGui import QAction, QDesktopServices, QGuiApplication, QIcon, QKeyEvent

from mmdesk.core.errors import FileMissing, MmdeskError, ModelError
from mmdesk.core.events import (
    AttachmentRefused,
    ConversationOpened,
    ConversationsListed,
    Event,
    ModelFailed,
    ModelInfo,
    ModelLoading,
    ModelReady,
    StoreFailed,
    TextDelta,
    TurnAdded,
    TurnFinished,
)
from mmdesk.core.requests import LoadModel
from mmdesk.settings import Settings
from mmdesk.ui.chat_page import ChatPage
from mmdesk.ui.composer import Composer
from mmdesk.ui.first_start import Sample, load_samples
from mmdesk.ui.i18n import Language
from mmdesk.ui.pages import AboutPage, KeysPage
from mmdesk.ui.pickers import pick_folder, pick_pictures
from mmdesk.ui.session_port import Session
from mmdesk.ui.settings_page import SettingsPage
from mmdesk.ui.shortcuts import BINDINGS, keys_of, label_of
from mmdesk.ui.theme import Theme
from mmdesk.ui.window_frame import WindowFrame
from mmdesk.ui.window_style import window_rules


@dataclass(frozen=True, slots=True)
class Places:
    """Files and folders that the window uses.

    Attributes:
        geometry: Qt's INI file for the window's place and size.
        notices: The third-party notices, where they are installed.
    """

    log: Path
    starter: Path
    samples: Path
    icon: Path
    geometry: Path
    notices: Path | None = None


class MainWindow(WindowFrame):
    """Calls the session for what a person does, and shows the events that come of it."""

    def __init__(
        self,
        session: Session,
        settings: Settings,
        save_settings: Callable[[Settings], None],
        *,
        theme: Theme,
        language: Language,
        places: Places,
        fits_billions: int | None = None,
    ) -> None:
        """``save_settings`` may raise ``SettingsError``; for ``fits_billions`` see FirstStart."""
        theme.apply()
        samples = load_samples(places.samples, language.current)
        super().__init__(ChatPage(samples, fits_billions), Composer(session), places.geometry)
        self.setWindowTitle("mmdesk")
        self.setWindowIcon(QIcon(str(places.icon)))
        self._session = session
        self._settings = settings
        self._save_settings = save_settings
        self._theme, self._language, self._places = theme, language, places
        self._model: ModelInfo | None = None
        self._settings_page: SettingsPage | None = None
        self._keys_page: KeysPage | None = None
        self._about_page: AboutPage | None = None
        self._session.settings = settings.generation
        self._commands = self._make_commands()
        self._connect()
        theme.changed.connect(self._dress)
        self._dress()
        self.retranslate()
        self.composer.input.setFocus()

    # What the application calls

    def handle(self, event: Event) -> None:
        """Show an event that the session has handled; the only way events come in."""
        self.chat.handle(event)
        if isinstance(event, TextDelta):
            return
        if isinstance(event, ModelLoading | ModelReady | ModelFailed):
            self._show_model(event)
        elif isinstance(event, ConversationsListed):
            self.sidebar.show_conversations(event.summaries)
        elif isinstance(event, ConversationOpened):
            self._show_conversation()
        elif isinstance(event, TurnAdded):
            self._show_turn()
        elif isinstance(event, TurnFinished):
            self.status.show_usage(event.usage)
        elif isinstance(event, AttachmentRefused):
            self.composer.refused(event.error)
        elif isinstance(event, StoreFailed):
            self.show_error(event.error)
        self.sidebar.mark(self._session.conversation)
        self.composer.refresh()

    def show_error(self, error: MmdeskError) -> None:
        """Show an error that belongs to nothing smaller than the window."""
        card = self.chat.errors.add(error)
        if isinstance(error, ModelError):
            card.add_action("retryModel", self.tr("Retry"), self.load_model)
            card.add_action("chooseModel", self.tr("Choose a folder…"), self._choose_folder)
            if self._settings.model is not None:
                card.add_action("useStarter", self.tr("Use the starter"), self._use_starter)
        self.show_chat()

    def load_model(self) -> None:
        """Ask for the model of the settings."""
        settings = self._settings
        path = settings.model or self._places.starter
        request = LoadModel(path, settings.device, settings.dtype, settings.threads)
        self._session.load_model(request)

    # What a person does

    def ask_sample(self, sample: Sample) -> None:
        """Ask a sample's question about its pictures."""
        self.composer.attach_files(list(sample.pictures))
        self.composer.put_text(sample.question)
        self.composer.submit()

    def new_chat(self) -> None:
        """Show a new, empty conversation."""
        self._session.new_conversation()
        self._to_chat()

    def show_settings(self) -> None:
        """Show the settings over the chat."""
        if self._settings_page is None:
            page = self._settings_page = SettingsPage(self._settings)
            page.changed.connect(self.apply_settings)
            page.folderWanted.connect(self._choose_folder)
            page.retranslate()
        self.toggle_page(self._settings_page)

    def show_keys(self) -> None:
        """Show every key over the chat."""
        if self._keys_page is None:
            self._keys_page = KeysPage(self._settings.shortcuts)
        self._keys_page.show_bindings(self._settings.shortcuts)
        self.toggle_page(self._keys_page)

    def show_about(self) -> None:
        """Show version, licence and notices over the chat."""
        if self._about_page is None:
            self._about_page = AboutPage(self._places.notices)
            self._about_page.retranslate()
        self.toggle_page(self._about_page)

    def apply_settings(self, settings: Settings) -> None:
        """Keep changed settings and let them hold at once."""
        before, self._settings = self._settings, settings
        try:
            self._save_settings(settings)
        except MmdeskError as error:
            self.show_error(error)
        self._session.settings = settings.generation
        if settings.theme != before.theme:
            self._theme.set_mode(settings.theme)
        if settings.language != before.language:
            self._language.use(settings.language)
        if settings.shortcuts != before.shortcuts:
            self._bind_keys()
        if _model_place(settings) != _model_place(before):
            self.load_model()
        if self._settings_page is not None:
            self._settings_page.show_settings(settings)

    def retranslate(self) -> None:
        """Set every text anew."""
        self._bind_keys()
        for part in (self.sidebar, self.status, self.chat, self.composer, self.viewer):
            part.retranslate()
        for page in (self._settings_page, self._keys_page, self._about_page):
            if page is not None:
                page.retranslate()
        samples = load_samples(self._places.samples, self._language.current)
        self.chat.first_start.show_samples(samples)
        self._show_model_name()

    # What Qt calls

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves a page, stops an answer, or cancels an edit, in this order."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.page is not None:
            self.close_page()
        elif self.composer.stop.isVisible():
            self.composer.stop_answer()
        elif self._session.editing:
            self.composer.cancel_edit()

    # Inside

    def _connect(self) -> None:
        self.dropped.connect(self.composer.take)
        self.header.sidebarToggled.connect(self.toggle_sidebar)
        self.header.starterChosen.connect(self._use_starter)
        self.header.folderWanted.connect(self._choose_folder)
        self.header.settingsWanted.connect(self.show_settings)
        self.header.keysWanted.connect(self.show_keys)
        self.header.logWanted.connect(self._open_log)
        self.header.aboutWanted.connect(self.show_about)
        self.sidebar.newChatWanted.connect(self.new_chat)
        self.sidebar.conversationChosen.connect(self._open_conversation)
        self.composer.filesWanted.connect(self._choose_pictures)
        self.composer.pictureOpened.connect(self.viewer.open)
        self.viewer.closed.connect(self.composer.input.setFocus)
        self.chat.notice.modelWanted.connect(self._choose_folder)
        first, pane = self.chat.first_start, self.chat.pane
        first.filesWanted.connect(self._choose_pictures)
        first.modelWanted.connect(self._choose_folder)
        first.sampleChosen.connect(self.ask_sample)
        pane.pictureActivated.connect(self.viewer.open)
        pane.linkActivated.connect(self._open_link)
        pane.regenerateRequested.connect(self._session.regenerate)
        pane.retryRequested.connect(self._session.retry)

    def _make_commands(self) -> dict[str, QAction]:
        calls: dict[str, Callable[[], object]] = {
            "new_chat": self.new_chat,
            "focus_composer": self._to_chat,
            "attach": self._choose_pictures,
            "regenerate": self._session.regenerate,
            "copy_answer": self._copy_answer,
            "sidebar": self.toggle_sidebar,
            "settings": self.show_settings,
            "keys": self.show_keys,
            "quit": self.close,
        }
        commands = {}
        for binding in BINDINGS:
            if binding.fixed:
                continue
            command = QAction(self)
            command.setObjectName(f"{binding.action}Action")
            command.triggered.connect(lambda _on=False, call=calls[binding.action]: call())
            self.addAction(command)
            commands[binding.action] = command
        return commands

    def _bind_keys(self) -> None:
        chosen = self._settings.shortcuts
        for name, command in self._commands.items():
            command.setShortcut(keys_of(name, chosen))
            command.setText(label_of(name))
        self.header.retranslate(keys_of("settings", chosen), keys_of("sidebar", chosen))
        self._show_model_name()

    def _dress(self) -> None:
        self.setStyleSheet(window_rules(self._theme.tokens))
        self.composer.refresh()

    def _show_model(self, event: ModelLoading | ModelReady | ModelFailed) -> None:
        if isinstance(event, ModelFailed):
            self._model = None
            self.status.show_model(event)
            self.show_error(event.error)
            return
        self.chat.errors.clear(ModelError)
        if isinstance(event, ModelLoading):
            self.status.show_model(event)
            stage = self.status.loading_text()
            self.chat.say_waiting(self.tr("Waiting for the model: {stage}").format(stage=stage))
            return
        self._model = event.info
        self.status.show_model(event.info)
        self.chat.say_waiting(self.tr("Reading the question…"))
        self._show_model_name()

    def _show_model_name(self) -> None:
        starter = self._uses_starter()
        name = self.tr("Starter") if starter else self._model_name()
        size = f" · {_count(self._model.parameters)}" if self._model else ""
        self.header.show_model(f"{name}{size}")
        self.chat.use_model(name, starter=starter)

    def _uses_starter(self) -> bool:
        if self._model is not None:
            return self._model.path == self._places.starter
        return self._settings.model is None

    def _model_name(self) -> str:
        if self._model is not None:
            return self._model.name
        return self._settings.model.name if self._settings.model else ""

    def _show_conversation(self) -> None:
        self.viewer.close_viewer()
        self.status.show_usage(None)
        self.composer.draft_dropped()
        self.show_chat()

    def _show_turn(self) -> None:
        self.show_chat()
        self.composer.question_left()
        if self._model is None and (stage := self.status.loading_text()):
            self.chat.say_waiting(self.tr("Waiting for the model: {stage}").format(stage=stage))

    def _to_chat(self) -> None:
        self.tuck_sidebar()
        self.close_page()

    def _open_conversation(self, conversation: str) -> None:
        self._session.open_conversation(conversation)
        self._to_chat()

    def _choose_pictures(self) -> None:
        pick_pictures(self, self.composer.attach_files)

    def _choose_folder(self) -> None:
        pick_folder(self, lambda path: self.apply_settings(replace(self._settings, model=path)))

    def _use_starter(self) -> None:
        if self._settings.model is None and self._model is None:
            self.load_model()
        self.apply_settings(replace(self._settings, model=None))

    def _copy_answer(self) -> None:
        if text := self.chat.pane.last_answer_text():
            QGuiApplication.clipboard().setText(text)

    def _open_log(self) -> None:
        log = self._places.log
        if not log.is_file() or not QDesktopServices.openUrl(QUrl.fromLocalFile(str(log))):
            self.show_error(FileMissing(name=str(log)))

    def _open_link(self, target: str) -> None:
        """Open a link of the model's in the browser; nothing else, no file and no program."""
        url = QUrl(target, QUrl.ParsingMode.StrictMode)
        if url.scheme() in ("http", "https", "mailto"):
            QDesktopServices.openUrl(url)


def _model_place(settings: Settings) -> tuple[object, ...]:
    return settings.model, settings.device, settings.dtype, settings.threads


def _count(parameters: int) -> str:
    """Return a number of parameters in the field's way: 4 M, 2.2 B."""
    if parameters >= 10_000_000_000:
        return f"{parameters / 1e9:.0f} B"
    if parameters >= 1_000_000_000:
        return f"{parameters / 1e9:.1f} B"
    return f"{max(1, round(parameters / 1e6))} M"
