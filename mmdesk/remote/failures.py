"""What went wrong between mmdesk and a server, as an error for the person."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mmdesk.core.errors import (
    ServerBusy,
    ServerError,
    ServerKeyRefused,
    ServerModelMissing,
    ServerNonsense,
    ServerRefused,
    ServerTakesNoPictures,
)
from mmdesk.remote.wording import one_line

_ABOUT_PICTURES = re.compile(r"image|picture|vision|multi-?modal|mmproj", re.IGNORECASE)
_NOT_TAKEN = re.compile(
    r"not a multi-?modal|not support|n't support|unsupported|only supported by|at most 0 image"
    r"|support image input|missing data required|not accept|no vision|text-only",
    re.IGNORECASE,
)
"""How vLLM, llama.cpp, Ollama, LM Studio, OpenAI and OpenRouter say it."""
_ABOUT_SIZE = re.compile(r"too (large|big|many)|exceed|dimension|resolution|context", re.IGNORECASE)
_NO_SUCH_MODEL = re.compile(r"\bmodels?\b", re.IGNORECASE)


class Refusal(Exception):
    """An answer with another status than 200, as far as it was read."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(status)  # the text may quote what was sent
        self.status = status
        self.text = text

    @property
    def reason(self) -> str:
        """What the server says of it, in one short line."""
        said = one_line(message_of(self.text))
        if not said or said.startswith("<"):
            return "it says no more" if not said else "it sent a web page"
        return said


@dataclass(frozen=True, slots=True)
class Question:
    """What a refusal was about: a list of models where ``model`` is empty."""

    host: str
    model: str = ""
    pictures: bool = False


def message_of(text: str) -> str:
    """Return the message in a refusal's body: OpenAI's, FastAPI's, Ollama's, or all of it."""
    try:
        body: Any = json.loads(text)
    except (ValueError, RecursionError):
        return text
    for _ in range(3):
        if isinstance(body, list) and body:
            body = body[0]
        elif isinstance(body, Mapping):
            found = (body.get(key) for key in ("error", "message", "detail", "msg"))
            body = next((value for value in found if value), "")
    return body if isinstance(body, str) else text


def refused(refusal: Refusal, about: Question) -> ServerError:
    """Return the error for an answer with another status than 200."""
    host, status = about.host, refusal.status
    if status in (401, 403):
        return ServerKeyRefused(host=host)
    if status in (429, 503):
        return ServerBusy(host=host, status=status)
    if about.pictures and _takes_no_pictures(refusal.text):
        return ServerTakesNoPictures(host=host, model=about.model)
    if status == 404 and about.model and _NO_SUCH_MODEL.search(message_of(refusal.text)):
        return ServerModelMissing(host=host, model=about.model)
    if status < 200 or (status == 404 and not about.model):
        return ServerNonsense(host=host, reason=f"status {status}, {refusal.reason}")
    return ServerRefused(host=host, status=status, reason=refusal.reason)


def _takes_no_pictures(said: str) -> bool:
    about_pictures = _ABOUT_PICTURES.search(said) and not _ABOUT_SIZE.search(said)
    return bool(about_pictures and _NOT_TAKEN.search(said))
