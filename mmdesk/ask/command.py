"""``mmdesk ask``: one question on the command line, through the window's own session."""

from __future__ import annotations

import argparse
import logging
import queue
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path

from mmdesk import compose, paths
from mmdesk.ask.evidence import write_evidence
from mmdesk.ask.printing import JsonPrinter, Printer, TextPrinter
from mmdesk.core.conversations import StopReason
from mmdesk.core.errors import (
    InternalError,
    MmdeskError,
    ModelError,
    QuestionEmpty,
    QuestionNotText,
    QuestionTooLong,
    TooManyPictures,
)
from mmdesk.core.events import (
    AttachmentRefused,
    AudioTranscribed,
    Event,
    ModelFailed,
    SavingPaused,
    SavingResumed,
    StoreFailed,
    TranscriptReady,
    TurnFailed,
    TurnFinished,
    TurnSaved,
)
from mmdesk.core.examinations import AnswerScored, ExaminationFailed
from mmdesk.logs import open_log
from mmdesk.session.controller import MAX_QUESTION
from mmdesk.session.draft import MAX_PICTURES
from mmdesk.settings import Settings, load_settings
from mmdesk.terminal import Interrupts

log = logging.getLogger(__name__)

_ENDS = TurnFinished | AnswerScored | ExaminationFailed
_MOST_INPUT = 16 << 20
"""Bytes read from standard input: enough to say how much too long most questions are."""


def run(arguments: argparse.Namespace) -> int:
    """Ask, print, and return the exit status."""
    printer: Printer = JsonPrinter() if arguments.json else TextPrinter()
    _end_in_order_on_signals()
    try:
        open_log(paths.log_file(), debug=arguments.debug)
        return _ask(arguments, printer)
    except MmdeskError as error:
        printer.error(error)
    except BrokenPipeError:
        raise
    except OSError as error:
        where = f"Check “{error.filename}”." if error.filename else "The output can't be written."
        printer.failure("os_error", f"{error.strerror or error}.", where)
    except Exception as error:
        log.exception("asking")
        printer.error(InternalError.of(error))
    return 1


def _ask(arguments: argparse.Namespace, printer: Printer) -> int:
    question = _question(arguments)
    settings = _settings(arguments)
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    application = compose.build(events.put, settings, engine=arguments.engine, keep=arguments.save)
    try:
        status = _Run(application, events, printer, arguments.evidence).answer(arguments, question)
    finally:
        application.close()
    return _keep_status(status, events, printer)


def _keep_status(status: int, events: queue.SimpleQueue[Event], printer: Printer) -> int:
    """Return 1 where an answer that was to be kept could not be written at last."""
    paused = None
    while not events.empty():
        match events.get():
            case StoreFailed(error=error):
                printer.error(error)
                status = status or 1
            case SavingPaused(error=error):
                paused = error
            case SavingResumed():
                paused = None
    if paused is not None:
        printer.error(paused)
        status = status or 1
    return status


class _Run:
    """Drains the events of one question."""

    def __init__(
        self,
        application: compose.Application,
        events: queue.SimpleQueue[Event],
        printer: Printer,
        evidence: Path | None,
    ) -> None:
        self._application = application
        self._session = application.session
        self._events = events
        self._printer = printer
        self._question = ""
        self._saved = False
        self._evidence = evidence
        self._end: TurnFinished | None = None

    def answer(self, arguments: argparse.Namespace, question: str) -> int:
        self._application.start()
        session = self._session
        session.attach(arguments.attach)
        session.prepare_model()
        self._question = question
        if arguments.audio is None:
            session.submit(question)
        else:
            session.attach([arguments.audio])
        with Interrupts() as interrupts:
            return self._until_the_end(interrupts)

    def _until_the_end(self, interrupts: Interrupts) -> int:
        while True:
            status = self._step()
            if interrupts.one_more():
                self._session.stop()
                if self._end is not None:  # only its tokens' probabilities were to come
                    self._finished(None)
                if not self._session.busy:  # it was never sent, or has just ended
                    raise KeyboardInterrupt
            if status is not None and interrupts.count:
                raise KeyboardInterrupt
            if status is not None:
                return status

    def _step(self) -> int | None:
        """Handle one event; return the exit status once the turn has ended."""
        try:
            queued = self._events.get(timeout=0.1)
        except queue.Empty:
            self._session.tick()
            return None
        status = None
        for event in self._session.handle(queued):
            self._printer.event(event)
            taken = self._end_of(event) if isinstance(event, _ENDS) else self._take(event)
            status = status if taken is None else taken
        self._session.tick()
        return status

    def _take(self, event: Event) -> int | None:
        match event:
            case TranscriptReady(transcript=heard):
                self._question = f"{self._question} {heard.text}".strip()
                self._session.submit(self._question)
            case AudioTranscribed() if not self._session.busy:  # else it has gone along
                self._session.submit(self._question)
            case AttachmentRefused(error=error) | TurnFailed(error=error):
                raise error
            case ModelFailed(error=error) if isinstance(error, ModelError):
                raise error
            case SavingPaused(error=error) if not self._saved:
                raise error  # nobody is there to wait until the disk has room
            case SavingPaused(error=error):
                self._printer.error(error)
            case TurnSaved():
                self._saved = True
        return None

    def _end_of(self, event: TurnFinished | AnswerScored | ExaminationFailed) -> int | None:
        """Have the tokens of an answer scored, where that is wanted and can be, then print it."""
        if not isinstance(event, TurnFinished):
            return self._finished(event if isinstance(event, AnswerScored) else None)
        self._end = event
        if self._printer.scores and event.stop_reason is not StopReason.CANCELLED:
            entries = self._session.entries
            if self._session.examining.score(entries, len(entries) - 1) is not None:
                return None
        return self._finished(None)

    def _finished(self, scored: AnswerScored | None) -> int:
        assert self._end is not None
        entries = self._session.entries
        self._printer.finished(self._end, entries[-1], scored)
        if self._evidence is not None:
            for line in write_evidence(entries, self._evidence):
                self._printer.note(line)
        return 1 if self._session.saving_paused else 0


def _question(arguments: argparse.Namespace) -> str:
    """Return the question; what is wrong with it or the pictures' number is said at once."""
    text = _read_standard_input() if arguments.question == "-" else str(arguments.question)
    if not text.strip() and not arguments.attach and arguments.audio is None:
        raise QuestionEmpty
    if len(text) > MAX_QUESTION:
        raise QuestionTooLong(size=len(text), limit=MAX_QUESTION)
    if len(arguments.attach) > MAX_PICTURES:
        raise TooManyPictures(name="", count=len(arguments.attach), limit=MAX_PICTURES)
    return text


def _read_standard_input() -> str:
    data = sys.stdin.buffer.read(_MOST_INPUT)
    if len(data) == _MOST_INPUT:
        return data.decode("utf-8", "replace")  # too long, whatever it is
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise QuestionNotText from error


def _end_in_order_on_signals() -> None:
    """Let SIGTERM and a closed terminal clear up, as Ctrl+C does."""
    if threading.current_thread() is not threading.main_thread():
        return
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, lambda received, _frame: sys.exit(128 + received))


def _settings(arguments: argparse.Namespace) -> Settings:
    """Return the kept settings with what the command line gives."""
    kept = load_settings(paths.settings_file())
    generation = {
        "max_tokens": arguments.max_tokens,
        "seed": arguments.seed,
        "temperature": arguments.temperature,
    }
    given = {name: value for name, value in generation.items() if value is not None}
    voice = {} if arguments.language is None else {"language": arguments.language}
    return replace(
        kept,
        model=compose.model_key(kept, arguments.model) if arguments.model else kept.model,
        speech_model=arguments.speech_model or kept.speech_model,
        generation=replace(kept.generation, **given),
        voice=replace(kept.voice, **voice),
    )
