"""Tells the session what stands in the question, and shows what it has kept of one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QElapsedTimer, QObject
from PySide6.QtGui import QGuiApplication, QTextCursor

from mmdesk.session.controller import ChatSession
from mmdesk.session.draft_contents import Attachment
from mmdesk.ui.composer_voice import ComposerVoice
from mmdesk.ui.question_input import QuestionInput
from mmdesk.ui.timers import single_shot

PAUSE_MS = 400
"""From the last change until the draft is saved."""
_LONGEST_MS = 2000
"""Who types without a pause is saved that often."""


class DraftKeeper(QObject):
    """Keeps the session's draft and a field's text the same.

    The field has the text, the session everything else; what is shown provisionally while
    someone speaks is in neither.
    """

    def __init__(self, session: ChatSession, field: QuestionInput, voice: ComposerVoice) -> None:
        super().__init__(field)
        self._session, self._field, self._voice = session, field, voice
        self._files: tuple[tuple[str, bool], ...] = ()
        self._told = field.toPlainText()
        self._unsaved_for = QElapsedTimer()
        self._pause = single_shot(self, 0, self.save)
        field.textChanged.connect(self._edited)

    def tell(self) -> None:
        """Tell the session what stands in the field, and have it saved soon."""
        self._told = self._field.toPlainText()
        self._session.write(self._told)
        self._save_soon()

    def files_are(self, attachments: Sequence[Attachment]) -> None:
        """Tell which files there are; others than before are saved soon."""
        files = tuple((each.id, each.ready) for each in attachments)
        if files != self._files:
            self._files = files
            self._save_soon()

    def save(self) -> None:
        """Have what was changed saved now."""
        if self._unsaved_for.isValid():
            self._pause.stop()
            self._unsaved_for.invalidate()
            self._session.save_draft()

    def show(self, text: str) -> None:
        """Show the session's draft; the focus stays where it is."""
        if text == self._field.toPlainText():
            return
        if self._field.composing:
            QGuiApplication.inputMethod().commit()
        self._told = text  # the session knows it
        self._voice.let_go(lambda: self._field.setPlainText(text))
        self._field.moveCursor(QTextCursor.MoveOperation.End)

    def _edited(self) -> None:
        if self._field.toPlainText() != self._told:  # else only its looks were changed
            self.tell()

    def _save_soon(self) -> None:
        if not self._unsaved_for.isValid():
            self._unsaved_for.start()
        elif self._unsaved_for.hasExpired(_LONGEST_MS):
            self.save()
            return
        self._pause.start(PAUSE_MS)
