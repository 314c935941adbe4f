"""A session that records what the window asks of it and answers as the test scripts it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mmdesk.core.conversations import NO_SETTINGS, ConversationSettings, Entry, ReadingPlace
from mmdesk.core.errors import QuestionEmpty, QuestionTooLong
from mmdesk.core.events import (
    AttachmentAdded,
    AttachmentReady,
    AttachmentRemoved,
    ConversationOpened,
    ConversationSettingsChanged,
    DraftShown,
    Event,
    ModelChosen,
    TurnAdded,
)
from mmdesk.core.messages import Picture, user_message
from mmdesk.core.models import STARTER, ModelKey, leaves_computer
from mmdesk.core.sight import Pixels
from mmdesk.session.controller import MAX_QUESTION
from mmdesk.session.draft_contents import Attachment
from tests.ui.recording_archive import RecordingArchive
from tests.ui.recording_library import RecordingLibrary
from tests.ui.recording_voice import RecordingVoice


class RecordingConversations:
    """Stands in for ``ConversationList``."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *arguments: self.calls.append((name, *arguments))


@dataclass
class RecordingSession:
    """Keeps the rules of ``ChatSession`` that the window relies on, without store or model."""

    emit: Callable[[Event], None] = lambda event: None
    voice: RecordingVoice = field(default_factory=RecordingVoice)
    library: RecordingLibrary = field(default_factory=RecordingLibrary)
    conversations: RecordingConversations = field(default_factory=RecordingConversations)
    archive: RecordingArchive = field(default_factory=RecordingArchive)
    conversation: str | None = None
    model: ModelKey = STARTER
    entries: tuple[Entry, ...] = ()
    opening: bool = False
    busy: bool = False
    editing: bool = False
    attachments: tuple[Attachment, ...] = ()
    last_question: str | None = None
    draft_text: str = ""
    settings: ConversationSettings = NO_SETTINGS
    can_continue: bool = False
    replayable: set[str] = field(default_factory=set)
    saving_paused: bool = False
    prepared: int = 0
    calls: list[tuple[object, ...]] = field(default_factory=list)

    def new_conversation(self) -> None:
        self.calls.append(("new",))
        self.conversation = None
        self.draft_text, self.settings = "", NO_SETTINGS
        self.emit(ConversationOpened(None))
        self.emit(ConversationSettingsChanged(self.settings))
        self.emit(DraftShown(self.draft_text))

    def open_conversation(self, conversation: str) -> None:
        self.calls.append(("open", conversation))

    def open_message(self, conversation: str, message: str) -> None:
        self.calls.append(("open_message", conversation, message))

    def bin(self, conversation: str) -> None:
        self.conversations.calls.append(("bin", conversation))

    def show_version(self, message: str) -> None:
        self.calls.append(("show_version", message))

    def attach(self, paths: Sequence[Path]) -> None:
        self.calls.append(("attach", tuple(paths)))
        for path in paths:
            self.add(path.name)

    def attach_bytes(self, data: bytes, name: str) -> None:
        self.calls.append(("attach_bytes", data, name))
        self.add(name)

    def attach_region(self, picture: Picture, box: Pixels) -> None:
        self.calls.append(("attach_region", picture.name, box))
        self.add(picture.name)

    def detach(self, attachment: str) -> None:
        self.calls.append(("detach", attachment))
        self.attachments = tuple(each for each in self.attachments if each.id != attachment)
        self.emit(AttachmentRemoved(attachment))

    def submit(self, text: str) -> None:
        text = text.strip()
        if not text and not self.attachments:
            raise QuestionEmpty
        if len(text) > MAX_QUESTION:
            raise QuestionTooLong(size=len(text), limit=MAX_QUESTION)
        self.calls.append(("submit", text))
        if all(each.ready for each in self.attachments):
            self.send(text)

    def send(self, text: str) -> None:
        """The question leaves the draft."""
        pictures = tuple(each.picture for each in self.attachments if each.picture)
        turn = f"turn{len(self.calls)}"
        self.attachments, self.busy, self.editing = (), True, False
        self.last_question, self.draft_text = text, ""
        self.emit(TurnAdded(turn, Entry("", user_message(text, pictures))))

    def stop(self) -> None:
        self.calls.append(("stop",))

    def regenerate(self) -> None:
        self.calls.append(("regenerate",))

    def retry(self) -> None:
        self.calls.append(("retry",))

    def edit_last(self) -> str | None:
        self.calls.append(("edit_last",))
        self.editing = self.last_question is not None
        return self.last_question

    def cancel_edit(self) -> None:
        self.calls.append(("cancel_edit",))
        self.editing = False

    def write(self, text: str) -> None:
        if not self.editing:
            self.draft_text = text

    def save_draft(self) -> None:
        self.calls.append(("save_draft", self.draft_text))

    def use_conversation_settings(self, settings: ConversationSettings) -> None:
        self.calls.append(("use_conversation_settings", settings))
        self.settings = settings
        self.emit(ConversationSettingsChanged(settings))

    def continue_answer(self) -> None:
        self.calls.append(("continue_answer",))

    def can_replay(self, answer: str) -> bool:
        return answer in self.replayable

    def replay(self, answer: str) -> None:
        self.calls.append(("replay", answer))

    def stop_replay(self) -> None:
        self.calls.append(("stop_replay",))

    def keep_place(self, place: ReadingPlace | None) -> None:
        self.calls.append(("keep_place", place))

    def use_model(self, model: ModelKey) -> None:
        self.calls.append(("use_model", model))
        self.model = model
        self.emit(ModelChosen(model, leaves_computer(model)))

    def prepare_model(self) -> None:
        self.prepared += 1

    def load_model(self) -> None:
        self.calls.append(("load_model",))

    # What a test says

    def add(self, name: str, picture: Picture | None = None) -> str:
        """Put an attachment into the draft."""
        attachment_id = f"{name}-{len(self.attachments)}-{len(self.calls)}"
        self.attachments += (Attachment(attachment_id, name, picture),)
        self.emit(AttachmentAdded(attachment_id, name))
        return attachment_id

    def decoded(self, attachment_id: str, picture: Picture) -> None:
        """An attachment's picture is ready."""
        self.attachments = tuple(
            replace(each, picture=picture) if each.id == attachment_id else each
            for each in self.attachments
        )
        self.emit(AttachmentReady(attachment_id, picture))
