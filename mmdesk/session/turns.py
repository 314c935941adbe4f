"""The steps of a turn: saved, answered, settled, saved again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from mmdesk.core.conversations import Entry, SavedTurn, StopReason
from mmdesk.core.events import TextDelta, TurnAdded, TurnFailed, TurnFinished, TurnSaved
from mmdesk.core.identity import new_id
from mmdesk.core.messages import Role
from mmdesk.core.models import leaves_computer
from mmdesk.core.protocols import ConversationStore, EventSink
from mmdesk.core.requests import AnswerQuestion, Begun, GenerationSettings, TurnId
from mmdesk.core.values import value
from mmdesk.session.answering import Answering
from mmdesk.session.drafts import Drafts
from mmdesk.session.history import prompt_messages
from mmdesk.session.identities import ModelIdentities
from mmdesk.session.keeping import AnswerKeeper
from mmdesk.session.shown import ShownConversation
from mmdesk.session.store_thread import StoreThread
from mmdesk.session.turn import Turn


@value
class Settled:
    """A turn that has ended.

    Attributes:
        end: The terminal event as it is to be shown.
        shown: Whether its conversation is.
    """

    turn: Turn
    end: TurnFinished | TurnFailed
    shown: bool


class Turns:
    """The turns that are on their way, of the shown conversation and of others.

    Attributes:
        generation: How answers are sampled where a conversation has no settings of its own.
    """

    def __init__(
        self,
        shown: ShownConversation,
        answering: Answering,
        store: StoreThread,
        answers: AnswerKeeper,
        identities: ModelIdentities,
        drafts: Drafts,
        emit: EventSink,
    ) -> None:
        self._shown = shown
        self._answering = answering
        self._store = store
        self._answers = answers
        self._identities = identities
        self._drafts = drafts
        self._emit = emit
        self._turns: dict[TurnId, Turn] = {}
        self.generation = GenerationSettings()

    def __iter__(self) -> Iterator[Turn]:
        return iter(tuple(self._turns.values()))

    @property
    def shown(self) -> Turn | None:
        """The turn that is answering in the shown conversation."""
        return self._turns[self._shown.turn] if self._shown.turn is not None else None

    def of(self, conversation: str) -> Turn | None:
        """Return the turn that is answering in a conversation."""
        return next((turn for turn in self if turn.conversation == conversation), None)

    def knows(self, turn: TurnId) -> bool:
        """Whether a turn is on its way."""
        return turn in self._turns

    # What begins a turn

    def begin(self, path: list[Entry], *, changed: bool, begun: Entry | None = None) -> Turn:
        """Show a question and have it answered; :meth:`keep` follows.

        Args:
            path: The entries up to and with the question.
            changed: Whether entries behind the path are no longer shown.
            begun: The stopped answer that is gone on with.
        """
        shown = self._shown
        turn = Turn(
            new_id(),
            path,
            shown.id,
            shown.model,
            shown.settings,
            shown.settings.generation or self.generation,
            begun,
        )
        shown.leaves = shown.leaves or leaves_computer(shown.model)
        self._turns[turn.id] = turn
        shown.turn, shown.entries = turn.id, path
        self._emit(TurnAdded(turn.id, path[-1], tuple(path) if changed else None, turn.text))
        return turn

    def keep(self, turn: Turn) -> None:
        """Have the store keep a turn's question, or the place of its new answer."""
        question, conversation, model = turn.path[-1], turn.conversation, turn.model
        if turn.keeps_question:
            self._save(turn, self._begin_turn(turn))
        elif conversation is not None and turn.begun is not None:
            answer = turn.begun.id
            self._save(turn, lambda store: store.continue_answer(conversation, answer, model=model))
        elif conversation is not None:
            self._save(
                turn, lambda store: store.begin_answer(conversation, question.id, model=model)
            )

    def _begin_turn(self, turn: Turn) -> Callable[[ConversationStore], SavedTurn]:
        question, conversation = turn.path[-1].message, turn.conversation
        parent = next((entry.id for entry in reversed(turn.path[:-1]) if entry.id), None)
        model, settings = turn.model, turn.settings
        others = not self._drafts.owns_new
        before = [entry for entry in turn.path[:-1] if entry.message.role is Role.USER]
        unsent = [entry.message for entry in before if not entry.id]
        self._drafts.asking(turn.id, conversation, unsent)

        def begin(store: ConversationStore) -> SavedTurn:
            # The window's draft stays for a question from the command line, or as yet unread.
            draft = store.draft() if others and conversation is None else None
            saved = store.begin_turn(
                question, conversation=conversation, parent=parent, model=model, settings=settings
            )
            if draft is not None:
                store.keep_draft(None, draft)
            return saved

        return begin

    def _save(self, turn: Turn, job: Callable[[ConversationStore], SavedTurn]) -> None:
        self._store.put(
            lambda store: self._emit(TurnSaved(turn.id, job(store))),
            lambda error: self._emit(TurnFailed(turn.id, error)),
            turn.id,
        )

    # What happens to it

    def saved(self, event: TurnSaved) -> Turn | None:
        """Have a question answered that is on disk."""
        turn = self._turns.get(event.turn)
        if turn is None:
            return None
        turn.saved = event.saved
        turn.conversation = event.saved.conversation
        turn.path[-1] = Entry(
            event.saved.question, turn.path[-1].message, versions=event.saved.question_versions
        )
        self._drafts.saved(turn.id, event.saved.conversation)
        self._answering.answer(self._request(turn), turn.model)
        if turn.cancelled:
            self._answering.cancel(turn.id)
        return turn

    def append(self, delta: TextDelta) -> bool:
        """Take streamed text; return False if nobody waits for it any more."""
        if delta.turn not in self._turns:
            return False
        self._turns[delta.turn].append(delta)
        return True

    def settle(self, event: TurnFinished | TurnFailed) -> Settled | None:
        """Take the terminal event; None if nobody waits for it any more."""
        turn = self._turns.pop(event.turn, None)
        if turn is None:
            return None
        shown = self._shown.turn == turn.id
        if isinstance(event, TurnFinished):
            event = turn.whole(event)
            if event.run is not None:
                event = replace(event, run=self._identities.identified(event.run))
        answer = turn.settle(event)
        if turn.saved:
            self._answers.save_settled(answer)
            self._identities.wait_for(answer)
        elif turn.keeps_question:
            keep = self._drafts.give_back if turn.withdrawn else self._drafts.unsaved
            keep(turn.id, turn.conversation, turn.path[-1].message)
        if shown:
            self._shown.turn = None
            self._shown.entries = turn.path_with(answer)
        return Settled(turn, event, shown)

    def stop(self, turn: Turn) -> None:
        """Stop a turn; one that could not be saved yet is taken back, and ends at once."""
        if turn.saved:
            self._answering.cancel(turn.id)
        elif not turn.cancelled and self._store.withdraw(turn.id):
            turn.withdrawn = True
            self._emit(TurnFinished(turn.id, StopReason.CANCELLED, "", None))
        turn.cancelled = True

    def save_due(self) -> bool:
        """Save streamed text that is due; return whether some will be due soon."""
        for turn in self:
            if turn.saved and turn.take_due():
                self._answers.save_streamed(turn)
        return any(turn.unsaved for turn in self)

    def close(self) -> None:
        """Save what has streamed."""
        for turn in self:
            if turn.saved and turn.text:
                self._answers.save_streamed(turn)
        self._answers.close()

    # Inside

    def _request(self, turn: Turn) -> AnswerQuestion:
        same_model = self._identities.same_model
        messages = prompt_messages(
            turn.path, turn.settings.system_prompt, lambda run: same_model(run, turn.model)
        )
        request = AnswerQuestion(turn.id, messages, turn.generation)
        if turn.begun is None:
            return request
        run = turn.begun.run
        tokens = run.tokens if run is not None and same_model(run, turn.model) else ()
        generation = turn.generation
        if run is not None and run.settings.temperature > 0:
            # The same seed would draw for what follows what it drew for the beginning.
            generation = replace(generation, seed=None)
        return replace(request, settings=generation, begun=Begun(turn.begun.message.text, tokens))
