"""The pictures and recordings of kept messages, each once, named after the SHA-256 of its file.

``ab/abcdef….png`` is a canonical picture, ``ab/abcdef….thumb.png`` its thumbnail, and
``ab/abcdef….flac`` a recording. A file that has its final name is whole and on disk.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
import secrets
import shutil
from dataclasses import replace
from pathlib import Path

from mmdesk.core.errors import AttachmentLost
from mmdesk.core.messages import AudioPart, ImagePart, Message, Part, Picture
from mmdesk.core.speech import Recording

_log = logging.getLogger(__name__)
_SHA256 = re.compile(r"[0-9a-f]{64}")


class AttachmentMismatch(OSError):
    """A file's content doesn't have the hash that names it."""


def is_sha256(text: object) -> bool:
    """Return whether ``text`` may name an attachment."""
    return isinstance(text, str) and _SHA256.fullmatch(text) is not None


class AttachmentFolder:
    """A folder of canonical pictures and recordings, shared by all conversations.

    Attributes:
        folder: It; not there before the first file.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._on_disk: set[str] = set()
        """The names whose files are known to be there after a power cut."""

    def paths(self, sha256: str) -> tuple[Path, Path]:
        """Return where a picture's canonical file and its thumbnail are, or would be."""
        shelf = sha256[:2]
        return (
            self.folder.joinpath(shelf, f"{sha256}.png"),
            self.folder.joinpath(shelf, f"{sha256}.thumb.png"),
        )

    def recording_path(self, sha256: str) -> Path:
        """Return where a recording is, or would be."""
        return self.folder / sha256[:2] / f"{sha256}.flac"

    def keep_question(self, question: Message) -> Message:
        """Keep a question's files; return it without the recordings that are gone.

        A person may switch the keeping of recordings off at any time.

        Raises:
            AttachmentLost: a picture is gone, or a file isn't what it was.
            OSError: they can't be read or written.
            ValueError: a hash is none.
        """
        kept = []
        for part in question.parts:
            try:
                there = self._keep_part(part)
            except AttachmentMismatch as error:
                raise AttachmentLost(name=_name(part)) from error
            if there:
                kept.append(part)
            elif isinstance(part, AudioPart):
                _log.info("the recording of a question is gone: kept without it")
            else:
                raise AttachmentLost(name=_name(part))
        return replace(question, parts=tuple(kept))

    def keep_draft(self, draft: Message) -> Message:
        """Keep a draft's files; return it without what is gone or isn't what it was.

        Raises:
            OSError: they can't be read or written.
            ValueError: a hash is none.
        """
        kept = []
        for part in draft.parts:
            with contextlib.suppress(AttachmentMismatch):
                if self._keep_part(part):
                    kept.append(part)
                    continue
            _log.info("an attachment of a draft is gone: kept without it")
        return replace(draft, parts=tuple(kept))

    def keep_existing(self, message: Message) -> None:
        """Keep those of a message's files that exist. Raises ``OSError``, ``ValueError``."""
        for part in message.parts:
            self._keep_part(part)

    def _keep_part(self, part: Part) -> bool:
        """Keep a part's file, if it has one; return False where that is gone."""
        if not isinstance(part, ImagePart | AudioPart):
            return True
        try:
            if isinstance(part, ImagePart):
                self.keep(part.picture)
            else:
                self.keep_recording(part.recording)
        except FileNotFoundError:
            if _source(part).exists():  # then it was another file
                raise
            return False
        return True

    def keep(self, picture: Picture) -> None:
        """Keep a picture's files; when this returns, they are on disk.

        Raises:
            OSError: they can't be read or written.
            ValueError: the hash is none.
        """
        _require_sha256(picture.sha256)
        path, thumbnail = self.paths(picture.sha256)
        self._keep_main(picture.path, path, picture.sha256)
        if not thumbnail.exists() and picture.thumbnail.exists():
            _keep_file(picture.thumbnail, thumbnail, None)
            self._on_disk.discard(path.name)
        self._sync(path)

    def keep_recording(self, recording: Recording) -> None:
        """Keep a recording's file; when this returns, it is on disk.

        Raises:
            OSError: it can't be read or written.
            ValueError: the hash is none.
        """
        _require_sha256(recording.sha256)
        path = self.recording_path(recording.sha256)
        self._keep_main(recording.path, path, recording.sha256)
        self._sync(path)

    def _keep_main(self, source: Path, target: Path, sha256: str) -> None:
        if target.exists():
            return
        self._on_disk.discard(target.name)
        # One by one, since mkdir's mode is not that of the parents it makes.
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        _keep_file(source, target, sha256)

    def _sync(self, path: Path) -> None:
        # A draft is kept again and again, with the same pictures.
        if path.name not in self._on_disk:
            _sync_folder(path.parent)
            _sync_folder(self.folder)
            self._on_disk.add(path.name)


def _source(part: ImagePart | AudioPart) -> Path:
    return part.picture.path if isinstance(part, ImagePart) else part.recording.path


def _name(part: Part) -> str:
    """Return an attachment's name for people."""
    if isinstance(part, ImagePart):
        return part.picture.name
    return (part.recording.name or part.recording.path.name) if isinstance(part, AudioPart) else ""


def _require_sha256(text: str) -> None:
    if not is_sha256(text):
        raise ValueError(f"not a SHA-256: {text!r}")


def _keep_file(source: Path, target: Path, sha256: str | None) -> None:
    part = target.with_name(f"{secrets.token_hex(16)}.part")
    try:
        # A link costs nothing; across file systems, and where there are none, a copy.
        try:
            os.link(source, part)
        except OSError:
            shutil.copyfile(source, part)
            os.chmod(part, 0o600)
        with part.open("rb+") as file:
            if sha256 and hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                raise AttachmentMismatch(f"“{source.name}” was changed meanwhile")
            os.fsync(file.fileno())
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Put the names in a folder on disk; Windows can't and needn't open one."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        # Some network file systems refuse; the file itself was synced.
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
