"""Canonical pictures to the tensors that a model takes, remembered for the next question.

Decoding a photo of 12 megapixels and shrinking it costs ten times what a small vision tower
does (240 ms against 20 ms on one core), and every question of a conversation needs all of its
pictures again.
"""

from __future__ import annotations

import contextlib
import copy
import logging
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from PIL import Image
from transformers import BatchFeature, ProcessorMixin
from transformers.image_processing_utils import BaseImageProcessor

from mmdesk.canonical_picture import as_picture_errors
from mmdesk.core.errors import (
    MmdeskError,
    PicturesUnsuitable,
    PictureUnsuitable,
)
from mmdesk.core.messages import Picture
from mmdesk.engine.bounded_cache import BoundedCache
from mmdesk.engine.outlines import joined, joined_along, outline_of, stored_bytes
from mmdesk.engine.tensors import same_containers, tensor_bytes
from mmdesk.models.hardware import is_out_of_memory

_LOG = logging.getLogger(__name__)

MOST_ENTRIES = 8
MOST_BYTES = 256 * 2**20

_MOST_OUTLINES = 1000
_MOST_OUTLINE_BYTES = 64 * 2**20

_Names = str | tuple["_Names", ...]
"""Hashes of pictures, nested as the processor nests the pictures themselves."""
_Key = tuple[_Names, str]
"""With the options that the image processor got."""

_LEAST_SIDE = 4
"""Pixels: of a picture that is 1 or 3 wide, processors mistake which dimension is the colour."""

_REFUSALS = (ValueError, TypeError, IndexError, ZeroDivisionError, RuntimeError)
"""What image processors raise about shapes that they can't resize or cut."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A call of the image processor.

    Attributes:
        images: Nested as the processor nests them, as are their names.
    """

    images: Any
    names: _Names
    args: tuple[Any, ...]
    options: dict[str, Any]

    @property
    def key(self) -> _Key:
        return self.names, repr((self.args, sorted(self.options.items())))

    def alone(self) -> list[_Asked]:
        """Return the calls for each picture by itself; none where they don't stand in one row."""
        images, names = self.images, self.names
        row = len(names) == 1 and isinstance(names[0], tuple)
        if row:
            images, names = images[0], names[0]
        if isinstance(names, str) or not all(isinstance(name, str) for name in names):
            return []
        each = zip(images, names, strict=True)
        return [
            replace(
                self, images=[[image]] if row else [image], names=((name,),) if row else (name,)
            )
            for image, name in each
        ]


class PictureReader:
    """Reads pictures for one processor and remembers what its image processor makes of them.

    The image processor is asked about whole sets of pictures, so whole sets are remembered: it
    may pad each to the largest. Same pictures, same order, same options: the same tensors.

    Where no pixels are asked for, outlines are remembered and, of pictures that don't change each
    other, put together: a picture is not decoded again because another one is shown.
    """

    def __init__(self, processor: ProcessorMixin) -> None:
        self._made: BoundedCache[_Key, BatchFeature] = BoundedCache(MOST_ENTRIES, MOST_BYTES)
        self._outlines: BoundedCache[_Key, BatchFeature] = BoundedCache(
            _MOST_OUTLINES, _MOST_OUTLINE_BYTES
        )
        self._with_pixels = True
        self._read: dict[int, Picture] = {}
        self._least_side = _least_side(processor)
        self._joined_along: int | None = None
        image_processor: Any = getattr(processor, "image_processor", None)
        if isinstance(image_processor, BaseImageProcessor):
            self._preprocess: Callable[..., BatchFeature] = image_processor.preprocess
            self._joined_along = joined_along(image_processor)
            # On the instance: processors look for attributes and methods of the real class.
            vars(image_processor)["preprocess"] = self._remembering

    @contextlib.contextmanager
    def read(
        self,
        pictures: list[Picture],
        progress: Callable[[int, int], None],
        longest_side: int | None = None,
        *,
        pixels: bool = True,
    ) -> Iterator[list[Image.Image]]:
        """Give the pictures; valid within the block.

        One that is shown twice is read once, and one whose tensors are remembered is opened
        but not decoded.

        Args:
            progress: Called with (pictures read, pictures in all).
            longest_side: Pixels that larger pictures are shrunk to; None is full size.
            pixels: Whether the image processor has to give them; else their shape will do.

        Raises:
            PictureError: a picture's file is gone or broken.
            PictureUnsuitable: in the block, where the processor takes a picture's shape for none.
        """
        if longest_side is not None:
            pictures = [replace(each, sha256=f"{each.sha256}@{longest_side}") for each in pictures]
        self._with_pixels = pixels
        whole = self._remembers(pictures)
        images: dict[str, Image.Image] = {}
        try:
            for number, picture in enumerate(pictures):
                progress(number, len(pictures))
                if picture.sha256 not in images:
                    load = _open if whole or self._remembers([picture]) else _decode
                    image = load(picture, self._least_side)
                    images[picture.sha256] = _shrunk(image, longest_side)
            self._read = {id(images[picture.sha256]): picture for picture in pictures}
            yield [images[picture.sha256] for picture in pictures]
        finally:
            self._read = {}
            for image in images.values():
                image.close()

    def forget(self) -> None:
        """Free the memory."""
        self._made.clear()
        self._outlines.clear()

    def _remembers(self, pictures: list[Picture]) -> bool:
        wanted = [picture.sha256 for picture in pictures]
        known = [*self._made] if self._with_pixels else [*self._made, *self._outlines]
        return bool(wanted) and any(list(_leaves(names)) == wanted for names, _ in known)

    def _remembering(self, images: Any, *args: Any, **options: Any) -> BatchFeature:
        """Stand in for the image processor's ``preprocess``."""
        names = self._named(images)
        if names is None:
            return self._preprocess(images, *args, **options)
        asked = _Asked(images, names, args, options)
        made = self._made.get(asked.key)
        if made is None and not self._with_pixels:
            made = self._outline(asked)
        if made is None:
            made = self._made_now(asked)
        # Processors take out of it what only they need.
        taken = copy.copy(made)
        taken.data = same_containers(made.data)
        return taken

    def _made_now(self, asked: _Asked) -> BatchFeature:
        made = self._prepared(asked.images, asked.args, asked.options)
        self._made.put(asked.key, made, tensor_bytes(made))
        outline = outline_of(made)
        self._outlines.put(asked.key, outline, stored_bytes(outline))
        return made

    def _outline(self, asked: _Asked) -> BatchFeature | None:
        """Return the outline of pictures, each prepared by itself if it never was."""
        known = self._outlines.get(asked.key)
        if known is not None or self._joined_along is None:
            return known
        alone = asked.alone()
        if len(alone) < 2:
            return None
        whole = joined([self._outline_alone(each) for each in alone], self._joined_along)
        if whole is not None:
            self._outlines.put(asked.key, whole, stored_bytes(whole))
        return whole

    def _outline_alone(self, asked: _Asked) -> BatchFeature:
        known = self._outlines.get(asked.key)
        return outline_of(self._made_now(asked)) if known is None else known

    def _prepared(
        self, images: Any, args: tuple[Any, ...], options: dict[str, Any]
    ) -> BatchFeature:
        """Ask the image processor, and name the picture that it doesn't take.

        Qwen's takes no picture that is 200 times as wide as high: a line cut out of a page.
        """
        for image in _leaves(images):
            with as_picture_errors(self._read[id(image)]):
                image.load()
        with refusals_told(lambda: self._refused(images, args, options)):
            return self._preprocess(images, *args, **options)

    def _refused(
        self, images: Any, args: tuple[Any, ...], options: dict[str, Any]
    ) -> MmdeskError | None:
        """Name the first picture that isn't taken on its own either."""
        for image in _leaves(images):
            try:
                self._preprocess([image], *args, **options)
            except _REFUSALS:
                picture = self._read[id(image)]
                return PictureUnsuitable(
                    name=picture.name, width=picture.width, height=picture.height
                )
        return None

    def _named(self, images: Any) -> _Names | None:
        """Return the hashes in place of the pictures, or None if one isn't of the block's."""
        if not isinstance(images, list | tuple):
            picture = self._read.get(id(images))
            return None if picture is None else picture.sha256
        names = [self._named(image) for image in images]
        known = tuple(name for name in names if name is not None)
        return known if len(known) == len(names) else None


@contextlib.contextmanager
def refusals_told(named: Callable[[], MmdeskError | None] = lambda: None) -> Iterator[None]:
    """Say in a sentence that transformers fails over the shapes of the pictures in the block.

    Args:
        named: Called then, for a sentence that says more.

    Raises:
        GenerationError: what ``named`` returns, or PicturesUnsuitable.
    """
    try:
        yield
    except _REFUSALS as error:
        if is_out_of_memory(error) or isinstance(error, torch.AcceleratorError):
            raise  # a GPU's own error is no opinion about pictures
        _LOG.info("transformers does not take the pictures", exc_info=True)
        reason = " ".join(str(error).split())[:160] or type(error).__name__
        raise named() or PicturesUnsuitable(reason=reason) from error


def _leaves(nested: Any) -> Iterator[Any]:
    if not isinstance(nested, list | tuple):
        yield nested
        return
    for child in nested:
        yield from _leaves(child)


def _least_side(processor: ProcessorMixin) -> int:
    """Return the pixels that the shorter side must have.

    Mistral 3 fails over a picture of one token or none (transformers 5.23), where one side is
    less than two merged patches.
    """
    patch = getattr(processor, "patch_size", None)
    merged = getattr(processor, "spatial_merge_size", None)
    if isinstance(patch, int) and isinstance(merged, int):
        return max(_LEAST_SIDE, 2 * patch * merged)
    return _LEAST_SIDE


def _shrunk(image: Image.Image, longest_side: int | None) -> Image.Image:
    if longest_side is not None:
        image.thumbnail((longest_side, longest_side), Image.Resampling.BICUBIC)
    return image


def _open(picture: Picture, least_side: int) -> Image.Image:
    """Return a picture that is decoded when someone looks at its pixels."""
    with as_picture_errors(picture):
        image = Image.open(picture.path, formats=("PNG",))
        # The canonical picture is RGB; any other would be converted behind our back.
        if image.mode == "RGB" and min(image.size) >= least_side:
            return image
        return _readable(image, least_side)


def _decode(picture: Picture, least_side: int) -> Image.Image:
    with as_picture_errors(picture), Image.open(picture.path, formats=("PNG",)) as image:
        return _readable(image, least_side)


def _readable(image: Image.Image, least_side: int) -> Image.Image:
    """Return the picture in RGB, and a tiny one enlarged: a square of pixels for each."""
    image = image.convert("RGB")
    times = math.ceil(least_side / min(image.size))
    if times <= 1:
        return image
    size = image.width * times, image.height * times
    return image.resize(size, Image.Resampling.NEAREST)
