"""The decoding process: takes paths, gives canonical pictures, within limits of its own.

Only the standard library is imported here, since the parent names :func:`serve` to start the
child and must not load Pillow.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from mmdesk.core.errors import PictureError, PictureTooHeavy, PictureUnwritable
from mmdesk.media import wire

MEMORY_LIMIT = 1536 << 20
"""Address space above what the child has before its first picture. Of 100 megapixels a
progressive CMYK JPEG holds 8 bytes a pixel of coefficients and 4 of pixels; a transparent palette
needs 14 while it is reduced."""
FILE_LIMIT = 320 << 20
"""No canonical file is longer: 50 MP x 3 bytes, incompressible, and some."""


def serve(connection: Connection, staging: str) -> None:
    """Answer requests until the parent goes away.

    Args:
        connection: Carries :mod:`mmdesk.media.wire`'s messages.
        staging: The folder for canonical files.
    """
    from mmdesk.media.decode import prepare_pillow

    prepare_pillow()
    limit_process()
    _silence_libraries()
    connection.send_bytes(wire.READY)
    while True:
        try:
            path, name = wire.unpack_request(connection.recv_bytes())
        except (EOFError, OSError):
            return
        answer = _answer(Path(path), name, Path(staging))
        try:
            connection.send_bytes(answer)
        except OSError:
            return


def _answer(path: Path, name: str, staging: Path) -> bytes:
    from mmdesk.media.canonical import write_canonical
    from mmdesk.media.decode import decode

    try:
        decoded = decode(path, name)
        sha256 = write_canonical(decoded.image, staging)
    except PictureError as error:
        return wire.pack_error(error)
    except MemoryError:
        return wire.pack_error(PictureTooHeavy(name=name))
    except OSError as error:  # decode() answers for the file itself: this is the staging folder
        reason = (error.strerror or str(error)).lower()
        return wire.pack_error(PictureUnwritable(name=name, reason=reason, path=str(staging)))
    except Exception as error:
        return wire.pack_bug(f"{type(error).__name__}: {error}", traceback.format_exc())
    width, height = decoded.image.size
    return wire.pack_canonical(wire.Canonical(sha256, width, height, decoded.notes))


def _silence_libraries() -> None:
    """Send the process's standard error to nowhere.

    libtiff and libjpeg print complaints about the file there from C, in the middle of what the
    command line says; the parent learns of a crash from the exit status.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def limit_process() -> None:
    """Bound memory, core dumps and file size where the system can (POSIX)."""
    if sys.platform == "win32":
        return
    import resource

    def lower(which: int, value: int) -> None:
        hard = resource.getrlimit(which)[1]
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (bound, bound))

    limit: Callable[[int, int], None] = lower
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_FSIZE, FILE_LIMIT)
    used = _address_space()
    if used is not None:
        limit(resource.RLIMIT_AS, used + MEMORY_LIMIT)


def _address_space() -> int | None:
    """Return the bytes of address space in use, or None where /proc doesn't tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")
