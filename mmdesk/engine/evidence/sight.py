"""What entered the model of each picture, as the prompt's own tensors have it."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from PIL import Image

from mmdesk.core.messages import Message, Picture, pictures_of, user_message
from mmdesk.core.sight import Placement, SeenPicture, Sight
from mmdesk.engine.evidence.layouts import rgb_of, tiles_of
from mmdesk.engine.evidence.placement import placements, probe_picture
from mmdesk.engine.prompt import PictureEdit, PromptBuilder

_LOG = logging.getLogger(__name__)

_MOST_SIZES = 200
_NUMBERED = re.compile(
    r"(?:picture|image|photo)\s*(?:number\s*|no\.?\s*|#\s*)?([1-9])\b"
    r"|\b(first|second|third|fourth|1st|2nd|3rd|4th)\s+(?:picture|image|photo)"
    r"|第\s*([一二两三四1-9])\s*[张幅个]|图\s*([一二三四1-9])",
    re.IGNORECASE,
)
_NUMBERS = {
    "first": "1", "second": "2", "third": "3", "fourth": "4",
    "1st": "1", "2nd": "2", "3rd": "3", "4th": "4",
    "一": "1", "二": "2", "两": "2", "三": "3", "四": "4",
}  # fmt: skip

_Frames = tuple[int, tuple[Placement, ...]]
"""How many tokens a picture takes, and its frames."""


class PictureSight:
    """Knows what one model gets of pictures; what it has measured of a size it remembers.

    Args:
        processor: The checkpoint's; the prompts are built with it.
    """

    def __init__(self, processor: Any, prompts: PromptBuilder) -> None:
        self._images = getattr(processor, "image_processor", None)
        self._prompts = prompts
        self._measured: dict[tuple[int, int], _Frames] = {}

    def seen(self, picture: Picture) -> SeenPicture:
        """Return where a picture's frames lie on it. Raises as :meth:`PromptBuilder.build`."""
        size = picture.width, picture.height
        if size not in self._measured:
            if len(self._measured) >= _MOST_SIZES:
                self._measured.clear()
            self._measured[size] = self._measure(picture)
        tokens, frames = self._measured[size]
        return SeenPicture(picture.sha256, *size, tokens, frames)

    def frames(self, picture: Picture) -> tuple[Image.Image, ...]:
        """Return the frames themselves, in the order of :meth:`seen`'s; () where unknown."""
        _, tiles = self._tiles(picture, None)
        return tuple(Image.fromarray(tile.permute(1, 2, 0).numpy()) for tile in tiles)

    def _measure(self, picture: Picture) -> _Frames:
        edits = [partial(_replaced, turned=turned) for turned in (False, True)]
        (tokens, one), (_, other) = (self._tiles(picture, edit) for edit in edits)
        return tokens, placements(picture.width, picture.height, one, other)

    def _tiles(
        self, picture: Picture, edit: PictureEdit | None
    ) -> tuple[int, Sequence[torch.Tensor]]:
        """Return the picture's tokens, and its tiles as uint8 of shape (3, height, width)."""
        question = user_message("?", (picture,))
        inputs = self._prompts.build((question,), 1, lambda *_: None, edited=edit).inputs
        tiles = tiles_of(inputs, self._images) or []
        tokens = self._prompts.picture_tokens(inputs["input_ids"])
        return tokens, [rgb_of(tile, self._images) for tile in tiles]


def sight_of(sight: PictureSight, model_type: str, messages: tuple[Message, ...]) -> Sight | None:
    """Return what a model has before it; None where that can't be found out."""
    try:
        pictures = tuple(map(sight.seen, pictures_of(messages)))
    except Exception as error:  # the answer is there, whatever became of the picture since
        _LOG.info("what the model saw is not known: %r", error)
        return None
    return Sight(model_type, pictures, meant_picture(messages))


def meant_picture(messages: tuple[Message, ...]) -> int | None:
    """Return the number of the picture that the last question is about, where it is one.

    It is the only one of the last message that has any, or the one that the question numbers.
    """
    counts = [len(message.pictures) for message in messages]
    latest = max((number for number, count in enumerate(counts) if count), default=None)
    if latest is None:
        return None
    first = sum(counts[:latest])
    if counts[latest] == 1:
        return first
    named = _numbered(messages[-1].text)
    return first + named if named is not None and named < counts[latest] else None


def _numbered(question: str) -> int | None:
    """Return the picture that a question numbers, from 0: "picture 2", "第二张图"."""
    words = {word.lower() for found in _NUMBERED.findall(question) for word in found if word}
    numbers = {_NUMBERS.get(word, word) for word in words}
    return int(numbers.pop()) - 1 if len(numbers) == 1 else None


def png(image: Image.Image) -> bytes:
    """Return a picture as the bytes of a PNG file."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _replaced(_number: int, image: Image.Image, *, turned: bool) -> Image.Image:
    return probe_picture(*image.size, turned=turned)
