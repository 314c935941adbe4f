"""The log file: rotating, without message text, keys or names of pictures."""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import os
import sys
from pathlib import Path
from types import TracebackType

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_MAX_BYTES = 1_000_000


def open_log(path: Path, *, debug: bool = False) -> None:
    """Log to ``path`` from now on; where it can't be written, to standard error.

    A native crash writes the threads' stacks beside it (``*.crash``).
    """
    handler: logging.Handler
    try:
        handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=_MAX_BYTES, backupCount=2, encoding="utf-8"
        )
        os.chmod(path, 0o600)
        faulthandler.enable(open(path.with_suffix(".crash"), "a"))  # noqa: SIM115
    except OSError:
        handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(_FORMAT))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.DEBUG if debug else logging.INFO)
    sys.excepthook = _log_exception


def _log_exception(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        logging.getLogger("mmdesk").critical("unexpected", exc_info=(kind, error, trace))
