"""What the window's start does without, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import json, linecache, sys
from pathlib import Path
from mmdesk import app, cli

def started(application):
    from PySide6.QtCore import QObject
    def painted():
        told["modules"] = sorted(sys.modules)
        told["classes"] = [kind.__name__ for kind in QObject.__subclasses__()]
        told["read"] = [name for name in linecache.cache if "mmdesk" in Path(name).parts]
        application.qt.quit()
    application._begin = painted

told = {}
status = app.run(cli.parse([]), on_start=started)
print(json.dumps(told))
sys.exit(status)
"""


def test_the_first_paint_waits_for_nothing_that_comes_later(tmp_path: Path) -> None:
    finished = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | {"MMDESK_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    told = json.loads(finished.stdout)
    later = {
        "datetime",
        "logging.handlers",
        "pickle",
        "mmdesk.instance",
        "mmdesk.ui.archive_words",
        "mmdesk.ui.heard_text",
        "mmdesk.ui.instance",
        "mmdesk.ui.outside",
        "mmdesk.ui.pages",
    }
    assert not later & set(told["modules"])
    assert not told["read"], "PySide has read the sources of what was imported"
    assert "QStyle" not in told["classes"], "the style was asked for in Python"
