"""Where a question is made: its text, its pictures, what was refused, send and stop."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, Signal

from mmdesk.core.errors import MmdeskError, QuestionEmpty, QuestionError, QuestionTooLong
from mmdesk.session.controller import MAX_QUESTION, ChatSession
from mmdesk.ui.composer_frame import ComposerFrame
from mmdesk.ui.controls import restyle
from mmdesk.ui.draft_keeper import DraftKeeper
from mmdesk.ui.dropped import CarriedKind, image_bytes, judge
from mmdesk.ui.shortcuts import label_of
from mmdesk.ui.translate import phrase_text


class Composer(ComposerFrame):
    """The card at the bottom of the window; the session keeps what is made in it."""

    filesWanted = Signal()
    pictureOpened = Signal(object, int)
    """All pictures of the draft, and which of them."""
    transcriptOpened = Signal(object)
    """The :class:`TranscriptPart` of a sound file of the draft."""
    modelCarried = Signal(object)
    """The path of a model that was dropped or pasted."""
    archivesCarried = Signal(object)
    """The paths of conversations that were dropped or pasted."""
    asking = Signal()
    """A question is about to be sent."""

    def __init__(self, session: ChatSession) -> None:
        super().__init__(session.voice)
        self._session = session
        self._waiting, self._empty = False, True
        self._sent = ""
        self._when_heard = self._when_free = False
        self.draft = DraftKeeper(session, self.input, self.voice)
        self._connect()
        self.refresh()

    # What a person does

    def submit(self) -> None:
        """Send what is written; what is still being said or written down is waited for."""
        if self.voice.pending:
            self.voice.finish()
            self._when_heard = True
            self.refresh()
            return
        self._ask(self.input.toPlainText(), written=True)

    def ask(self, question: str, pictures: Sequence[Path]) -> None:
        """Send a question that is not the person's own; what is being written stays."""
        self.attach_files(pictures)
        self._ask(question, written=False)

    def _ask(self, question: str, *, written: bool) -> None:
        if self._session.busy:
            self._say(self.tr("An answer is being written: Esc stops it."))
            return
        if self._waiting:
            return
        self._sent = question if written else ""
        self._when_heard = False
        self.asking.emit()
        try:
            self._session.submit(question)
        except QuestionEmpty:
            self.input.setFocus()
            return
        except MmdeskError as error:
            self.errors.add(error)
            return
        self.errors.clear(QuestionError)
        self._waiting = not self._session.busy
        self.refresh()

    def stop_answer(self) -> None:
        """Stop the answer, or a question that waits for its files or for an answer."""
        self._waiting, self._sent = False, ""
        self._when_heard = self._when_free = False
        self._session.stop()
        self.refresh()
        self.input.setFocus()

    def edit_last(self) -> None:
        """Take the last question back to change it."""
        if self._session.attachments:
            return  # they belong to a question that is being made: an edit would replace them
        text = self._session.edit_last()
        if text is not None:
            self.put_text(text)
        self.refresh()

    def cancel_edit(self) -> None:
        """Leave the last question as it was."""
        self._session.cancel_edit()
        self.draft.show(self._session.draft_text)  # what waited meanwhile
        self.refresh()
        self.input.setFocus()

    def take(self, mime: QMimeData) -> None:
        """Take a drop or a paste."""
        carried = judge(mime)
        if carried.kind is CarriedKind.FILES:
            self._session.attach(carried.paths)
        elif carried.kind is CarriedKind.MODEL:
            self.modelCarried.emit(carried.paths[0])
        elif carried.kind is CarriedKind.ARCHIVE:
            self.archivesCarried.emit(carried.paths)
        elif carried.kind is CarriedKind.IMAGE:
            found = image_bytes(mime)
            if found is not None:
                self._session.attach_bytes(*found)
        elif carried.kind is CarriedKind.TEXT:
            self.input.insertPlainText(mime.text())
        else:
            for error in carried.refused:
                self.errors.add(error)
        self.refresh()
        self.input.setFocus()

    def attach_files(self, paths: Sequence[Path]) -> None:
        """Add files that were chosen."""
        self._session.attach(paths)
        self.refresh()
        self.input.setFocus()

    # What happens

    def question_left(self) -> None:
        """A question was sent: what was typed since is the beginning of the next one."""
        self._waiting = False
        self.voice.sent(self._sent)
        self._sent = ""
        self.draft.tell()
        self.errors.clear()
        self.refresh()

    def show_conversation(self) -> None:
        """Another conversation is shown; what was begun in it comes with ``DraftShown``."""
        self._waiting, self._sent = False, ""
        self._when_heard = self._when_free = False
        self.errors.clear(QuestionError)
        self.refresh()

    def refused(self, error: MmdeskError) -> None:
        """A file can't be used: say so above the question."""
        self._waiting, self._sent = False, ""
        self._when_heard = self._when_free = False
        self.errors.add(error)
        self.refresh()

    def put_text(self, text: str) -> None:
        """Replace the text; the cursor goes to its end."""
        self.input.setPlainText(text)
        self.input.moveCursor(self.input.textCursor().MoveOperation.End)
        self.input.setFocus()

    def refresh(self) -> None:
        """Show the session's state: files, busy, editing."""
        attachments = self._session.attachments
        self.strip.sync(attachments)
        self.draft.files_are(attachments)
        notes = [
            f"{each.name}: {phrase_text(note)}"
            for each in attachments
            if each.picture is not None
            for note in each.picture.notes
        ]
        self._notes.setText("\n".join(notes))
        self._notes.setVisible(bool(notes))
        reading = not all(each.ready for each in attachments)
        self._waiting = self._waiting and reading and not self._session.busy
        self._show_stop(self._session.busy or self._waiting)
        self._say(self._what_it_waits_for() or self.voice.note)
        self._editing.setVisible(self._session.editing)
        self._show_readiness()
        self._fit()
        if self._when_free and not (self._session.busy or self._waiting or self.voice.pending):
            self._when_free = False
            self.submit()

    def name_host(self, host: str) -> None:
        """Tell to which computer questions go; "" is this one."""
        self.voice.name_host(host)

    def retranslate(self) -> None:
        """Set every text anew."""
        self.input.setAccessibleName(self.tr("Question"))
        self.attach.describe(label_of("attach"))
        self.send.describe(label_of("send"))
        self.stop.describe(self.tr("Stop the answer"))
        self._editing.retranslate()
        self.strip.retranslate()
        self.voice.retranslate()

    # Inside

    def _connect(self) -> None:
        field, voice = self.input, self.voice
        field.submitted.connect(self.submit)
        field.upPressed.connect(self.edit_last)
        field.carried.connect(self.take)
        field.pasteTooLong.connect(self._refuse_paste)
        field.focusChanged.connect(self._show_focus)
        field.textChanged.connect(self._show_readiness)
        voice.changed.connect(self.refresh)
        voice.heard.connect(self._take_heard)
        voice.missed.connect(self._forget_sending)
        self.strip.opened.connect(self._open_attachment)
        self.strip.removed.connect(self._remove_attachment)
        self.attach.clicked.connect(self.filesWanted)
        self.send.clicked.connect(self.submit)
        self.stop.clicked.connect(self.stop_answer)
        self._editing.cancelled.connect(self.cancel_edit)

    def _what_it_waits_for(self) -> str:
        if self._waiting:
            return self.tr("The question is sent as soon as its files are read.")
        if self._when_heard:
            return self.tr("The question is sent as soon as it is written down.")
        if self._when_free:
            return self.tr("The question is sent as soon as the answer is finished.")
        return ""

    def _take_heard(self, send: bool) -> None:
        """Words have come: send them if that was asked for, here or in the settings."""
        if self._waiting and not send and not self._session.busy:
            self._waiting, self._sent = False, ""  # the session has let go of it: it is read first
        self._when_free = self._when_free or self._when_heard or send
        self._when_heard = False

    def _forget_sending(self) -> None:
        """No words have come: the person decides whether to send without them."""
        self._when_heard = False

    def _show_readiness(self) -> None:
        empty = self.input.document().isEmpty() and not self._session.attachments
        if self._empty and (not empty or self.voice.pending):
            self._session.prepare_model()  # it may have been freed while nothing was asked
        self._empty = empty and not self.voice.pending
        restyle(self.send, "empty", empty)
        self.send.show_icon("arrow-up", "accent" if empty else "on_accent")

    def _show_focus(self, focused: bool) -> None:
        restyle(self, "focused", focused)
        if not focused:
            self.draft.save()

    def _refuse_paste(self, size: int) -> None:
        self.errors.add(QuestionTooLong(size=size, limit=MAX_QUESTION))

    def _open_attachment(self, attachment_id: str) -> None:
        for each in self._session.attachments:
            if each.id == attachment_id and each.transcript is not None:
                self.transcriptOpened.emit(each.transcript)
        shown = [each for each in self._session.attachments if each.picture is not None]
        ids = [each.id for each in shown]
        if attachment_id in ids:
            pictures = tuple(each.picture for each in shown)
            self.pictureOpened.emit(pictures, ids.index(attachment_id))

    def _remove_attachment(self, attachment_id: str) -> None:
        self._session.detach(attachment_id)
        self.refresh()
        self.input.setFocus()
