"""The question that is being made: its files, what is said of it, and its way out."""

from __future__ import annotations

from mmdesk.core.conversations import Entry
from mmdesk.core.errors import QuestionEmpty, QuestionTooLong
from mmdesk.core.events import (
    AttachmentReady,
    AttachmentRefused,
    AudioDecoded,
    AudioTranscribed,
    Event,
    MicrophoneOpened,
    RecordingKept,
    TranscriptReady,
    VoiceState,
)
from mmdesk.core.messages import Message, well_formed
from mmdesk.session.answering import Answering
from mmdesk.session.draft import Draft, DraftEvent
from mmdesk.session.draft_contents import DraftContents
from mmdesk.session.drafts import Drafts
from mmdesk.session.history import last_question, prompt_messages
from mmdesk.session.identities import ModelIdentities
from mmdesk.session.shown import ShownConversation
from mmdesk.session.turns import Turns
from mmdesk.session.voice import VoiceSession

MAX_QUESTION = 200_000
"""Characters of one question; far more than any model's context."""


class Composing:
    """What a person does with the shown draft, and what comes to it."""

    def __init__(
        self,
        shown: ShownConversation,
        turns: Turns,
        draft: Draft,
        drafts: Drafts,
        voice: VoiceSession,
        answering: Answering,
        identities: ModelIdentities,
    ) -> None:
        self._shown = shown
        self._turns = turns
        self._draft = draft
        self._drafts = drafts
        self._voice = voice
        self._answering = answering
        self._identities = identities

    def detach(self, attachment: str) -> None:
        """Take a file out."""
        self._draft.remove(attachment)
        self._voice.file_left(attachment)
        self.prefill()
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
        if self._shown.turn is None:
            self._shown.to_send = text
            self._send_if_ready()

    def edit_last(self) -> str | None:
        """Take the last question back; return its text, None if there is none."""
        index = last_question(self._shown.entries)
        if self._shown.turn is not None or index is None:
            return None
        self.cancel_edit()
        self._shown.edited = index
        question = self._shown.entries[index].message
        self._drafts.edit(question)
        return question.text

    def cancel_edit(self) -> None:
        """Leave the last question as it was."""
        self._shown.edited = self._shown.to_send = None
        self._drafts.end_edit()

    def take_file(self, event: DraftEvent) -> tuple[Event, ...]:
        """Take what a job has found."""
        elsewhere = self._draft.owner(event.id) is not self._draft.contents
        if not self._draft.handle(event):
            return ()
        if isinstance(event, AudioDecoded):
            self._voice.hear_file(event)
        if elsewhere:
            self._drafts.save()
            return (event,) if isinstance(event, AttachmentRefused) else ()
        if isinstance(event, AttachmentRefused):
            self._shown.to_send = None  # the person decides whether to ask without it
        if isinstance(event, AttachmentReady | AudioTranscribed):
            self.prefill()
        self._send_if_ready()
        return (event,)

    def take_voice(self, event: Event) -> tuple[Event, ...]:
        """Take an event that the voice session may know."""
        if isinstance(event, MicrophoneOpened):
            self.prefill()
        if isinstance(event, TranscriptReady | RecordingKept):
            owner = self._draft.owner(event.utterance)
            if owner is not self._draft.contents:
                return self._take_elsewhere(event, owner)
        shown = self._voice.handle(event)
        if any(isinstance(each, TranscriptReady) and not each.send for each in shown):
            self._shown.to_send = None  # what was heard is read before it is sent
        self._send_if_ready()  # it may have waited for a recording
        return shown

    def _take_elsewhere(
        self, event: TranscriptReady | RecordingKept, owner: DraftContents
    ) -> tuple[Event, ...]:
        """Take what was said to a draft that isn't shown; only a failure is told."""
        failed = []
        for each in self._voice.handle(event):
            if isinstance(each, TranscriptReady):
                owner.add_heard(each.transcript.text)
            elif isinstance(each, RecordingKept) and each.error is not None:
                failed.append(each)
        self._drafts.save()
        return tuple(failed)

    def prefill(self, *, again: bool = False) -> None:
        """Have what the next question will begin with read, once someone makes it.

        Args:
            again: Whether what was read before is gone.
        """
        shown, contents = self._shown, self._draft.contents
        if shown.turn is not None:
            return
        question = contents.message("", with_recordings=False)
        messages: tuple[Message, ...] = ()
        spoken = self._voice.state is not VoiceState.IDLE
        if spoken or question.parts or contents.text.strip():
            path = shown.entries[: shown.edited]
            before = prompt_messages(
                path,
                shown.settings.system_prompt,
                lambda run: self._identities.same_model(run, shown.model),
            )
            messages = (*before, question)
        self._answering.prefill(messages, shown.model, again=again)

    def _send_if_ready(self) -> None:
        shown = self._shown
        if shown.to_send is None or self._draft.decoding:
            return
        text, shown.to_send = shown.to_send, None
        keep = self._voice.settings.keep_recordings  # it may have been switched off since
        message = self._draft.contents.message(text, with_recordings=keep)
        if not message.parts:
            return
        kept, changed, shown.edited = shown.entries[: shown.edited], shown.edited is not None, None
        turn = self._turns.begin([*kept, Entry("", message)], changed=changed)
        self._drafts.send(text)
        self._turns.keep(turn)
        self._drafts.save()
