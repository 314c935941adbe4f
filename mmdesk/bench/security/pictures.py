"""Mutated pictures and bombs, read as the application reads what is dropped on it.

python -m mmdesk.bench.security.pictures N [SEED [FOLDER]]

Files that the reader fails on are written into FOLDER.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from mmdesk.bench.security.mutating import mutated
from mmdesk.bench.security.peak_memory import peak_bytes, reset_peak
from mmdesk.bench.security.picture_bombs import bombs
from mmdesk.bench.security.picture_files import whole_pictures
from mmdesk.core.errors import InternalError, MmdeskError, PictureTooSlow
from mmdesk.core.figures import Figure, print_figures
from mmdesk.core.messages import Picture
from mmdesk.core.protocols import Child
from mmdesk.media.reader import LimitedMediaReader
from mmdesk.session.threads import spawn

SEED = 1
SLOW_S = 2.0
LARGEST = 1_000_000_000
"""Bytes of memory."""
_TICKS = 100.0
"""A second of processor time in /proc, USER_HZ."""


@dataclass(slots=True)
class Reading:
    """What became of all files.

    Attributes:
        crashed: Of the reader: what is neither a picture nor a sentence about the file.
        child_ended: Its child ended, and there was a sentence.
        slow: Took longer than :data:`SLOW_S`, by the clock and twice in a row.
        heavy: The child held more than :data:`LARGEST` bytes.
        worst_s: By the clock.
        worst_cpu_s: Of processor time; None where the system doesn't tell.
    """

    files: int = 0
    taken: int = 0
    crashed: int = 0
    child_ended: int = 0
    slow: int = 0
    heavy: int = 0
    worst_s: float = 0.0
    worst_cpu_s: float | None = None
    worst_bytes: int | None = None
    failed: list[str] = field(default_factory=list)


class _Spawn:
    """Spawns as the application does and knows the child of the moment."""

    def __init__(self) -> None:
        self.child: Child | None = None
        self.count = 0

    def __call__(
        self, name: str, entry: Callable[..., None], *arguments: object, nice: int = 0
    ) -> Child:
        self.child = spawn(name, entry, *arguments, nice=nice)
        self.count += 1
        return self.child


class Trial:
    """One reader, to which files are given.

    Args:
        failures: Where the files that it fails on are written; made when there is one.
    """

    def __init__(self, folder: Path, failures: Path) -> None:
        self._spawn = _Spawn()
        self._failures = failures
        self._reader = LimitedMediaReader(self._spawn, folder)
        self._staging = folder
        self.reading = Reading()

    def close(self) -> None:
        """End the child."""
        self._reader.close()

    def read(self, name: str, data: bytes) -> None:
        """Read a file and note what became of it."""
        reading = self.reading
        reading.files += 1
        verdict, seconds = self._read(name, data)
        if not verdict and seconds > SLOW_S:  # another program's doing, perhaps
            verdict, again = self._read(name, data)
            seconds = min(seconds, again)
        if not verdict and seconds > SLOW_S:
            reading.slow += 1
            verdict = "slow"
        reading.worst_s = max(reading.worst_s, seconds)
        if verdict:
            self._write(f"{verdict}-{name}", data)

    def _read(self, name: str, data: bytes) -> tuple[str, float]:
        """Return what is wrong, "" for nothing, and the seconds."""
        child, count = self._spawn.child, self._spawn.count
        cpu = _reset(child)
        start = time.monotonic()
        try:
            picture = self._reader.read_bytes(data, name)
        except MmdeskError as error:
            verdict = "crashed" if isinstance(error, InternalError) else ""
            if isinstance(error, PictureTooSlow) and self._spawn.child is not child:
                verdict = "slow"
        except Exception as error:
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
            verdict = "crashed"
        else:
            verdict = "" if _is_whole(picture) else "crashed"
            self.reading.taken += 1
            self._forget(picture)
        seconds = time.monotonic() - start
        ended = self._spawn.count - count - (child is None)
        if ended > 0 and not verdict:
            self.reading.child_ended += 1
            verdict = "child-ended"
        elif child is self._spawn.child and self._note_use(child, cpu) and not verdict:
            verdict = "heavy"
        self.reading.crashed += verdict == "crashed"
        return verdict, seconds

    def _note_use(self, child: Child | None, cpu: float | None) -> bool:
        """Note the child's time and memory; return whether that was too much."""
        if child is None or cpu is None:
            return False
        reading = self.reading
        try:
            used, peak = _cpu_s(child.pid) - cpu, peak_bytes(child.pid)
        except OSError:  # it has ended since
            return False
        reading.worst_cpu_s = max(reading.worst_cpu_s or 0.0, used)
        reading.worst_bytes = max(reading.worst_bytes or 0, peak)
        reading.heavy += peak > LARGEST
        return peak > LARGEST

    def _forget(self, picture: Picture) -> None:
        """A hundred thousand would fill the disk."""
        picture.path.unlink(missing_ok=True)
        picture.thumbnail.unlink(missing_ok=True)

    def _write(self, name: str, data: bytes) -> None:
        self._failures.mkdir(parents=True, exist_ok=True)
        (self._failures / name).write_bytes(data)
        self.reading.failed.append(name)


def figures(n: int, seed: int = SEED, failures: Path | None = None) -> Iterator[Figure]:
    """Read ``n`` mutated files and all bombs, and yield what became of them.

    Memory and processor time are told by Linux alone.

    Args:
        failures: Where the files are written that something is wrong with.
    """
    place = failures or Path(tempfile.gettempdir()) / f"mmdesk-pictures-{seed}"
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(Path(folder), place)
        try:
            _read_all(trial, n, seed)
        finally:
            trial.close()
    if trial.reading.failed:
        print(f"{len(trial.reading.failed)} files are in {place}", file=sys.stderr)
    yield from _figures(trial.reading, seed)


def _read_all(trial: Trial, n: int, seed: int) -> None:
    whole = whole_pictures(seed)
    for file in whole:
        trial.read(file.name, file.data)
    chance = random.Random(seed)
    contents = [file.data for file in whole]
    for number in range(n):
        file = whole[number % len(whole)]
        trial.read(f"{file.name}-{seed}-{number}", mutated(file.data, contents, chance))
    for name, make in bombs():
        trial.read(name, make())


def _figures(reading: Reading, seed: int) -> Iterator[Figure]:
    n = reading.files
    told = reading.worst_bytes is not None
    yield Figure("pictures_crashed", reading.crashed, "files", n, seed, bar=0, lower=True)
    yield Figure("pictures_child_ended", reading.child_ended, "files", n, seed)
    yield Figure("pictures_over_2s", reading.slow, "files", n, seed, bar=0, lower=True)
    heavy = reading.heavy if told else None
    yield Figure("pictures_over_1gb", heavy, "files", n, seed, bar=0, lower=True)
    yield Figure("pictures_worst_s", reading.worst_s, "s", n, seed)
    yield Figure("pictures_worst_cpu_s", reading.worst_cpu_s, "s", n, seed)
    worst = (reading.worst_bytes or 0) / 1e6 if told else None
    yield Figure("pictures_worst_mb", worst, "MB", n, seed)
    yield Figure("pictures_taken", reading.taken, "files", n, seed)


def _is_whole(picture: Picture) -> bool:
    """Whether the window and the engine get what they were told."""
    with Image.open(picture.path) as image:
        return (image.format, image.mode) == ("PNG", "RGB") and image.size == (
            picture.width,
            picture.height,
        )


def _reset(child: Child | None) -> float | None:
    """Let the child's peak of memory begin anew; return its processor time until now."""
    if child is None or child.exit_code is not None or sys.platform != "linux":
        return None
    try:
        reset_peak(child.pid)
        return _cpu_s(child.pid)
    except OSError:
        return None


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def main() -> None:
    """Print the figures."""
    n = int(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else SEED
    failures = Path(sys.argv[3]) if len(sys.argv) > 3 else None
    print_figures(figures(n, seed, failures), as_json=False)


if __name__ == "__main__":
    main()
