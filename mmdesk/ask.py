"""``mmdesk ask``: one question on the command line, through the window's own session."""

from __future__ import annotations

import argparse
import io
import json
import logging
import queue
import signal
import sys
import threading
from dataclasses import replace

from mmdesk import compose, paths
from mmdesk.core.errors import (
    EngineCrashed,
    InternalError,
    MmdeskError,
    ModelError,
    PromptTooLong,
    QuestionEmpty,
    QuestionNotText,
    QuestionTooLong,
    SettingsError,
    SettingsUnreadable,
    TooManyPictures,
)
from mmdesk.core.events import (
    AttachmentReady,
    AttachmentRefused,
    AudioProgress,
    AudioTranscribed,
    Event,
    ModelChosen,
    ModelFailed,
    ModelLoading,
    SavingPaused,
    SavingResumed,
    StoreFailed,
    TextDelta,
    TranscriptReady,
    TurnFailed,
    TurnFinished,
    TurnSaved,
)
from mmdesk.core.models import host_of, leaves_computer
from mmdesk.logs import open_log
from mmdesk.session.controller import MAX_QUESTION
from mmdesk.session.draft import MAX_PICTURES
from mmdesk.session.sound_files import clock
from mmdesk.settings import Settings, load_settings
from mmdesk.terminal import CONTROLS, Interrupts

log = logging.getLogger(__name__)

_HINTS: dict[type[MmdeskError], str] = {
    EngineCrashed: "Ask again; engine.log beside mmdesk's log has the details.",
    InternalError: "The log has the details; “mmdesk doctor” says where it is.",
    PromptTooLong: "Shorten the question, or give fewer pictures.",
    QuestionEmpty: 'Write one: mmdesk ask "What is this?" -a picture.png',
    SettingsError: "It was set aside with the ending .broken: ask again to use the defaults.",
    SettingsUnreadable: "Check the file's permissions.",
    TooManyPictures: "Ask about the first {limit}, then about the rest.",
}
"""Advice in place of that which is meant for the window."""
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


class TextPrinter:
    """The answer on standard output, anything else on standard error."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._to_terminal = sys.stdout.isatty()
        self._in_line = False

    def event(self, event: Event) -> None:
        """Show one event."""
        match event:
            case TextDelta(text=text):
                self._status("")
                self._write(text)
            case ModelLoading(stage=stage, fraction=fraction):
                share = "" if fraction is None else f" {fraction:.0%}"
                self._status(f"Loading the model: {stage}{share}")
            case AttachmentReady(picture=picture):
                for note in picture.notes:
                    self._line(f"{picture.name}: {note}")
            case AudioProgress(done=done, total=total):
                self._status(f"Listening: {clock(done)} of {clock(total)}")
            case TranscriptReady(transcript=heard):
                self._line(f"Heard: {_one_line(heard.text)}")
            case ModelChosen(key=key) if leaves_computer(key):
                self._line(f"{host_of(key)} answers: question and pictures leave this computer.")
            case StoreFailed(error=error):
                self.error(error)
            case TurnFinished() | TurnFailed():
                self._end(event)

    def _end(self, event: TurnFinished | TurnFailed) -> None:
        self._status("")
        if self._in_line:
            self._write("\n")
        for note in event.notes if isinstance(event, TurnFinished) else ():
            self._line(str(note))

    def error(self, error: MmdeskError) -> None:
        """Say an error and its hint."""
        hint = _HINTS.get(type(error))
        hint = error.hint if hint is None else hint.format(**error.fields)
        self.failure(error.kind, error.message, hint)

    def failure(self, kind: str, message: str, hint: str) -> None:
        """Say what failed in at most three lines."""
        del kind
        self._status("")
        self._line(f"mmdesk: {_one_line(message)}")
        self._line(f"  {_one_line(hint)}")

    def _write(self, text: str) -> None:
        self._in_line = not text.endswith("\n")
        sys.stdout.write(text.translate(CONTROLS) if self._to_terminal else text)
        sys.stdout.flush()

    def _line(self, text: str) -> None:
        print(text.translate(CONTROLS), file=sys.stderr)

    def _status(self, text: str) -> None:
        if self._terminal:
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


class JsonPrinter(TextPrinter):
    """One object a line: deltas and the end on standard output, errors on standard error."""

    def __init__(self) -> None:
        super().__init__()
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                # JSON is UTF-8 (RFC 8259); a lone surrogate in a path becomes JSON's own escape.
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")

    def event(self, event: Event) -> None:
        """Print the events that programs read."""
        match event:
            case TextDelta(text=text):
                self._object(event="delta", text=text)
            case TurnFinished(usage=usage):
                self._object(
                    event="finished",
                    stop_reason=str(event.stop_reason),
                    text=event.text,
                    prompt_tokens=usage.prompt_tokens if usage else 0,
                    completion_tokens=usage.completion_tokens if usage else 0,
                    ttft_ms=round(usage.ttft_ms, 1) if usage else None,
                    tokens_per_second=round(usage.tokens_per_second, 1) if usage else None,
                    model=event.model,
                    notes=[str(note) for note in event.notes],
                )
            case TranscriptReady(transcript=heard):
                self._object(event="heard", text=heard.text, language=heard.language)
            case AttachmentReady(picture=picture):
                for note in picture.notes:
                    self._aside(event="note", picture=picture.name, text=str(note))
            case ModelChosen(key=key) if leaves_computer(key):
                self._aside(event="leaves", host=host_of(key))
            case StoreFailed(error=error):
                self.error(error)

    def failure(self, kind: str, message: str, hint: str) -> None:
        """Print the error object."""
        self._aside(event="error", kind=kind, message=message, hint=hint)

    def _aside(self, **fields: object) -> None:
        print(json.dumps(fields, ensure_ascii=False), file=sys.stderr)

    def _object(self, **fields: object) -> None:
        sys.stdout.write(json.dumps(fields, ensure_ascii=False) + "\n")
        sys.stdout.flush()


Printer = TextPrinter


def _ask(arguments: argparse.Namespace, printer: Printer) -> int:
    question = _question(arguments)
    settings = _settings(arguments)
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    application = compose.build(events.put, settings, engine=arguments.engine, keep=arguments.save)
    try:
        status = _Run(application, events, printer).answer(arguments, question)
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
    ) -> None:
        self._application = application
        self._session = application.session
        self._events = events
        self._printer = printer
        self._question = ""
        self._saved = False

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
            taken = self._take(event)
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
            case TurnFinished():
                return 1 if self._session.saving_paused else 0
        return None


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


def _one_line(text: str) -> str:
    return " ".join(text.split())
