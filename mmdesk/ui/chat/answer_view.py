"""An answer: a quiet line, the thought if there was one, the text, the actions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from mmdesk.core.conversations import Entry
from mmdesk.core.errors import MmdeskError
from mmdesk.core.events import ReplayProgressed, TurnFinished
from mmdesk.core.pointing.json_places import without_places
from mmdesk.core.reasoning import split_reasoning
from mmdesk.ui.chat import status_line
from mmdesk.ui.chat.answer_actions import AnswerActions
from mmdesk.ui.chat.answer_entry import failed_entry, finished_entry, is_unfinished
from mmdesk.ui.chat.body import MarkdownBody
from mmdesk.ui.chat.error_card import ErrorCard
from mmdesk.ui.chat.linked import evidence_count, plain_text, saw_pictures, shown_markdown
from mmdesk.ui.chat.markdown import LONGEST_MARKDOWN
from mmdesk.ui.chat.message_view import MessageView, Replay
from mmdesk.ui.chat.notes import notes_label
from mmdesk.ui.chat.replay_line import ReplayLine
from mmdesk.ui.chat.thought import ThoughtView
from mmdesk.ui.fonts import SMALL_PX, base_font
from mmdesk.ui.theme import Tokens

_STATUS_HEIGHT = 22
_ACTIONS_TOP = 4
_GAP = 8
_PIECE = 500
"""Characters of a kept answer that are shown in one go while it is far from what is read."""


class AnswerView(MessageView):
    """One answer, live or kept: a kept one is a live one that got all its text at once."""

    def __init__(self, entry: Entry, tokens: Tokens, *, live: bool) -> None:
        super().__init__()
        self._entry = entry
        self._evidence = evidence_count(entry)
        self._least = (0, 0)
        """A width, and the px that are kept in it: what stands above would move else."""
        self._tokens = tokens
        self._live = live
        self._writing = True
        self._last = False
        self._can_go_on = False
        self._source = ""
        self._answer = ""
        self._unread = ""
        self._whole = True
        self._error: ErrorCard | None = None
        self._thought: ThoughtView | None = None
        self._renewed = False
        self._replay: ReplayLine | None = None
        self._replaying = False
        self.setAccessibleName(QCoreApplication.translate("chat", "Answer"))
        self._status = QLabel(self)
        self._status.setObjectName("answerStatus")
        self._status.setTextFormat(Qt.TextFormat.PlainText)
        self._status.setFont(base_font(SMALL_PX))
        self._status.setProperty("quiet", True)
        self._notes: QLabel | None = None
        self._body = self._make_body()
        self._actions = AnswerActions(self)
        self._actions.versionChosen.connect(self.versionChosen)
        self._actions.copyRequested.connect(self.copy)
        self._actions.continueRequested.connect(self.continueRequested)
        self._actions.regenerateRequested.connect(self.regenerateRequested)
        self._actions.replayRequested.connect(lambda: self.replayRequested.emit(self._entry.id))
        self._actions.checkRequested.connect(lambda: self.checkRequested.emit(self._entry.id))
        self._actions.whyRequested.connect(lambda: self.whyRequested.emit(self._entry.id))
        self.set_doing(status_line.waiting())

    @classmethod
    def of_entry(cls, entry: Entry, tokens: Tokens) -> AnswerView:
        """Return the view of a kept answer."""
        view = cls(entry, tokens, live=False)
        view._unread = shown_markdown(entry)
        view._whole = False
        view.show_versions(entry.versions, entry.id)
        return view

    def make_more(self) -> bool:
        """Show the next few paragraphs of a kept answer."""
        if self._whole:
            return False
        cut = self._unread.find("\n\n", _PIECE) + 1 or len(self._unread)
        piece, self._unread = self._unread[:cut], self._unread[cut:]
        self.append(piece)
        if not self._unread:
            self._whole = True
            self._end()
        return True

    def make_whole(self) -> None:
        """Show all of a kept answer."""
        if not self._whole:
            self._whole = True
            self.append(self._unread)
            self._unread = ""
            self._end()

    @property
    def entry(self) -> Entry:
        """The answer as it would be kept now."""
        return self._entry

    # What happens to a live answer ------------------------------------------------------

    def set_doing(self, text: str) -> None:
        """Show what the answer waits for."""
        if self._writing:
            self._set_status(status_line.waiting_line(self._entry.model, text))

    def append(self, text: str) -> None:
        """Add text at the end."""
        if not text:
            return
        self._source += text
        reply = split_reasoning(self._source)
        if reply.thought or reply.thinking:
            self._show_thought(reply.thought, thinking=reply.thinking)
        hides = self._streams and len(reply.answer) <= LONGEST_MARKDOWN
        self._show_answer(without_places(reply.answer) if hides else reply.answer)
        self.set_doing(status_line.thinking() if reply.thinking else status_line.writing())
        self._body.set_caret(self._streams and not reply.thinking)

    def finish(self, event: TurnFinished) -> None:
        """Show that the answer ended; the event's text is the whole of it."""
        if event.text != self._source:
            self._rewrite(event.text)
        self._entry = finished_entry(self._entry, event, self._source)
        self._evidence = evidence_count(self._entry)
        if self._evidence:  # only now it is known which numbers are places
            self._least = self.width(), self.height()
            self._rewrite(shown_markdown(self._entry))
        self._end()

    def fail(self, error: MmdeskError) -> None:
        """Show that the answer broke off; what was streamed stays."""
        self._entry = failed_entry(self._entry, error, self._source)
        self._end()

    # What the person does ---------------------------------------------------------------

    def copy(self) -> None:
        """Put the answer's Markdown on the clipboard, without the thought."""
        self.make_whole()
        QGuiApplication.clipboard().setText(split_reasoning(self.source()).answer)
        self.copied.emit()

    def set_last(self, last: bool) -> None:
        """Only the last answer of a conversation can be made again, or gone on with."""
        if last != self._last:
            self._last = last
            self._offer_actions()
            self.heightChanged.emit()

    def allow_continue(self, allowed: bool) -> None:
        """Tell whether the session can go on with the last answer."""
        if allowed != self._can_go_on:
            self._can_go_on = allowed
            self._offer_actions()
            self.heightChanged.emit()

    def show_versions(self, versions: tuple[str, ...], own: str) -> None:
        """Tell which versions of this answer there are, and which one this is."""
        self._entry = replace(self._entry, id=own, versions=versions)
        self._actions.show_versions(versions, own)

    def show_replay(self, replay: Replay | None) -> None:
        """Show how far the answer's replay is, or what came of it; None shows nothing."""
        self._replaying = isinstance(replay, ReplayProgressed)
        if replay is not None:
            if self._replay is None:
                self._replay = ReplayLine(self)
                self._replay.stopped.connect(self.replayStopped)
                self._replay.show()
            self._replay.show_replay(replay)
        elif self._replay is not None:
            self._replay.hide()
            self._replay.deleteLater()
            self._replay = None
        self._offer_actions()
        self.heightChanged.emit()

    def light(self, numbers: Collection[int]) -> None:
        """Put a ground behind the phrases that stand for these pieces of evidence."""
        self._body.light(numbers)

    def is_in_use(self) -> bool:
        """Tell whether the thought is open, or text selected."""
        return (self._thought is not None and self._thought.is_open) or super().is_in_use()

    def reveal(self, revealed: bool) -> None:
        """Show or hide the actions."""
        self._actions.reveal(revealed and not self._writing)

    # The view ---------------------------------------------------------------------------

    def source(self) -> str:
        """Return the answer's Markdown; phrases stand where the model wrote boxes."""
        return plain_text(self._entry) if self._evidence else self._source + self._unread

    def shown_text(self) -> str:
        """Return the line above, the thought's label, the text, notes and the error."""
        self.make_whole()
        parts = [self._status.text()]
        if self._thought is not None:
            parts.append(self._thought.shown_text())
        parts += [self._body.shown_text(), self._notes.text() if self._notes is not None else ""]
        parts.append(self._actions.shown_text())
        if self._error is not None:
            parts.append(self._error.shown_text())
        if self._replay is not None:
            parts.append(self._replay.shown_text())
        return "\n".join(part for part in parts if part)

    def restyle(self, tokens: Tokens) -> None:
        """Take the colours of ``tokens``."""
        self.make_whole()
        self._tokens = tokens
        answer = self._answer
        self._replace_body()
        self._answer = answer
        self._body.append(answer)
        if self._thought is not None:
            self._thought.restyle(tokens)
        if self._writing:
            self._body.set_caret(self._streams and bool(answer))
        else:
            self._body.finish()
            self._show_failure()

    def height_for(self, width: int) -> int:
        """Lay out in ``width`` px; the actions' place is always kept."""
        self.make_whole()
        self._status.setGeometry(0, 0, width, _STATUS_HEIGHT)
        y = _STATUS_HEIGHT + 2
        if self._thought is not None:
            height = self._thought.height_for(width)
            self._thought.setGeometry(0, y, width, height)
            y += height + 2
        if not self._body.is_empty():
            height = self._body.height_for(width)
            self._body.setGeometry(0, y, width, height)
            y += height
        if self._notes is not None:
            height = self._notes.heightForWidth(width)
            self._notes.setGeometry(0, y + 2, width, height)
            y += height + 2
        if self._error is not None:
            height = self._error.height_for(width)
            self._error.setGeometry(0, y + _GAP, width, height)
            y += height + _GAP
        y = self._actions.place(y + _ACTIONS_TOP, width)
        if self._replay is not None:
            height = self._replay.height_for(width)
            self._replay.setGeometry(0, y, width, height)
            y += height
        wide, least = self._least
        return max(y, least) if self._last and width == wide else y

    # ------------------------------------------------------------------------------------

    @property
    def _streams(self) -> bool:
        return self._live and self._writing

    def _show_answer(self, answer: str) -> None:
        if not answer.startswith(self._answer):
            self._replace_body()
        added = answer[len(self._answer) :]
        self._answer = answer
        if added:
            self._body.append(added)

    def _end(self) -> None:
        entry = self._entry
        self._writing = False
        self._show_answer(split_reasoning(self._source).answer)
        self._body.finish()
        if self._thought is not None:
            thought = split_reasoning(self._source).thought
            self._thought.show_thought(thought, thinking=False, live=self._live)
        self._set_status(
            status_line.finished_line(entry.model, entry.usage, entry.status, entry.stop_reason)
        )
        if entry.notes:
            self._notes = notes_label(self, entry.notes)
        self._show_failure()
        self._offer_actions()

    def _show_failure(self) -> None:
        if self._error is not None:
            self._error.deleteLater()
            self._error = None
        if self._entry.failure is not None:
            self._error = ErrorCard(self._entry.failure, self._tokens, self)
            self._error.retryRequested.connect(self.retryRequested)
            self._error.retry.setVisible(self._last)
            self._error.show()

    def _offer_actions(self) -> None:
        ended, entry = not self._writing, self._entry
        kept = ended and bool(entry.id)
        computed = kept and entry.run is not None and bool(entry.run.tokens)
        offered = {
            "copy": ended and bool(self._source),
            "continue": ended and self._last and self._can_go_on and is_unfinished(entry),
            "regenerate": ended and self._last and entry.failure is None,
            "check": kept and saw_pictures(entry),
            "why": computed and saw_pictures(entry),
            "replay": computed and not self._replaying,
        }
        self._actions.offer([name for name, wanted in offered.items() if wanted])
        if self._error is not None:
            self._error.retry.setVisible(self._last)

    def _set_status(self, text: str) -> None:
        if text != self._status.text():
            self._status.setText(text)

    def _show_thought(self, thought: str, *, thinking: bool) -> None:
        if self._thought is None:
            self._thought = ThoughtView(self._tokens, self)
            self._thought.toggled.connect(self.heightChanged)
            self._thought.show()
        self._thought.show_thought(thought, thinking=thinking, live=self._live)

    def _make_body(self) -> MarkdownBody:
        body = MarkdownBody(self._tokens, name=self.accessibleName(), evidence=self._evidence)
        body.setParent(self)
        body.phraseHovered.connect(self.phraseHovered)
        body.phraseChosen.connect(self.phraseChosen)
        body.linkActivated.connect(self.linkActivated)
        body.copied.connect(self.copied)
        body.stale.connect(self._renew)
        body.setVisible(True)
        return body

    def _renew(self) -> None:
        """Write the text again, with the formulas that were too many at first; once."""
        if not self._renewed:
            self._renewed = True
            self.restyle(self._tokens)
            self.heightChanged.emit()

    def _rewrite(self, text: str) -> None:
        self._source = ""
        self._replace_body()
        self.append(text)

    def _replace_body(self) -> None:
        self._body.hide()
        self._body.deleteLater()
        self._body = self._make_body()
        self._answer = ""
