"""Has the model look closer for the panel, and shows there what it found."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mmdesk.core.errors import MmdeskError, NotExaminable
from mmdesk.core.events import Event
from mmdesk.core.examinations import (
    AnswerExplained,
    AnswerScored,
    ClaimChecked,
    ExaminationFailed,
    ExaminationProgressed,
    PictureInspected,
)
from mmdesk.core.matching import MatchModel
from mmdesk.session.controller import ChatSession
from mmdesk.ui.evidence.looks import Look, Looks
from mmdesk.ui.evidence.subject import Subject

if TYPE_CHECKING:
    from mmdesk.ui.evidence.panel import EvidencePanel

SEEN_TAB = 1
_Found = (
    PictureInspected
    | AnswerScored
    | AnswerExplained
    | ClaimChecked
    | ExaminationProgressed
    | ExaminationFailed
)


class LookDesk:
    """Asks the session for what the panel's buttons ask for; what is stale is ignored.

    Attributes:
        matcher: The model that compares pictures with texts.
    """

    def __init__(
        self, session: ChatSession, at: Callable[[], tuple[Subject, EvidencePanel] | None]
    ) -> None:
        """``at`` returns the answer and the panel that shows it, once there are both."""
        self._session, self._at = session, at
        self._looks = Looks(lambda look: session.examining.drop(look))
        self.matcher = MatchModel(Path())

    def serve(self, panel: EvidencePanel) -> None:
        """Take what a new panel asks for."""
        panel.evidence.whyWanted.connect(self.explain)
        panel.evidence.whyEnded.connect(partial(self._cancel, Look.WHY, panel.evidence.end_why))
        panel.evidence.wording.wanted.connect(self._score)
        panel.seen.cancelled.connect(partial(self._cancel, Look.SEEN, panel.seen.forget))
        panel.check.cancelled.connect(partial(self._cancel, Look.CHECK, panel.check.clear))
        panel.check.checkWanted.connect(self._check)
        panel.tabShown.connect(self.look_at_tab)
        panel.imageChosen.connect(self._image_chosen)

    def drop(self) -> None:
        """Break off all that is on its way."""
        self._looks.drop()

    def look_at_tab(self, number: int) -> None:
        """Have made visible what the model saw, when that is first looked at."""
        if number != SEEN_TAB or Look.SEEN in self._looks or (at := self._at()) is None:
            return
        subject, panel = at
        if panel.seen.found is not None:
            return
        run = subject.entry.run
        model = run.model if run is not None and run.model else self._session.model
        picture = subject.pictures[panel.image]
        if self._looks.begin(Look.SEEN, lambda: self._session.examining.inspect(picture, model)):
            panel.seen.wait()
        else:
            panel.seen.say_remote()

    def explain(self) -> None:
        """Have it found what in the picture the answer rests on."""
        if (at := self._at()) is not None:
            subject, panel = at
            ask = partial(
                self._session.examining.explain,
                subject.entries, subject.index, panel.image, 0, None,
            )  # fmt: skip
            if self._looks.begin(Look.WHY, ask):
                panel.evidence.wait_for_why()
            else:
                panel.evidence.fail_why(NotExaminable(model=subject.entry.model))

    def show(self, event: Event) -> None:
        """Show what became of a look, where an event tells that."""
        if not isinstance(event, _Found):
            return
        look = self._looks.kind_of(event.id)
        if look is None or (at := self._at()) is None:
            return
        subject, panel = at
        if isinstance(event, ExaminationProgressed):
            if look is Look.WHY:
                panel.evidence.wait_for_why(event.done, event.total)
            return
        self._looks.end(look)
        match event:
            case PictureInspected():
                panel.seen.show_found(event)
            case ClaimChecked():
                panel.check.show_matches(event.matches)
            case AnswerScored():
                panel.evidence.wording.show_scored(subject.entry, event)
            case AnswerExplained():
                panel.evidence.show_why(event)
            case ExaminationFailed():
                self._fail(panel, look, event.error)

    def _image_chosen(self) -> None:
        self._looks.drop(Look.SEEN, Look.CHECK, Look.WHY, Look.WORDING)
        if (at := self._at()) is not None:
            self.look_at_tab(at[1].tabs.current)

    def _check(self, texts: tuple[str, ...]) -> None:
        if (at := self._at()) is not None:
            subject, panel = at
            picture, matcher = subject.pictures[panel.image], self.matcher
            ask = partial(self._session.examining.check, picture, texts, matcher)
            self._looks.begin(Look.CHECK, ask)
            panel.check.wait()

    def _score(self, wanted: bool) -> None:
        if (at := self._at()) is None:
            return
        subject, panel = at
        ask = partial(self._session.examining.score, subject.entries, subject.index)
        if not wanted:
            self._cancel(Look.WORDING, panel.evidence.wording.forget)
        elif self._looks.begin(Look.WORDING, ask):
            panel.evidence.wording.wait()
        else:
            panel.evidence.wording.fail(NotExaminable(model=subject.entry.model))

    def _cancel(self, look: Look, then: Callable[[], None]) -> None:
        self._looks.drop(look)
        then()

    def _fail(self, panel: EvidencePanel, look: Look, error: MmdeskError) -> None:
        match look:
            case Look.SEEN:
                panel.seen.fail(error)
            case Look.CHECK:
                panel.check.fail(error)
            case Look.WORDING:
                panel.evidence.wording.fail(error)
            case Look.WHY:
                panel.evidence.fail_why(error)
