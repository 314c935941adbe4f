"""An answer: a quiet line, the thought if there was one, the text, the actions."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from mmdesk.core.conversations import Entry, EntryStatus, Failure, StopReason, Usage
from mmdesk.core.errors import MmdeskError
from mmdesk.core.events import TurnFinished
from mmdesk.core.phrases import Phrase
from mmdesk.core.reasoning import split_reasoning
from mmdesk.ui.chat import status_line
from mmdesk.ui.chat.actions import QuietButton
from mmdesk.ui.chat.body import MarkdownBody
from mmdesk.ui.chat.error_card import ErrorCard
from mmdesk.ui.chat.message_view import MessageView
from mmdesk.ui.chat.thought import ThoughtView
from mmdesk.ui.chat.versions import VersionSwitch
from mmdesk.ui.fonts import SMALL_PX, base_font
from mmdesk.ui.theme import Tokens
from mmdesk.ui.translate import phrase_text

_STATUS_HEIGHT = 22
_ACTIONS_TOP = 4
_GAP = 8


class AnswerView(MessageView):
    """One answer, live or kept: a kept one is a live one that got all its text at once."""

    def __init__(self, model: str, tokens: Tokens, *, live: bool) -> None:
        super().__init__()
        self._model = model
        self._tokens = tokens
        self._live = live
        self._writing = True
        self._last = False
        self._source = ""
        self._answer = ""
        self._error: ErrorCard | None = None
        self._failure: Failure | None = None
        self._thought: ThoughtView | None = None
        self.setAccessibleName(QCoreApplication.translate("chat", "Answer"))
        self._status = QLabel(self)
        self._status.setObjectName("answerStatus")
        self._status.setTextFormat(Qt.TextFormat.PlainText)
        self._status.setFont(base_font(SMALL_PX))
        self._status.setProperty("quiet", True)
        self._notes = _notes_label(self)
        self._body = self._make_body()
        self._copy = self._action("copy", QCoreApplication.translate("chat", "Copy"))
        self._copy.setObjectName("copyButton")
        self._copy.clicked.connect(self.copy)
        self._regenerate = self._action("retry", QCoreApplication.translate("chat", "Regenerate"))
        self._regenerate.setObjectName("regenerateButton")
        self._regenerate.clicked.connect(self.regenerateRequested)
        self._versions = VersionSwitch(self)
        self._versions.chosen.connect(self.versionChosen)
        self._offer_actions()
        self.set_doing(status_line.waiting())

    @classmethod
    def of_entry(cls, entry: Entry, tokens: Tokens) -> AnswerView:
        """Return the view of a kept answer."""
        view = cls(entry.model, tokens, live=False)
        view.append(entry.message.text)
        view._say_notes(entry.notes)
        view.show_versions(entry.versions, entry.id)
        view._end(entry.usage, entry.status, entry.stop_reason, entry.failure)
        return view

    # What happens to a live answer ------------------------------------------------------

    def set_doing(self, text: str) -> None:
        """Show what the answer waits for."""
        if self._writing:
            self._set_status(status_line.waiting_line(self._model, text))

    def append(self, text: str) -> None:
        """Add text at the end."""
        if not text:
            return
        self._source += text
        reply = split_reasoning(self._source)
        if reply.thought or reply.thinking:
            self._show_thought(reply.thought, thinking=reply.thinking)
        if not reply.answer.startswith(self._answer):
            self._replace_body()
        added = reply.answer[len(self._answer) :]
        self._answer = reply.answer
        if added:
            self._body.append(added)
        self.set_doing(status_line.thinking() if reply.thinking else status_line.writing())
        self._body.set_caret(self._live and self._writing and not reply.thinking)

    def finish(self, event: TurnFinished) -> None:
        """Show that the answer ended; the event's text is the whole of it."""
        if event.text != self._source:
            self._source = ""
            self._replace_body()
            self.append(event.text)
        self._model = event.model or self._model
        status = EntryStatus.FINISHED
        if event.stop_reason is StopReason.CANCELLED:
            status = EntryStatus.STOPPED
        self._say_notes(event.notes)
        self._end(event.usage, status, event.stop_reason, None)

    def fail(self, error: MmdeskError) -> None:
        """Show that the answer broke off; what was streamed stays."""
        failure = Failure(error.kind, error.message_phrase, error.hint_phrase)
        self._end(None, EntryStatus.FAILED, None, failure)

    # What the person does ---------------------------------------------------------------

    def copy(self) -> None:
        """Put the answer's Markdown on the clipboard, without the thought."""
        QGuiApplication.clipboard().setText(split_reasoning(self._source).answer)
        self.copied.emit()

    def set_last(self, last: bool) -> None:
        """Only the last answer of a conversation can be made again."""
        if last != self._last:
            self._last = last
            self._offer_actions()
            self.heightChanged.emit()

    def show_versions(self, versions: tuple[str, ...], own: str) -> None:
        """Tell which versions of this answer there are, and which one this is."""
        self._versions.show_versions(versions, own)

    def reveal(self, revealed: bool) -> None:
        """Show or hide the actions."""
        for button in (self._copy, self._regenerate):
            button.set_revealed(revealed and not self._writing)

    # The view ---------------------------------------------------------------------------

    def source(self) -> str:
        """Return the answer's Markdown as the model wrote it."""
        return self._source

    def shown_text(self) -> str:
        """Return the line above, the thought's label, the text, notes and the error."""
        parts = [self._status.text()]
        if self._thought is not None:
            parts.append(self._thought.shown_text())
        parts += [self._body.shown_text(), self._notes.text(), self._versions.shown_text()]
        if self._error is not None:
            parts.append(self._error.shown_text())
        return "\n".join(part for part in parts if part)

    def restyle(self, tokens: Tokens) -> None:
        """Take the colours of ``tokens``."""
        self._tokens = tokens
        answer = self._answer
        self._replace_body()
        self._answer = answer
        self._body.append(answer)
        if self._thought is not None:
            self._thought.restyle(tokens)
        if self._writing:
            self._body.set_caret(self._live and bool(answer))
        else:
            self._body.finish()
            self._show_failure()

    def height_for(self, width: int) -> int:
        """Lay out in ``width`` px; the actions' place is always kept."""
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
        if self._notes.text():
            height = self._notes.heightForWidth(width)
            self._notes.setGeometry(0, y + 2, width, height)
            y += height + 2
        if self._error is not None:
            height = self._error.height_for(width)
            self._error.setGeometry(0, y + _GAP, width, height)
            y += height + _GAP
        y += _ACTIONS_TOP
        x = -6
        # What is always painted stands first.
        parts = (self._versions, self._copy, self._regenerate)
        for part in (each for each in parts if not each.isHidden()):
            hint = part.sizeHint()
            self.place(part, x, y, hint.width(), hint.height(), width)
            x += hint.width() + 4
        return y + self._copy.sizeHint().height()

    # ------------------------------------------------------------------------------------

    def _end(
        self,
        usage: Usage | None,
        status: EntryStatus,
        reason: StopReason | None,
        failure: Failure | None,
    ) -> None:
        self._writing = False
        self._body.finish()
        if self._thought is not None:
            thought = split_reasoning(self._source).thought
            self._thought.show_thought(thought, thinking=False, live=self._live)
        self._set_status(status_line.finished_line(self._model, usage, status, reason))
        self._failure = failure
        self._show_failure()
        self._offer_actions()

    def _say_notes(self, notes: tuple[Phrase, ...]) -> None:
        self._notes.setText("\n".join(phrase_text(note) for note in notes))
        self._notes.setVisible(bool(notes))

    def _show_failure(self) -> None:
        if self._error is not None:
            self._error.deleteLater()
            self._error = None
        if self._failure is not None:
            self._error = ErrorCard(self._failure, self._tokens, self)
            self._error.retryRequested.connect(self.retryRequested)
            self._error.retry.setVisible(self._last)
            self._error.show()

    def _offer_actions(self) -> None:
        ended = not self._writing
        self._copy.setVisible(ended and bool(self._source))
        self._regenerate.setVisible(ended and self._last and self._failure is None)
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
        body = MarkdownBody(self._tokens, name=self.accessibleName())
        body.setParent(self)
        body.linkActivated.connect(self.linkActivated)
        body.copied.connect(self.copied)
        body.setVisible(True)
        return body

    def _replace_body(self) -> None:
        self._body.hide()
        self._body.deleteLater()
        self._body = self._make_body()
        self._answer = ""

    def _action(self, name: str, label: str) -> QuietButton:
        button = QuietButton(name, self)
        button.set_look(name, label, text=label)
        return button


def _notes_label(parent: AnswerView) -> QLabel:
    """Return what is said below an answer on how it came about."""
    label = QLabel(parent)
    label.setObjectName("answerNotes")
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setFont(base_font(SMALL_PX))
    label.setProperty("note", True)
    label.hide()
    return label
