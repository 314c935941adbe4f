"""What is kept of a crash: files on this computer, which the person may read and delete.

Nobody is sent anything. They say where in the program it was and what kind of failure, and nothing
that an exception says, since that may be a question, an answer, a key or a file's name.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import time
import traceback
from pathlib import Path
from typing import IO

from mmdesk import __version__

KEPT = 10
"""Reports; the oldest go first."""
_PREFIX, _ENDING = "crash-", ".txt"
_written: set[str] = set()
"""A slot that fails may fail with each frame."""
_open: list[IO[bytes]] = []
"""Stays open until the end: a native crash is written there by descriptor."""


def watch(log: Path) -> None:
    """Have a native crash write the threads' stacks beside a log, as ``*.crash``.

    What an earlier run has left there becomes a report. Raises ``OSError``.
    """
    path = log.with_suffix(".crash")
    _keep_earlier(path)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    file = os.fdopen(descriptor, "ab", buffering=0)
    faulthandler.enable(file)
    _open[:] = [file]


def write(folder: Path, process: str, error: BaseException) -> Path | None:
    """Write a report of an exception that nobody expected.

    Args:
        folder: Of the log.
        process: Whose: "mmdesk" or "engine".

    Returns:
        The report; None where it can't be written, or this run has written the same.
    """
    stack = without_words(error)
    if stack in _written:
        return None
    _written.add(stack)
    import platform  # here: it takes half of subprocess with it, for which the window would wait

    head = (
        f"mmdesk {__version__} ({process}), {time.strftime('%Y-%m-%d %H:%M:%S %z')}\n"
        f"Python {platform.python_version()}, {platform.platform()}\n"
        "This file stays on this computer. You may delete it.\n\n"
    )
    path = _named(folder, time.time(), process)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(head + stack)
    except OSError:  # the log has it, too
        return None
    _thin_out(folder)
    return path


def reports(folder: Path) -> tuple[Path, ...]:
    """Return the reports beside the log, the latest first."""
    try:
        names = [each for each in os.listdir(folder) if each.startswith(_PREFIX)]
    except OSError:
        return ()
    found = sorted((each for each in names if each.endswith(_ENDING)), reverse=True)
    return tuple(folder / each for each in found)


def without_words(error: BaseException) -> str:
    """Return the traceback of an exception and of what led to it, without their texts.

    The lines are those of the program. Of the system's refusals the reason is told, not the file.
    """
    chain: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in chain:
        chain.append(following)
        before = None if following.__suppress_context__ else following.__context__
        following = following.__cause__ or before
    return "\nwhich led to\n\n".join(map(_described, reversed(chain)))


def _described(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    reason = ""
    if isinstance(error, OSError) and isinstance(error.errno, int):
        reason = f" ({os.strerror(error.errno)})"
    places = "".join(traceback.format_tb(error.__traceback__))
    return f"Traceback (most recent call last):\n{places}{kind}{reason}\n"


def _keep_earlier(path: Path) -> None:
    """Set aside what a crashed run has written."""
    with contextlib.suppress(OSError):
        status = path.stat()
        if status.st_size:
            os.replace(path, _named(path.parent, status.st_mtime, path.stem))
            _thin_out(path.parent)


def _named(folder: Path, seconds: float, process: str) -> Path:
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime(seconds))
    name = f"{_PREFIX}{stamp}.{int(seconds % 1 * 1e6):06}Z-{process}-{os.getpid()}{_ENDING}"
    return folder / name


def _thin_out(folder: Path) -> None:
    for path in reports(folder)[KEPT:]:
        with contextlib.suppress(OSError):
            path.unlink()
