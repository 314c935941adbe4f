"""Whether there is a display, asked without Qt: it aborts the process where there is none."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

_X11_SOCKETS = Path("/tmp/.X11-unix")


def display_missing() -> bool:
    """Return whether a window can't be opened here."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return False
    wayland, x11 = os.environ.get("WAYLAND_DISPLAY"), os.environ.get("DISPLAY")
    if wayland and (Path(os.environ.get("XDG_RUNTIME_DIR", "/")) / wayland).exists():
        return False
    return not (x11 and _x11_answers(x11))


def _x11_answers(display: str) -> bool:
    host, _, rest = display.rpartition(":")
    number = rest.partition(".")[0]
    if host not in ("", "unix") or not number.isdigit():
        return bool(number)  # forwarded over a network: let Qt try
    address = str(_X11_SOCKETS / f"X{number}")
    for name in (address, f"\0{address}"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(2)
            if probe.connect_ex(name) == 0:
                return True
    return False
