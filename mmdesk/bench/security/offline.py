"""Every feature once: in an empty network, and watched from outside by strace.

The tour is that of ``mmdesk doctor --offline``, children included. What strace sees counts in any
library and any language: mmdesk's own guard knows of Python's sockets only.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from mmdesk.core.figures import Figure

_TOUR = """
import sys, tempfile
from pathlib import Path
from mmdesk.offline_tour import Tour
with tempfile.TemporaryDirectory(prefix="mmdesk-") as folder:
    failed = [step for step in Tour(Path(folder)).steps() if not step.ok]
print(*failed, sep="\\n", file=sys.stderr)
sys.exit(bool(failed))
"""
_REACHES = re.compile(r"\b(?:connect|sendto|sendmsg|sendmmsg)\(.*\bAF_INET6?\b")
_PATIENCE_S = 1200.0


def figures() -> Iterator[Figure]:
    """Yield what failed in an empty network, and what was reached for; None where unmeasured."""
    yield _sealed()
    calls = reached((sys.executable, "-c", _TOUR))
    yield Figure(
        "offline_reached", None if calls is None else len(calls), "calls", 1, None, 0, True
    )


def _sealed() -> Figure:
    command = [sys.executable, "-m", "mmdesk", "doctor", "--offline", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
    try:
        steps = json.loads(done.stdout)["steps"]
    except (ValueError, KeyError):  # this system gives no empty network
        print(done.stderr.strip(), file=sys.stderr)
        return Figure("offline_tour_failed", None, "steps", 0, None, 0, lower=True)
    failed = [step for step in steps if not step["ok"]]
    for step in failed:
        print(f"{step['name']}: {step['said']}", file=sys.stderr)
    return Figure("offline_tour_failed", len(failed), "steps", len(steps), None, 0, lower=True)


def reached(command: Sequence[str]) -> list[str] | None:
    """Run a command below strace; return the calls that reach for an internet address.

    Returns:
        None where strace is missing or may not trace, or the command failed.
    """
    strace = shutil.which("strace")
    if strace is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "calls"
        traced = [strace, "-f", "-qq", "-e", "trace=%network", "-o", str(log), "--", *command]
        done = subprocess.run(
            traced, capture_output=True, text=True, timeout=_PATIENCE_S, check=False
        )
        if done.returncode != 0 or not log.exists():
            print(done.stderr.strip(), file=sys.stderr)
            return None
        with log.open(encoding="utf-8", errors="replace") as lines:
            found = [line.strip() for line in lines if _REACHES.search(line)]
    for line in found[:20]:
        print(line, file=sys.stderr)
    return found
