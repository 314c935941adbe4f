"""PortAudio, one call at a time.

Opening, closing and listing are not thread-safe in PortAudio, and a driver whose device vanished
may never return from one of them. Hence the lock here, which nobody waits for longer than
:data:`PATIENCE_S`; only threads that may hang take it.
"""

from __future__ import annotations

import atexit
import errno
import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mmdesk.core.errors import (
    MicrophoneBusy,
    MicrophoneError,
    MicrophoneGone,
    MicrophoneMissing,
    MicrophoneRefused,
    MicrophoneUnusable,
    SoundSystemMissing,
)

PATIENCE_S = 5.0
LATENCY_S = 0.2
"""The driver's buffer: Python may be late by so much without losing a sample."""

_INVALID_DEVICE = -9996
_DEVICE_UNAVAILABLE = -9985
_REFUSED = re.compile(r"permission|denied|not permitted|0x80070005|unauthori", re.IGNORECASE)
_BUSY = re.compile(r"\bbusy\b|in use|0x8889000a", re.IGNORECASE)
_GONE = re.compile(r"no such (device|file|entity)|unplugged|invalidated|0x88890004", re.IGNORECASE)

_lock = threading.Lock()
_streams = 0


@contextmanager
def portaudio() -> Iterator[Any]:
    """Hold PortAudio inside the block; the value is the ``sounddevice`` module.

    Raises:
        SoundSystemMissing: it isn't there, doesn't start, or hangs in another thread.
    """
    if not _lock.acquire(timeout=PATIENCE_S):
        raise SoundSystemMissing(reason="it does not answer")
    try:
        with _stderr_silenced():
            yield _module()
    finally:
        _lock.release()


def _module() -> Any:
    first = "sounddevice" not in sys.modules
    try:
        import sounddevice
    except (OSError, ImportError) as error:
        raise SoundSystemMissing(reason=str(error)) from error
    except Exception as error:  # PortAudioError, of a module that could not be imported
        raise SoundSystemMissing(reason=plain(error)) from error
    if first:
        # It closes what is open, and waits for a lost device without end: see audio.leaving.
        atexit.unregister(sounddevice._exit_handler)
    return sounddevice


@contextmanager
def _stderr_silenced() -> Iterator[None]:
    """ALSA, JACK and PortAudio write to standard error what they also return as error codes."""
    if sys.platform == "win32":
        yield
        return
    try:
        kept = os.dup(2)
    except OSError:  # closed: there is nothing to silence
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def refresh(sounddevice: Any) -> bool:
    """Look for devices again; PortAudio's list is as old as its start.

    Returns:
        False where a stream is open, which a restart would close.

    Raises:
        SoundSystemMissing: it doesn't start again.
    """
    if _streams:
        return False
    try:
        sounddevice._terminate()
        sounddevice._initialize()
    except sounddevice.PortAudioError as error:
        raise SoundSystemMissing(reason=plain(error)) from error
    return True


def opened(stream: Any) -> None:
    """Start a stream, which was made while PortAudio is held, and count it."""
    global _streams
    try:
        stream.start()
    except Exception:
        stream.close()
        raise
    _streams += 1


def close(stream: Any) -> None:
    """End a stream. Hangs where the driver does."""
    global _streams
    # Waits for the driver's thread, so not while holding the lock: others go on if it hangs.
    stream.abort()
    with portaudio():
        stream.close()
        _streams -= 1


def microphone_error(error: Exception, device: str) -> MicrophoneError:
    """Return what is told of a ``PortAudioError`` while opening a microphone."""
    if isinstance(error, MicrophoneError):
        return error
    code = error.args[1] if len(error.args) > 1 else None
    reason = plain(error)
    if _REFUSED.search(reason):
        return MicrophoneRefused(device=device)
    if code == _DEVICE_UNAVAILABLE or _BUSY.search(reason):
        return MicrophoneBusy(device=device)
    if _GONE.search(reason):
        return MicrophoneGone(device=device)
    if code == _INVALID_DEVICE or reason.startswith("Error querying device -1"):
        return MicrophoneMissing()
    return MicrophoneUnusable(device=device, reason=reason)


def no_source(error: Exception) -> bool:
    """Return whether ALSA says EIO, as its PulseAudio plugin does where there is no source."""
    return len(error.args) > 2 and error.args[2][1] == -errno.EIO


def plain(error: Exception) -> str:
    """Return the shortest text that says why: the driver's own where there is one."""
    if len(error.args) > 2 and error.args[2][2]:
        return str(error.args[2][2]).strip().lower()
    text = str(error.args[0]) if error.args else type(error).__name__
    return text.rpartition(": ")[2].strip() or text
