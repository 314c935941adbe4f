"""Each system call by which a question and its answer are saved, made to fail in turn.

strace does it from outside (https://strace.io, ``inject``): the call of that number returns an
error, or the process is killed instead of making it.
"""

from __future__ import annotations

import hashlib
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from mmdesk.bench.durability.contents import Place, Row, all_rows, fill, is_whole
from mmdesk.bench.durability.saving import FINISHED, QUESTION, STREAMED, picture_at
from mmdesk.core.errors import MmdeskError
from mmdesk.core.figures import Figure

_CALLS = (
    "pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "link", "unlink", "mkdir",
)  # fmt: skip
_FAULTS = ("error=ENOSPC", "error=EIO", "signal=KILL")


def can_trace() -> bool:
    """Whether strace is there, and may trace."""
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-o", "/dev/null", "true"], check=False).returncode == 0


def measure(seed: int, folder: Path, every: int = 1) -> Iterator[Figure]:
    """Make each call fail, or ``every`` so many; the value is None where strace can't trace.

    What the store acknowledged is there in full, anything else in full or not at all, and what
    was there before is as it was.
    """
    trials = failures = 0
    traced = can_trace()
    if traced:
        original = _original(folder, seed)
        before = all_rows(original.database)
        place = Place(folder / "faulty")
        faults = [
            f"{call}:{fault}:when={number}"
            for call, count in _count_calls(original, place).items()
            for fault in _FAULTS
            for number in range(1, count + 1)
        ]
        for fault in faults[::every]:
            said = _save(original, place, f"inject={fault}")
            trials += 1
            failures += not _holds(place, before, said)
    value = failures if traced else None
    yield Figure("save_call_failed", value, "failures", trials, seed, 0, lower=True)


def _original(folder: Path, seed: int) -> Place:
    place = Place(folder / "faultless")
    store = place.open()
    fill(store, random.Random(seed), conversations=2, turns=3)
    store.close()
    _picture(place).write_bytes(random.Random(seed).randbytes(30_000))
    return place


def _picture(place: Place) -> Path:
    return place.folder / "picture.png"


def _count_calls(original: Place, place: Place) -> dict[str, int]:
    """Return how often the calls are made where nothing fails."""
    said = _save(original, place, f"trace={','.join(_CALLS)}")
    if said != ["kept question", "kept streamed", "kept finished"]:
        raise RuntimeError(f"saving fails without a fault: {said}")
    text = _log(place).read_text(encoding="utf-8")
    counts = {call: len(re.findall(rf"^(?:\d+ +)?{call}\(", text, re.M)) for call in _CALLS}
    return {call: count for call, count in counts.items() if count}


def _log(place: Place) -> Path:
    return place.folder / "strace.log"


def _save(original: Place, place: Place, expression: str) -> list[str]:
    """Save in a fresh copy of the store under strace; return what was said."""
    shutil.rmtree(place.folder, ignore_errors=True)
    shutil.copytree(original.folder, place.folder)
    module = "mmdesk.bench.durability.saving"
    saving = [sys.executable, "-B", "-m", module, str(place.folder), str(_picture(place))]
    trace = [
        "strace",
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-o",
        str(_log(place)),
        "-e",
        f"trace={','.join(_CALLS)}",
    ]
    run = subprocess.run(
        [*trace, "-e", expression, *saving], capture_output=True, text=True, check=False
    )
    return run.stdout.splitlines()


def _holds(place: Place, before: dict[str, Row], said: list[str]) -> bool:
    """Whether the store has the old state, or the new one as far as it was acknowledged."""
    try:
        store = place.open()
    except MmdeskError:
        return False
    mended = store.mended is not None
    store.close()
    if mended or not is_whole(place.database):
        return False
    after = all_rows(place.database)
    if any(after.pop(key, None) != row for key, row in before.items()):
        return False
    if not after:
        return not any(line.startswith("kept") for line in said)
    return _is_new_turn(list(after.values()), said) and _has_picture(place)


def _is_new_turn(rows: list[Row], said: list[str]) -> bool:
    if len(rows) != 2:
        return False
    question, answer = (row.parts for row in rows)
    texts = [part[3] for part in question]
    least = "" if "kept streamed" not in said else STREAMED
    least = FINISHED if "kept finished" in said else least
    allowed = [text for text in ("", STREAMED, FINISHED) if len(text) >= len(least)]
    return QUESTION in texts and len(question) == 2 and answer[0][3] in allowed


def _has_picture(place: Place) -> bool:
    picture = picture_at(_picture(place))
    kept = place.attachments / picture.sha256[:2] / f"{picture.sha256}.png"
    return kept.is_file() and hashlib.sha256(kept.read_bytes()).hexdigest() == picture.sha256
