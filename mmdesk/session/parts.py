"""What a chat session is made of, put together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mmdesk.core.protocols import EventSink, MediaReader
from mmdesk.core.values import value
from mmdesk.session.answering import Answering
from mmdesk.session.composing import Composing
from mmdesk.session.conversation_list import ConversationList
from mmdesk.session.draft import Draft
from mmdesk.session.drafts import Drafts
from mmdesk.session.examining import Examining
from mmdesk.session.identities import ModelIdentities
from mmdesk.session.keeping import AnswerKeeper
from mmdesk.session.library import ModelLibrary
from mmdesk.session.opening import Opening
from mmdesk.session.replays import Replays
from mmdesk.session.shown import ShownConversation
from mmdesk.session.store_thread import StoreThread
from mmdesk.session.turns import Turns
from mmdesk.session.voice import VoiceSession

if TYPE_CHECKING:
    from concurrent.futures import Executor


@value
class Parts:
    """The parts of one session; see each class."""

    shown: ShownConversation
    answering: Answering
    store: StoreThread
    conversations: ConversationList
    answers: AnswerKeeper
    draft: Draft
    voice: VoiceSession
    drafts: Drafts
    identities: ModelIdentities
    turns: Turns
    replays: Replays
    opening: Opening
    composing: Composing
    examining: Examining


def make_parts(
    answering: Answering,
    library: ModelLibrary,
    store: StoreThread,
    reader: MediaReader,
    pool: Executor,
    emit: EventSink,
    hear: Callable[[Draft], VoiceSession],
) -> Parts:
    """Make the parts of a session; the arguments are those of ``ChatSession``."""
    shown = ShownConversation()
    conversations, answers = ConversationList(store, emit), AnswerKeeper(store, emit)
    draft = Draft(reader, pool, emit)
    voice = hear(draft)
    drafts = Drafts(draft, voice, store, conversations, emit)
    identities = ModelIdentities(
        library.identify, lambda key: answering.request_for(key).path, store, emit
    )
    turns = Turns(shown, answering, store, answers, identities, drafts, emit)
    replays = Replays(answering, identities, emit)
    opening = Opening(shown, turns, drafts, answers, replays, store, emit)
    composing = Composing(shown, turns, draft, drafts, voice, answering, identities)
    return Parts(
        shown=shown,
        answering=answering,
        store=store,
        conversations=conversations,
        answers=answers,
        draft=draft,
        voice=voice,
        drafts=drafts,
        identities=identities,
        turns=turns,
        replays=replays,
        opening=opening,
        composing=composing,
        examining=Examining(answering),
    )
