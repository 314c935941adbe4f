"""A test's end of :mod:`tests.unit.audio.probe`."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.end2end.desktop import ROOT

PATIENCE_S = 30.0

Record = dict[str, Any]


class Probe:
    """Commands a process that listens and plays."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.records: list[Record] = []
        self._returned: dict[tuple[str, object], int] = {}
        self._new: queue.SimpleQueue[Record | None] = queue.SimpleQueue()
        self._stderr = folder / "stderr.txt"
        with self._stderr.open("wb") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.unit.audio.probe", str(folder)],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
        threading.Thread(target=self._read, daemon=True).start()
        self.wait("ready")

    def _read(self) -> None:
        for line in self._process.stdout:
            self._new.put(json.loads(line))
        self._new.put(None)

    def send(self, command: str, **arguments: Any) -> Record:
        """Run a command; return how it went."""
        self._process.stdin.write(json.dumps({"command": command} | arguments) + "\n")
        self._process.stdin.flush()
        return self.wait("done")

    def event(self, name: str, patience: float = PATIENCE_S) -> Record:
        """Return the next event of a class that no call has returned."""
        return self.wait("event", name, patience)

    def wait(self, name: str, value: object = None, patience: float = PATIENCE_S) -> Record:
        """Return the next record with ``name`` (of that value) that no call has returned."""
        deadline = time.monotonic() + patience
        found = [r for r in self.records if name in r and value in (None, r[name])]
        number = self._returned.get((name, value), 0)
        while len(found) <= number:
            record = self._next(deadline)
            if name in record and value in (None, record[name]):
                found.append(record)
        self._returned[name, value] = number + 1
        return found[number]

    def _next(self, deadline: float) -> Record:
        try:
            record = self._new.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            record = None
        if record is None:
            last = [r for r in self.records if r.get("event") != "MicrophoneLevel"][-8:]
            raise AssertionError(f"nothing after {last}\n{self._stderr.read_text()}")
        self.records.append(record)
        return record

    def events(self, name: str) -> list[Record]:
        """Return the events of a class that have come so far."""
        return [record for record in self.records if record.get("event") == name]

    def drain(self, seconds: float) -> None:
        """Take whatever comes for a while."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                record = self._new.get(timeout=left)
            except queue.Empty:
                return
            if record is not None:
                self.records.append(record)

    def end(self) -> float:
        """Let it exit by itself; return how many seconds that took."""
        before = time.monotonic()
        self._process.stdin.close()
        code = self._process.wait(PATIENCE_S)
        assert code == 0, self._stderr.read_text()
        return time.monotonic() - before

    def kill(self) -> None:
        """End it, however it is."""
        self._process.kill()
        self._process.wait(PATIENCE_S)
        self._process.stdin.close()
        self._process.stdout.close()


def captured(record: Record) -> np.ndarray:
    """Return the samples of a ``SpeechCaptured``."""
    return np.fromfile(record["file"], dtype="<f4")
