"""The log file: rotating, without message text, keys or names of pictures."""

from __future__ import annotations

import io
import logging
import os
import sys
import threading
from pathlib import Path
from types import TracebackType

from mmdesk import crash_report

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_MAX_BYTES = 1_000_000
_KEPT = 2
"""Earlier files."""
_folder: Path | None = None
"""Where the log is."""


class PrivateFormatter(logging.Formatter):
    """Tells of an exception where it was and of what kind, without what it says.

    That may be a question, an answer, or the name of a picture.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return a record's lines, not those that another formatter has left in it."""
        theirs, record.exc_text = record.exc_text, None
        try:
            return super().format(record)
        finally:
            record.exc_text = theirs

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        """Return a traceback without words."""
        return crash_report.without_words(ei[1]) if ei[1] is not None else ""


class _PrivateLog(logging.FileHandler):
    """A rotating log whose files only their owner reads.

    Python's own one comes with sockets and pickles, which the window's start would wait for.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, into a new file where this one is long."""
        super().emit(record)
        try:
            if (stream := self.stream) is not None and stream.tell() > _MAX_BYTES:
                stream.close()
                self.stream = None  # opened with the next record
                self._rotate()
        except (OSError, ValueError):
            self.handleError(record)

    def _rotate(self) -> None:
        """Keep what is written as ``.1``, and what was that as ``.2``."""
        for number in range(_KEPT, 0, -1):
            older = f"{self.baseFilename}.{number}"
            newer = f"{self.baseFilename}.{number - 1}" if number > 1 else self.baseFilename
            if os.path.exists(newer):
                os.replace(newer, older)

    def _open(self) -> io.TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")


def open_log(path: Path, *, debug: bool = False) -> None:
    """Log to ``path`` from now on; where it can't be written, warnings go to standard error.

    A crash leaves a report beside it: see :mod:`mmdesk.crash_report`.

    Args:
        debug: Whether more is logged, and what exceptions say, too: it may be private.
    """
    handler: logging.Handler
    try:
        handler = _PrivateLog(path)
        crash_report.watch(path)
    except OSError:
        handler = logging.StreamHandler(sys.stderr)
        handler.setLevel(logging.WARNING)
    handler.setFormatter(logging.Formatter(FORMAT) if debug else PrivateFormatter(FORMAT))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.DEBUG if debug else logging.INFO)
    # A full disk, or another instance that rotates the same file, is no reason for a traceback
    # on standard error.
    logging.raiseExceptions = False
    global _folder
    _folder = path.parent
    sys.excepthook = _log_exception
    threading.excepthook = _log_thread_exception


def _log_exception(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        logging.getLogger("mmdesk").critical("unexpected", exc_info=(kind, error, trace))
        if _folder is not None:
            crash_report.write(_folder, "mmdesk", error)


def _log_thread_exception(failed: threading.ExceptHookArgs) -> None:
    if failed.exc_value is not None:
        _log_exception(failed.exc_type, failed.exc_value, failed.exc_traceback)
