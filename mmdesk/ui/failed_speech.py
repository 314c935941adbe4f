"""What was said and could not be written down: it waits for another try."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from mmdesk.core.errors import MmdeskError, SpeechError
from mmdesk.core.speech import UtteranceId
from mmdesk.ui.notices import ErrorCard, ErrorStack

if TYPE_CHECKING:
    from mmdesk.session.voice import VoiceSession


class FailedSpeech(QObject):
    """Offers to try again, on one card for all utterances that failed in the same way."""

    settingsWanted = Signal()

    def __init__(self, voice: VoiceSession, errors: ErrorStack) -> None:
        super().__init__(errors)
        self._voice, self._errors = voice, errors
        self._cards: dict[UtteranceId, ErrorCard] = {}

    def add(self, utterance: UtteranceId, error: MmdeskError) -> None:
        """Say why an utterance could not be written down."""
        card = self._errors.add(error)
        self._cards[utterance] = card
        for each, before in self._cards.items():
            if before.error.message == error.message:  # the new card has taken its place
                self._cards[each] = card
        card.dismissed.connect(partial(self._give_up, card))
        card.add_action("retryTranscript", self.tr("Retry"), partial(self._retry, card))
        if isinstance(error, SpeechError):
            card.add_action("voiceSettings", self.tr("Voice settings"), self.settingsWanted.emit)

    def forget(self) -> None:
        """The question was sent without them."""
        for utterance in tuple(self._cards):
            del self._cards[utterance]
            self._voice.forget(utterance)

    def _retry(self, card: ErrorCard) -> None:
        self._errors.remove(card)
        for utterance in self._taken_from(card):
            self._voice.retry(utterance)

    def _give_up(self, card: ErrorCard) -> None:
        for utterance in self._taken_from(card):
            self._voice.forget(utterance)

    def _taken_from(self, card: ErrorCard) -> list[UtteranceId]:
        """Let go of the utterances that wait for this card, in the order they were said."""
        utterances = [each for each, its in self._cards.items() if its is card]
        for utterance in utterances:
            del self._cards[utterance]
        return utterances
