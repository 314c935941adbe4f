"""What ``mmdesk ask`` prints: for people, or one JSON object a line."""

from __future__ import annotations

import io
import json
import sys

from mmdesk.ask.evidence import evidence_fields, untold
from mmdesk.core.conversations import Entry
from mmdesk.core.errors import (
    EngineCrashed,
    InternalError,
    MmdeskError,
    PromptTooLong,
    QuestionEmpty,
    SettingsError,
    SettingsUnreadable,
    TooManyPictures,
)
from mmdesk.core.events import (
    AttachmentReady,
    AudioProgress,
    Event,
    ModelChosen,
    ModelLoading,
    StoreFailed,
    TextDelta,
    TranscriptReady,
    TurnFailed,
    TurnFinished,
)
from mmdesk.core.examinations import AnswerScored
from mmdesk.core.models import host_of, leaves_computer
from mmdesk.session.sound_files import clock
from mmdesk.terminal import CONTROLS

_HINTS: dict[type[MmdeskError], str] = {
    EngineCrashed: "Ask again; engine.log and engine.crash beside mmdesk's log have the details.",
    InternalError: "The log has the details; “mmdesk doctor” says where it is.",
    PromptTooLong: "Shorten the question, or give fewer pictures.",
    QuestionEmpty: 'Write one: mmdesk ask "What is this?" -a picture.png',
    SettingsError: "It was set aside with the ending .broken: ask again to use the defaults.",
    SettingsUnreadable: "Check the file's permissions.",
    TooManyPictures: "Ask about the first {limit}, then about the rest.",
}
"""Advice in place of that which is meant for the window."""


class TextPrinter:
    """The answer on standard output, anything else on standard error.

    Attributes:
        scores: Whether the probability of each token is wanted.
    """

    scores = False

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
            case TurnFailed():
                self._end()

    def finished(self, event: TurnFinished, entry: Entry, scored: AnswerScored | None) -> None:
        """Show the end of the answer."""
        del scored
        self._end()
        for note in event.notes:
            self._line(str(note))
        if unread := untold(entry):
            self._line(unread)

    def _end(self) -> None:
        self._status("")
        if self._in_line:
            self._write("\n")

    def note(self, text: str) -> None:
        """Tell something beside the answer."""
        self._line(text)

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

    scores = True

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
            case TranscriptReady(transcript=heard):
                self._object(event="heard", text=heard.text, language=heard.language)
            case AttachmentReady(picture=picture):
                for note in picture.notes:
                    self._aside(event="note", picture=picture.name, text=str(note))
            case ModelChosen(key=key) if leaves_computer(key):
                self._aside(event="leaves", host=host_of(key))
            case StoreFailed(error=error):
                self.error(error)

    def finished(self, event: TurnFinished, entry: Entry, scored: AnswerScored | None) -> None:
        """Print the last object, with the evidence."""
        usage = event.usage
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
            **evidence_fields(entry, scored),
        )

    def failure(self, kind: str, message: str, hint: str) -> None:
        """Print the error object."""
        self._aside(event="error", kind=kind, message=message, hint=hint)

    def note(self, text: str) -> None:
        """Print the note object."""
        self._aside(event="note", text=text)

    def _aside(self, **fields: object) -> None:
        print(json.dumps(fields, ensure_ascii=False), file=sys.stderr)

    def _object(self, **fields: object) -> None:
        sys.stdout.write(json.dumps(fields, ensure_ascii=False) + "\n")
        sys.stdout.flush()


Printer = TextPrinter


def _one_line(text: str) -> str:
    return " ".join(text.split())
