"""``mmdesk doctor --offline``: each feature once, in an empty network, and a receipt of it."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from mmdesk import __version__, paths
from mmdesk.sealing import interfaces, seal

_QUESTION = "What color is the star?"
_WORD = "star"
_FAR = "192.0.2.1"
"""An address that is kept for documentation (RFC 5737)."""
_TRY = """
import socket, sys
try:
    socket.socket().connect((sys.argv[1], 443))
except OSError as error:
    print(error.strerror)
else:
    sys.exit(1)
"""
_PATIENCE_S = 600.0


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that mmdesk did, or could not do."""

    name: str
    ok: bool
    said: str
    seconds: float


class _Failed(Exception):
    """A step did not do what it should."""


def run(arguments: argparse.Namespace) -> int:
    """Seal this process, do everything once, and print what came of it; return 1 if any failed.

    Raises:
        SealRefused: this system gives no empty network, so that nothing would be proved.
    """
    seal()
    began = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="mmdesk-") as folder:
        steps = []
        for step in chain((_step("network", _network),), Tour(Path(folder)).steps()):
            steps.append(step)
            if not arguments.json:
                print(f"{'ok ' if step.ok else '-- '} {step.name:<10} {step.said}", flush=True)
    done = all(step.ok for step in steps)
    if arguments.json:
        receipt = {"mmdesk": __version__, "began": began.isoformat(), "sealed": True, "ok": done}
        receipt["steps"] = [asdict(step) for step in steps]
        print(json.dumps(receipt, ensure_ascii=False))
    else:
        print(_receipt(began, done=done))
    return 0 if done else 1


def _receipt(began: datetime, *, done: bool) -> str:
    end = datetime.now(UTC)
    first, last = (moment.strftime("%Y-%m-%d %H:%M:%S") for moment in (began, end))
    kept = "All of it worked" if done else "Not all of it worked"
    return (
        f"mmdesk {__version__}, sealed from {first} to {last} UTC. {kept}, and no process of "
        "mmdesk could open an internet connection meanwhile: the system had given them a network "
        "without any interface that leads out."
    )


class Tour:
    """Runs the commands that a person would, with a home of their own.

    Each is a new process, below this sealed one: what is asked is found again after a restart.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._home = folder / "home"
        self._picture = paths.samples() / "shapes.png"

    def steps(self) -> Iterator[Step]:
        """Do one after the other; what fails keeps none of the others from being tried."""
        acts: tuple[tuple[str, Callable[[], str]], ...] = (
            ("ask", self._ask),
            ("speak", self._speak),
            ("restart", self._restart),
            ("search", self._search),
            ("match", self._match),
            ("export", self._export),
            ("import", self._import),
        )
        for name, act in acts:
            yield _step(name, act)

    def _ask(self) -> str:
        lines = self._mmdesk("ask", _QUESTION, "-a", str(self._picture), "--save", "--json")
        return f"{_QUESTION} – {_answer(lines)}"

    def _speak(self) -> str:
        sound = paths.samples() / "question.flac"
        heard = "".join(self._mmdesk("transcribe", str(sound))).strip()
        lines = self._mmdesk("ask", "--audio", str(sound), "-a", str(self._picture), "--json")
        return f"heard “{heard}” – {_answer(lines)}"

    def _restart(self) -> str:
        with self._store() as store:
            (kept,) = store.conversations()
            entries = store.conversation(kept.id).entries
        if len(entries) != 2 or not entries[1].message.text or not entries[0].message.pictures:
            raise _Failed("the conversation is not what it was")
        return f"“{kept.title}” is there, with its picture and its answer"

    def _search(self) -> str:
        with self._store() as store:
            hits = store.search(_WORD)
        if not hits:
            raise _Failed(f"nothing was found for “{_WORD}”")
        return f"“{_WORD}” is found in {len(hits)} message(s)"

    def _match(self) -> str:
        texts = ("a yellow star", "a red star")
        (line,) = self._mmdesk("match", str(self._picture), *texts, "--json")
        matches = json.loads(line)["matches"]
        return ", ".join(f"{each['text']} {each['probability']:.2f}" for each in matches)

    def _export(self) -> str:
        self._mmdesk("export", "--all", "--to", str(self._folder / "out"))
        files = sum(path.is_file() for path in (self._folder / "out").rglob("*"))
        return f"{files} file(s)"

    def _import(self) -> str:
        self._home = self._folder / "other home"
        self._mmdesk("import", str(self._folder / "out"))
        with self._store() as store:
            count = len(store.conversations())
        if count != 1:
            raise _Failed(f"{count} conversations came back")
        return "the conversation, in another home"

    def _mmdesk(self, *words: str) -> list[str]:
        """Run a command; return the lines that it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "mmdesk", *words],
            env=os.environ | {"MMDESK_HOME": str(self._home)},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_PATIENCE_S,
            check=False,
        )
        if done.returncode != 0:
            raise _Failed(done.stderr.strip() or f"exit status {done.returncode}")
        return done.stdout.splitlines()

    def _store(self) -> Any:
        from contextlib import closing

        from mmdesk.store.sqlite import SqliteStore

        data = self._home / "data"
        return closing(SqliteStore(data / paths.database().name, data / paths.attachments().name))


def _answer(lines: Sequence[str]) -> str:
    last = json.loads(lines[-1])
    if not str(last.get("text", "")).strip():
        raise _Failed("there was no answer")
    return str(last["text"]).strip()


def _network() -> str:
    # Another process, in which mmdesk's own guard doesn't stand before the system's.
    tried = subprocess.run(
        [sys.executable, "-c", _TRY, _FAR],
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
        check=False,
    )
    if tried.returncode != 0:
        raise _Failed(tried.stderr.strip() or f"{_FAR} could be reached")
    return f"interfaces: {', '.join(interfaces())}; {_FAR}: {tried.stdout.strip().lower()}"


def _step(name: str, act: Callable[[], str]) -> Step:
    began = time.monotonic()
    try:
        ok, said = True, act()
    except (_Failed, OSError, ValueError, LookupError, subprocess.TimeoutExpired) as error:
        ok, said = False, " ".join(str(error).split())
    return Step(name, ok, said, round(time.monotonic() - began, 1))
