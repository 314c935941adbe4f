"""Where Hugging Face's programs keep what they know of the person, without importing them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

_TOKEN_LIMIT = 4096


def hugging_face_token(environment: Mapping[str, str]) -> str | None:
    """Return the person's access token, as huggingface_hub would find it, or None."""
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        if token := environment.get(name, "").strip():
            return token if token.isascii() and token.isprintable() else None
    file = Path(environment.get("HF_TOKEN_PATH") or hugging_face_home(environment) / "token")
    try:
        with file.open("rb") as stream:
            token = stream.read(_TOKEN_LIMIT).decode("ascii").strip()
    except (OSError, ValueError):
        return None
    return token if token.isprintable() and token else None


def hugging_face_home(environment: Mapping[str, str]) -> Path:
    """Return the folder of Hugging Face's programs; it need not be there."""
    if home := environment.get("HF_HOME"):
        return Path(os.path.expandvars(os.path.expanduser(home)))
    cache = environment.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(cache) / "huggingface"
