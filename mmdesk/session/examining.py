"""Closer looks at answers: what the model saw, how sure it was, why it said that."""

from __future__ import annotations

from collections.abc import Sequence

from mmdesk.core.choices import choices_of
from mmdesk.core.conversations import Entry, Run
from mmdesk.core.evidence import NOWHERE, Pointed, pointed
from mmdesk.core.examinations import (
    CheckClaim,
    Examination,
    ExaminationId,
    ExplainAnswer,
    InspectPicture,
    ScoreAnswer,
)
from mmdesk.core.identity import new_id
from mmdesk.core.matching import MatchModel, MatchPicture
from mmdesk.core.messages import Message, Picture, pictures_of
from mmdesk.core.models import ModelKey, is_remote
from mmdesk.core.reasoning import split_reasoning
from mmdesk.session.answering import Answering
from mmdesk.session.history import prompt_messages
from mmdesk.session.identities import same_files
from mmdesk.session.replays import can_replay


class Examining:
    """Has the model worker look closer; each call returns what names the events to come."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def inspect(self, picture: Picture, model: ModelKey) -> ExaminationId | None:
        """Make visible what a model gets of a picture; None of a server's model."""
        if is_remote(model):
            return None
        return self._ask(InspectPicture(new_id(), picture, self._answering.request_for(model)))

    def score(self, entries: Sequence[Entry], index: int) -> ExaminationId | None:
        """Compute how probable the tokens of ``entries[index]`` were, and what else was to choose.

        Returns:
            None where nobody knows its tokens.
        """
        run = _computed(entries[index])
        if run is None:
            return None
        model = self._answering.request_for(run.model)
        messages = prompted(entries, index)
        said = split_reasoning(entries[index].message.text).answer
        choices = choices_of(messages[-1].text, said)
        return self._ask(ScoreAnswer(new_id(), messages, run.tokens, choices=choices, model=model))

    def explain(
        self, entries: Sequence[Entry], index: int, image: int, first: int, last: int | None
    ) -> ExaminationId | None:
        """Find what in a picture the tokens ``first`` to ``last`` of an answer rest on."""
        run = _computed(entries[index])
        if run is None:
            return None
        messages = prompted(entries, index)
        if image >= len(pictures_of(messages)):
            return None
        model = self._answering.request_for(run.model)
        return self._ask(
            ExplainAnswer(new_id(), messages, run.tokens, image, first, last, model=model)
        )

    def check(self, picture: Picture, texts: tuple[str, ...], matcher: MatchModel) -> ExaminationId:
        """Compare a picture with texts."""
        return self._ask(CheckClaim(new_id(), MatchPicture(picture, texts, matcher)))

    def drop(self, examination: ExaminationId | None) -> None:
        """Break one off."""
        if examination is not None:
            self._answering.drop(examination)

    def _ask(self, request: Examination) -> ExaminationId:
        self._answering.examine(request)
        return request.id


def _computed(entry: Entry) -> Run | None:
    """Return how an answer was computed, where it can be computed again."""
    return entry.run if can_replay(entry) else None


def prompted(entries: Sequence[Entry], index: int) -> tuple[Message, ...]:
    """Return the messages that ``entries[index]`` was an answer to, as its model got them."""
    run = entries[index].run
    if run is None:
        return ()
    return prompt_messages(entries[:index], run.system_prompt, lambda each: same_files(each, run))


def places(entry: Entry) -> Pointed:
    """Return where an answer points."""
    run = entry.run
    return NOWHERE if run is None else pointed(entry.message.text, run.sight)
