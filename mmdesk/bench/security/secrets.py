"""Canaries in the place of keys and texts, and where they are found afterwards.

python -m mmdesk.bench.security.secrets
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from mmdesk import crash_report
from mmdesk.archive.exporting import ExportFolder
from mmdesk.bench.durability.contents import Place, quiet, reading
from mmdesk.core.conversations import Entry
from mmdesk.core.figures import Figure, print_figures
from mmdesk.core.messages import assistant_message, user_message

SEED = 1
_NAMES = ("key", "question", "answer", "picture", "damaged", "recording", "draft")
_TAIL = 12
"""Bytes of a canary that are looked for: an index leaves out what a word shares with the last."""
_LONG_AGO_US = 1_000_000
_RUNS = (("memory", "whole", 0o000), ("null", "signal", 0o022), ("fail", "exception", 0o022))
"""Keyring, how it ends, and the umask."""
_APPLICATION = "mmdesk.bench.security.secret_application"


@dataclass(slots=True)
class Found:
    """What was found where it should not be, each as a line for people.

    Attributes:
        keys: A key, anywhere.
        logs: A person's words in logs, crash reports, temporary files or of a child's start.
        deleted: Those of conversations that are no more, in the database.
        exported: Those of other conversations in an export.
        readable: Files and folders that other accounts can open.
        wrong: What went otherwise than planned: the figures would mean nothing.
        backups: Backups that still have what was deleted; they are thinned out within months.
        places: Files and processes that were looked into.
    """

    keys: list[str] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    exported: list[str] = field(default_factory=list)
    readable: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    backups: int = 0
    places: int = 0


class Hunt:
    """A person's home, in which the application runs."""

    def __init__(self, folder: Path, seed: int) -> None:
        chance = random.Random(seed)
        self.words = {name: f"qz{chance.randbytes(10).hex()}" for name in _NAMES}
        self.found = Found()
        self._folder = folder
        self._home = folder / "home"
        self._temporary = folder / "temporary"
        self._given = folder / "given"
        for each in (self._temporary, self._given):
            each.mkdir()
        image = Image.new("RGB", (64, 48), "red")
        image.save(self._given / f"{self.words['picture']}.png")
        (self._given / f"{self.words['damaged']}.png").write_bytes(b"\x89PNG\r\n\x1a\n damaged")

    def run(self, backend: str, how: str, umask: int) -> None:
        """Have the application run to its bad end, and look at it meanwhile and afterwards."""
        environment = os.environ | {
            "MMDESK_HOME": str(self._home),
            "TMPDIR": str(self._temporary),
        }
        command = [sys.executable, "-m", _APPLICATION, backend, how, str(self._given)]
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            umask=umask,
            text=True,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(self.words) + "\n")
            process.stdin.flush()
            said = list(iter(process.stdout.readline, "ready\n")) if process.poll() is None else []
            self._look_at_processes(process.pid)
            _, complaints = process.communicate("go\n")
        self._check(said, backend, how, process.returncode)
        self._look_into("standard error", complaints.encode(), self.found.logs)

    def look_around(self) -> None:
        """Look into all that the runs have left, but the database and its attachments."""
        data = self._home / "data"
        for path in (*_files(self._home), *_files(self._temporary)):
            if not path.is_relative_to(data):
                name = str(path.relative_to(self._folder))
                self._look_into(name, name.encode() + path.read_bytes(), self.found.logs)
            else:
                self._look_for_key(path)
        for path in (self._home, *self._home.rglob("*")):
            if not path.is_symlink() and path.stat().st_mode & 0o077:
                mode = path.stat().st_mode & 0o777
                self.found.readable.append(f"{path.relative_to(self._folder)} is {mode:o}")
        state = self._home / "state"
        # Of the end of two runs and of a thread's exception; the signal's is to come.
        if len(crash_report.reports(state)) < 2:
            self.found.wrong.append("there are no crash reports")

    def delete(self) -> None:
        """Export another conversation, destroy those with canaries, look into the database."""
        place = Place(self._home / "data")
        store = place.open()
        try:
            saved = store.begin_turn(
                user_message("Hello"), conversation=None, parent=None, model="m"
            )
            store.write_answer(Entry(saved.answer, assistant_message("Good day")))
            other = store.tree(saved.conversation)
            for markdown in (False, True):
                ExportFolder(self._folder / "exported").write(other, markdown=markdown)
            store.keep_draft(None, None)
            self._look_into_pages(place, planted=True)
            for summary in store.conversations():
                if summary.id != saved.conversation:
                    store.alter(summary.id, binned=True)
            store.close()
            with reading(place.database) as connection:
                connection.execute(
                    "UPDATE conversation SET binned_us = ? WHERE binned_us NOT NULL",
                    (_LONG_AGO_US,),
                )
            store = place.open()
            for backup in place.backups.glob("*"):
                backup.unlink()
            store.back_up()
            if len(store.conversations()) != 1 or store.binned():
                self.found.wrong.append("the bin was not emptied")
        finally:
            store.close()
        self._look_into_pages(place, planted=False)
        for path in _files(self._folder / "exported"):
            self._look_into(f"export {path.name}", path.read_bytes(), self.found.exported)
        self.found.backups = sum(self._has_words(each) for each in place.backups.iterdir())

    def _check(self, said: Iterable[str], backend: str, how: str, status: int) -> None:
        kept = "kept yes stays\n" if backend == "memory" else "kept no passes\n"
        lines = list(said)
        if lines[:1] != [kept] or any(line.startswith("missing") for line in lines):
            self.found.wrong.append(f"{backend}: {lines}")
        if status != (-signal.SIGSEGV if how == "signal" else 1):
            self.found.wrong.append(f"{backend} ended with {status}")

    def _look_at_processes(self, pid: int) -> None:
        """Look at how the process and all below it were started."""
        import psutil

        try:
            process = psutil.Process(pid)
            for each in (process, *process.children(recursive=True)):
                started = "\0".join(each.cmdline()) + json.dumps(each.environ())
                self._look_into(f"process {each.pid}", started.encode(), self.found.logs)
        except psutil.Error as error:
            self.found.wrong.append(f"processes: {type(error).__name__}")

    def _look_into(self, where: str, content: bytes, words: list[str]) -> None:
        self.found.places += 1
        for name, canary in self.words.items():
            if canary[-_TAIL:].encode() in content:
                (self.found.keys if name == "key" else words).append(f"{name} in {where}")

    def _look_for_key(self, path: Path) -> None:
        self.found.places += 1
        if self.words["key"][-_TAIL:].encode() in path.read_bytes():
            self.found.keys.append(f"key in {path.name}")

    def _look_into_pages(self, place: Place, *, planted: bool) -> None:
        """Look for words in the database's files; ``planted`` expects them, to be sure."""
        files = [each for each in place.folder.glob(f"{place.database.name}*") if each.is_file()]
        content = b"".join(each.read_bytes() for each in files)
        if not planted:
            self._look_into("the database", content, self.found.deleted)
        elif self.words["answer"].encode() not in content:
            self.found.wrong.append("the canaries are not in the database")

    def _has_words(self, path: Path) -> bool:
        content = path.read_bytes()
        return any(word[-_TAIL:].encode() in content for word in self.words.values())


def figures(seed: int = SEED) -> Iterator[Figure]:
    """Plant canaries, let everything fail, and yield where they are found. POSIX only."""
    if sys.platform == "win32":
        return
    with tempfile.TemporaryDirectory() as folder, quiet():
        hunt = Hunt(Path(folder), seed)
        for backend, how, umask in _RUNS:
            hunt.run(backend, how, umask)
        hunt.look_around()
        hunt.delete()
    found = hunt.found
    for line in (*found.keys, *found.logs, *found.deleted, *found.exported, *found.readable):
        print(line, file=sys.stderr)
    for line in found.wrong:
        print(f"not as planned: {line}", file=sys.stderr)
    yield from _figures(found, seed)


def _figures(found: Found, seed: int) -> Iterator[Figure]:
    for name, lines in (
        ("secrets_found_keys", found.keys),
        ("secrets_found_text_in_logs", found.logs),
        ("secrets_found_after_delete_in_database", found.deleted),
        ("secrets_found_in_other_exports", found.exported),
        ("secrets_readable_by_others", found.readable),
    ):
        value = None if found.wrong else len(lines)
        yield Figure(name, value, "places", found.places, seed, bar=0, lower=True)
    yield Figure("secrets_in_backups_after_delete", found.backups, "backups", 1, seed)


def _files(folder: Path) -> list[Path]:
    return sorted(each for each in folder.rglob("*") if each.is_file() and not each.is_symlink())


def main() -> None:
    """Print the figures."""
    print_figures(figures(), as_json=False)


if __name__ == "__main__":
    main()
