"""mmdesk's window, measured from inside; run by :mod:`mmdesk.bench.ui`, in its own process.

python -m mmdesk.bench.window start|stream|markdown STARTED [mmdesk's own arguments]
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from mmdesk import app, cli

if TYPE_CHECKING:
    from mmdesk.bench.window_measures import Measurement


def main() -> int:
    """Measure one thing and print it as JSON."""
    what, started, *arguments = sys.argv[1:]
    measured: list[Measurement] = []

    def begin(application: app.WindowApplication) -> None:
        from mmdesk.bench.window_measures import measurement  # with Qt, which the app imports first

        measured.append(measurement(what, float(started)))
        measured[0].begin(application)

    status = app.run(cli.parse(arguments), on_start=begin)
    print(json.dumps(measured[0].result))
    return status


if __name__ == "__main__":
    sys.exit(main())
