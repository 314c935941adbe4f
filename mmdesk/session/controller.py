"""ChatSession: the state machine of a conversation's turns, on the main thread only.

A question goes: draft -> saved by the store thread -> queued in the model worker -> streaming ->
settled by one terminal event -> saved. Whatever happens is an event in the one queue; state
changes only in :meth:`ChatSession.handle` and in the methods a person's action calls.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mmdesk.core.conversations import Entry
from mmdesk.core.errors import MmdeskError, QuestionEmpty, QuestionTooLong
from mmdesk.core.events import (
    AnswerKept,
    AttachmentReady,
    AttachmentRefused,
    AudioDecoded,
    AudioProgress,
    AudioTranscribed,
    ConversationLoaded,
    ConversationOpened,
    Event,
    MicrophoneOpened,
    ModelChosen,
    ModelReady,
    ModelUnloaded,
    StoreFailed,
    TextDelta,
    TranscriptReady,
    TurnAdded,
    TurnFailed,
    TurnFinished,
    TurnSaved,
)
from mmdesk.core.messages import Message, Role, well_formed
from mmdesk.core.models import STARTER, ModelKey, leaves_computer
from mmdesk.core.protocols import ConversationStore, EventSink, MediaReader
from mmdesk.core.requests import AnswerQuestion, GenerationSettings, LoadModel, TurnId
from mmdesk.session.answering import Answering
from mmdesk.session.conversation_list import ConversationList
from mmdesk.session.draft import Attachment, Draft, DraftEvent
from mmdesk.session.history import prompt_messages
from mmdesk.session.keeping import AnswerKeeper
from mmdesk.session.library import ModelLibrary
from mmdesk.session.store_thread import StoreThread
from mmdesk.session.turn import Turn
from mmdesk.session.voice import VoiceSession

if TYPE_CHECKING:
    from concurrent.futures import Executor

MAX_QUESTION = 200_000
"""Characters of one question; far more than any model's context."""
BACK_UP_S = 6 * 3600.0
"""How often the store is asked whether a backup is due."""


class ChatSession:
    """Conversations, the shown one, its draft, and the turns that are on their way.

    Attributes:
        voice: Listening and transcribing.
        library: The models that there are, downloads and servers.
        conversations: The list of conversations, and what is done with them as a whole.
        conversation: The shown conversation's id; None is a new one.
        model: Who answers the shown conversation.
    """

    def __init__(
        self,
        answering: Answering,
        library: ModelLibrary,
        store: StoreThread,
        reader: MediaReader,
        pool: Executor,
        emit: EventSink,
        hear: Callable[[Draft], VoiceSession],
    ) -> None:
        """``hear`` makes the half that listens, given the draft that both work on."""
        self._answering = answering
        self.library = library
        self._store = store
        self._emit = emit
        self.conversations = ConversationList(store, emit)
        self._answers = AnswerKeeper(store, emit)
        self._draft = Draft(reader, pool, emit)
        self.voice = hear(self._draft)
        self._generation = GenerationSettings()
        self._default_model: ModelKey = STARTER
        self.model: ModelKey = STARTER
        self._leaves = False
        self.conversation: str | None = None
        self._wanted: str | None = None
        self._entries: list[Entry] = []
        self._turns: dict[TurnId, Turn] = {}
        self._shown: TurnId | None = None
        self._edited: int | None = None
        self._send_when_ready: str | None = None
        self._looked_at = 0.0

    # What the window may read

    @property
    def busy(self) -> bool:
        """Whether the shown conversation has a turn on its way."""
        return self._shown is not None

    @property
    def editing(self) -> bool:
        """Whether the next question replaces the last one."""
        return self._edited is not None

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The shown path, without an answer that is on its way."""
        return tuple(self._entries)

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The files in the composer."""
        return self._draft.attachments

    # What a person does

    def start(self) -> None:
        """List the conversations, then have them backed up if that is due."""
        self.conversations.list()
        self._back_up()

    def close(self) -> None:
        """Save what has streamed; the worker and the store are closed by who made them."""
        self.voice.close()
        self.library.close()
        self._answering.close()
        for turn in self._turns.values():
            if turn.saved and turn.text:
                self._answers.save_streamed(turn)
        self._answers.try_again()

    def use(
        self,
        generation: GenerationSettings,
        default_model: ModelKey,
        request_for: Callable[[ModelKey], LoadModel],
    ) -> None:
        """Take settings: they hold for the questions from now on.

        Args:
            generation: How answers are sampled.
            default_model: Who answers new conversations.
            request_for: How a model of this computer is loaded.
        """
        self._generation = generation
        self._answering.request_for = request_for
        changed, self._default_model = default_model != self._default_model, default_model
        if changed and self.conversation is None and not self.busy:
            self._choose(default_model, leaves=False)

    def use_model(self, model: ModelKey) -> None:
        """Have the shown conversation answered by ``model`` from its next question on."""
        self._choose(model, leaves=self._leaves)
        self.prepare_model()
        if self.conversation is not None:
            self._keep_model(self.conversation)

    def load_model(self) -> None:
        """Load the shown conversation's model, again if it is; questions wait for it."""
        self._answering.prepare(self.model, again=True)

    def prepare_model(self) -> None:
        """Load the shown conversation's model if it isn't, as a question is being made."""
        self._answering.prepare(self.model)

    def new_conversation(self) -> None:
        """Show an empty conversation; it is kept from its first question on."""
        self._wanted = None
        self._show(None, [], None)
        self._emit(ConversationOpened(None))
        self._choose(self._default_model, leaves=False)

    def open_conversation(self, conversation: str) -> None:
        """Show a kept conversation, once the store has read it."""
        self._wanted = conversation
        self._ask_store(
            lambda store: self._emit(ConversationLoaded(store.conversation(conversation)))
        )

    def open_message(self, conversation: str, message: str, *, found: bool = True) -> None:
        """Show a kept conversation at one of its messages, of an earlier version perhaps.

        While it is being answered, it stays at that answer, which no other version leads to.

        Args:
            found: Whether the message was searched for, and is to be marked.
        """
        answered = any(turn.conversation == conversation for turn in self._turns.values())

        def load(store: ConversationStore) -> None:
            if not answered:
                store.show(conversation, message)
            self._emit(ConversationLoaded(store.conversation(conversation), message, found))

        self._wanted = conversation
        self._ask_store(load)

    def show_version(self, message: str) -> None:
        """Show another version of a message of the shown conversation, and what came after it."""
        if self.conversation is not None and not self.busy:
            self.open_message(self.conversation, message, found=False)

    def attach(self, paths: Sequence[Path]) -> None:
        """Put picture and sound files into the composer."""
        self.prepare_model()
        self._draft.attach(paths)

    def attach_bytes(self, data: bytes, name: str) -> None:
        """Put pasted image data into the composer."""
        self.prepare_model()
        self._draft.attach_bytes(data, name)

    def detach(self, attachment: str) -> None:
        """Take a file out of the composer."""
        self._draft.remove(attachment)
        self.voice.file_left(attachment)
        self._send_if_ready()

    def submit(self, text: str) -> None:
        """Ask. A file that is still being read or transcribed is waited for.

        Raises:
            QuestionEmpty, QuestionTooLong: nothing was sent.
        """
        text = well_formed(text).strip()
        if len(text) > MAX_QUESTION:
            raise QuestionTooLong(size=len(text), limit=MAX_QUESTION)
        if not text and not self._draft.attachments:
            raise QuestionEmpty
        if self.busy:
            return
        self._send_when_ready = text
        self._send_if_ready()

    def stop(self) -> None:
        """Stop the shown conversation's answer, or forget a question that waits to be sent."""
        self._send_when_ready = None
        if self._shown is None:
            return
        self._stop(self._turns[self._shown])

    def _stop(self, turn: Turn) -> None:
        turn.cancelled = True
        if turn.saved:
            self._answering.cancel(turn.id)

    def bin(self, conversation: str) -> None:
        """Put a conversation into the bin; what is being answered in it is stopped."""
        for turn in self._turns.values():
            if turn.conversation == conversation:
                self._stop(turn)
        self.conversations.bin(conversation)

    def regenerate(self) -> None:
        """Answer the last question again; the old answer stays in the store."""
        index = self._last_question()
        if self.busy or index is None:
            return
        path = self._entries[: index + 1]
        turn = self._begin(path, changed=True)
        conversation, question = self.conversation, path[-1]
        if conversation is None or not question.id:
            self._save_question(turn)
            return
        model = turn.model
        self._save(
            turn,
            lambda store: TurnSaved(
                turn.id, store.begin_answer(conversation, question.id, model=model)
            ),
        )

    def retry(self) -> None:
        """Ask the last question again after a failure."""
        self.regenerate()

    def edit_last(self) -> str | None:
        """Take the last question back into the composer; return its text, None if there is none.

        It stays as it is until :meth:`submit` replaces it.
        """
        index = self._last_question()
        if self.busy or index is None:
            return None
        self._edited = index
        question = self._entries[index].message
        self._draft.put(question)
        return question.text

    def cancel_edit(self) -> None:
        """Leave the last question as it was."""
        if self._edited is not None:
            self._edited = None
            for each in self._draft.attachments:
                self.voice.file_left(each.id)
            self._draft.clear()

    # What happens

    def handle(self, event: Event) -> tuple[Event, ...]:
        """Take an event from the queue; return what is to be shown of it."""
        match event:
            case TextDelta(turn=turn):
                if turn not in self._turns:
                    return ()
                self._turns[turn].append(event)
            case TurnSaved():
                self._saved(event)
            case AnswerKept():
                self._answers.kept(event)
                return ()
            case TurnFinished() | TurnFailed():
                return self._settle(event)
            case (
                AttachmentReady()
                | AttachmentRefused()
                | AudioDecoded()
                | AudioProgress()
                | AudioTranscribed()
            ):
                return self._attachment(event)
            case ConversationLoaded(conversation=loaded):
                return self._loaded(loaded.summary.id, event)
            case ModelReady():
                self._encode_ahead()
            case ModelUnloaded():
                self._answering.unloaded()
            case _:
                return self._voice_event(event)
        return (event,)

    def tick(self) -> bool:
        """Save streamed text that is due; return whether some will be due soon."""
        for turn in self._turns.values():
            if turn.saved and turn.take_due():
                self._answers.save_streamed(turn)
        return any(turn.unsaved for turn in self._turns.values())

    # A turn's steps

    def _send_if_ready(self) -> None:
        if self._send_when_ready is None or self._draft.decoding:
            return
        text, self._send_when_ready = self._send_when_ready, None
        keep = self.voice.settings.keep_recordings  # it may have been switched off since
        if self._edited is not None and text != self._entries[self._edited].message.text:
            self._draft.unhear_kept()  # they say something else now
        message = self._draft.message(text, with_recordings=keep)
        if not message.parts:
            return
        kept = self._entries[: self._edited]
        changed, self._edited = self._edited is not None, None
        self._draft.clear()
        self.voice.question_left()
        self._save_question(self._begin([*kept, Entry("", message)], changed=changed))

    def _begin(self, path: list[Entry], *, changed: bool) -> Turn:
        turn = Turn(uuid.uuid4().hex, path, self.conversation, self.model)
        self._leaves = self._leaves or leaves_computer(self.model)
        self._turns[turn.id] = turn
        self._shown = turn.id
        self._entries = path
        self._emit(TurnAdded(turn.id, path[-1], tuple(path) if changed else None))
        return turn

    def _save_question(self, turn: Turn) -> None:
        question: Message = turn.path[-1].message
        parent = next((entry.id for entry in reversed(turn.path[:-1]) if entry.id), None)
        conversation, model = turn.conversation, turn.model
        self._save(
            turn,
            lambda store: TurnSaved(
                turn.id,
                store.begin_turn(question, conversation=conversation, parent=parent, model=model),
            ),
        )

    def _save(self, turn: Turn, job: Callable[[ConversationStore], TurnSaved]) -> None:
        self._store.put(
            lambda store: self._emit(job(store)),
            lambda error: self._emit(TurnFailed(turn.id, error)),
        )

    def _saved(self, event: TurnSaved) -> None:
        turn = self._turns.get(event.turn)
        if turn is None:
            return
        turn.saved = event.saved
        turn.conversation = event.saved.conversation
        turn.path[-1] = Entry(
            event.saved.question,
            turn.path[-1].message,
            versions=event.saved.question_versions,
        )
        if self._shown == turn.id:
            if self._wanted == self.conversation:  # else another one is being opened
                self._wanted = event.saved.conversation
            self.conversation = event.saved.conversation
            if self.model != turn.model:  # another was chosen while there was none to keep it with
                self._keep_model(event.saved.conversation)
        self._answers.try_again()  # the store works: what it refused before may go now
        request = AnswerQuestion(turn.id, prompt_messages(turn.path), self._generation)
        self._answering.answer(request, turn.model)
        if turn.cancelled:
            self._answering.cancel(turn.id)
        self.conversations.list()

    def _settle(self, event: TurnFinished | TurnFailed) -> tuple[Event, ...]:
        turn = self._turns.pop(event.turn, None)
        if turn is None:
            return ()
        answer = turn.settle(event)
        if turn.saved:
            self._answers.save_settled(answer)
            if time.monotonic() - self._looked_at >= BACK_UP_S:  # a window may be open for weeks
                self._back_up()
        if self._shown == turn.id:
            self._shown = None
            self._entries = [*turn.path, answer]
        return (event,)

    # Around the turns

    def _keep_model(self, conversation: str) -> None:
        model = self.model
        self.conversations.do(lambda store: store.alter(conversation, model=model))

    def _attachment(self, event: DraftEvent) -> tuple[Event, ...]:
        if not self._draft.handle(event):
            return ()
        if isinstance(event, AttachmentRefused):
            self._send_when_ready = None  # the person decides whether to ask without it
        if isinstance(event, AttachmentReady):
            self._encode_ahead()
        if isinstance(event, AudioDecoded):
            self.voice.hear_file(event)
        self._send_if_ready()
        return (event,)

    def _encode_ahead(self) -> None:
        """Have the pictures encoded that the next question will bring along, while it is made."""
        if not self._draft.pictures:
            return
        path = self._entries[: self._edited]
        kept = tuple(picture for entry in path for picture in entry.message.pictures)
        self._answering.encode(self.model, kept + self._draft.pictures)

    def _voice_event(self, event: Event) -> tuple[Event, ...]:
        if isinstance(event, MicrophoneOpened):
            self._encode_ahead()  # other work may have put it off
        shown = self.voice.handle(event)
        if any(isinstance(each, TranscriptReady) and not each.send for each in shown):
            self._send_when_ready = None  # what was heard is read before it is sent
        self._send_if_ready()  # it may have waited for a recording
        return shown

    def _loaded(self, conversation: str, event: ConversationLoaded) -> tuple[Event, ...]:
        if conversation != self._wanted:
            return ()
        loaded = event.conversation
        live = next(
            (turn for turn in self._turns.values() if turn.conversation == conversation), None
        )
        entries = list(live.path) if live else self._answers.newest(loaded.entries)
        self._show(conversation, entries, live.id if live else None)
        self.model = loaded.summary.model or self._default_model
        self._leaves = loaded.summary.leaves
        shown = type(loaded)(loaded.summary, tuple(entries))
        turn, text = (live.id, live.text) if live else (None, "")
        opened = ConversationOpened(shown, turn, text, event.message, event.found)
        return (opened, self._chosen())

    def _show(self, conversation: str | None, entries: list[Entry], turn: TurnId | None) -> None:
        self.conversation = conversation
        self._entries = entries
        self._shown = turn
        self._send_when_ready = None  # it was meant for the conversation shown before
        self.voice.conversation_left()
        self.cancel_edit()

    def _choose(self, model: ModelKey, *, leaves: bool) -> None:
        self.model, self._leaves = model, leaves
        self._emit(self._chosen())

    def _chosen(self) -> ModelChosen:
        return ModelChosen(self.model, self._leaves or leaves_computer(self.model))

    def _last_question(self) -> int | None:
        for index in range(len(self._entries) - 1, -1, -1):
            if self._entries[index].message.role is Role.USER:
                return index
        return None

    def _ask_store(self, job: Callable[[ConversationStore], None]) -> None:
        self._store.put(job, self._store_failed)

    def _back_up(self) -> None:
        self._looked_at = time.monotonic()
        self._ask_store(lambda store: store.back_up())

    def _store_failed(self, error: MmdeskError) -> None:
        self._emit(StoreFailed(error))
