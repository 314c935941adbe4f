"""Drafts: what is being written in each conversation, kept while it is written.

The composer holds one draft, and asks for its text whenever another conversation is shown. Only
where a question was sent it follows a moment later, when ``TurnAdded`` reaches it: until then the
sent text still is a part of what it tells.
"""

from __future__ import annotations

from collections.abc import Callable

from mmdesk.core.conversations import Conversation
from mmdesk.core.errors import MmdeskError
from mmdesk.core.events import DraftLoaded, DraftShown, StoreFailed
from mmdesk.core.messages import Message
from mmdesk.core.protocols import ConversationStore, EventSink
from mmdesk.core.requests import TurnId
from mmdesk.session.conversation_list import ConversationList
from mmdesk.session.draft import Draft
from mmdesk.session.draft_contents import DraftContents, differ, rest_of
from mmdesk.session.store_thread import StoreThread
from mmdesk.session.voice import VoiceSession

Place = str | None
"""Whose draft it is: a conversation's, that of a new one (None), or that of one which the store
has no id for yet: a turn's."""


class Drafts:
    """The drafts of all conversations that were shown in this run.

    Args:
        draft: The shown one, which files and recordings come to.
        voice: Is told when the words in the composer are other ones.

    Attributes:
        keeping: Whether drafts are kept; not before the one of the last run was asked for.
    """

    def __init__(
        self,
        draft: Draft,
        voice: VoiceSession,
        store: StoreThread,
        conversations: ConversationList,
        emit: EventSink,
    ) -> None:
        self._draft = draft
        self._voice = voice
        self._store = store
        self._conversations = conversations
        self._emit = emit
        self._place: Place = None
        self._known: dict[Place, DraftContents] = {None: draft.contents}
        self._kept: dict[Place, Message | None] = {None: None}
        self._unborn: set[Place] = set()
        self._aside: DraftContents | None = None
        """The draft that waits while a question is edited."""
        self._edited: Message | None = None
        """The question that is edited, as it was."""
        self._in_composer = draft.contents
        self._sent = ""
        self.keeping = False
        self._read = False
        """Whether the draft of the last run was read: until then nothing may take its place."""

    @property
    def owns_new(self) -> bool:
        """Whether the store's draft of a new conversation is the one that is known here."""
        return self.keeping and self._read

    # What a person does

    @property
    def text(self) -> str:
        """What the composer should hold."""
        return self._draft.contents.text

    def write(self, text: str) -> None:
        """Take note of what the composer holds."""
        self._in_composer.text = rest_of(text, self._sent)

    def save(self) -> None:
        """Keep every draft that has changed."""
        if not self.keeping:
            return
        for place in tuple(self._known):
            if place is None and not self._read:
                self._read_last(lambda error: None)  # the first try has told why it can't be
            elif place not in self._unborn:
                self._keep(place)

    # What the session does

    def load(self) -> None:
        """Read the draft of the new conversation that the last run has left."""
        self.keeping, self._read = True, False
        self._read_last(self._failed)

    def loaded(self, draft: Message | None) -> tuple[DraftShown, ...]:
        """Take what was read; what was begun meanwhile stands below it."""
        if self._read:
            return ()
        self._read = True
        contents = self._contents(None)
        if contents is self._draft.contents:
            there = contents.as_kept(with_recordings=True)
            if draft is not None and (there is None or differ(there, draft)):
                contents.joining.append(draft)
            self._kept[None] = draft
            return (self.shown(),)
        if draft is not None:
            contents.add(draft)
            self._kept[None] = None  # a question that was sent meanwhile had the store forget it
            self.save()
        return ()

    def open(self, conversation: Conversation | None) -> None:
        """Show the draft of another conversation; None is a new one."""
        self._leave_edit()
        self.shown()
        self._voice.conversation_left()
        self._take_unsent()
        place = self._place = conversation.summary.id if conversation else None
        if conversation is not None and place not in self._known:
            if conversation.draft is not None:
                self._contents(place).add(conversation.draft)
            self._kept[place] = conversation.draft
        self._take_unsent()  # also those that came back while it was not shown
        contents = self._contents(place)
        if contents is not self._draft.contents:
            self._draft.show(contents, self._voice.draft_left())
            self._in_composer = contents
        self._sent = ""
        self.shown()

    def shown(self) -> DraftShown:
        """Have the composer hold the shown draft from now on."""
        before, contents = self._in_composer, self._draft.contents
        if before is not contents and before not in self._known.values():  # an edit that was sent
            contents.text = "\n".join(text for text in (contents.text, before.text) if text.strip())
        self._in_composer = contents
        known = set(contents.items)
        while contents.joining:
            contents.add(contents.joining.pop())
        self._draft.tell(item for item in contents.items.values() if item.id not in known)
        self.save()
        return DraftShown(self.text)

    def edit(self, question: Message) -> None:
        """Have the composer hold a question that was sent; the draft waits."""
        self._aside, self._edited = self._draft.contents, question
        edited = DraftContents()
        edited.add(question)
        self._draft.show(edited, self._voice.draft_left())
        self._in_composer = edited

    def end_edit(self) -> None:
        """Have the draft back that waited, if one did."""
        if self._aside is None:
            return
        for each in self._draft.attachments:
            self._voice.file_left(each.id)
        self._voice.draft_left()
        back, self._aside = self._aside, None
        self._edited = None
        self._draft.show(back)
        self._in_composer = back
        self.shown()

    def send(self, text: str) -> None:
        """Take a question that was sent out of the draft; what was typed since stays."""
        sent = self._draft.contents
        sent.text = rest_of(sent.text, text)
        self._sent = text
        self._draft.clear()
        self._voice.question_left()
        if self._aside is not None:
            self.end_edit()
            self._in_composer = sent
            self._emit(DraftShown(self.text))

    def sent_is_shown(self) -> None:
        """The window has taken the sent question out of the composer."""
        self._sent = ""

    def asking(self, turn: TurnId, conversation: str | None, unsent: list[Message]) -> None:
        """A question is being saved: the store forgets the draft of its conversation.

        Args:
            unsent: Questions before it that could not be saved: the draft keeps them.
        """
        place = conversation
        if conversation is None:
            place = turn
            self._move(None, turn)
            self._unborn.add(turn)
        self._kept[place] = None
        self._contents(place).unsent = unsent

    def saved(self, turn: TurnId, conversation: str) -> None:
        """A conversation has got its id."""
        if turn in self._unborn:
            self._unborn.discard(turn)
            self._move(turn, conversation)
        self.save()

    def unsaved(self, turn: TurnId, place: Place, question: Message) -> None:
        """A question could not be saved: keep it as a part of its conversation's draft.

        After a restore that may be gone: then it becomes a part of a new one's.
        """
        if turn in self._unborn:
            self._unborn.discard(turn)
            self._move(turn, None)
        self._contents(place if place in self._known else None).unsent.append(question)
        self.save()

    def give_back(self, turn: TurnId, place: Place, question: Message) -> None:
        """Put a question that is not to be sent any more back into its draft."""
        self.unsaved(turn, place, question)
        if self._place == place:
            self._take_unsent()
            self._emit(DraftShown(self.text))

    def forget(self) -> None:
        """Forget all drafts: another database has come into the place of the conversations'.

        What stands in the composer stays there, and becomes the draft of a new conversation.
        """
        self._leave_edit()
        stays = self._draft.contents
        self._known, self._kept, self._unborn = {None: stays}, {None: None}, set()
        self._place = None
        self._take_unsent()
        self.load()

    def close(self) -> None:
        """Keep what there is; a conversation without an id has the place of a new one."""
        self._leave_edit()
        self.shown()
        for turn in tuple(self._unborn):
            if self._known[turn].as_kept(with_recordings=True) is not None:
                self._unborn.discard(turn)
                self._move(turn, None)
        self.save()
        if self.keeping and not self._read:
            self._join_last()

    # Inside

    def _read_last(self, failed: Callable[[MmdeskError], None]) -> None:
        self._store.put(lambda store: self._emit(DraftLoaded(store.draft())), failed)

    def _join_last(self) -> None:
        """Keep the draft of a new conversation below that of the last run."""
        contents = self._contents(None)

        def join(store: ConversationStore) -> None:
            last = store.draft()
            store.keep_draft(
                None, contents.as_kept(with_recordings=True, above=(last,) if last else ())
            )

        if contents.as_kept(with_recordings=True) is not None:
            self._store.put(join, self._failed, "draft ")

    def _contents(self, place: Place) -> DraftContents:
        self._kept.setdefault(place, None)
        return self._known.setdefault(place, DraftContents())

    def _move(self, old: Place, new: Place) -> None:
        """Let a draft have another place; one that is there already is joined with it."""
        moved, there = self._known.pop(old), self._known.get(new)
        self._kept.pop(old, None)
        self._kept.setdefault(new, None)
        if self._place == old:
            self._place = new
        shown = self._aside or self._draft.contents
        stays, goes = (there, moved) if there is shown else (moved, there)
        self._known[new] = stays
        if goes is not None:
            self._draft.hand_over(goes, stays)
        draft = goes.as_kept(with_recordings=True) if goes is not None else None
        if draft is not None:
            stays.joining.append(draft)
            if stays is self._draft.contents:
                self._emit(DraftShown(self.text))

    @property
    def _edit(self) -> tuple[Message, ...]:
        """What a person has made of the question that is edited, if it is another one now."""
        if self._edited is None:
            return ()
        edit = self._draft.contents.as_kept(with_recordings=self._voice.settings.keep_recordings)
        return (edit,) if edit is not None and differ(edit, self._edited) else ()

    def _leave_edit(self) -> None:
        """End an edit that was neither sent nor cancelled: its words become a part of the draft."""
        if self._aside is not None:
            self._aside.unsent.extend(self._edit)
        self.end_edit()

    def _take_unsent(self) -> None:
        """Let the shown draft begin with the questions that could not be saved."""
        contents = self._contents(self._place)
        contents.joining = contents.unsent + contents.joining
        contents.unsent = []

    def _keep(self, place: Place) -> None:
        contents = self._known[place]
        message = contents.as_kept(
            with_recordings=self._voice.settings.keep_recordings,
            above=self._edit if contents is self._aside else (),
        )
        before = self._kept[place]
        if message == before:
            return
        self._kept[place] = message

        def keep(store: ConversationStore) -> None:
            store.keep_draft(place, message)

        if place is not None and (message is None) != (before is None):
            self._conversations.do(keep, f"draft {place}")  # the list tells which have a draft
        else:
            self._store.put(keep, self._failed, f"draft {place or ''}")

    def _failed(self, error: MmdeskError) -> None:
        self._emit(StoreFailed(error))
