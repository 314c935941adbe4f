"""What was heard, above the question: play it, how sure it is, throw it away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from mmdesk.core.languages import language_name
from mmdesk.core.speech import UtteranceId
from mmdesk.ui.controls import IconButton, plain_label

if TYPE_CHECKING:
    from mmdesk.ui.heard_words import HeardStretch


class HeardStrip(QFrame):
    """One line while the question has heard words; several recordings play one after another."""

    playWanted = Signal(str)
    """An utterance."""
    stopWanted = Signal()
    discarded = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("heardStrip")
        self._stretches: tuple[HeardStretch, ...] = ()
        self._kept = True
        self._playing: str | None = None
        self._next: list[UtteranceId] = []
        self._play = IconButton("playHeard", "play", role="accent", side=26, glyph=16)
        self._play.clicked.connect(self._clicked)
        self._label = plain_label("heardLabel", wrap=True)
        self._discard = IconButton("discardHeard", "trash", side=26, glyph=16)
        self._discard.clicked.connect(self.discarded)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 1, 4, 1)
        row.setSpacing(6)
        row.addWidget(self._play)
        row.addWidget(self._label, 1)
        row.addWidget(self._discard)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._label.text()

    def show_heard(self, stretches: Sequence[HeardStretch], *, kept: bool) -> None:
        """Show the question's utterances; ``kept`` is whether they stay with the message."""
        self._stretches, self._kept = tuple(stretches), kept
        if not stretches:
            self.play_no_more()
        self._refresh()
        self.setVisible(bool(stretches))

    def play_no_more(self) -> None:
        """Leave out what would be played next."""
        self._next = []

    def show_playing(self, key: str | None) -> None:
        """Follow playback: None plays what comes next."""
        self._playing = key
        if key is None and self._next:
            self.playWanted.emit(self._next.pop(0))
        elif key is not None and not self._plays_whole(key):
            self.play_no_more()  # something else was begun
        self._refresh()

    def retranslate(self) -> None:
        """Set every text anew."""
        self._discard.describe(self.tr("Throw the recording and its words away"))
        self._refresh()

    def _clicked(self) -> None:
        if self._playing is not None and self._ours(self._playing):
            self.play_no_more()
            self.stopWanted.emit()
            return
        first, *self._next = [stretch.utterance for stretch in self._stretches]
        self.playWanted.emit(first)

    def _plays_whole(self, key: str) -> bool:
        return any(key == stretch.utterance for stretch in self._stretches)

    def _ours(self, key: str) -> bool:
        return any(key.partition("/")[0] == stretch.utterance for stretch in self._stretches)

    def _refresh(self) -> None:
        playing = self._playing is not None and self._ours(self._playing)
        self._play.show_icon("stop" if playing else "play", "accent")
        self._play.describe(self.tr("Stop playing") if playing else self.tr("Play what was said"))
        self._label.setText(self._said())

    def _said(self) -> str:
        seconds = sum(stretch.seconds for stretch in self._stretches)
        parts = [self.tr("Heard {seconds} s").format(seconds=f"{seconds:.1f}")]
        codes = dict.fromkeys(stretch.language for stretch in self._stretches if stretch.language)
        parts += [QCoreApplication.translate("languages", language_name(code)) for code in codes]
        unsure = sum(stretch.unsure for stretch in self._stretches)
        if unsure == 1:
            parts.append(self.tr("1 word is unsure"))
        elif unsure:
            parts.append(self.tr("{count} words are unsure").format(count=unsure))
        if not self._kept:
            parts.append(self.tr("not kept"))
        return " · ".join(parts)
