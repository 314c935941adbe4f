"""``mmdesk ask``: one question on the command line, through the window's own session."""

from __future__ import annotations

import argparse
import json
import os
import queue
import sys
from dataclasses import replace

from mmdesk import compose, paths
from mmdesk.core.errors import MmdeskError, ModelError, QuestionEmpty, QuestionTooLong
from mmdesk.core.events import (
    AttachmentReady,
    AttachmentRefused,
    Event,
    ModelFailed,
    ModelLoading,
    StoreFailed,
    TextDelta,
    TurnFailed,
    TurnFinished,
)
from mmdesk.core.requests import GenerationSettings
from mmdesk.logs import open_log
from mmdesk.session.controller import MAX_QUESTION
from mmdesk.settings import Settings, load_settings

_INTERRUPTED = 130
"""Exit status after Ctrl+C, as shells count it."""


def run(arguments: argparse.Namespace) -> int:
    """Ask, print, and return the exit status."""
    printer: Printer = JsonPrinter() if arguments.json else TextPrinter()
    try:
        open_log(paths.log_file(), debug=arguments.debug)
        return _ask(arguments, printer)
    except MmdeskError as error:
        printer.error(error)
        return 1
    except BrokenPipeError:  # the reader (``| head``) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        printer.failure("os_error", f"{error.strerror or error}.", f"Check “{error.filename}”.")
        return 1


class TextPrinter:
    """The answer on standard output, anything else on standard error."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
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
            case StoreFailed(error=error):
                self.error(error)
            case TurnFinished() | TurnFailed():
                self._status("")
                if self._in_line:
                    self._write("\n")

    def error(self, error: MmdeskError) -> None:
        """Say an error and its hint."""
        self.failure(error.kind, error.message, error.hint)

    def failure(self, kind: str, message: str, hint: str) -> None:
        """Say what failed in at most three lines."""
        del kind
        self._status("")
        self._line(f"mmdesk: {_one_line(message)}")
        self._line(f"  {_one_line(hint)}")

    def _write(self, text: str) -> None:
        self._in_line = not text.endswith("\n")
        sys.stdout.write(text)
        sys.stdout.flush()

    def _line(self, text: str) -> None:
        print(text, file=sys.stderr)

    def _status(self, text: str) -> None:
        if self._terminal:
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


class JsonPrinter(TextPrinter):
    """One object a line: deltas and the end on standard output, errors on standard error."""

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
                )
            case AttachmentReady(picture=picture):
                for note in picture.notes:
                    self._aside(event="note", picture=picture.name, text=str(note))
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
    question = _question(arguments.question)
    settings = load_settings(paths.settings_file())
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    application = compose.build(events.put, engine=arguments.engine, keep=arguments.save)
    try:
        return _Run(application, events, printer).answer(arguments, question, settings)
    finally:
        application.close()


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

    def answer(self, arguments: argparse.Namespace, question: str, settings: Settings) -> int:
        self._application.start()
        session = self._session
        session.settings = _generation(arguments, settings.generation)
        session.attach(arguments.attach)
        session.submit(question)
        request = compose.load_request(settings, arguments.model)
        session.load_model(request)
        interrupted = False
        while True:
            try:
                status = self._step()
            except KeyboardInterrupt:
                if interrupted:
                    return _INTERRUPTED
                interrupted = True
                session.stop()
                continue
            if status is not None:
                return _INTERRUPTED if interrupted else status

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
            match event:
                case AttachmentRefused(error=error) | TurnFailed(error=error):
                    raise error
                case ModelFailed(error=error) if isinstance(error, ModelError):
                    raise error
                case TurnFinished():
                    status = 0
        self._session.tick()
        return status


def _question(argument: str) -> str:
    text = argument
    if argument == "-":
        text = sys.stdin.read(MAX_QUESTION * 8)
    if not text.strip():
        raise QuestionEmpty
    if len(text) > MAX_QUESTION:
        raise QuestionTooLong(size=len(text), limit=MAX_QUESTION)
    return text


def _generation(arguments: argparse.Namespace, kept: GenerationSettings) -> GenerationSettings:
    """Return the kept settings with what the command line gives."""
    given = {
        "max_tokens": arguments.max_tokens,
        "seed": arguments.seed,
        "temperature": arguments.temperature,
    }
    return replace(kept, **{name: value for name, value in given.items() if value is not None})


def _one_line(text: str) -> str:
    return " ".join(text.split())
