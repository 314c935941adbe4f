"""The window: it calls the session and shows its events; it keeps no state of a conversation."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QCloseEvent, QIcon, QKeyEvent, QShowEvent

from mmdesk.core.errors import FileMissing, MmdeskError
from mmdesk.core.events import (
    AttachmentRefused,
    Event,
    MicrophoneLevel,
    MicrophonesListed,
    StoreFailed,
    TextDelta,
    TurnAdded,
    TurnFinished,
)
from mmdesk.core.models import ModelRole
from mmdesk.session.controller import ChatSession
from mmdesk.settings import Settings
from mmdesk.ui.archive_desk import ArchiveDesk
from mmdesk.ui.chat_page import ChatPage
from mmdesk.ui.commands import Commands
from mmdesk.ui.composer import Composer
from mmdesk.ui.composer_voice import VoiceEvent
from mmdesk.ui.conversation_desk import ConversationDesk
from mmdesk.ui.conversation_settings.desk import ConversationSettingsDesk
from mmdesk.ui.evidence.desk import EvidenceDesk
from mmdesk.ui.evidence.side import WIDE
from mmdesk.ui.first_start import Sample, load_samples
from mmdesk.ui.i18n import Language
from mmdesk.ui.message_desk import MessageDesk
from mmdesk.ui.model_desk import ModelDesk
from mmdesk.ui.network_desk import NetworkDesk
from mmdesk.ui.page_shelf import PageShelf
from mmdesk.ui.places import Places
from mmdesk.ui.shortcuts import keys_of
from mmdesk.ui.theme import Theme
from mmdesk.ui.window_frame import WindowFrame
from mmdesk.ui.window_style import window_rules


class MainWindow(WindowFrame):
    """Calls the session for what a person does, and shows the events that come of it."""

    def __init__(
        self,
        session: ChatSession,
        settings: Settings,
        keep_settings: Callable[[Settings], None],
        *,
        theme: Theme,
        language: Language,
        places: Places,
        sealed: bool = False,
    ) -> None:
        """``keep_settings`` lets settings hold and saves them; it may raise ``SettingsError``."""
        theme.use_font()
        super().__init__(ChatPage(), Composer(session), places.geometry)
        self.setWindowTitle("mmdesk")
        self._session = session
        self._settings = settings
        self._keep_settings = keep_settings
        self._theme, self._language, self._places = theme, language, places
        self._may_lose = False
        self.pages = PageShelf(self, places.notices)
        self.models = ModelDesk(self, session, self.pages, places.starter)
        self.conversations = ConversationDesk(self, session, self.pages)
        self.messages = MessageDesk(self, session)
        self.messages.sealed = sealed
        self.evidence = EvidenceDesk(self, session, places.starter_clip)
        self.own_settings = ConversationSettingsDesk(self, session)
        self.archive = ArchiveDesk(self, session, self.pages)
        self.network = NetworkDesk(self, sealed=sealed)
        self._use_settings()
        self._commands = Commands(self, self._calls())
        self._connect()
        theme.apply()
        theme.changed.connect(self._dress)
        self._dress()
        self.retranslate()
        self.composer.input.setFocus()

    # What the application calls

    def handle(self, event: Event) -> None:
        """Show an event that the session has handled; the only way events come in."""
        if not isinstance(event, MicrophoneLevel):
            self.chat.handle(event)
        if isinstance(event, VoiceEvent):
            self.composer.voice.handle(event)
        elif not isinstance(event, TextDelta):
            self._show(event)
            self.composer.refresh()

    def show_error(self, error: MmdeskError) -> None:
        """Show an error that belongs to nothing smaller than the window."""
        self.models.offer(self.chat.errors.add(error))
        self.show_chat()

    def show_icon(self) -> None:
        """Have the system show the window's icon, which is drawn in several sizes for it."""
        self.setWindowIcon(QIcon(str(self._places.icon)))

    def leave(self) -> None:
        """Close without a question: whatever could not be saved is lost."""
        self._may_lose = True
        self.close()

    # What a person does

    def ask_sample(self, sample: Sample) -> None:
        """Ask a sample's question about its pictures."""
        self.composer.ask(sample.question, sample.pictures)

    def new_chat(self) -> None:
        """Show a new, empty conversation."""
        self.conversations.new_chat()

    def show_settings(self) -> None:
        """Show the settings over the chat, or leave them."""
        self.pages.toggle_settings(self._settings)

    def show_keys(self) -> None:
        """Show every key over the chat, or leave them."""
        self.pages.toggle_keys(self._settings)

    def apply_settings(self, settings: Settings) -> None:
        """Keep changed settings and let them hold at once."""
        before, self._settings = self._settings, settings
        try:
            self._keep_settings(settings)
        except MmdeskError as error:
            self.show_error(error)
        self._use_settings()
        if settings.theme != before.theme:
            self._theme.set_mode(settings.theme)
        if settings.language != before.language:
            self._language.use(settings.language)
        if settings.shortcuts != before.shortcuts:
            self._bind_keys()
        starter = self._places.starter
        if settings.load_request(starter, "") != before.load_request(starter, ""):
            self._session.prepare_model()  # where and how it runs has changed
            self._session.library.refresh()  # and what fits with it
        self.pages.use_settings(settings)

    def retranslate(self) -> None:
        """Set every text anew."""
        super().retranslate()
        self._bind_keys()
        self.pages.retranslate()
        self.messages.retranslate()
        self.evidence.retranslate()
        self.own_settings.retranslate()
        self.archive.retranslate()
        self.network.retranslate()
        samples = load_samples(self._places.samples, self._language.current)
        self.chat.first_start.show_samples(samples)
        self.models.retranslate()

    # What Qt calls

    def showEvent(self, event: QShowEvent) -> None:
        """Take the talk key from now on."""
        super().showEvent(event)
        self.composer.voice.key.watch(self.windowHandle())

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language; save what is being written when another window is gone to."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.composer.draft.save()
        elif event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves a page, writing down, an answer, an edit or the evidence, in this order."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.saving.asking:
            self.saving.leave()
        elif self.page is not None:
            self.close_page()
        elif self.composer.voice.transcribing:
            self.composer.voice.talk.cancel()
        elif self.composer.stop.isVisible():
            self.composer.stop_answer()
        elif self._session.editing:
            self.composer.cancel_edit()
        elif self.side.shown and self.width() < WIDE:
            self.side.leave()
        elif self.chat.find_bar.isVisible():
            self.chat.find_bar.leave()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask first where closing would lose something; nothing is lost without the person."""
        self.own_settings.flush()
        self.messages.keep_place()
        if self._session.saving_paused and not self._may_lose:
            self.saving.ask()
            event.ignore()
        else:
            super().closeEvent(event)

    # Inside

    def _connect(self) -> None:
        self.dropped.connect(self.composer.take)
        self.header.sidebarToggled.connect(self.toggle_sidebar)
        self.header.settingsWanted.connect(self.show_settings)
        self.header.keysWanted.connect(self.show_keys)
        self.header.logWanted.connect(self._open_log)
        self.header.aboutWanted.connect(self.pages.toggle_about)
        self.pages.changed.connect(self.apply_settings)
        self.pages.microphonesWanted.connect(self._session.voice.list_microphones)
        self.composer.filesWanted.connect(self._choose_pictures)
        self.composer.voice.settingsWanted.connect(self._show_voice_settings)
        self.chat.find_bar.closed.connect(self.composer.input.setFocus)
        self.chat.first_start.filesWanted.connect(self._choose_pictures)
        self.chat.first_start.sampleChosen.connect(self.ask_sample)
        self.saving.lossAccepted.connect(self.leave)
        self.own_settings.settingsMade.connect(self.apply_settings)
        for let_go in (self.own_settings.flush, self.messages.keep_place):
            self.conversations.leaving.connect(let_go)
        self.archive.settingsMade.connect(self.apply_settings)
        self.archive.failed.connect(self.show_error)
        self.archive.conversationWanted.connect(self.conversations.open)
        self._connect_models()

    def _connect_models(self) -> None:
        models, show = self.models, self.models.show_models
        models.settingsMade.connect(self.apply_settings)
        models.failed.connect(self.show_error)
        models.remoteChosen.connect(self.composer.name_host)
        models.remoteChosen.connect(self.overlay.name_host)
        self.composer.modelCarried.connect(models.add_folder)
        self.pages.speechFileWanted.connect(self._choose_speech_file)
        self.chat.notice.modelWanted.connect(show)
        self.chat.voice_notice.modelWanted.connect(partial(show, ModelRole.SPEECH))
        self.chat.first_start.modelWanted.connect(show)

    def _calls(self) -> dict[str, Callable[[], object]]:
        return {
            "new_chat": self.new_chat,
            "find": self._find,
            "search": self.pages.toggle_search,
            "focus_composer": self.go_to_chat,
            "attach": self._choose_pictures,
            "hands_free": self.composer.voice.talk.toggle_hands_free,
            "regenerate": self._session.regenerate,
            "copy_answer": self.messages.copy_answer,
            "sidebar": self.toggle_sidebar,
            "settings": self.show_settings,
            "keys": self.show_keys,
            "quit": self.close,
        }

    def _bind_keys(self) -> None:
        chosen = self._settings.shortcuts
        self._commands.bind(chosen)
        talk = keys_of("talk", chosen)
        self.composer.voice.use_keys(talk, keys_of("hands_free", chosen))
        self.chat.first_start.use_talk_keys(talk)
        self.header.retranslate(keys_of("settings", chosen), keys_of("sidebar", chosen))

    def _dress(self) -> None:
        self.setStyleSheet(window_rules(self._theme.tokens))
        self.composer.refresh()

    def _show(self, event: Event) -> None:
        self.models.handle(event)
        self.archive.handle(event)
        self.own_settings.handle(event)  # before its page is left with what is written there
        self.conversations.handle(event)
        self.saving.handle(event)
        self.messages.handle(event)
        self.evidence.handle(event)
        self.network.handle(event)
        if isinstance(event, TurnAdded):
            self._show_turn()
        elif isinstance(event, TurnFinished):
            self.status.show_usage(event.usage)
        elif isinstance(event, AttachmentRefused):
            self.composer.refused(event.error)
        elif isinstance(event, MicrophonesListed):
            self.pages.show_microphones(event)
        elif isinstance(event, StoreFailed):
            self.show_error(event.error)

    def _show_turn(self) -> None:
        self.close_page()  # the button that asked for it may be gone, and the focus with it
        self.composer.question_left()
        self.models.display.say_waiting()

    def _find(self) -> None:
        self.go_to_chat()
        self.chat.find_bar.begin()

    def _show_voice_settings(self) -> None:
        self.pages.show_voice_settings(self._settings)

    def _use_settings(self) -> None:
        settings = self._settings
        self.models.use_settings(settings)
        self.evidence.use_settings(settings)
        self.own_settings.use_settings(settings)
        self.archive.use_settings(settings)
        self.chat.use_speech_model(starter=settings.speech_model is None)
        self.composer.voice.refresh()

    def _choose_pictures(self) -> None:
        from mmdesk.ui.pickers import pick_pictures

        pick_pictures(self, self.composer.attach_files)

    def _choose_speech_file(self) -> None:
        from mmdesk.ui.pickers import pick_whisper_file

        pick_whisper_file(self, self.models.add_folder)

    def _open_log(self) -> None:
        from mmdesk.ui.outside import open_path

        log = self._places.log
        if not log.is_file() or not open_path(log):
            self.show_error(FileMissing(name=str(log)))
