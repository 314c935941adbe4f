"""What a person does with the messages of the shown conversation, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from mmdesk.core.events import (
    ConversationOpened,
    Event,
    ModelChosen,
    TurnAdded,
    TurnFailed,
    TurnFinished,
)
from mmdesk.core.messages import Picture, TranscriptPart
from mmdesk.core.sight import Pixels
from mmdesk.core.speech import Recording
from mmdesk.session.controller import ChatSession

if TYPE_CHECKING:
    from mmdesk.ui.links import LinkCard
    from mmdesk.ui.transcript_view import TranscriptPage
    from mmdesk.ui.window_frame import WindowFrame


_CHANGES = ConversationOpened | ModelChosen | TurnAdded | TurnFinished | TurnFailed
"""What changes whether the last answer can be gone on with."""


class MessageDesk(QObject):
    """Opens pictures, sounds, transcripts and links; has answers made, and made again.

    Attributes:
        sealed: Whether links can only be copied.
    """

    def __init__(self, frame: WindowFrame, session: ChatSession) -> None:
        super().__init__(frame)
        self._frame, self._session = frame, session
        self.sealed = False
        self._transcript: TranscriptPage | None = None
        self._card: LinkCard | None = None
        pane, composer = frame.chat.pane, frame.composer
        composer.pictureOpened.connect(self._open_pictures)
        composer.transcriptOpened.connect(self._open_transcript)
        pane.pictureActivated.connect(self._open_pictures)
        pane.recordingActivated.connect(self._play)
        pane.linkActivated.connect(self._ask_about_link)
        pane.versionChosen.connect(session.show_version)
        pane.regenerateRequested.connect(session.regenerate)
        pane.retryRequested.connect(session.retry)
        pane.continueRequested.connect(session.continue_answer)
        pane.replayRequested.connect(session.replay)
        pane.replayStopped.connect(session.stop_replay)
        pane.placeChanged.connect(session.keep_place)
        frame.regionWanted.connect(self._attach_region)

    @property
    def transcript(self) -> TranscriptPage:
        """What was said in a sound file; made when the first one is opened."""
        if self._transcript is None:
            from mmdesk.ui.transcript_view import TranscriptPage

            self._transcript = TranscriptPage()
            self._transcript.retranslate()
        return self._transcript

    @property
    def link_card(self) -> LinkCard:
        """What asks before a link is opened; made when the first one is chosen."""
        if self._card is None:
            from mmdesk.ui.links import LinkCard

            self._card = LinkCard(self._frame.chat.pane)
            self._card.openRequested.connect(self._open_link)
        return self._card

    def handle(self, event: Event) -> None:
        """Follow what can be done with the last answer, and which conversation is shown."""
        if isinstance(event, _CHANGES):
            self._frame.chat.pane.allow_continue(self._session.can_continue)
        if isinstance(event, ConversationOpened) and self._card is not None:
            self._card.leave()

    def keep_place(self) -> None:
        """Have it remembered where the person reads, before something else is shown."""
        self._session.keep_place(self._frame.chat.pane.place())

    def copy_answer(self) -> None:
        """Copy the last answer."""
        if text := self._frame.chat.pane.last_answer_text():
            QGuiApplication.clipboard().setText(text)

    def retranslate(self) -> None:
        """Set every text anew."""
        if self._transcript is not None:
            self._transcript.retranslate()
        if self._card is not None:
            self._card.retranslate()

    def _open_pictures(self, pictures: Sequence[Picture], index: int) -> None:
        self._frame.viewer.open(pictures, index)

    def _attach_region(self, picture: Picture, box: Pixels) -> None:
        self._frame.show_chat()
        self._session.attach_region(picture, box)

    def _open_transcript(self, transcript: TranscriptPart) -> None:
        self.transcript.show_transcript(transcript)
        if self._frame.page is not self.transcript:
            self._frame.toggle_page(self.transcript)

    def _play(self, recording: Recording) -> None:
        """Play a message's recording, or stop it."""
        self._frame.composer.voice.strip.play_no_more()
        self._session.voice.play(recording)

    def _ask_about_link(self, target: str) -> None:
        """Show where a link leads, beside it: nothing is opened yet."""
        self.link_card.ask(target, sealed=self.sealed)

    def _open_link(self, target: str) -> None:
        """Open a link that the person has seen in the browser; no file and no program."""
        from mmdesk.core.links import link_of
        from mmdesk.ui.outside import open_link

        if link_of(target).openable and not self.sealed:
            open_link(target)
