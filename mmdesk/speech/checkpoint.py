"""What lies at a speech model's path, checked before a byte of it is loaded; needs no torch.

Two kinds are taken: one of OpenAI's ``.pt`` files, which is a pickle and opened only where its
SHA-256 is pinned, and a folder in Hugging Face layout with safetensors.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mmdesk.core.errors import (
    ModelDamaged,
    ModelIncomplete,
    SpeechModelDamaged,
    SpeechModelIncomplete,
    SpeechModelMissing,
    SpeechModelUnknown,
)
from mmdesk.models.files import is_file, read_regular
from mmdesk.models.manifest import check
from mmdesk.speech.dimensions import Dimensions
from mmdesk.speech.huggingface import (
    check_weights,
    read_alignment_heads,
    read_dimensions,
    read_languages,
)
from mmdesk.speech.official import OFFICIAL_CHECKPOINTS, AlignmentHeads, OfficialCheckpoint

_PT_LIMIT = 4 * 2**30
"""Bytes; the largest of OpenAI's files has 3.1e9."""


@dataclass(frozen=True, slots=True)
class OpenAICheckpoint:
    """A ``.pt`` file whose hash is pinned.

    Attributes:
        content: The bytes that were hashed: the file may change, these can't.
    """

    path: Path
    official: OfficialCheckpoint
    content: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """For people."""
        return f"whisper-{self.official.name}"


@dataclass(frozen=True, slots=True)
class FolderCheckpoint:
    """A folder in Hugging Face layout whose headers fit its configuration.

    Attributes:
        files: The weight files' names.
        languages: What it was trained to hear, as Whisper's codes.
        alignment_heads: None where the folder names none.
    """

    path: Path
    dimensions: Dimensions
    files: tuple[str, ...]
    languages: tuple[str, ...]
    alignment_heads: AlignmentHeads | None

    @property
    def name(self) -> str:
        """For people: the folder's name; a hub cache's snapshot gets its model's."""
        path = self.path.expanduser().resolve()
        if path.parent.name == "snapshots":
            return path.parent.parent.name.rpartition("--")[2]
        return path.name


Checkpoint = OpenAICheckpoint | FolderCheckpoint


def read_checkpoint(
    path: Path, pinned: Mapping[str, OfficialCheckpoint] = OFFICIAL_CHECKPOINTS
) -> Checkpoint:
    """Find out what lies at ``path``.

    Args:
        pinned: The ``.pt`` files that may be opened, by SHA-256.

    Raises:
        SpeechModelMissing: nothing that could be a speech model.
        SpeechModelUnknown: a file that is none of the pinned ones.
        SpeechModelIncomplete, SpeechModelDamaged: a folder with missing or wrong files.
    """
    if is_file(path):
        return _read_file(path, pinned)
    _check_download(path)
    dimensions = read_dimensions(path)
    return FolderCheckpoint(
        path=path,
        dimensions=dimensions,
        files=check_weights(path, dimensions),
        languages=read_languages(path, dimensions),
        alignment_heads=read_alignment_heads(path, dimensions),
    )


def _check_download(path: Path) -> None:
    """Refuse a download with a file that isn't what was downloaded."""
    try:
        check(path)
    except ModelIncomplete as error:
        raise SpeechModelIncomplete(**error.fields) from error
    except ModelDamaged as error:
        reason = f"{error.fields['file']}: {error.fields['reason']}"
        raise SpeechModelDamaged(path=str(path), reason=reason) from error


def _read_file(path: Path, pinned: Mapping[str, OfficialCheckpoint]) -> OpenAICheckpoint:
    if path.suffix in (".safetensors", ".json"):
        raise SpeechModelMissing(path=str(path))  # its folder is the model
    try:
        content = read_regular(path, _PT_LIMIT)
    except OSError as error:
        reason = f"it can't be read ({error.strerror})"
        raise SpeechModelDamaged(path=str(path), reason=reason) from error
    except ValueError:
        raise SpeechModelUnknown(path=str(path)) from None
    official = pinned.get(hashlib.sha256(content).hexdigest())
    if official is None:
        raise SpeechModelUnknown(path=str(path))
    return OpenAICheckpoint(path, official, content)
