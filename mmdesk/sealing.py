"""Sealed mode: this process, and all that it starts, in a network of its own that is empty.

Linux lets any process make a user namespace with a network namespace in it, unless the system
forbids that: there is nothing in it but a loopback interface that is down, and no way out
(network_namespaces(7), user_namespaces(7)). Files, the display and the sound server are reached as
before, since their sockets are files.
"""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

from mmdesk.core.errors import SealRefused

_NEW_USERS = 0x10000000
_NEW_NETWORK = 0x40000000
"""Flags of unshare(2)."""
_GET_FLAGS, _UP = 0x8913, 1
_NAME_BYTES, _REQUEST_BYTES = 16, 40
"""Of netdevice(7)'s struct ifreq."""
_OWN = Path("/proc/self")
_sealed = False


def is_sealed() -> bool:
    """Whether :func:`seal` has sealed this process."""
    return _sealed


def seal() -> None:
    """Leave the network. Call it before there is a second thread.

    Raises:
        SealRefused: the system doesn't allow it, or there is a way out all the same.
    """
    global _sealed
    if sys.platform != "linux":
        raise SealRefused(reason="only Linux can take the network from a program")
    user, group = os.geteuid(), os.getegid()
    try:
        _unshare(_NEW_USERS | _NEW_NETWORK)
        # Without them the process would be nobody in its own namespace.
        (_OWN / "setgroups").write_text("deny", encoding="ascii")
        (_OWN / "uid_map").write_text(f"{user} {user} 1", encoding="ascii")
        (_OWN / "gid_map").write_text(f"{group} {group} 1", encoding="ascii")
    except OSError as error:
        raise SealRefused(reason=(error.strerror or str(error)).lower()) from error
    if (way := _way_out()) is not None:
        raise SealRefused(reason=f"there still is the network interface {way}")
    _sealed = True


def _unshare(flags: int) -> None:
    if sys.version_info >= (3, 12):
        os.unshare(flags)
        return
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def interfaces() -> Iterator[str]:
    """Yield the network interfaces that this process has."""
    import socket

    yield from (name for _, name in socket.if_nameindex())


def _way_out() -> str | None:
    """Return an interface that is up, beside the loopback's; None where there is none."""
    import fcntl
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for name in interfaces():
            request = name.encode().ljust(_REQUEST_BYTES, b"\0")
            answer = fcntl.ioctl(asking, _GET_FLAGS, request)
            (flags,) = struct.unpack_from("H", answer, _NAME_BYTES)
            if name != "lo" and flags & _UP:
                return name
    return None
