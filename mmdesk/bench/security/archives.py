"""Hostile archives, imported as the application and its command import them, and exported again.

python -m mmdesk.bench.security.archives N [SEED]
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from mmdesk.archive.exporting import ExportFolder
from mmdesk.archive.files import FileArchives
from mmdesk.bench.durability.contents import Place, quiet
from mmdesk.bench.durability.trees import Maker, make_pictures, make_recordings
from mmdesk.bench.security.hostile_archives import Document, Ground, Kind, hostile
from mmdesk.bench.security.peak_memory import peak_bytes, reset_peak
from mmdesk.core.archives import ArchiveItem, ExportRequest, ImportRequest
from mmdesk.core.conversations import ConversationTree
from mmdesk.core.errors import InternalError, MmdeskError, StoreError
from mmdesk.core.figures import Figure, print_figures
from mmdesk.core.messages import ImagePart, Message, Role
from mmdesk.media.reader import LimitedMediaReader
from mmdesk.session.threads import spawn

SEED = 1
MOST_BYTES = 1_000_000_000
"""Of memory, that one import may take."""
_SENTENCE = 1500
"""Characters, with a file's name of 255 in it."""
_COMMAND_EVERY = 20
"""Which of them are given to ``mmdesk import``, too."""
_COMMAND_S = 180.0


@dataclass(slots=True)
class Counted:
    """What became of all archives.

    Attributes:
        outside: Changed something besides the store and the folder of an export.
        speechless: Ended in something else than conversations or a sentence for each.
        heavy: Took more than :data:`MOST_BYTES`.
        refused: Of which nothing was taken.
    """

    archives: int = 0
    commands: int = 0
    outside: int = 0
    speechless: int = 0
    heavy: int = 0
    refused: int = 0
    worst_bytes: int | None = None


class Trials:
    """A person's folders, archives beside them, and canaries all around."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.counted = Counted()
        self._root = folder
        self._outside = folder / "outside"
        self._archive = folder / "archive"
        self._exported = folder / "exported"
        self._place = Place(folder / "person" / "data")
        self._reader = LimitedMediaReader(spawn, folder / "person" / "cache")
        self._plant()
        self._tree = self._whole_tree(seed)
        self._store = self._place.open()
        self._store.add_tree(replace(self._tree, id="known"))

    def close(self) -> None:
        """Let go of everything."""
        self._reader.close()
        self._store.close()

    def run(self, name: str, kind: Kind, seed: int, number: int) -> None:
        """Make an archive, import it, export what came of it, and look around."""
        counted = self.counted
        counted.archives += 1
        ground = self._ground(f"{seed} {number}")
        kind(ground)
        before = self._around()
        problem, peak = "", _reset_peak()
        try:
            self._import()
        except Exception as error:  # which is what is counted
            problem = f"{type(error).__name__}: {error}"
        if peak is not None:
            used = peak_bytes(os.getpid()) - peak
            counted.worst_bytes = max(counted.worst_bytes or 0, used)
            if used > MOST_BYTES:
                counted.heavy += 1
                print(f"{name}: {used / 1e6:.0f} MB", file=sys.stderr)
        if number % _COMMAND_EVERY == 0:
            problem = problem or self._command()
        self._count_problem(name, problem)
        if self._around() != before:
            counted.outside += 1
            print(f"{name}: something else was changed", file=sys.stderr)

    def _count_problem(self, name: str, problem: str) -> None:
        if problem:
            self.counted.speechless += 1
            print(f"{name}: {problem}", file=sys.stderr)

    def _plant(self) -> None:
        self._outside.mkdir(parents=True)
        for path in (self._root, self._outside):
            (path / "canary.png").write_bytes(b"a canary")
        (self._outside / "secret.json").write_text('{"messages": [{"role": "user"}]}')

    def _whole_tree(self, seed: int) -> ConversationTree:
        made = self._root / "made"
        made.mkdir()
        pictures = make_pictures(made, 6)
        maker = Maker(seed, pictures, make_recordings(made))
        (self._outside / "known").write_text(pictures[0].sha256)
        tree = maker.tree()
        while not ("ImagePart" in (text := repr(tree)) and "AudioPart" in text):
            tree = maker.tree()
        first = tree.nodes[0]
        message = Message(Role.USER, (*first.entry.message.parts, ImagePart(pictures[0])))
        entry = replace(first.entry, message=message)
        return replace(tree, nodes=(replace(first, entry=entry), *tree.nodes[1:]))

    def _ground(self, seed: str) -> Ground:
        for left in (self._archive, *self._outside.glob("media*")):
            shutil.rmtree(left, ignore_errors=True)
        file = ExportFolder(self._archive).write(self._tree).file
        chat = file.with_name("chat.json")
        file.rename(chat)
        document: Document = json.loads(chat.read_text(encoding="utf-8"))
        return Ground(self._archive, document, self._outside, random.Random(seed))

    def _import(self) -> None:
        """Import as the window does. Raises ``AssertionError`` where something isn't a sentence."""
        archives = FileArchives(self._reader)
        told: list[ArchiveItem] = []
        request = ImportRequest((self._archive, self._archive / "chat.json"))
        archives.import_files(request, lambda job: job(self._store), lambda it, *_: told.append(it))
        assert told, "nothing was told"
        for item in told:
            if item.error is not None:
                _require_sentence(item.error)
        taken = [item.id for item in told if item.error is None and not item.present]
        self.counted.refused += not taken
        for markdown in (False, True):
            if taken:
                again = ExportRequest(self._exported, tuple(taken), markdown=markdown)
                archives.export(again, lambda job: job(self._store), _require_exported)
        for conversation in taken:
            assert self._store.conversation(conversation).entries is not None
        shutil.rmtree(self._exported, ignore_errors=True)

    def _command(self) -> str:
        """Import with the command, in a process and a home of its own; return what is wrong."""
        self.counted.commands += 1
        home = self._root / "person" / "home"
        words = [sys.executable, "-m", "mmdesk", "import", str(self._archive)]
        environment = os.environ | {"MMDESK_HOME": str(home)}
        try:
            finished = subprocess.run(
                words, capture_output=True, env=environment, timeout=_COMMAND_S, check=False
            )
        except subprocess.TimeoutExpired:
            return "the command does not end"
        said = (finished.stdout + finished.stderr).decode("utf-8", "replace")
        if finished.returncode not in (0, 1) or "Traceback" in said or not said.strip():
            return f"the command ended with {finished.returncode}: {said[-300:]}"
        if finished.returncode and b"mmdesk: " not in finished.stderr:
            return f"the command gave no reason: {said[-300:]}"
        return ""

    def _around(self) -> dict[str, str]:
        """Return all that an import must leave alone, as it is."""
        return dict(_described(self._root, without=(self._root / "person", self._exported)))


def figures(n: int = 200, seed: int = SEED) -> Iterator[Figure]:
    """Import ``n`` hostile archives; yield what they did. Memory is told by Linux alone.

    POSIX only: elsewhere there are neither links nor FIFOs as they are made here.
    """
    if sys.platform == "win32":
        return
    with tempfile.TemporaryDirectory() as folder, quiet():
        trials = Trials(Path(folder) / "root", seed)
        try:
            for number, (name, kind, _) in enumerate(hostile(n, seed)):
                trials.run(name, kind, seed, number)
        finally:
            trials.close()
    counted = trials.counted
    yield _none("archives_writes_outside", counted.outside, n, seed)
    yield _none("archives_without_sentence", counted.speechless, n, seed)
    heavy = None if counted.worst_bytes is None else counted.heavy
    yield _none("archives_over_memory", heavy, n, seed)
    worst = None if counted.worst_bytes is None else counted.worst_bytes / 1e6
    yield Figure("archives_worst_mb", worst, "MB", n, seed)
    yield Figure("archives_refused", counted.refused, "archives", n, seed)
    yield Figure("archives_by_command", counted.commands, "archives", n, seed)


def _none(name: str, value: int | None, n: int, seed: int) -> Figure:
    return Figure(name, value, "archives", n, seed, bar=0, lower=True)


def _require_sentence(error: MmdeskError) -> None:
    assert not isinstance(error, InternalError | StoreError), repr(error)
    assert 0 < len(error.message) < _SENTENCE, repr(error)
    assert error.hint


def _require_exported(item: ArchiveItem, done: int, total: int) -> None:
    assert item.error is None, repr(item.error)


def _described(folder: Path, without: tuple[Path, ...]) -> Iterator[tuple[str, str]]:
    """Yield each path below a folder, and what it is: its kind, mode and content or target."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda it: it.name):
            path = Path(entry.path)
            if path in without:
                continue
            status = entry.stat(follow_symlinks=False)
            yield entry.path, f"{status.st_mode:o} {_content(path, status)}"
            if stat.S_ISDIR(status.st_mode):
                yield from _described(path, without)


def _content(path: Path, status: os.stat_result) -> str:
    if stat.S_ISLNK(status.st_mode):
        return os.readlink(path)
    if not stat.S_ISREG(status.st_mode):
        return ""
    if status.st_size > 1 << 28:  # a sparse one
        return f"{status.st_size} {status.st_mtime_ns}"
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _reset_peak() -> int | None:
    """Let this process's peak of memory begin anew; return the bytes that it has now."""
    if sys.platform != "linux":
        return None
    try:
        reset_peak(os.getpid())
    except OSError:
        return None
    return peak_bytes(os.getpid())


def main() -> None:
    """Print the figures."""
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else SEED
    print_figures(figures(int(sys.argv[1]), seed), as_json=False)


if __name__ == "__main__":
    main()
