"""Press to talk: the same meaning for the microphone button and for the key."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QWindow

from mmdesk.core.events import VoiceState
from mmdesk.ui.timers import single_shot

if TYPE_CHECKING:
    from mmdesk.session.voice import VoiceSession

HOLD_S = 0.35
"""A press that lasts longer ends what it began when it ends; a shorter one lets it go on."""
REPEAT_MS = 60
"""A key that repeats comes up and goes down again under X11. Qt tells such a release by the press
behind it, and takes it for a real one where that has not come yet."""
_OPEN = (VoiceState.OPENING, VoiceState.LISTENING)


class Talk(QObject):
    """Turns presses into starting and finishing, and listening hands-free on and off."""

    changed = Signal()
    """A press began or ended."""
    started = Signal()
    cancelled = Signal()

    def __init__(self, voice: VoiceSession) -> None:
        super().__init__()
        self._voice = voice
        self._since: float | None = None
        self._hands_free_next = False
        self._ending = False
        """It was told to stop listening and still takes in the last sounds."""
        self._again = False
        """It was pressed once more while that went on."""

    @property
    def held(self) -> bool:
        """Whether it listens because something is being held down."""
        return self._since is not None

    @property
    def listening(self) -> bool:
        """Whether the microphone is open, or about to be."""
        return self._voice.state in _OPEN

    def press(self) -> None:
        """The button or the key went down: begin to listen, or end it."""
        if self.held:
            return
        if self.listening and not self._ending:
            self._finish()
            return
        self._since = time.monotonic()
        if self._ending:
            self._again = True
        else:
            self._start(hands_free=False)
        self.changed.emit()

    def release(self) -> None:
        """It came up: what was held long enough ends here."""
        if self._since is None:
            return
        held, self._since = time.monotonic() - self._since, None
        if self._again:  # it never began
            self._again = False
        elif held > HOLD_S:
            self._finish()
        self.changed.emit()

    def let_go(self) -> None:
        """Whatever is held can't tell its release any more: the window lost the keyboard."""
        if self._since is not None:
            self._since, self._again = None, False
            self._finish()
            self.changed.emit()

    def cancel(self) -> None:
        """Forget what was said, also what is being written down."""
        self._since, self._hands_free_next, self._again = None, False, False
        self._voice.cancel()
        self.cancelled.emit()
        self.changed.emit()

    def toggle(self) -> None:
        """Start or stop without holding (a screen reader presses so)."""
        if self.listening:
            self._finish()
        else:
            self._start(hands_free=False)

    def toggle_hands_free(self) -> None:
        """Listen until told to stop; what is being said at that moment ends first."""
        if self.listening and self._voice.hands_free:
            self._finish()
        elif self.listening:
            self._hands_free_next = True
            self._since = None
            self._finish()
        else:
            self._start(hands_free=True)
        self.changed.emit()

    def state_changed(self) -> None:
        """The voice session is in another state."""
        if self.listening:
            return
        self._ending = False
        if self._again:  # and still held
            self._again = False
            self._start(hands_free=False)
            return
        self._since = None
        if self._hands_free_next:
            self._hands_free_next = False
            self._start(hands_free=True)

    def _finish(self) -> None:
        self._ending = True
        self._voice.finish()

    def _start(self, *, hands_free: bool) -> None:
        self.started.emit()
        self._voice.start(hands_free=hands_free)


class TalkKey(QObject):
    """The push-to-talk key, and Esc while the microphone is open, anywhere in a window.

    A shortcut tells no release, so the keys are taken from what the system sends the window,
    before any field gets them.
    """

    def __init__(self, talk: Talk) -> None:
        super().__init__(talk)
        self._talk = talk
        self._keys = QKeySequence()
        self._down: int | None = None
        self._window: QWindow | None = None
        self._up = single_shot(self, REPEAT_MS, self._came_up)

    def use(self, keys: QKeySequence) -> None:
        """Talk with other keys from now on."""
        self._keys = keys

    def watch(self, window: QWindow) -> None:
        """Take the keys of a window; means nothing where that is done already."""
        if window is not self._window:
            self._window = window
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys that are ours, and let go when the window loses the keyboard."""
        kind = event.type()
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._pressed(event)
        if kind == QEvent.Type.KeyRelease and isinstance(event, QKeyEvent):
            return self._released(event)
        if kind == QEvent.Type.FocusOut:
            self._up.stop()
            self._down = None
            self._talk.let_go()
        return False

    def _pressed(self, event: QKeyEvent) -> bool:
        if event.key() == self._down:
            self._up.stop()
            return True  # it repeats
        if self._keys.count() and _pressed_keys(event) == self._keys:
            if not event.isAutoRepeat():
                self._down = event.key()
                self._talk.press()
            return True
        if event.key() == Qt.Key.Key_Escape and self._talk.listening:
            self._talk.cancel()
            return True
        return False

    def _released(self, event: QKeyEvent) -> bool:
        if event.key() != self._down:
            return False
        if not event.isAutoRepeat():
            self._up.start()
        return True

    def _came_up(self) -> None:
        self._down = None
        self._talk.release()


def _pressed_keys(event: QKeyEvent) -> QKeySequence:
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return QKeySequence(event.key() | modifiers.value)
