"""One SHA-256 for a whole model: which files computed an answer.

It is that of the lines ``<sha256>  <name>`` of its files, sorted by their bytes, as printed by::

    sha256sum config.json tokenizer.json model.safetensors … | LC_ALL=C sort | sha256sum

Configuration, tokenizer, processor, chat templates and the weights that are loaded count; what
nobody computes with (a README, a licence, mmdesk's own records) doesn't. So a copy of a model has
the same hash wherever it is.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from mmdesk.core.errors import ModelDamaged, ModelMissing
from mmdesk.models.checkpoint_folder import weight_names
from mmdesk.models.files import is_file
from mmdesk.models.folders import RememberedFolders
from mmdesk.models.hashing import Fingerprint, fingerprint, never
from mmdesk.models.manifest import MANIFEST, FileRecord, first_records, read_manifest
from mmdesk.models.repository_files import CONFIG, INDEX, WEIGHTS

_SUFFIXES = (".json", ".jinja", ".model", ".tiktoken")
_TEXTS = ("merges.txt", "vocab.txt")
_TEMPLATES = "additional_chat_templates"
_TRIES = 3
"""For a model whose files change while they are read."""


class Identifier:
    """Hashes models. A file isn't read again while it is as it was when anyone hashed it.

    Any thread.

    Args:
        verified: The hashes that :meth:`DiskShelf.verify` compares with; only read here.
        computed: Keeps those that are taken here. Nothing is written into a model's folder.
    """

    def __init__(self, verified: RememberedFolders, computed: RememberedFolders) -> None:
        self._verified = verified
        self._computed = computed

    def sha256(self, path: Path) -> str:
        """Return the hash of the model in a folder, or of one ``.pt`` file.

        Raises:
            ModelMissing: there is none.
            ModelIncomplete: a file of it is missing.
            ModelDamaged: a file can't be read, or doesn't stop changing.
        """
        alone = path.suffix == ".pt"
        if alone and not is_file(path):
            raise ModelMissing(path=str(path))
        base = path.parent if alone else path
        for _ in range(_TRIES):
            names = (path.name,) if alone else identifying_names(path)
            seen = _fingerprints(base, names)
            records = self._records(path, base, seen)
            if _fingerprints(base, names) == seen:
                return _combined(records)
        changing = next((name for name in names if records[name].seen is None), names[0])
        raise ModelDamaged(path=str(path), file=changing, reason="it is being written")

    def _records(
        self, path: Path, base: Path, seen: Mapping[str, Fingerprint]
    ) -> dict[str, FileRecord]:
        kept = self._computed.records(path)
        sources = (kept, self._verified.records(path), _downloaded(base))
        known = {
            name: record
            for source in sources
            for name, record in source.items()
            if record.seen is not None and record.seen == seen.get(name)
        }
        unknown = [name for name in seen if name not in known]
        records = known | first_records(base, unknown, lambda fraction: None, never)
        if unknown:
            calm = {name: record for name, record in records.items() if record.seen is not None}
            with contextlib.suppress(OSError):  # then they are read again
                self._computed.remember(path, calm)
        return records


def identifying_names(path: Path) -> tuple[str, ...]:
    """Return the names of the files in a folder that decide what its model says, sorted.

    Raises:
        ModelMissing, ModelIncomplete, ModelDamaged: there is no whole model.
    """
    if not is_file(path / CONFIG):
        raise ModelMissing(path=str(path))
    # Beside a single file, transformers doesn't look at an index.
    weights = (WEIGHTS,) if is_file(path / WEIGHTS) else (INDEX, *weight_names(path))
    try:
        small = [file.name for file in path.iterdir() if _describes(file.name)]
        small += [f"{_TEMPLATES}/{file.name}" for file in (path / _TEMPLATES).glob("*.jinja")]
    except OSError as error:
        reason = f"it can't be read ({error.strerror})"
        raise ModelDamaged(path=str(path), file=path.name, reason=reason) from error
    return tuple(sorted({*weights, *(name for name in small if is_file(path / name))}))


def _describes(name: str) -> bool:
    """Whether a file that holds no weights counts; an index does with the weights it names."""
    if name in _TEXTS:
        return True
    own = name == MANIFEST or name.startswith(".")
    return name.endswith(_SUFFIXES) and not own and ".index." not in name


def _fingerprints(base: Path, names: Sequence[str]) -> dict[str, Fingerprint]:
    found = {}
    for name in names:
        try:
            found[name] = fingerprint(base / name)
        except OSError as error:
            reason = f"it can't be read ({error.strerror})"
            raise ModelDamaged(path=str(base), file=name, reason=reason) from error
    return found


def _downloaded(base: Path) -> Mapping[str, FileRecord]:
    """Return what is written down of a model that mmdesk downloaded."""
    with contextlib.suppress(ModelDamaged):
        manifest = read_manifest(base)
        return manifest.files if manifest else {}
    return {}


def _combined(records: Mapping[str, FileRecord]) -> str:
    lines = sorted(
        record.sha256.encode() + b"  " + os.fsencode(name) + b"\n"
        for name, record in records.items()
    )
    return hashlib.sha256(b"".join(lines)).hexdigest()
