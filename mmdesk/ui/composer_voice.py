"""The half of the composer that listens: it calls the voice session and shows its events."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence

from mmdesk.core.errors import MicrophoneError, MmdeskError, PlaybackFailed
from mmdesk.core.events import (
    MicrophoneClosed,
    MicrophoneLevel,
    MicrophoneOpened,
    NothingHeard,
    PlaybackChanged,
    RecordingKept,
    TranscriptFailed,
    TranscriptPartial,
    TranscriptReady,
    VoiceChanged,
    VoiceState,
)
from mmdesk.core.speech import UtteranceId, seconds_of
from mmdesk.ui.controls import IconButton
from mmdesk.ui.failed_speech import FailedSpeech
from mmdesk.ui.heard_strip import HeardStrip
from mmdesk.ui.listening_bar import ListeningBar
from mmdesk.ui.mic_button import MicButton
from mmdesk.ui.notices import ErrorStack
from mmdesk.ui.question_input import QuestionInput
from mmdesk.ui.talk import Talk, TalkKey

if TYPE_CHECKING:
    from mmdesk.session.voice import VoiceSession
    from mmdesk.ui.heard_text import HeardText

VoiceEvent = (
    VoiceChanged
    | MicrophoneOpened
    | MicrophoneLevel
    | MicrophoneClosed
    | TranscriptPartial
    | TranscriptReady
    | TranscriptFailed
    | NothingHeard
    | RecordingKept
    | PlaybackChanged
)


class ComposerVoice(QObject):
    """The microphone's buttons, what was heard of the question, and what went wrong with it.

    Attributes:
        mic, hands_free: Buttons, to be placed by the composer.
        bar, strip: Lines above the question.
        key: The push-to-talk key.
        note: A quiet sentence on the last attempt; "" once something else is done.
    """

    changed = Signal()
    """Something to be seen is different."""
    heard = Signal(bool)
    """Words were added to the question; whether they are to be sent at once."""
    missed = Signal()
    """No words come of what was said last."""
    settingsWanted = Signal()

    def __init__(self, voice: VoiceSession, field: QuestionInput, errors: ErrorStack) -> None:
        super().__init__(field)
        self._voice = voice
        self._field = field
        self._errors = errors
        self._device = ""
        self._host = ""
        self._talk_keys, self._hands_free_keys = QKeySequence(), QKeySequence()
        self.note = ""
        self.failed = FailedSpeech(voice, errors)
        self.failed.settingsWanted.connect(self.settingsWanted)
        self.talk = Talk(voice)
        self.key = TalkKey(self.talk)
        self._text: HeardText | None = None
        self.mic = MicButton()
        self.hands_free = IconButton("handsFreeButton", "hands-free")
        self.hands_free.setCheckable(True)
        self.hands_free.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.bar = ListeningBar()
        self.strip = HeardStrip()
        self._connect()

    @property
    def text(self) -> HeardText:
        """What of the question was heard; made with the first words."""
        if self._text is None:
            # The window starts sooner without it.
            from mmdesk.ui.heard_text import HeardText

            text = self._text = HeardText(self._field)
            text.changed.connect(self.refresh)
            text.left.connect(self._voice.forget)
            text.wordChosen.connect(self._play_word)
            text.provisional.changed.connect(self.changed)
        return self._text

    @property
    def pending(self) -> bool:
        """Whether words are on their way that belong to the question being made."""
        return self._voice.pending

    @property
    def transcribing(self) -> bool:
        """Whether something is being written down, and the microphone is closed."""
        return self._voice.state is VoiceState.TRANSCRIBING

    def handle(self, event: VoiceEvent) -> None:
        """Show an event."""
        match event:
            case MicrophoneLevel(level=level, voice=voice):
                self.mic.show_level(level, voice=voice)
                return
            case VoiceChanged():
                self.talk.state_changed()
            case MicrophoneOpened(device=device):
                self._device = device
            case MicrophoneClosed(error=error):
                self._closed(error)
            case RecordingKept(error=error):
                self._say_error(error)
            case TranscriptPartial(text=text):
                self._show_provisional(text)
            case TranscriptReady():
                self._take(event)
            case NothingHeard() | TranscriptFailed():
                self._miss(event)
            case PlaybackChanged(key=key, error=error):
                self._play_changed(key, error)
        self.refresh()

    def finish(self) -> None:
        """Let what is being said become words."""
        if self.talk.listening:
            self._voice.finish()

    def sent(self, text: str) -> None:
        """The question ``text`` left the field; what was heard of it went along."""
        self.let_go(partial(self._field.take_away, text))
        self.failed.forget()

    def let_go(self, change: Callable[[], None]) -> None:
        """Let ``change`` replace the question: what was heard of it stays with the old one."""
        if self._text is None:
            change()
        else:
            self._text.sent(change)

    def use_keys(self, talk: QKeySequence, hands_free: QKeySequence) -> None:
        """Other keys were chosen."""
        self._talk_keys, self._hands_free_keys = talk, hands_free
        self.key.use(talk)
        self.refresh()

    def refresh(self) -> None:
        """Show the voice session's state."""
        state, hands_free = self._voice.state, self._voice.hands_free
        if state is VoiceState.IDLE and self._text is not None:
            self._text.provisional.clear()
        self.mic.show_state(state)
        self.mic.describe(self._what_a_press_does(state, hands_free=hands_free))
        self.hands_free.setChecked(hands_free)
        self.hands_free.show_icon("hands-free", "accent" if hands_free else "muted")
        self.hands_free.describe(
            self.tr("Stop listening hands-free")
            if hands_free
            else self.tr("Listen hands-free: each question is sent when you pause"),
            self._hands_free_keys,
        )
        self.bar.describe(self._hands_free_keys)
        self.bar.setVisible(hands_free)
        heard = () if self._text is None else self._text.stretches
        self.strip.show_heard(heard, kept=self._voice.settings.keep_recordings)
        self._show_placeholder(state)
        self.changed.emit()

    def retranslate(self) -> None:
        """Set every text anew."""
        self.strip.retranslate()
        self.refresh()

    # Inside

    def _connect(self) -> None:
        talk, strip = self.talk, self.strip
        self.mic.heldDown.connect(self._press)
        self.mic.cameUp.connect(talk.release)
        self.mic.clicked.connect(self._press_once)
        self.hands_free.clicked.connect(talk.toggle_hands_free)
        self.bar.ended.connect(talk.toggle_hands_free)
        talk.started.connect(self._begin)
        talk.cancelled.connect(self.missed)
        talk.changed.connect(self.refresh)
        strip.playWanted.connect(self._voice.play_utterance)
        strip.stopWanted.connect(self._voice.stop_playing)
        strip.discarded.connect(self._discard)
        self._field.textChanged.connect(self._forget_note)

    def _press(self) -> None:
        """The button went down: what is being written down is given up by it."""
        if self.transcribing:
            self.talk.cancel()
        else:
            self.talk.press()

    def _press_once(self) -> None:
        if self.transcribing:
            self.talk.cancel()
        else:
            self.talk.toggle()

    def _begin(self) -> None:
        self.note = ""
        for kind in (MicrophoneError, PlaybackFailed):
            self._errors.clear(kind)
        self._voice.stop_playing()  # or it would hear itself

    def _forget_note(self) -> None:
        if self.note:
            self.note = ""
            self.changed.emit()

    def _take(self, event: TranscriptReady) -> None:
        self.text.insert(event.utterance, event.transcript, seconds_of(event.samples))
        self.heard.emit(event.send)

    def _miss(self, event: NothingHeard | TranscriptFailed) -> None:
        if self._text is not None:
            self._text.provisional.clear()
        if isinstance(event, TranscriptFailed):
            self.failed.add(event.utterance, event.error)
        else:
            self.note = self.tr(
                "Nothing was heard. Speak closer to the microphone, or check the level."
            )
        self.missed.emit()

    def _closed(self, error: MmdeskError | None) -> None:
        self._say_error(error)
        if self._voice.state is VoiceState.IDLE:  # it was cancelled, or never opened
            self.missed.emit()

    def _discard(self) -> None:
        self._voice.stop_playing()
        self.text.remove_all()
        self._field.setFocus()

    def _play_word(self, utterance: UtteranceId, index: int) -> None:
        self.strip.play_no_more()
        self._voice.play_word(utterance, index)

    def _play_changed(self, key: str | None, error: MmdeskError | None) -> None:
        if error is not None:
            self.strip.play_no_more()
        self._say_error(error)
        if self._text is not None:
            self._text.show_playing(key)
        self.strip.show_playing(key)

    def _say_error(self, error: MmdeskError | None) -> None:
        if error is None:
            return
        card = self._errors.add(error)
        if isinstance(error, MicrophoneError):
            card.add_action("voiceSettings", self.tr("Voice settings"), self.settingsWanted.emit)

    def name_host(self, host: str) -> None:
        """Tell to which computer questions go; "" is this one."""
        if host != self._host:
            self._host = host
            self.refresh()

    def _show_provisional(self, text: str) -> None:
        if not self._field.composing:
            self.text.provisional.show(text)

    def _show_placeholder(self, state: VoiceState) -> None:
        if self._text is not None and self._text.provisional.text:
            self._field.setPlaceholderText("")
        elif state is VoiceState.LISTENING:
            self._field.setPlaceholderText(self.tr("Listening…"))
        elif state is VoiceState.TRANSCRIBING:
            self._field.setPlaceholderText(self.tr("Writing down what was said…"))
        else:
            self._field.setPlaceholderText(self._invitation())

    def _invitation(self) -> str:
        if self._host:
            return self.tr("Ask about a picture (to {host})…").replace("{host}", self._host)
        return self.tr("Ask about a picture…")

    def _what_a_press_does(self, state: VoiceState, *, hands_free: bool) -> str:
        if state is VoiceState.TRANSCRIBING:
            return self.tr("Writing down what was said: press to cancel")
        if state is VoiceState.OPENING:
            return self.tr("Opening the microphone…")
        if state is VoiceState.LISTENING:
            return self._listening(hands_free=hands_free)
        keys = self._talk_keys.toString(QKeySequence.SequenceFormat.NativeText)
        if not keys:
            return self.tr("Talk: hold, or press to start and stop")
        return self.tr("Talk: hold {keys}, or press to start and stop").format(keys=keys)

    def _listening(self, *, hands_free: bool) -> str:
        if hands_free:
            said = self.tr("Listening hands-free: press to stop")
        elif self.talk.held:
            said = self.tr("Listening: release to stop")
        else:
            said = self.tr("Listening: press to stop")
        return f"{said} ({self._device})" if self._device else said
