"""Writes the canonical file of a decoded sound, named after its own SHA-256."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np
import soundfile
from numpy.typing import NDArray

from mmdesk.core.speech import SAMPLE_RATE
from mmdesk.media.staging import open_part


class StreamedFile(soundfile.SoundFile):  # type: ignore[misc]
    """A sound file that is read or written in one go."""

    def seekable(self) -> bool:
        """Say no: else a seek follows each read, and a damaged FLAC doesn't survive one."""
        return False


class FlacPart:
    """A mono 16-bit 16 kHz FLAC file that grows in the staging folder.

    It is readable by its owner only, and goes with the block unless :meth:`finish` named it.
    Methods raise ``OSError`` where the folder can't be written or is full.

    Attributes:
        samples: How many were written.
    """

    def __init__(self, staging: Path) -> None:
        self.samples = 0
        self._staging = staging
        self._path, descriptor = open_part(staging)
        self._file = _RememberingFile(os.fdopen(descriptor, "w+b"))
        self._sound = StreamedFile(
            self._file, "w", SAMPLE_RATE, 1, subtype="PCM_16", format="FLAC", closefd=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if not self._sound.closed:
                self._closed()
        except OSError:
            if kind is None:
                raise
        finally:
            self._path.unlink(missing_ok=True)

    def write(self, samples: NDArray[np.int16]) -> None:
        """Append samples, shape (frames,)."""
        try:
            self._sound.write(samples)
        except (soundfile.SoundFileError, AssertionError):
            self._file.check()
            raise
        self._file.check()
        self.samples += len(samples)

    def finish(self) -> str:
        """Give the file its name, ``<sha256>.flac``; return the SHA-256 (hex)."""
        self._closed()
        with self._path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        os.replace(self._path, self._staging / f"{sha256}.flac")
        return sha256

    def _closed(self) -> None:
        try:
            self._sound.close()
        except soundfile.SoundFileError:
            self._file.check()
            raise
        finally:
            self._file.close()
        self._file.check()


class _RememberingFile:
    """Keeps the errors that libsndfile swallows: it calls from C, where none can be raised."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._error: OSError | None = None
        self.seek, self.tell, self.read = file.seek, file.tell, file.read

    def write(self, data: bytes) -> int:
        try:
            return self._file.write(data)
        except OSError as error:
            self._error = self._error or error
            return 0

    def close(self) -> None:
        try:
            self._file.close()
        except OSError as error:
            self._error = self._error or error

    def check(self) -> None:
        """Raise the first error that there was."""
        if self._error is not None:
            raise self._error
