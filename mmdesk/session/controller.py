"""ChatSession: what the window calls, and the one place where events change what it shows.

A question goes: draft -> saved by the store thread -> queued in the model worker -> streaming ->
settled by one terminal event -> saved. Whatever happens is an event in the one queue; state
changes only in :meth:`ChatSession.handle` and in the methods a person's action calls, on the main
thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mmdesk.core.conversations import ConversationSettings, ReadingPlace
from mmdesk.core.events import ConversationSettingsChanged, Event
from mmdesk.core.messages import Picture, well_formed
from mmdesk.core.models import ModelKey
from mmdesk.core.protocols import EventSink, MediaReader
from mmdesk.core.requests import GenerationSettings, LoadModel
from mmdesk.core.sight import Pixels
from mmdesk.session.answering import Answering
from mmdesk.session.archiving import Archiving
from mmdesk.session.composing import MAX_QUESTION as MAX_QUESTION
from mmdesk.session.draft import Draft
from mmdesk.session.handling import EventHandling
from mmdesk.session.history import last_question
from mmdesk.session.library import ModelLibrary
from mmdesk.session.parts import make_parts
from mmdesk.session.state import SessionState
from mmdesk.session.store_thread import StoreThread
from mmdesk.session.voice import VoiceSession

if TYPE_CHECKING:
    from concurrent.futures import Executor


class ChatSession(SessionState):
    """Conversations, the shown one, its draft, and the turns that are on their way.

    Attributes:
        voice: Listening and transcribing.
        library: The models that there are, downloads and servers.
        conversations: The list of conversations, and what is done with them as a whole.
        examining: Closer looks at answers.
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
        parts = make_parts(answering, library, store, reader, pool, emit, hear)
        super().__init__(parts, EventHandling(parts, emit))
        self._emit = emit
        self._answering = answering
        self._turns, self._replays = parts.turns, parts.replays
        self._opening, self._composing = parts.opening, parts.composing
        self._archive: Archiving | None = None
        self.voice = parts.voice
        self.library = library
        self.conversations = parts.conversations
        self.examining = parts.examining

    @property
    def archive(self) -> Archiving:
        """Exports, imports and backups."""
        assert self._archive is not None
        return self._archive

    @archive.setter
    def archive(self, archive: Archiving) -> None:
        self._archive = archive
        archive.answering = lambda: any(True for _ in self._turns)

    # What a person does

    def start(self) -> None:
        """List the conversations, show the last draft, then back up if that is due."""
        self._drafts.load()
        self.conversations.list()
        self._handling.back_up()

    def close(self) -> None:
        """Save what has streamed; the worker and the store are closed by who made them."""
        self.voice.close()
        self.library.close()
        self._answering.close()
        self._drafts.close()
        self._turns.close()

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
        self._turns.generation = generation
        self._answering.request_for = request_for
        changed = default_model != self._opening.default_model
        self._opening.default_model = default_model
        if changed and self.conversation is None and not self.busy:
            self._shown.model, self._shown.leaves = default_model, False
            self._emit(self._shown.chosen)

    def use_model(self, model: ModelKey) -> None:
        """Have the shown conversation answered by ``model`` from its next question on."""
        self._shown.model = model
        self._emit(self._shown.chosen)
        self.prepare_model()
        if self.conversation is not None:
            self.conversations.use_model(self.conversation, model)

    def use_conversation_settings(self, settings: ConversationSettings) -> None:
        """Let settings hold for the shown conversation from its next question on."""
        prompt = well_formed(settings.system_prompt)
        self._shown.settings = settings = replace(settings, system_prompt=prompt)
        self._emit(ConversationSettingsChanged(settings))
        if self.conversation is not None:
            self.conversations.use_settings(self.conversation, settings)

    def load_model(self) -> None:
        """Load the shown conversation's model, again if it is; questions wait for it."""
        self._answering.prepare(self.model, again=True)

    def prepare_model(self) -> None:
        """Load the shown conversation's model if it isn't, as a question is being made."""
        self._answering.prepare(self.model)

    def new_conversation(self) -> None:
        """Show an empty conversation; it is kept from its first question on."""
        self._opening.new()
        self._composing.prefill()

    def open_conversation(self, conversation: str) -> None:
        """Show a kept conversation, once the store has read it."""
        self._opening.open(conversation)

    def open_message(self, conversation: str, message: str, *, found: bool = True) -> None:
        """Show a kept conversation at one of its messages, of an earlier version perhaps.

        Args:
            found: Whether the message was searched for, and is to be marked.
        """
        self._opening.open_message(conversation, message, found=found)

    def show_version(self, message: str) -> None:
        """Show another version of a message of the shown conversation, and what came after it."""
        if self.conversation is not None and not self.busy:
            self._opening.open_message(self.conversation, message, found=False)

    def keep_place(self, place: ReadingPlace | None) -> None:
        """Remember what is read in the shown conversation; None is its end."""
        ids = {entry.id for entry in self._shown.entries}
        if self.conversation is not None and (place is None or place.message in ids):
            self.conversations.keep_place(self.conversation, place)

    def write(self, text: str) -> None:
        """Take note of what the composer holds."""
        self._drafts.write(text)

    def save_draft(self) -> None:
        """Keep what was changed in the composer; it is called when typing pauses."""
        self._drafts.save()
        self._composing.prefill()

    def attach(self, paths: Sequence[Path]) -> None:
        """Put picture and sound files into the composer."""
        self.prepare_model()
        self._draft.attach(paths)

    def attach_bytes(self, data: bytes, name: str) -> None:
        """Put pasted image data into the composer."""
        self.prepare_model()
        self._draft.attach_bytes(data, name)

    def attach_region(self, picture: Picture, box: Pixels) -> None:
        """Put a region of a picture into the composer, at full size.

        The picture itself should be in the conversation: then the model gets both.
        """
        self.prepare_model()
        self._draft.attach_region(picture, box)

    def detach(self, attachment: str) -> None:
        """Take a file out of the composer."""
        self._composing.detach(attachment)

    def submit(self, text: str) -> None:
        """Ask. A file that is still being read or transcribed is waited for.

        Raises:
            QuestionEmpty, QuestionTooLong: nothing was sent.
        """
        self._composing.submit(text)

    def stop(self) -> None:
        """Stop the shown conversation's answer, or forget a question that waits to be sent.

        A question that could not be saved yet is put back into the composer.
        """
        self._shown.to_send = None
        if (turn := self._turns.shown) is not None:
            self._turns.stop(turn)

    def bin(self, conversation: str) -> None:
        """Put a conversation into the bin; what is being answered in it is stopped."""
        if (turn := self._turns.of(conversation)) is not None:
            self._turns.stop(turn)
        self._opening.give_up(conversation)
        self.conversations.bin(conversation)

    def regenerate(self) -> None:
        """Answer the last question again; the old answer stays in the store."""
        index = last_question(self._shown.entries)
        if not self.busy and not self.waiting and index is not None:
            self._turns.keep(self._turns.begin(self._shown.entries[: index + 1], changed=True))
            self._drafts.save()

    def retry(self) -> None:
        """Ask the last question again after a failure."""
        self.regenerate()

    def continue_answer(self) -> None:
        """Go on with the last answer, where :attr:`can_continue` says so."""
        if self.can_continue:
            *path, answer = self._shown.entries
            self._turns.keep(self._turns.begin(path, changed=True, begun=answer))

    def edit_last(self) -> str | None:
        """Take the last question back into the composer; return its text, None if there is none.

        It stays as it is until :meth:`submit` replaces it. The draft waits meanwhile.
        """
        return self._composing.edit_last()

    def cancel_edit(self) -> None:
        """Leave the last question as it was."""
        if self.editing:
            self._composing.cancel_edit()

    def replay(self, answer: str) -> None:
        """Compute an answer of the shown path again: ``ReplayFinished`` compares the two."""
        for index, entry in enumerate(self._shown.entries):
            if entry.id == answer:
                self._replays.begin(self._shown.entries, index)

    def stop_replay(self) -> None:
        """Stop what :meth:`replay` has begun."""
        self._replays.stop()

    # What happens

    def handle(self, event: Event) -> tuple[Event, ...]:
        """Take an event from the queue; return what is to be shown of it."""
        return self._handling.handle(event)

    def tick(self) -> bool:
        """Save streamed text that is due; return whether some will be due soon."""
        return self._turns.save_due()
