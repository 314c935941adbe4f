"""What the first formula and the first code would wait for is loaded beforehand."""

from __future__ import annotations

import logging
from functools import cache

from mmdesk.session.threads import start_thread

_LOG = logging.getLogger(__name__)


@cache
def load_in_background() -> None:
    """Load fonts, modules and rules in a thread, once: in the window's own they take 150 ms."""
    start_thread("warm up", _load)


def _load() -> None:
    from mmdesk.ui.chat.highlight import coloured

    list(coloured("x = 1", "python", dark=False))
    try:
        from ziamath.zmath import Math

        Math.fromlatex("x").svg()
    except Exception:
        _LOG.debug("formulas will be shown as source", exc_info=True)
