"""VoiceSession: from the pressed microphone button to the text in the composer.

On the main thread only. Sound comes as events from the listener's thread; what is heard comes back
from the model worker as events too. Nothing reaches the composer that was not said, see
:mod:`mmdesk.session.hearing`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from mmdesk.core.errors import MmdeskError, SoundSilent, SpeechError
from mmdesk.core.events import (
    AttachmentRefused,
    AudioDecoded,
    Event,
    MicrophoneClosed,
    MicrophoneOpened,
    NothingHeard,
    PlaybackChanged,
    RecordingKept,
    SpeechCaptured,
    SpeechGrown,
    TranscriptFailed,
    TranscriptPartial,
    TranscriptReady,
    VoiceChanged,
    VoiceState,
)
from mmdesk.core.protocols import EventSink, Listener, Sound
from mmdesk.core.requests import SpeechModel, Transcribe, VoiceSettings
from mmdesk.core.speech import (
    SHORT_SECONDS,
    Activity,
    Recording,
    Transcript,
    UtteranceId,
    seconds_of,
)
from mmdesk.session.draft import Draft
from mmdesk.session.hearing import around_voice, someone_spoke, was_said
from mmdesk.session.playback import Playback, Utterance
from mmdesk.session.sound_files import SoundFiles
from mmdesk.session.sound_jobs import keep_recording, list_microphones, read_recording
from mmdesk.session.worker import ModelWorker, Rank

if TYPE_CHECKING:
    from concurrent.futures import Executor

_CARRY_SHARE = 0.7
"""A partial transcript's language holds for the final one if it heard this much of it."""


class VoiceSession:
    """Listens, has it written down, and keeps the recording for the question.

    Args:
        listener: The microphone.
        sound: Devices, recordings and playback.
        worker: Transcribes.
        draft: Gets the recordings of the question that is being made.
        pool: Runs what blocks.
        emit: Takes this session's own events; they come back through :meth:`handle`.

    Attributes:
        settings: How it listens.
        model: Which speech model hears.
    """

    def __init__(
        self,
        listener: Listener,
        sound: Sound,
        worker: ModelWorker,
        draft: Draft,
        pool: Executor,
        emit: EventSink,
        model: SpeechModel,
    ) -> None:
        self._listener = listener
        self._sound = sound
        self._worker = worker
        self._draft = draft
        self._pool = pool
        self._emit = emit
        self.model = model
        self.settings = VoiceSettings()
        self._playback = Playback(sound, worker, emit)
        self._files = SoundFiles(sound, worker, pool, emit, self._request)
        self._state = VoiceState.IDLE
        self._hands_free = False
        self._utterances: dict[UtteranceId, Utterance] = {}
        self._transcribing: set[UtteranceId] = set()
        self._reading: set[UtteranceId] = set()
        """Sound files that a job reads, also those that were taken out of the draft meanwhile."""
        self._cancelled = False
        """Whether what the microphone still tells of, up to its end, is to be forgotten."""
        self._partial: UtteranceId | None = None
        self._language: tuple[UtteranceId, str, float] | None = None

    # What the window may read

    @property
    def state(self) -> VoiceState:
        """What the microphone button shows."""
        return self._state

    @property
    def hands_free(self) -> bool:
        """Whether it listens until it is told to stop."""
        return self._hands_free

    @property
    def pending(self) -> bool:
        """Whether words are on their way to the question that is being made."""
        if self._hands_free:
            return False
        meant = (self._utterances[each] for each in self._transcribing)
        return self._open or any(not each.file and not each.read_first for each in meant)

    # What a person does

    def use(self, model: SpeechModel, settings: VoiceSettings) -> None:
        """Hear with another model or in another way, from the next utterance on.

        Another microphone is a new listening: the one that is open is closed.
        """
        if settings.device != self.settings.device:
            self.finish()
        self.model, self.settings = model, settings

    def start(self, *, hands_free: bool = False) -> None:
        """Begin to listen; nothing happens while it listens already."""
        if self._open:
            return
        self._hands_free = hands_free
        self._show(VoiceState.OPENING)
        settings = self.settings
        self._listener.start(
            settings.device,
            hands_free=hands_free,
            silence_s=settings.silence_s,
            emit=self._emit,
        )
        self._load()

    def finish(self) -> None:
        """Stop listening; what was said becomes text."""
        self._listener.stop()

    def cancel(self) -> None:
        """Stop listening and forget what was said; also what is still being written down."""
        self._cancelled = self._open
        self._listener.cancel()
        for utterance in tuple(self._transcribing):
            if not self._utterances[utterance].file:
                self.forget(utterance)

    def forget(self, utterance: UtteranceId) -> None:
        """Forget an utterance: its text left the composer, so its recording goes too.

        Nothing happens to one whose text was sent, or left with the draft that it is in.
        """
        if self._utterances.pop(utterance, None) is None:
            return
        self._worker.forget_speech(utterance)
        self._transcribing.discard(utterance)
        self._erase(self._draft.unhear(utterance))
        self._settle()

    def retry(self, utterance: UtteranceId) -> None:
        """Write an utterance down again after a failure."""
        if utterance in self._utterances:
            self._write_down(utterance)

    def play_word(self, utterance: UtteranceId, index: int) -> None:
        """Play the stretch in which a word was heard; its time is found out first.

        Nothing is played while the microphone is open: it would hear it.
        """
        heard = self._utterances.get(utterance)
        if heard is None or heard.transcript is None or self._open:
            return
        request = replace(
            self._request(utterance, heard.samples),
            language=heard.transcript.language,  # also where another one is locked by now
            word_times=True,
        )
        self._playback.word(request, heard, index)

    def play_utterance(self, utterance: UtteranceId) -> None:
        """Play an utterance of the draft, or stop it; the event's key is its id."""
        heard = self._utterances.get(utterance)
        if heard is not None and not self._open:
            self._playback.utterance(utterance, heard)

    def play(self, recording: Recording) -> None:
        """Play a kept recording, or stop it; the event's key is its SHA-256."""
        if not self._open:
            self._playback.recording(recording)

    def stop_playing(self) -> None:
        """End what is played."""
        self._playback.stop()

    def list_microphones(self) -> None:
        """Ask for the microphones; ``MicrophonesListed`` tells them."""
        self._do(partial(list_microphones, self._sound))

    def close(self) -> None:
        """Stop what is written down and let go of the sound system."""
        self._files.close()
        self._listener.close()
        self._sound.close()

    # What the chat session does

    def hear_file(self, event: AudioDecoded) -> None:
        """Write a sound file of the draft down: a short one becomes the question's text."""
        attachment, recording = event.id, event.recording
        if recording.seconds > SHORT_SECONDS:
            self._files.begin(attachment, recording)
            return
        self._utterances[attachment] = Utterance(b"", Activity(0.0, 0.0), file=recording)
        self._load()
        self._reading.add(attachment)
        self._do(partial(read_recording, self._sound, attachment, recording))

    def file_left(self, attachment: str) -> None:
        """A file was taken out of the draft: stop what is done with it."""
        self._files.cancel(attachment)
        if attachment in self._utterances:
            self.forget(attachment)

    def question_left(self) -> None:
        """The draft was sent or cleared: its utterances are no longer needed."""
        for utterance in tuple(self._utterances):
            if utterance not in self._transcribing and self._utterances[utterance].transcript:
                del self._utterances[utterance]

    def conversation_left(self) -> None:
        """Another conversation is shown: what is being written down was not meant for it."""
        for heard in self._utterances.values():
            heard.read_first = True

    def draft_left(self) -> frozenset[UtteranceId]:
        """Another draft is shown: return what the one before still waits for."""
        self.question_left()
        self.conversation_left()
        return frozenset(self._utterances)

    def handle(self, event: Event) -> tuple[Event, ...]:
        """Take an event; return what is to be shown of it."""
        match event:
            case MicrophoneOpened():
                self._show(VoiceState.LISTENING)
            case SpeechGrown():
                return self._grown(event)
            case SpeechCaptured():
                return self._captured(event)
            case MicrophoneClosed():
                self._hands_free = self._cancelled = False
                self._show(self._resting_state())
            case TranscriptPartial():
                return self._partly_heard(event)
            case TranscriptReady():
                return self._heard(event)
            case TranscriptFailed():
                return self._failed(event)
            case PlaybackChanged(key=key):
                self._playback.playing = key
            case RecordingKept():
                return self._kept(event)
        return (event,)

    # Inside

    @property
    def _open(self) -> bool:
        return self._state in (VoiceState.OPENING, VoiceState.LISTENING)

    def _load(self) -> None:
        """Have the speech model loaded meanwhile, behind an answer that waits."""
        self._worker.transcribe(self._request("", b""), _ignore, Rank.PARTIAL_TRANSCRIPT)

    def _show(self, state: VoiceState) -> None:
        self._state = state
        self._emit(VoiceChanged(state, self._hands_free))

    def _resting_state(self) -> VoiceState:
        waiting = any(not self._utterances[each].file for each in self._transcribing)
        return VoiceState.TRANSCRIBING if waiting else VoiceState.IDLE

    def _settle(self) -> None:
        """Show whether something is still being written down, unless the microphone is open."""
        state = self._resting_state()
        if not self._open and state != self._state:
            self._show(state)

    def _request(
        self, utterance: UtteranceId, samples: bytes, language: str | None = None
    ) -> Transcribe:
        settings = self.settings
        return Transcribe(
            utterance,
            samples,
            self.model,
            language=settings.language or language,
            cut_context=settings.cut_context,
            script=settings.script,
        )

    def _grown(self, event: SpeechGrown) -> tuple[Event, ...]:
        """Have the beginning written down, one at a time: the next one will know more."""
        if self._partial is not None:
            return ()
        utterance, samples = event.utterance, event.samples
        self._partial = utterance
        request = replace(self._request(utterance, samples, self._carried(utterance)), final=False)

        def reply(result: Transcript | MmdeskError | None) -> None:
            # A partial that failed says nothing: the final one will.
            heard = result if isinstance(result, Transcript) else Transcript("")
            self._emit(
                TranscriptPartial(utterance, heard.text, heard.language, seconds_of(samples))
            )

        self._worker.transcribe(request, reply, Rank.PARTIAL_TRANSCRIPT)
        return ()

    def _partly_heard(self, event: TranscriptPartial) -> tuple[Event, ...]:
        self._partial = None
        if event.language:
            self._language = (event.utterance, event.language, event.seconds)
        listening = self._state is VoiceState.LISTENING
        return (event,) if listening and event.text else ()

    def _carried(self, utterance: UtteranceId, seconds: float = 0.0) -> str | None:
        """Return the language that a partial transcript of an utterance has found."""
        if self._language is None:
            return None
        spoken, language, heard = self._language
        return language if spoken == utterance and heard >= _CARRY_SHARE * seconds else None

    def _captured(self, event: SpeechCaptured) -> tuple[Event, ...]:
        utterance = event.utterance
        known = self._utterances.get(utterance)
        unwanted = known is None if utterance in self._reading else self._cancelled
        self._reading.discard(utterance)
        if unwanted:
            return ()
        samples = around_voice(event.samples, event.activity)
        heard = Utterance(samples, event.activity, self._hands_free)
        if known is not None:
            heard.file, heard.hands_free = known.file, False
        self._utterances[utterance] = heard
        if not someone_spoke(event.activity):
            return self._nothing(utterance)
        self._write_down(utterance)
        return ()

    def _write_down(self, utterance: UtteranceId) -> None:
        heard = self._utterances[utterance]
        self._transcribing.add(utterance)
        self._settle()
        carried = self._carried(utterance, seconds_of(heard.samples))

        def reply(result: Transcript | MmdeskError | None) -> None:
            if isinstance(result, Transcript):
                self._emit(TranscriptReady(utterance, result, heard.samples))
            elif result is not None:
                self._emit(TranscriptFailed(utterance, result))

        self._worker.transcribe(self._request(utterance, heard.samples, carried), reply)

    def _heard(self, event: TranscriptReady) -> tuple[Event, ...]:
        utterance = event.utterance
        heard = self._utterances.get(utterance)
        if heard is None:
            return ()
        again = heard.transcript is not None
        self._transcribing.discard(utterance)
        self._settle()
        if again:  # with the times of its words
            heard.transcript = event.transcript
            self._playback.times_known(utterance, heard)
            return ()
        if not was_said(event.transcript, heard.activity):
            return self._nothing(utterance)
        heard.transcript = event.transcript
        if heard.file is not None:
            self._draft.remove(utterance)
        if self.settings.keep_recordings:
            self._keep(utterance, heard)
        at_once = heard.hands_free or self.settings.send_at_once
        send = at_once and heard.file is None and not heard.read_first
        return (replace(event, send=send),)

    def _nothing(self, utterance: UtteranceId) -> tuple[Event, ...]:
        heard = self._utterances.pop(utterance)
        self._settle()
        if heard.file is None:
            return (NothingHeard(utterance),)
        return self._refused(utterance, heard.file, SoundSilent(name=heard.file.name))

    def _failed(self, event: TranscriptFailed) -> tuple[Event, ...]:
        self._reading.discard(event.utterance)
        self._transcribing.discard(event.utterance)
        self._settle()
        heard = self._utterances.get(event.utterance)
        if heard is None:
            return ()
        if heard.file is None:
            if heard.hands_free and isinstance(event.error, SpeechError):
                self.finish()  # what follows would fail in the same way
            return (event,)
        del self._utterances[event.utterance]
        return self._refused(event.utterance, heard.file, event.error)

    def _refused(self, attachment: str, file: Recording, error: MmdeskError) -> tuple[Event, ...]:
        """Have the draft let go of a sound file."""
        self._emit(AttachmentRefused(attachment, file.name, error))
        return ()

    def _keep(self, utterance: UtteranceId, heard: Utterance) -> None:
        """Have the question wait for the recording, which is written unless it is a file."""
        self._draft.hear(utterance)
        if heard.file is not None:
            self._draft.heard(utterance, heard.file)
            return
        self._do(partial(keep_recording, self._sound, utterance, heard.samples))

    def _kept(self, event: RecordingKept) -> tuple[Event, ...]:
        if self._draft.heard(event.utterance, event.recording):
            return (event,)
        self._erase(event.recording)
        return ()

    def _erase(self, recording: Recording | None) -> None:
        """Remove what was recorded for a question that it doesn't belong to any more."""
        if recording is not None and not recording.name:  # the reader has those of files
            self._pool.submit(recording.path.unlink, missing_ok=True)

    def _do(self, job: Callable[[], Event]) -> None:
        """Run a job in the pool; its event comes back through the queue."""
        self._pool.submit(lambda: self._emit(job()))


def _ignore(result: Transcript | MmdeskError | None) -> None:
    """The real request will say what fails."""
