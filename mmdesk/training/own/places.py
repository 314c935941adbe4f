"""Where a training's result and its unfinished work lie, and what a stopped one was of."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mmdesk import paths
from mmdesk.core.errors import (
    TrainingBusy,
    TrainingDamaged,
    TrainingOfOther,
    TrainingOutUnusable,
    TrainingUnwritable,
)
from mmdesk.file_lock import FileLock
from mmdesk.training.own.options import Kind

CHECKPOINT, BEST, CURVE = "checkpoint.pt", "best.pt", "curve.jsonl"
RUN, BEFORE, RESULT = "run.json", "before.json", "result"
_LOCK = "lock"
_WORK = ".training"
"""Beside the models; the models page leaves out what begins with a dot."""
_LONGEST_NAME = 60


def out_folder(out: Path | None, data: Path, kind: Kind) -> Path:
    """Where the result goes: what was named, or a new folder among the models.

    Raises:
        TrainingOutUnusable: something is there already, or the folder can't be made.
    """
    if out is None:
        return _new_folder(data, kind)
    out = paths.absolute(out)
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise TrainingOutUnusable(path=str(out), reason="it is there already")
    return out


def _new_folder(data: Path, kind: Kind) -> Path:
    words = re.sub(r"[^\w.]+", "-", data.name).strip("-._")[:_LONGEST_NAME] or "own"
    name = f"{words}-{kind}"
    base = paths.models()
    number, found = 1, base / name
    while os.path.lexists(found):
        number += 1
        found = base / f"{name}-{number}"
    return found


def work_folder(work: Path | None, out: Path) -> Path:
    """Where a training lies until it is done: on the same disk as its result."""
    return out.parent / _WORK / out.name if work is None else paths.absolute(work)


@contextlib.contextmanager
def held(work: Path) -> Iterator[None]:
    """Makes the folder if need be, and keeps other trainings out of it for the block.

    Raises:
        TrainingBusy: one is at work there.
        TrainingUnwritable: it can't be made.
    """
    try:
        work.mkdir(parents=True, exist_ok=True)
        lock = FileLock(work / _LOCK)
    except BlockingIOError as error:
        raise TrainingBusy(path=str(work)) from error
    except OSError as error:
        raise unwritable(work, error) from error
    try:
        yield
    finally:
        lock.release()


def remember_run(work: Path, run: dict[str, object]) -> None:
    """Writes down what a training is of, or compares it with what stands there.

    Args:
        run: Names of what has to stay the same ("data", "--seed"), and its values.

    Raises:
        TrainingOfOther: a stopped one there was of something else.
        TrainingDamaged: what stands there can't be read.
        TrainingUnwritable: the disk is full, or forbids.
    """
    if not (work / CHECKPOINT).is_file():  # nothing was learned yet
        clear(work, but=_LOCK)
        write_text(work, RUN, json.dumps(run, indent=1) + "\n")
        return
    try:
        before = read_object(work, RUN)
        differs = [name for name, value in run.items() if before[name] != value]
    except KeyError as error:
        raise _not_ours(work, RUN) from error
    if differs:
        raise TrainingOfOther(path=str(work), what=differs[0])


def write_text(work: Path, name: str, text: str) -> None:
    """Writes a small file, whole or not at all. Raises `TrainingUnwritable`."""
    scratch = work / f"{name}.part"
    try:
        scratch.write_text(text, encoding="utf-8")
        os.replace(scratch, work / name)
    except OSError as error:
        with contextlib.suppress(OSError):
            scratch.unlink(missing_ok=True)
        raise unwritable(work, error) from error


def read_object(work: Path, name: str) -> dict[str, Any]:
    """Reads what `write_text` wrote as JSON. Raises `TrainingDamaged`."""
    try:
        found = json.loads((work / name).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _not_ours(work, name) from error
    if not isinstance(found, dict):
        raise _not_ours(work, name)
    return found


def clear(work: Path, but: str = "") -> None:
    """Removes what a training wrote, and the folder if nothing else is in it."""
    shutil.rmtree(work / RESULT, ignore_errors=True)
    with contextlib.suppress(OSError):
        for name in {CHECKPOINT, BEST, CURVE, RUN, BEFORE, _LOCK} - {but}:
            (work / name).unlink(missing_ok=True)
        work.rmdir()


def unwritable(work: Path, error: Exception) -> TrainingUnwritable:
    """The error for a file that couldn't be written; libraries wrap what the system said."""
    cause: BaseException | None = error
    while cause is not None and not (isinstance(cause, OSError) and cause.strerror):
        cause = cause.__cause__ or cause.__context__
    reason = cause.strerror.lower() if isinstance(cause, OSError) and cause.strerror else str(error)
    return TrainingUnwritable(path=str(work), reason=" ".join(reason.split())[:160])


def _not_ours(work: Path, name: str) -> TrainingDamaged:
    return TrainingDamaged(path=str(work), reason=f"{name} is not what was written there")
