"""Opens the window, or brings the one that is open to the front."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from mmdesk import paths
from mmdesk.core.errors import NoDisplay
from mmdesk.display import display_missing
from mmdesk.instance import hand_over
from mmdesk.logs import open_log

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
    if hand_over(paths.instance_socket(), arguments.files):
        print("mmdesk is open already: its window comes to the front.", file=sys.stderr)
        return 0
    open_log(paths.log_file(), debug=arguments.debug)
    gc.disable()  # it would search a tenth of the start: what is made now stays
    from mmdesk.window_application import WindowApplication

    application = WindowApplication(arguments)
    if on_start is not None:
        on_start(application)
    return application.run()
