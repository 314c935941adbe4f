"""What is imported when: the window must not wait for torch, the command line not for Qt.

import-linter sees which package may import which; only a fresh interpreter shows what really is
imported at the start.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

QT = {"PySide6"}
MODEL = {"accelerate", "torch", "torchvision", "transformers"}

PROGRAM = """
import contextlib, json, sys
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(sys.stderr):
    {statement}
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""


def imported_by(statement: str) -> set[str]:
    """Return the top-level packages that a fresh interpreter holds after ``statement``."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(statement=statement)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return set(json.loads(done.stdout))


@pytest.mark.parametrize(
    ("statement", "unwanted"),
    [
        ("from mmdesk.cli import main; main(['--help'])", QT | MODEL | {"PIL", "numpy"}),
        ("import mmdesk.ask.command", QT | MODEL),
        ("import mmdesk.doctor", QT | MODEL),
        ("import mmdesk.app", QT | MODEL),
        ("import mmdesk.window_application", MODEL),
    ],
)
def test_imports_nothing_heavy(statement: str, unwanted: set[str]) -> None:
    assert imported_by(statement) & unwanted == set()
