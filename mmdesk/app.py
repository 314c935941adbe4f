"""Opens the window, or brings the one that is open to the front."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mmdesk import paths
from mmdesk.core.errors import NoDisplay, SealedElsewhere
from mmdesk.display import display_missing
from mmdesk.logs import open_log
from mmdesk.network import METER
from mmdesk.sealing import is_sealed

if TYPE_CHECKING:
    from mmdesk.window_application import WindowApplication as WindowApplication

OnStart = Callable[["WindowApplication"], None]


def run(arguments: argparse.Namespace, on_start: OnStart | None = None) -> int:
    """Open the window; return when it is closed.

    Args:
        on_start: Called with the application before its event loop runs; for measurements
            and end-to-end tests.
    """
    if display_missing():
        error = NoDisplay()
        print(f"mmdesk: {error.message}\n  {error.hint}", file=sys.stderr)
        return 1
    handed_over = _handed_over(() if is_sealed() else arguments.files)
    if handed_over and is_sealed():
        raise SealedElsewhere
    if handed_over:
        print("mmdesk is open already: its window comes to the front.", file=sys.stderr)
        return 0
    open_log(paths.log_file(), debug=arguments.debug)
    gc.disable()  # it would search a tenth of the start: what is made now stays
    from mmdesk.ui.import_qt import import_qt

    import_qt()
    METER.guard()
    from mmdesk.window_application import WindowApplication

    application = WindowApplication(arguments)
    if on_start is not None:
        on_start(application)
    return application.run()


def _handed_over(files: Sequence[Path]) -> bool:
    """Return whether a window that is open has come to the front, with these files."""
    address = paths.instance_socket()
    if not os.path.exists(address):
        return False  # found out without sockets, for which the first window would wait
    from mmdesk.instance import hand_over

    return hand_over(address, files)
