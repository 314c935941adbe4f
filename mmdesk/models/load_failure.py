"""What went wrong while a foreign checkpoint was loaded, in a sentence."""

from __future__ import annotations

import re
from pathlib import Path

from mmdesk.core.errors import ModelDamaged, ModelError, ModelNeedsPackage, RemoteCodeRefused

_PACKAGE = re.compile(
    r"(torchvision|timm)|pip install (?:-u )?[`'\"]?([\w.-]+)|requires the ([\w.-]+) library"
)
"""In what transformers says, in small letters."""


def load_failure(error: Exception, path: Path, file: str) -> ModelError:
    """Return the error for what loading raised: the libraries share no exception type.

    Args:
        path: The checkpoint's folder.
        file: What of it was being read.
    """
    text = str(error).strip()
    if "trust_remote_code" in text:
        return RemoteCodeRefused(path=str(path))
    if isinstance(error, ImportError):
        named = _PACKAGE.search(text.lower())
        package = next(filter(None, named.groups())) if named else text
        return ModelNeedsPackage(path=str(path), package=package[:80])
    reason = " ".join(text.split())[:160].rstrip(".") or type(error).__name__
    return ModelDamaged(path=str(path), file=file, reason=reason)
