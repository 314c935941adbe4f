"""What each event changes, and what the window is to see of it."""

from __future__ import annotations

import time

from mmdesk.core.archives import RestoreRequest
from mmdesk.core.events import (
    AnswerKept,
    ArchiveFinished,
    AttachmentReady,
    AttachmentRefused,
    AudioDecoded,
    AudioProgress,
    AudioTranscribed,
    ConversationLoaded,
    ConversationSettingsChanged,
    DraftLoaded,
    DraftShown,
    Event,
    ModelChosen,
    ModelFailed,
    ModelIdentified,
    ModelReady,
    ModelUnloaded,
    SavingPaused,
    SavingResumed,
    SpeechCaptured,
    StoreFailed,
    TextDelta,
    TurnAdded,
    TurnFailed,
    TurnFinished,
    TurnProgress,
    TurnSaved,
)
from mmdesk.core.models import ModelKey, is_remote
from mmdesk.core.protocols import EventSink
from mmdesk.session.parts import Parts

BACK_UP_S = 3600.0
"""How often the store is asked whether a backup is due."""

_Shown = tuple[Event, ...]


class EventHandling:
    """Takes every event, on the main thread.

    Attributes:
        saving_paused: Whether what is to be kept waits in memory, as nothing can be written.
    """

    def __init__(self, parts: Parts, emit: EventSink) -> None:
        self._parts = parts
        self._emit = emit
        self._looked_at = 0.0
        self.saving_paused = False

    def handle(self, event: Event) -> _Shown:
        """Take an event; return what is to be shown of it."""
        replayed = self._parts.replays.handle(event)
        if replayed is not None:
            return replayed
        match event:
            case TurnAdded() | TurnSaved() | TurnProgress() | TextDelta() | AnswerKept():
                return self._turn(event)
            case TurnFinished() | TurnFailed():
                return self._settle(event)
            case ModelReady() | ModelFailed() | ModelUnloaded() | ModelIdentified():
                return self._model(event)
            case ConversationLoaded():
                opened = self._parts.opening.loaded(event)
                self._parts.composing.prefill()
                return opened
            case DraftLoaded() | DraftShown() | ModelChosen() | ConversationSettingsChanged():
                return self._belonging(event)
            case SavingPaused() | SavingResumed():
                self.saving_paused = isinstance(event, SavingPaused)
                return (event,)
            case ArchiveFinished():
                return self._archive(event)
        return self._composer(event)

    def back_up(self) -> None:
        """Have the store back up, if that is due."""
        self._looked_at = time.monotonic()
        self._parts.store.put(
            lambda store: store.back_up(), lambda error: self._emit(StoreFailed(error))
        )

    def _composer(self, event: Event) -> _Shown:
        match event:
            case (
                AttachmentReady()
                | AttachmentRefused()
                | AudioDecoded()
                | AudioProgress()
                | AudioTranscribed()
            ):
                return self._parts.composing.take_file(event)
            case SpeechCaptured():
                self._parts.replays.make_way()
        return self._parts.composing.take_voice(event)

    def _turn(self, event: TurnAdded | TurnSaved | TurnProgress | TextDelta | AnswerKept) -> _Shown:
        match event:
            case TurnAdded():
                self._parts.drafts.sent_is_shown()
                if event.turn != self._parts.shown.turn:
                    return ()  # it is shown when its conversation is opened again
            case TurnSaved():
                self._saved(event)
            case TurnProgress():
                return (event,) if self._parts.turns.knows(event.turn) else ()
            case TextDelta():
                return (event,) if self._parts.turns.append(event) else ()
            case AnswerKept():
                self._parts.answers.kept(event)
                return ()
        return (event,)

    def _saved(self, event: TurnSaved) -> None:
        shown, conversations = self._parts.shown, self._parts.conversations
        turn = self._parts.turns.saved(event)
        if turn is None:
            return
        if not is_remote(turn.model):
            self._parts.replays.make_way()
        if shown.turn == turn.id:
            if shown.wanted == shown.id:  # else another one is being opened
                shown.wanted = event.saved.conversation
            shown.id = event.saved.conversation
            if shown.model != turn.model:  # chosen while there was nothing to keep it with
                conversations.use_model(shown.id, shown.model)
            if shown.settings != turn.settings:
                conversations.use_settings(shown.id, shown.settings)
        conversations.list()

    def _settle(self, event: TurnFinished | TurnFailed) -> _Shown:
        settled = self._parts.turns.settle(event)
        if settled is None:
            return ()
        if settled.turn.saved and time.monotonic() - self._looked_at >= BACK_UP_S:
            self.back_up()  # a window may be open for weeks
        if settled.shown and settled.turn.withdrawn:
            self._parts.opening.again()
        self._parts.composing.prefill()  # what was begun meanwhile
        return (settled.end,)

    def _model(self, event: ModelReady | ModelFailed | ModelUnloaded | ModelIdentified) -> _Shown:
        parts = self._parts
        match event:
            case ModelReady(info=info):
                parts.identities.loaded(info.path, {*self._wanted(), parts.replays.model or ""})
                parts.composing.prefill(again=True)
            case ModelFailed() if self._is_for_replay():
                parts.answering.unloaded()
                return (ModelUnloaded(),)  # who asked is told; who asks next loads another
            case ModelUnloaded():
                parts.answering.unloaded()
            case ModelIdentified():
                parts.shown.identify(parts.identities.known(event), event.sha256)
                return ()
        return (event,)

    def _is_for_replay(self) -> bool:
        replayed = self._parts.replays.model
        return replayed is not None and replayed not in self._wanted()

    def _wanted(self) -> set[ModelKey]:
        """Return the models that answer, or will."""
        return {self._parts.shown.model, *(turn.model for turn in self._parts.turns)}

    def _belonging(
        self, event: DraftLoaded | DraftShown | ModelChosen | ConversationSettingsChanged
    ) -> _Shown:
        """Tell what belongs to the shown conversation: another may be shown since it was told."""
        match event:
            case DraftLoaded(draft=draft):
                loaded = self._parts.drafts.loaded(draft)
                self._parts.composing.prefill()
                return loaded
            case DraftShown():
                return (self._parts.drafts.shown(),)
            case ModelChosen():
                return (self._parts.shown.chosen,)
            case ConversationSettingsChanged():
                return (ConversationSettingsChanged(self._parts.shown.settings),)

    def _archive(self, event: ArchiveFinished) -> _Shown:
        report = event.report
        if isinstance(report.request, RestoreRequest) and report.restored is not None:
            return (event, *self._parts.opening.restored())
        return (event,)
