"""The entry of the process that holds the models.

Messages from the parent are requests, numbered in a ``Call``, ``Cancel`` and ``Shutdown``. The
answer to a request is any number of events, then one ``Result``. The process ends with its
connection, so it never outlives the application.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from mmdesk import crash_report
from mmdesk.core.errors import InternalError, MmdeskError
from mmdesk.core.events import ModelInfo, TurnFinished
from mmdesk.core.examinations import (
    CheckClaim,
    Examination,
    Examined,
    ExplainAnswer,
    InspectPicture,
    ScoreAnswer,
)
from mmdesk.core.requests import AnswerQuestion, LoadModel, Prefill, Shutdown, Transcribe
from mmdesk.core.speech import Transcript
from mmdesk.core.values import value
from mmdesk.inference.local import LocalEngine
from mmdesk.logs import FORMAT, PrivateFormatter

_LOG = logging.getLogger(__name__)
_LOG_BYTES = 1_000_000
"""A longer log is set aside when the next process starts."""


Served = LoadModel | AnswerQuestion | Prefill | Transcribe | Examination
Found = ModelInfo | TurnFinished | Transcript | Examined | None
Answer = Found | MmdeskError


@value
class Call:
    """A request and its number."""

    number: int
    request: Served


@value
class Cancel:
    """End the call with this number; means nothing once that has ended."""

    number: int


@value
class Result:
    """The end of a call: what it returned, or the error that it raised."""

    answer: Answer


def serve(connection: Connection, log_path: str) -> None:
    """Hold a model and answer requests until ``Shutdown`` or the end of the connection."""
    _log_to(log_path)
    try:
        _ChildEngine(connection).run()
    except (EOFError, BrokenPipeError, ConnectionResetError):
        _LOG.info("The application is gone; the engine ends")
    except BaseException as error:
        # multiprocessing would print all that it says.
        _LOG.critical("The engine ends", exc_info=True)
        crash_report.write(Path(log_path).parent, "engine", error)
        raise SystemExit(1) from None


class _ChildEngine:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._engine = LocalEngine()
        self._shutdown = False

    def run(self) -> None:
        while not self._shutdown:
            message = self._connection.recv()
            if isinstance(message, Call):
                self._connection.send(Result(self._answer(message)))
            self._shutdown = self._shutdown or isinstance(message, Shutdown)
        self._engine.close()

    def _answer(self, call: Call) -> Answer:
        try:
            return self._serve(call.request, self._cancelled(call.number))
        except MmdeskError as error:
            return error
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise
        except Exception as error:
            _LOG.exception("Unexpected error in the engine")
            return InternalError.of(error)

    def _serve(self, request: Served, cancelled: Callable[[], bool]) -> Answer:
        send = self._connection.send
        match request:
            case LoadModel():
                return self._engine.load(request, send)
            case AnswerQuestion():
                return self._engine.answer(request, send, cancelled)
            case Transcribe():
                return self._engine.transcribe(request, cancelled)
            case InspectPicture() | ScoreAnswer() | ExplainAnswer() | CheckClaim():
                return self._engine.examine(request, send, cancelled)
            case Prefill():
                self._engine.prefill(request, cancelled)
                return None

    def _cancelled(self, number: int) -> Callable[[], bool]:
        """Return a check that looks into the connection, between tokens, without waiting."""
        cancelled = False

        def check() -> bool:
            nonlocal cancelled
            while self._connection.poll(0):
                message = self._connection.recv()
                self._shutdown = self._shutdown or isinstance(message, Shutdown)
                cancelled = cancelled or message == Cancel(number)
            return cancelled or self._shutdown

        return check


def _log_to(path: str) -> None:
    """Send standard output and error, native code's included, to the log file."""
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        if os.path.exists(path) and os.path.getsize(path) > _LOG_BYTES:
            os.replace(path, f"{path}.1")
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError:  # a log that can't be written stops no model
        descriptor = os.open(os.devnull, os.O_WRONLY)
    for standard in (1, 2):
        os.dup2(descriptor, standard)
    os.close(descriptor)
    if sys.stderr is None:  # a windowed Python on Windows
        sys.stdout = sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", closefd=False)
    with contextlib.suppress(OSError):
        crash_report.watch(Path(path))
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PrivateFormatter(FORMAT))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.captureWarnings(True)
