"""The decoding process: takes paths, gives canonical files, within limits of its own.

Only the standard library is imported here, since the parent names :func:`serve` to start the
child and must not load Pillow. What decodes sound is imported with the first sound.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import BinaryIO

from mmdesk.core.errors import (
    MediaError,
    PictureTooHeavy,
    PictureUnwritable,
    SoundDamaged,
    SoundUnwritable,
)
from mmdesk.crash_report import without_words
from mmdesk.media import wire
from mmdesk.media.opening import open_regular, recognise

MEMORY_LIMIT = 896 << 20
"""Address space above what the child has before its first picture, so that it stays within a
gigabyte of memory. Of a progressive CMYK JPEG, which holds 8 bytes a pixel of coefficients and 4 of
pixels, that is enough for 70 megapixels."""
FILE_LIMIT = 480 << 20
"""No canonical file is longer: 4 hours of 16-bit noise at 16 kHz, and some; 50 MP x 3 bytes."""


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
            request = wire.unpack_request(connection.recv_bytes())
            connection.send_bytes(_answer(request, Path(staging), connection))
        except (EOFError, OSError):
            return


def _answer(request: wire.Request, staging: Path, connection: Connection) -> bytes:
    try:
        with open_regular(Path(request.path), request.name) as file:
            sniffed = recognise(file, request.name, sound=request.sound)
            if sniffed.sound_format:
                return _sound(file, sniffed.sound_format, request.name, staging, connection)
            return _picture(file, sniffed.picture_format, request, staging)
    except MediaError as error:
        return wire.pack_error(error)
    except Exception as error:
        return wire.pack_bug(f"{type(error).__name__}: {error}", without_words(error))


def _picture(file: BinaryIO, picture_format: str, request: wire.Request, staging: Path) -> bytes:
    from mmdesk.media.canonical import write_canonical
    from mmdesk.media.decode import decode_picture

    name = request.name
    try:
        decoded = decode_picture(file, picture_format, name)
        image = decoded.image if request.box is None else decoded.image.crop(request.box)
        sha256 = write_canonical(image, staging)
    except MemoryError as error:
        raise PictureTooHeavy(name=name) from error
    except OSError as error:  # the decoder answers for the file itself: this is the staging folder
        raise PictureUnwritable(name=name, reason=_reason(error), path=str(staging)) from error
    width, height = image.size
    return wire.pack_canonical(wire.Canonical(sha256, width, height, decoded.notes))


def _sound(
    file: BinaryIO, sound_format: str, name: str, staging: Path, connection: Connection
) -> bytes:
    def declare(seconds: float) -> None:
        connection.send_bytes(wire.pack_declared(wire.Declared(seconds)))

    declare(0.0)  # should the decoder crash, it is the sound that is to blame
    # One thread is enough here, and each one that NumPy starts takes address space.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from mmdesk.media.sound import decode_sound

    try:
        return wire.pack_recorded(decode_sound(file, sound_format, name, staging, declare))
    except MemoryError as error:
        raise SoundDamaged(name=name) from error
    except OSError as error:  # as above
        raise SoundUnwritable(name=name, reason=_reason(error), path=str(staging)) from error


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


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
