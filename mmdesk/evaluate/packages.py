"""What measuring needs beside mmdesk itself: the extra ``train``."""

from __future__ import annotations

import importlib.util

from mmdesk.core.errors import MeasureNeedsPackage


def require(package: str, what: str) -> None:
    """Find out whether something can be measured, before minutes are spent on it.

    Raises:
        MeasureNeedsPackage: ``package`` isn't there.
    """
    if importlib.util.find_spec(package) is None:
        raise MeasureNeedsPackage(package=package, what=what)
