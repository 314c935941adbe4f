"""Models in the Hugging Face cache: found and used in place, never copied or changed.

Layout: https://huggingface.co/docs/huggingface_hub/guides/manage-cache : a snapshot's files are
links to blobs, which are named by their SHA-256 or, outside large file storage, by git's SHA-1.
The cache is read here and not by ``scan_cache_dir``, which looks at every file of every
repository and takes a second for a large cache.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mmdesk.core.errors import ModelDamaged, ModelIncomplete
from mmdesk.models.files import is_file, read_regular
from mmdesk.models.hashing import git_sha1_of, hex_digest, sha256_of
from mmdesk.models.hugging_face import hugging_face_home

_COMMIT = re.compile(r"[0-9a-f]{7,64}")


@dataclass(frozen=True, slots=True)
class CachedModel:
    """A model's snapshot in the cache."""

    id: str
    path: Path


def cache_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return where Hugging Face's programs keep models; it need not be there."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if folder := environment.get(name):
            return Path(os.path.expandvars(os.path.expanduser(folder))).absolute()
    return (hugging_face_home(environment) / "hub").absolute()


def cached_models(cache: Path) -> Iterator[CachedModel]:
    """Yield each model's current snapshot."""
    with contextlib.suppress(OSError):
        for repository in sorted(cache.glob("models--*")):
            snapshot = current_snapshot(repository)
            if snapshot is not None:
                name = repository.name.removeprefix("models--").replace("--", "/", 1)
                yield CachedModel(name, snapshot)


def current_snapshot(repository: Path) -> Path | None:
    """Return the snapshot that ``main`` names, or else the latest; None without any."""
    snapshots = repository / "snapshots"
    with contextlib.suppress(OSError, ValueError):
        commit = read_regular(repository / "refs" / "main", 200).decode("ascii").strip()
        if _COMMIT.fullmatch(commit) and (snapshots / commit).is_dir():
            return snapshots / commit
    with contextlib.suppress(OSError):
        found = [folder for folder in snapshots.iterdir() if folder.is_dir()]
        return max(found, key=lambda folder: folder.stat().st_mtime, default=None)
    return None


def snapshot_id(path: Path) -> str:
    """Return the id of the model that a snapshot is of."""
    return path.parent.parent.name.removeprefix("models--").replace("--", "/", 1)


def verify_snapshot(
    path: Path, report: Callable[[float], None], stopped: Callable[[], bool]
) -> None:
    """Read all files of a snapshot and compare them with the hashes that their blobs are named by.

    Raises:
        ModelDamaged: names the file whose content is another.
        ModelIncomplete: a link leads nowhere.
        Stopped: ``stopped`` said so.
    """
    files = [each for each in sorted(path.rglob("*")) if each.is_symlink() or each.is_file()]
    broken = [each.name for each in files if not is_file(each)]
    if broken:
        raise ModelIncomplete(path=str(path), missing=f"{broken[0]} is missing")
    total = max(1, sum(each.stat().st_size for each in files))
    done = 0

    def read(count: int) -> None:
        nonlocal done
        done += count
        report(min(0.999, done / total))

    for file in files:
        try:
            right = _is_right(file, read, stopped)
        except OSError as error:
            reason = f"it can't be read ({error.strerror})"
            raise ModelDamaged(path=str(path), file=file.name, reason=reason) from error
        if not right:
            reason = "its content is not what was downloaded"
            raise ModelDamaged(path=str(path), file=file.name, reason=reason)
    report(1.0)


def has_blobs(path: Path) -> bool:
    """Whether a snapshot's files are links to blobs, so that their hashes are known."""
    try:
        files = [each for each in path.iterdir() if each.is_symlink() or each.is_file()]
    except OSError:  # it is gone, or not ours to read
        return False
    return bool(files) and all(_hash_name(each) is not None for each in files)


def _hash_name(file: Path) -> str | None:
    if not file.is_symlink():
        return None
    name = Path(os.readlink(file)).name
    return hex_digest(name, 64) or hex_digest(name, 40)


def _is_right(file: Path, read: Callable[[int], None], stopped: Callable[[], bool]) -> bool:
    name = _hash_name(file) or ""
    hashed = sha256_of if len(name) == 64 else git_sha1_of
    return hashed(file, read, stopped) == name
