"""One answer of a server, from the question to its terminal event."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import mmdesk
from mmdesk.core.conversations import Run
from mmdesk.core.errors import (
    ServerBrokeOff,
    ServerCannotContinue,
    ServerError,
    ServerNonsense,
)
from mmdesk.core.events import TurnFinished, TurnProgress, TurnStage
from mmdesk.core.messages import Picture
from mmdesk.core.models import ModelKey, host_of, split_remote
from mmdesk.core.phrases import Phrase
from mmdesk.core.protocols import EventSink
from mmdesk.core.requests import AnswerQuestion
from mmdesk.remote.chunks import Chunk, Nonsense, StreamError, parse
from mmdesk.remote.client import client_for
from mmdesk.remote.failures import Question, Refusal, refused
from mmdesk.remote.guard import Guard, StartThread, Stopped
from mmdesk.remote.limits import Limits
from mmdesk.remote.prompt import (
    Options,
    conversation,
    options,
    refuses_system,
    relaxed,
    without_system,
)
from mmdesk.remote.reply import Reply
from mmdesk.remote.sse import events, refuse_over

_DONE = "[DONE]"


class Answering:
    """Asks one question of one server.

    Args:
        api_key: For its origin, or None.
        stopped: Asked every ``limits.poll_s``, whatever is being waited for.
    """

    def __init__(
        self,
        request: AnswerQuestion,
        model: ModelKey,
        api_key: str | None,
        emit: EventSink,
        stopped: Callable[[], bool],
        start_thread: StartThread,
        limits: Limits,
    ) -> None:
        self._request = request
        self._key = model
        self._url, self._model = split_remote(model)
        self._host = host_of(model)
        self._api_key = api_key
        self._emit = emit
        self._stopped = stopped
        self._start_thread = start_thread
        self._limits = limits
        self._notes: tuple[Phrase, ...] = ()
        self._inserts: dict[bytes, tuple[bytes, ...]] = {}
        self._nonce = secrets.token_hex(16)  # no text can hold a picture's mark by chance
        started = time.perf_counter()
        self._reply = Reply(request.turn, emit, self._host, limits.answer_chars, started)

    def run(self) -> TurnFinished:
        """Stream the answer and return its terminal event.

        Raises:
            ServerCannotContinue: the answer has begun elsewhere.
            ServerError, PictureError: what was emitted stays valid.
        """
        if self._request.begun is not None:
            raise ServerCannotContinue(host=self._host)
        try:
            messages = self._messages()
            self._emit(TurnProgress(self._request.turn, TurnStage.PREFILL))
            self._ask(messages)
        except Stopped:
            return replace(self._reply.finished(self._key, cancelled=True), run=self._run)
        except ServerError:
            if not self._reply.ended or self._reply.broken:
                raise  # else only the figures at the end are lost
        finished = self._reply.finished(self._key)
        return replace(finished, notes=finished.notes + self._notes, run=self._run)

    @property
    def _run(self) -> Run:
        """How the server was asked; how it computes, it doesn't say."""
        libraries = (("mmdesk", mmdesk.__version__), ("openai", version("openai")))
        return Run(self._request.settings, libraries=libraries)

    @property
    def _pictures(self) -> int:
        return sum(len(message.pictures) for message in self._request.messages)

    def _messages(self) -> list[dict[str, Any]]:
        from mmdesk.remote.pictures import data_url  # imports Pillow

        done = 0

        def marked(picture: Picture) -> str:
            nonlocal done
            if self._stopped():
                raise Stopped
            self._emit(TurnProgress(self._request.turn, TurnStage.PICTURES, done, self._pictures))
            done += 1
            mark = f"picture:{self._nonce}:{picture.sha256}:"
            if mark.encode() not in self._inserts:
                self._inserts[mark.encode()] = data_url(picture)
            return mark

        return conversation(self._request.messages, marked)

    def _ask(self, messages: list[dict[str, Any]]) -> None:
        """Ask, letting go of options that the server refuses, and of the system role."""
        chosen = options(self._request.settings)
        about = Question(self._host, self._model, bool(self._pictures))
        guard = self._guard()
        while True:
            try:
                self._stream(messages, chosen, guard)
                return
            except Refusal as refusal:
                refusal.text = self._without_key(refusal.text)
                again = relaxed(chosen, refusal)
                plainer = without_system(messages) if refuses_system(refusal) else None
                if again is not None:
                    chosen = again[0]
                    self._notes += again[1]
                elif plainer is not None:
                    messages = plainer
                else:
                    raise refused(refusal, about) from None
            except StreamError as error:
                text = self._without_key(error.text)
                raise refused(Refusal(error.status, text), about) from None
            except Nonsense as error:
                raise ServerNonsense(host=self._host, reason=str(error)) from None

    def _guard(self) -> Guard:
        limits = self._limits
        return Guard(
            self._host,
            limits,
            self._stopped,
            total_s=limits.total_s,
            first_s=limits.first_s,
            most_bytes=limits.stream_bytes,
        )

    def _without_key(self, text: str) -> str:
        """A server may quote the key that it was sent, and errors are kept."""
        return text.replace(self._api_key, "…") if self._api_key else text

    def _stream(self, messages: list[dict[str, Any]], chosen: Options, guard: Guard) -> None:
        with client_for(
            self._url, self._api_key, guard, self._start_thread, self._inserts
        ) as client:
            create: Any = client.chat.completions.with_streaming_response.create
            with create(model=self._model, messages=messages, stream=True, **chosen) as response:
                kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
                self._read(kind, response.http_response.iter_raw(), guard)

    def _read(self, kind: str, chunks: Iterator[bytes], guard: Guard) -> None:
        if kind == "text/html":
            raise Nonsense("it sent a web page")
        if kind == "application/json":
            self._take(parse("", _all_of(chunks, guard)), guard)
        elif not self._read_events(chunks, guard) and not self._reply.ended:
            if self._reply.begun:
                raise ServerBrokeOff(host=self._host)
            raise Nonsense("it sent no answer")
        if self._reply.broken:
            raise ServerBrokeOff(host=self._host)
        if not self._reply.begun:
            raise Nonsense("there is no answer in what it sent")

    def _read_events(self, chunks: Iterator[bytes], guard: Guard) -> bool:
        """Take the events; return whether the server said that there are no more."""
        for name, data, complete in events(chunks, guard):
            if data.strip() == _DONE:
                return True
            try:
                self._take(parse(name, data), guard)
            except Nonsense:
                if complete:
                    raise
        return False

    def _take(self, chunk: Chunk, guard: Guard) -> None:
        guard.check()  # what comes all at once never waits for the network
        ended = self._reply.ended
        useful = self._reply.take(chunk)
        if useful and not ended:
            guard.allow(self._limits.after_s if self._reply.ended else self._limits.idle_s)


def _all_of(chunks: Iterator[bytes], guard: Guard) -> str:
    """Return a body that is no stream, as far as one event may go."""
    body = bytearray()
    for chunk in chunks:
        body += chunk
        refuse_over(len(body), guard)
    return body.decode("utf-8-sig", "replace")
