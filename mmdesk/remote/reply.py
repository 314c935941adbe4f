"""The answer as it grows: cleaned, thoughts marked, passed on as ``TextDelta``."""

from __future__ import annotations

import time

from mmdesk.core.conversations import StopReason, Usage
from mmdesk.core.errors import ServerTooMuch
from mmdesk.core.events import TextDelta, TurnFinished
from mmdesk.core.messages import well_formed
from mmdesk.core.phrases import QT_TRANSLATE_NOOP, Phrase
from mmdesk.core.protocols import EventSink
from mmdesk.core.reasoning import CLOSE, OPEN
from mmdesk.core.requests import TurnId
from mmdesk.remote.chunks import Chunk, Tokens
from mmdesk.remote.wording import printable

FILTERED = QT_TRANSLATE_NOOP("notes", "The server's filter ended the answer.")

_LENGTH = ("length", "max_tokens")
_BROKEN = ("abort", "error")
"""vLLM's and OpenRouter's way to say that the answer broke off."""


class Reply:
    """Takes chunks, gives events.

    Args:
        started: ``time.perf_counter()`` when the work on this question began.
    """

    def __init__(self, turn: TurnId, emit: EventSink, host: str, most: int, started: float) -> None:
        self._turn = turn
        self._emit = emit
        self._host = host
        self._most = most
        self._started = started
        self._first_at = self._last_at = 0.0
        self._length = 0
        self._pieces: list[str] = []
        self._half = ""
        self._thinking = self._answering = False
        self._tokens: Tokens | None = None
        self._finish: str | None = None
        self.begun = False

    @property
    def ended(self) -> bool:
        """Whether the server has said how the answer ended."""
        return self._finish is not None

    @property
    def broken(self) -> bool:
        """Whether it said that it did not."""
        return self._finish in _BROKEN

    def take(self, chunk: Chunk) -> bool:
        """Take what an event brought; return whether there was anything of use in it.

        Raises:
            ServerTooMuch: the text is longer than an answer can be.
        """
        self.begun = self.begun or chunk.ours
        self._tokens = chunk.tokens or self._tokens
        self._finish = self._finish or chunk.finish or None
        said = self._marked(chunk)
        if said:
            self._say(said)
        return bool(said or chunk.finish)

    def finished(self, model: str, *, cancelled: bool = False) -> TurnFinished:
        """End the answer and return its terminal event."""
        if self._half:
            self._say("\N{REPLACEMENT CHARACTER}")
        if self._thinking:
            self._say(f"\n{CLOSE}")
            self._thinking = False
        cancelled = cancelled and not self.ended
        notes = (Phrase(FILTERED),) if self._finish == "content_filter" else ()
        text = "".join(self._pieces)
        return TurnFinished(self._turn, self._reason(cancelled), text, self._usage(), model, notes)

    def _marked(self, chunk: Chunk) -> str:
        """Return new text as the local engine would write it: thoughts first, in an element.

        Thoughts that come after the answer has begun have no place in it and are left out.
        """
        thought = "" if self._answering else printable(chunk.thought)
        text = self._whole(printable(chunk.text))
        if thought and not self._thinking:
            self._thinking = True
            thought = f"{OPEN}\n{thought}"
        if text.strip() and self._thinking:
            self._thinking = False
            text = f"\n{CLOSE}\n\n{text.lstrip()}"
        self._answering = self._answering or bool(text.strip())
        return well_formed(thought) + text

    def _whole(self, text: str) -> str:
        """Return text of whole characters: JSON may halve one between two chunks."""
        text = self._half + text
        self._half = ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self._half = text[:-1], text[-1]
        return well_formed(text)

    def _say(self, text: str) -> None:
        self._length += len(text)
        if self._length > self._most:
            raise ServerTooMuch(host=self._host, limit=f"{self._most} characters")
        self._last_at = time.perf_counter()
        self._first_at = self._first_at or self._last_at
        self._pieces.append(text)
        self._emit(TextDelta(self._turn, text))

    def _reason(self, cancelled: bool) -> StopReason:
        if cancelled:
            return StopReason.CANCELLED
        return StopReason.LENGTH if self._finish in _LENGTH else StopReason.STOP

    def _usage(self) -> Usage | None:
        """Return the server's count and mmdesk's clock; a chunk is no token: none is made up."""
        if self._tokens is None:
            return None
        decoding = self._last_at - self._first_at
        count = self._tokens.completion
        return Usage(
            prompt_tokens=self._tokens.prompt,
            completion_tokens=count,
            ttft_ms=1000 * (self._first_at - self._started) if self._first_at else 0.0,
            tokens_per_second=(count - 1) / decoding if count > 1 and decoding > 0 else 0.0,
        )
