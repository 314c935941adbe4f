"""Calls the session for closer looks at answers, and shows what comes of them in the panel."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtGui import QGuiApplication

from mmdesk.core.conversations import Entry
from mmdesk.core.errors import MmdeskError
from mmdesk.core.events import ConversationOpened, Event, TurnAdded, TurnFailed, TurnFinished
from mmdesk.core.matching import MatchModel
from mmdesk.session.controller import ChatSession
from mmdesk.settings import Settings

if TYPE_CHECKING:
    from mmdesk.ui.evidence.look_desk import LookDesk
    from mmdesk.ui.evidence.panel import EvidencePanel
    from mmdesk.ui.evidence.subject import Subject
    from mmdesk.ui.window_frame import WindowFrame

_CHANGES = ConversationOpened | TurnAdded | TurnFinished | TurnFailed


class EvidenceDesk(QObject):
    """Chooses the answer that the panel shows: the last one about a picture, or the one meant."""

    def __init__(self, frame: WindowFrame, session: ChatSession, starter_clip: Path) -> None:
        super().__init__(frame)
        self._frame, self._session = frame, session
        self._starter_clip = starter_clip
        self._matcher = MatchModel(starter_clip)
        self._subject: Subject | None = None
        self.panel: EvidencePanel | None = None
        self._looks: LookDesk | None = None  # comes with the panel
        frame.side.use(self._made_panel)
        frame.side.changed.connect(self._panel_changed)
        frame.header.evidenceToggled.connect(frame.side.toggle)
        pane = frame.chat.pane
        pane.phraseHovered.connect(self._phrase_hovered)
        pane.phraseChosen.connect(self._phrase_chosen)
        pane.checkRequested.connect(self._check_answer)
        pane.whyRequested.connect(self._explain_answer)

    @property
    def subject(self) -> Subject | None:
        """The answer that the panel is about, shown or not."""
        return self._subject

    def use_settings(self, settings: Settings) -> None:
        """Take the model that compares pictures with texts."""
        self._matcher = settings.match(self._starter_clip)
        self._use_matcher()

    def handle(self, event: Event) -> None:
        """Follow the conversation; show what a look found."""
        if isinstance(event, _CHANGES):
            if isinstance(event, ConversationOpened):
                self._frame.side.forget()
            elif isinstance(event, TurnAdded) and self._stays():
                return
            self._use(self._last())
        elif self._looks is not None:
            self._looks.show(event)

    def retranslate(self) -> None:
        """Set every text anew."""
        if self.panel is not None:
            self.panel.retranslate()

    # Which answer -----------------------------------------------------------------------

    def _last(self) -> Subject | None:
        entries = self._session.entries
        if not entries:
            return None
        from mmdesk.ui.evidence.subject import last_subject

        return last_subject(entries)

    def _use(self, subject: Subject | None) -> None:
        before = self._subject
        self._subject = subject
        if before is None or subject is None or not _is_same(before.entry, subject.entry):
            self._drop_looks()
            self._show_subject()
        self._frame.side.offer(subject is not None)

    def _stays(self) -> bool:
        """Whether the answer that was meant is still there, as another question is asked."""
        subject = self._subject
        return subject is not None and any(
            _is_same(subject.entry, entry) for entry in self._session.entries
        )

    def _mean(self, answer: str) -> bool:
        """Have the panel be about an answer; tell whether it can be."""
        if self._subject is None or self._subject.entry.id != answer:
            from mmdesk.ui.evidence.subject import subject_with

            subject = subject_with(self._session.entries, answer)
            if subject is None:
                return False
            self._use(subject)
        return True

    def _show_subject(self) -> None:
        if self.panel is not None and self._frame.side.shown:
            self.panel.show_subject(self._subject)

    def _made_panel(self) -> EvidencePanel:
        # The window starts sooner without it.
        from mmdesk.ui.evidence.look_desk import LookDesk
        from mmdesk.ui.evidence.panel import EvidencePanel

        panel = self.panel = EvidencePanel()
        panel.evidence.hovered.connect(self._box_hovered)
        panel.evidence.opened.connect(self._open)
        panel.seen.regionWanted.connect(partial(self._open, marking=True))
        panel.evidence.copyWanted.connect(self._copy)
        panel.evidence.saveWanted.connect(self._choose_file)
        self._looks = LookDesk(self._session, self._at)
        self._looks.serve(panel)
        self._use_matcher()
        panel.retranslate()
        return panel

    def _panel_changed(self, shown: bool) -> None:
        self._frame.header.evidence_button.setChecked(shown)
        if not shown:
            self._drop_looks()
            self._frame.chat.pane.light("", ())
        elif self.panel is not None:
            self.panel.show_subject(self._subject)

    def _show_panel(self, tab: int) -> EvidencePanel | None:
        self._frame.side.ask()
        if self.panel is not None:
            self.panel.tabs.choose(tab)
        return self.panel

    def _use_matcher(self) -> None:
        if self._looks is not None and self.panel is not None:
            self._looks.matcher = self._matcher
            self.panel.check.use_matcher(places=self._matcher.path == self._starter_clip.absolute())

    # Phrases and boxes ------------------------------------------------------------------

    def _phrase_hovered(self, answer: str, numbers: tuple[int, ...]) -> None:
        if self.panel is None or not self._frame.side.shown:
            return
        if numbers and not self._mean(answer):
            return
        self.panel.light(numbers)

    def _phrase_chosen(self, answer: str, numbers: tuple[int, ...]) -> None:
        if self._mean(answer) and (panel := self._show_panel(0)) is not None:
            panel.light(numbers)

    def _box_hovered(self, numbers: tuple[int, ...]) -> None:
        if self._subject is not None:
            self._frame.chat.pane.light(self._subject.entry.id, numbers)

    # What a person asks for -------------------------------------------------------------

    def _check_answer(self, answer: str) -> None:
        if self._mean(answer) and (panel := self._show_panel(2)) is not None:
            panel.check.claim.setFocus()

    def _explain_answer(self, answer: str) -> None:
        if self._mean(answer) and self._show_panel(0) is not None and self._looks is not None:
            self._looks.explain()

    def _drop_looks(self) -> None:
        if self._looks is not None:
            self._looks.drop()

    def _open(self, *, marking: bool = False) -> None:
        if (at := self._at()) is not None:
            subject, panel = at
            seen = [subject.seen(image) for image in range(len(subject.pictures))]
            self._frame.viewer.open(
                subject.pictures,
                panel.image,
                marking=marking,
                evidence=tuple(enumerate(subject.found.evidence)),
                seen={each.sha256: each for each in seen if each is not None},
            )

    def _copy(self) -> None:
        if self._subject is not None:
            QGuiApplication.clipboard().setText(self._subject.as_json())
            self._say_saved(QCoreApplication.translate("evidence", "Copied."))

    def _choose_file(self) -> None:
        from mmdesk.ui.evidence.saving import pick_picture_file

        if (at := self._at()) is not None:
            name = Path(at[0].pictures[at[1].image].name).stem
            pick_picture_file(self._frame, f"{name}-evidence.png", self._save)

    def _save(self, out: Path) -> None:
        from mmdesk.ui.evidence.annotated import save_annotated

        if (at := self._at()) is None:
            return
        subject, panel = at
        try:
            save_annotated(subject.pictures[panel.image], subject.evidence_on(panel.image), out)
        except MmdeskError as error:
            panel.evidence.saved.fail(error)
        else:
            said = QCoreApplication.translate("evidence", "Saved as {name}.")
            self._say_saved(said.format(name=out.name))

    def _say_saved(self, sentence: str) -> None:
        if self.panel is not None:
            self.panel.evidence.saved.say(sentence)

    def _at(self) -> tuple[Subject, EvidencePanel] | None:
        if self._subject is None or self.panel is None:
            return None
        return self._subject, self.panel


def _is_same(first: Entry, second: Entry) -> bool:
    """Whether two are one answer, though more may be known of how it was computed."""
    return (first.id, first.message) == (second.id, second.message)
