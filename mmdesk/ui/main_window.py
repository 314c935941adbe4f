"""The window: it calls the session and shows its events; it keeps no state of a conversation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QIcon, QKeyEvent, QShowEvent

from mmdesk.core.conversations import BIN_DAYS, ConversationSummary
from mmdesk.core.errors import FileMissing, MmdeskError
from mmdesk.core.events import (
    AttachmentRefused,
    BinListed,
    ConversationOpened,
    ConversationsListed,
    Event,
    MicrophoneLevel,
    MicrophonesListed,
    SearchDone,
    StoreFailed,
    TextDelta,
    TurnAdded,
    TurnFinished,
)
from mmdesk.core.messages import Picture, TranscriptPart
from mmdesk.core.models import ModelRole
from mmdesk.core.speech import Recording
from mmdesk.session.controller import ChatSession
from mmdesk.settings import Settings
from mmdesk.ui.chat_page import ChatPage
from mmdesk.ui.commands import Commands
from mmdesk.ui.composer import Composer
from mmdesk.ui.composer_voice import VoiceEvent
from mmdesk.ui.first_start import Sample, load_samples
from mmdesk.ui.i18n import Language
from mmdesk.ui.model_desk import ModelDesk
from mmdesk.ui.page_shelf import PageShelf
from mmdesk.ui.pickers import pick_pictures, pick_whisper_file
from mmdesk.ui.shortcuts import keys_of
from mmdesk.ui.theme import Theme
from mmdesk.ui.transcript_view import TranscriptPage
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
    starter_speech: Path
    samples: Path
    icon: Path
    geometry: Path
    notices: Path | None = None


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
    ) -> None:
        """``keep_settings`` lets settings hold and saves them; it may raise ``SettingsError``."""
        theme.apply()
        super().__init__(ChatPage(), Composer(session), places.geometry)
        self.setWindowTitle("mmdesk")
        self.setWindowIcon(QIcon(str(places.icon)))
        self._session = session
        self._settings = settings
        self._keep_settings = keep_settings
        self._theme, self._language, self._places = theme, language, places
        self.pages = PageShelf(self, places.notices)
        self.models = ModelDesk(self, session, self.pages, places.starter)
        self._transcript = TranscriptPage()
        self._say_when_opened: Callable[[], None] | None = None
        self._use_settings()
        self._commands = Commands(self, self._calls())
        self._connect()
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
            self.sidebar.mark(self._session.conversation)
            self.composer.refresh()

    def show_error(self, error: MmdeskError) -> None:
        """Show an error that belongs to nothing smaller than the window."""
        self.models.offer(self.chat.errors.add(error))
        self.show_chat()

    # What a person does

    def ask_sample(self, sample: Sample) -> None:
        """Ask a sample's question about its pictures."""
        self.composer.ask(sample.question, sample.pictures)

    def new_chat(self) -> None:
        """Show a new, empty conversation."""
        self._session.new_conversation()
        self._to_chat()

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
        self._transcript.retranslate()
        samples = load_samples(self._places.samples, self._language.current)
        self.chat.first_start.show_samples(samples)
        self.models.retranslate()

    # What Qt calls

    def showEvent(self, event: QShowEvent) -> None:
        """Take the talk key from now on."""
        super().showEvent(event)
        self.composer.voice.key.watch(self.windowHandle())

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves a page, stops writing down, an answer, or an edit, in this order."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.page is not None:
            self.close_page()
        elif self.composer.voice.transcribing:
            self.composer.voice.talk.cancel()
        elif self.composer.stop.isVisible():
            self.composer.stop_answer()
        elif self._session.editing:
            self.composer.cancel_edit()
        elif self.chat.find_bar.isVisible():
            self.chat.find_bar.leave()

    # Inside

    def _connect(self) -> None:
        self.dropped.connect(self.composer.take)
        self.header.sidebarToggled.connect(self.toggle_sidebar)
        self.header.settingsWanted.connect(self.show_settings)
        self.header.keysWanted.connect(self.show_keys)
        self.header.logWanted.connect(self._open_log)
        self.header.aboutWanted.connect(self.pages.toggle_about)
        self.pages.changed.connect(self.apply_settings)
        self.models.settingsMade.connect(self.apply_settings)
        self.models.failed.connect(self.show_error)
        self.models.remoteChosen.connect(self.composer.name_host)
        self.models.remoteChosen.connect(self.overlay.name_host)
        self.composer.modelCarried.connect(self.models.add_folder)
        self.pages.microphonesWanted.connect(self._session.voice.list_microphones)
        self.pages.speechFileWanted.connect(
            partial(pick_whisper_file, self, self.models.add_folder)
        )
        self.pages.searched.connect(self._session.conversations.search)
        self.pages.messageChosen.connect(self._open_message)
        self.pages.binWanted.connect(self._session.conversations.list_bin)
        self.pages.restored.connect(self._take_back)
        self.header.binWanted.connect(self.pages.toggle_bin)
        self.sidebar.newChatWanted.connect(self.new_chat)
        self.sidebar.searchWanted.connect(self.pages.toggle_search)
        self.sidebar.menu.renamed.connect(self._session.conversations.rename)
        self.sidebar.menu.pinned.connect(self._session.conversations.pin)
        self.sidebar.menu.moved.connect(self._session.conversations.move)
        self.sidebar.menu.binned.connect(self._bin)
        self.sidebar.conversationChosen.connect(self._open_conversation)
        self.composer.filesWanted.connect(self._choose_pictures)
        self.composer.pictureOpened.connect(self._open_pictures)
        self.composer.transcriptOpened.connect(self._open_transcript)
        self.composer.voice.settingsWanted.connect(self._show_voice_settings)
        show_models = self.models.show_models
        self.chat.notice.modelWanted.connect(show_models)
        self.chat.voice_notice.modelWanted.connect(partial(show_models, ModelRole.SPEECH))
        self.chat.find_bar.closed.connect(self.composer.input.setFocus)
        first, pane = self.chat.first_start, self.chat.pane
        first.filesWanted.connect(self._choose_pictures)
        first.modelWanted.connect(show_models)
        first.sampleChosen.connect(self.ask_sample)
        pane.pictureActivated.connect(self._open_pictures)
        pane.recordingActivated.connect(self._play)
        pane.linkActivated.connect(self._open_link)
        pane.versionChosen.connect(self._session.show_version)
        pane.regenerateRequested.connect(self._session.regenerate)
        pane.retryRequested.connect(self._session.retry)

    def _calls(self) -> dict[str, Callable[[], object]]:
        return {
            "new_chat": self.new_chat,
            "find": self._find,
            "search": self.pages.toggle_search,
            "focus_composer": self._to_chat,
            "attach": self._choose_pictures,
            "hands_free": self.composer.voice.talk.toggle_hands_free,
            "regenerate": self._session.regenerate,
            "copy_answer": self._copy_answer,
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
        if isinstance(event, ConversationsListed):
            self.sidebar.show_conversations(event.summaries)
        elif isinstance(event, ConversationOpened):
            self._show_conversation()
        elif isinstance(event, TurnAdded):
            self._show_turn()
        elif isinstance(event, TurnFinished):
            self.status.show_usage(event.usage)
        elif isinstance(event, AttachmentRefused):
            self.composer.refused(event.error)
        elif isinstance(event, MicrophonesListed):
            self.pages.show_microphones(event)
        elif isinstance(event, SearchDone):
            self.pages.show_hits(event)
        elif isinstance(event, BinListed):
            self.pages.show_bin(event)
        elif isinstance(event, StoreFailed):
            self.show_error(event.error)

    def _show_conversation(self) -> None:
        self.close_viewer()
        self.status.show_usage(None)
        self.composer.draft_dropped()
        self.show_chat()
        if self._say_when_opened is not None:
            self._say_when_opened()
            self._say_when_opened = None

    def _show_turn(self) -> None:
        self.close_page()  # the button that asked for it may be gone, and the focus with it
        self.composer.question_left()
        self.models.display.say_waiting()

    def _to_chat(self) -> None:
        self.tuck_sidebar()
        self.close_page()

    def _find(self) -> None:
        self._to_chat()
        self.chat.find_bar.begin()

    def _open_conversation(self, conversation: str) -> None:
        self._session.open_conversation(conversation)
        self._to_chat()

    def _bin(self, summary: ConversationSummary) -> None:
        """Put a conversation into the bin, and say how it comes back."""
        conversations = self._session.conversations
        self._session.bin(summary.id)

        def undo() -> None:
            conversations.unbin(summary.id)
            self._open_conversation(summary.id)

        def say() -> None:
            said = self.tr("“{title}” is in the bin for {days} days. {link}")
            said = said.replace("{days}", str(BIN_DAYS)).replace("{title}", _short(summary.title))
            self.chat.say_news(said, self.tr("Undo"), undo)

        if summary.id == self._session.conversation:
            self._say_when_opened = say  # opening another one takes news away
            self.new_chat()
        else:
            say()

    def _take_back(self, conversation: str) -> None:
        self._session.conversations.unbin(conversation)
        self._session.conversations.list_bin()

    def _open_message(self, conversation: str, message: str) -> None:
        self._session.open_message(conversation, message)
        self._to_chat()

    def _open_pictures(self, pictures: Sequence[Picture], index: int) -> None:
        self.viewer.open(pictures, index)

    def _open_transcript(self, transcript: TranscriptPart) -> None:
        self._transcript.show_transcript(transcript)
        if self.page is not self._transcript:
            self.toggle_page(self._transcript)

    def _show_voice_settings(self) -> None:
        self.pages.show_voice_settings(self._settings)

    def _use_settings(self) -> None:
        settings = self._settings
        self.models.use_settings(settings)
        self.chat.use_speech_model(starter=settings.speech_model is None)
        self.composer.voice.refresh()

    def _choose_pictures(self) -> None:
        pick_pictures(self, self.composer.attach_files)

    def _play(self, recording: Recording) -> None:
        """Play a message's recording, or stop it."""
        self.composer.voice.strip.play_no_more()
        self._session.voice.play(recording)

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


def _short(title: str, most: int = 40) -> str:
    return title if len(title) <= most else f"{title[: most - 1]}…"
