"""Writes conversations into a folder of the person's, and what they refer to into ``media/``."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mmdesk.archive.document import MEDIA, document_of, encoded, media_name
from mmdesk.archive.markdown import markdown_of
from mmdesk.archive.names import file_stem
from mmdesk.core.conversations import ConversationTree
from mmdesk.core.errors import ExportUnwritable
from mmdesk.core.messages import AudioPart, ImagePart


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written of a conversation.

    Attributes:
        missing: How many pictures and recordings are no longer there, or damaged.
    """

    file: Path
    missing: int


class ExportFolder:
    """A folder that gets conversations; nothing that is there is written over."""

    def __init__(self, folder: Path) -> None:
        """Make the folder. Raises ``ExportUnwritable``."""
        self._folder = folder
        self._written: dict[str, bool] = {}
        self._counts: dict[str, int] = {}
        """How often a name was given: thousands may have the same title."""
        with self._plain_failures():
            folder.mkdir(parents=True, exist_ok=True)

    def write(self, tree: ConversationTree, *, markdown: bool = False) -> Exported:
        """Write a conversation and its attachments, on to the disk.

        Raises:
            ExportUnwritable: the folder can't be written.
        """
        with self._plain_failures():
            missing = self._write_media(tree)
            if markdown:
                content = markdown_of(tree, missing).encode("utf-8", "replace")
            else:
                content = encoded(document_of(tree, missing))
            ending = ".md" if markdown else ".json"
            return Exported(self._write_new(file_stem(tree.title), ending, content), len(missing))

    @contextmanager
    def _plain_failures(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError) as error:  # the latter for a name that none can have
            reason = (getattr(error, "strerror", None) or str(error)).lower()
            raise ExportUnwritable(path=str(self._folder), reason=reason) from error

    def _write_media(self, tree: ConversationTree) -> set[str]:
        """Copy all attachments; return the SHA-256 of those that could not be read."""
        missing = set()
        for part in (part for node in tree.nodes for part in node.entry.message.parts):
            if not isinstance(part, ImagePart | AudioPart):
                continue
            attachment = part.picture if isinstance(part, ImagePart) else part.recording
            name = media_name(part)
            if name not in self._written:
                self._written[name] = self._copy(attachment.path, name, attachment.sha256)
            if not self._written[name]:
                missing.add(attachment.sha256)
        return missing

    def _copy(self, source: Path, name: str, sha256: str) -> bool:
        """Copy one attachment; return False where it isn't what its name says."""
        if _digest(source) != sha256:
            return False
        target = self._folder / MEDIA / name
        if _digest(target) != sha256:
            target.parent.mkdir(exist_ok=True)
            with source.open("rb") as reading, _appearing(target) as writing:
                shutil.copyfileobj(reading, writing)
        return True

    def _write_new(self, stem: str, ending: str, content: bytes) -> Path:
        """Write a file under a name that none has yet, told apart by a number."""
        while True:
            count = self._counts[stem] = self._counts.get(stem, 0) + 1
            path = self._folder / (stem + (f" ({count})" if count > 1 else "") + ending)
            try:
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
                break
            except FileExistsError:
                continue
        try:
            with _appearing(path) as writing:
                writing.write(content)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path


@contextmanager
def _appearing(path: Path) -> Iterator[BinaryIO]:
    """Write a file that is there as a whole, and on the disk, at the end of the block."""
    part = path.with_name(f"{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _digest(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
