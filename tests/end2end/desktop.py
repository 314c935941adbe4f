"""A display, a window on it, and hands."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import psutil

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 90.0
_STEP_S = 0.05

T = TypeVar("T")


def wait_for(
    what: str, get: Callable[[], T], good: Callable[[T], bool] = bool, patience: float = PATIENCE_S
) -> T:
    """Return the first value that is ``good``; fail with the last one."""
    deadline = time.monotonic() + patience
    while not good(value := get()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience:.0f} s for {what}; last: {value!r}")
        time.sleep(_STEP_S)
    return value


class Display:
    """An X server without a screen."""

    def __init__(self, size: str = "1280x800x24") -> None:
        reading, writing = os.pipe()
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", size, "-nolisten", "tcp"],
            pass_fds=[writing],
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as pipe:
            self.name = f":{pipe.readline().strip()}"

    def close(self) -> None:
        self._server.terminate()
        self._server.wait(10)


class Desktop:
    """The application on a display, with mouse and keyboard.

    Args:
        home: Holds settings, conversations and logs; give the same one to restart.
        prefix: A command to run it in, such as ``unshare -n``.
    """

    def __init__(
        self,
        display: Display,
        home: Path,
        arguments: Sequence[str] = (),
        prefix: Sequence[str] = (),
        environment: dict[str, str] | None = None,
    ) -> None:
        self._address = str(home / "probe.socket")
        self._environment = os.environ | {
            "DISPLAY": display.name,
            "MMDESK_HOME": str(home),
            "QT_QPA_PLATFORM": "xcb",
            "LANGUAGE": "en",
            "LC_ALL": "C.UTF-8",
            **(environment or {}),
        }
        self._environment.pop("WAYLAND_DISPLAY", None)
        self.errors = home / "stderr.txt"
        Path(self._address).unlink(missing_ok=True)
        command = [sys.executable, "-m", "tests.end2end.probe", self._address, *arguments]
        with open(self.errors, "ab") as errors:
            self.process = subprocess.Popen(
                [*prefix, *command], cwd=ROOT, env=self._environment, stderr=errors
            )
        self._socket: socket.socket | None = None
        wait_for("the window's process", self._connected)
        wait_for("the window", lambda: self.look("visible", "composer"))
        # There is no window manager to give the window the keyboard.
        self.xdotool("search", "--sync", "--onlyvisible", "--name", "^mmdesk$", "windowfocus")
        wait_for("the keyboard", lambda: self.look("focus") != "")

    # Eyes

    def look(self, what: str, name: str = "", **more: str) -> Any:
        """Ask the probe; None if there is no such widget."""
        assert self._socket is not None
        self._socket.sendall(json.dumps({"look": what, "name": name, **more}).encode() + b"\n")
        answer = b""
        while not answer.endswith(b"\n"):
            piece = self._socket.recv(65536)
            assert piece, f"the window is gone: {self.errors.read_text()}"
            answer += piece
        return json.loads(answer)

    def text(self, name: str) -> str:
        """Return the text that a widget shows."""
        return str(self.look("text", name))

    def wait_text(self, name: str, part: str) -> str:
        """Wait until a widget shows ``part``."""
        return wait_for(f"{part!r} in {name}", lambda: self.text(name), lambda t: part in t)

    def wait_ready(self) -> None:
        """Wait until the model is loaded."""
        self.wait_text("modelStatus", "Ready")

    def engine(self) -> psutil.Process:
        """Return the process that holds the model: the one with the most memory."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        mine = [child for child in children if "spawn_main" in " ".join(child.cmdline())]
        return max(mine, key=lambda child: child.memory_info().rss)

    # Hands

    def xdotool(self, *arguments: str) -> None:
        """Move the mouse, press keys."""
        subprocess.run(["xdotool", *arguments], env=self._environment, check=True, timeout=60)

    def click(self, name: str) -> None:
        """Click into the middle of a widget."""
        x, y = self.middle(name)
        self.xdotool("mousemove", str(x), str(y), "click", "1")

    def middle(self, name: str) -> tuple[int, int]:
        """Return the middle of a widget on the screen."""
        x, y, width, height = self.look("rect", name)
        return x + width // 2, y + height // 2

    def type(self, text: str) -> None:
        """Type into whatever has the focus.

        For a character that the keyboard lacks, xdotool changes the server's key map, and now
        and then presses the key before the change has arrived: such text is looked at, and
        typed again where the display swallowed some of it.
        """
        if text.isascii():
            self.xdotool("type", "--delay", "12", text)
            return
        for _ in range(5):
            self.xdotool("type", "--delay", "80", text)
            self.xdotool("sleep", "0.3")
            if self.text(self.look("focus")) == text:
                return
            self.xdotool("key", "ctrl+a", "key", "Delete")
        raise AssertionError(f"xdotool can't type {text!r}")

    def key(self, keys: str) -> None:
        """Press a key, such as ``ctrl+n``."""
        self.xdotool("key", keys)

    def drop(self, files: Sequence[Path], name: str = "chatPane") -> None:
        """Drag files from another program's window and drop them on a widget."""
        command = [sys.executable, "-m", "tests.end2end.drag_source", *map(str, files)]
        with subprocess.Popen(
            command, cwd=ROOT, env=self._environment, stdout=subprocess.PIPE, text=True
        ) as source:
            assert source.stdout is not None
            x, y = map(int, source.stdout.readline().split())
            to_x, to_y = self.middle(name)
            self.xdotool("mousemove", str(x), str(y), "mousedown", "1")
            for step in range(1, 11):
                at_x, at_y = x + (to_x - x) * step // 10, y + (to_y - y) * step // 10
                self.xdotool("mousemove", str(at_x), str(at_y), "sleep", "0.05")
            self.xdotool("sleep", "0.2", "mouseup", "1")
        assert source.returncode == 0, "the drop was refused"

    # The end

    def close(self) -> None:
        """Close the window as a session manager does, and wait for the process."""
        if self._socket is not None:
            self._socket.close()
        if self.process.poll() is None:
            self._main_process().terminate()
            self.process.wait(30)

    def kill(self) -> None:
        """End it without a warning."""
        self._main_process().kill()
        self.process.wait(30)

    def _main_process(self) -> psutil.Process:
        process = psutil.Process(self.process.pid)
        while "tests.end2end.probe" in process.cmdline() and process.cmdline()[0] == "unshare":
            process = process.children()[0]
        return process

    def _connected(self) -> bool:
        assert self.process.poll() is None, f"ended at start: {self.errors.read_text()}"
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(self._address)
        except OSError:
            connection.close()
            return False
        connection.settimeout(60)
        self._socket = connection
        return True


def can_unshare_network() -> bool:
    """Return whether this system lets a process have an empty network."""
    if shutil.which("unshare") is None:
        return False
    attempt = subprocess.run([*NO_NETWORK, "true"], capture_output=True, check=False)
    return attempt.returncode == 0


NO_NETWORK = ("unshare", "--net", "--map-current-user")
