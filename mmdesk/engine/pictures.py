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
from dataclasses import replace
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
from mmdesk.engine.tensors import same_containers, tensor_bytes
from mmdesk.models.hardware import is_out_of_memory

_LOG = logging.getLogger(__name__)

MOST_ENTRIES = 8
MOST_BYTES = 256 * 2**20

_Names = str | tuple["_Names", ...]
"""Hashes of pictures, nested as the processor nests the pictures themselves."""


_LEAST_SIDE = 4
"""Pixels: of a picture that is 1 or 3 wide, processors mistake which dimension is the colour."""

_REFUSALS = (ValueError, TypeError, IndexError, ZeroDivisionError, RuntimeError)
"""What image processors raise about shapes that they can't resize or cut."""


class PictureReader:
    """Reads pictures for one processor and remembers what its image processor makes of them.

    The image processor is asked about whole sets of pictures, so whole sets are remembered: it
    may pad each to the largest. Same pictures, same order, same options: the same tensors.
    """

    def __init__(self, processor: ProcessorMixin) -> None:
        self._made: BoundedCache[tuple[_Names, str], BatchFeature] = BoundedCache(
            MOST_ENTRIES, MOST_BYTES
        )
        self._read: dict[int, Picture] = {}
        self._least_side = _least_side(processor)
        image_processor: Any = getattr(processor, "image_processor", None)
        if isinstance(image_processor, BaseImageProcessor):
            self._preprocess: Callable[..., BatchFeature] = image_processor.preprocess
            # On the instance: processors look for attributes and methods of the real class.
            vars(image_processor)["preprocess"] = self._remembering

    @contextlib.contextmanager
    def read(
        self,
        pictures: list[Picture],
        progress: Callable[[int, int], None],
        longest_side: int | None = None,
    ) -> Iterator[list[Image.Image]]:
        """Give the pictures; valid within the block.

        One that is shown twice is read once, and one whose tensors are remembered is opened
        but not decoded.

        Args:
            progress: Called with (pictures read, pictures in all).
            longest_side: Pixels that larger pictures are shrunk to; None is full size.

        Raises:
            PictureError: a picture's file is gone or broken.
            PictureUnsuitable: in the block, where the processor takes a picture's shape for none.
        """
        if longest_side is not None:
            pictures = [replace(each, sha256=f"{each.sha256}@{longest_side}") for each in pictures]
        load = _open if self._remembers(pictures) else _decode
        images: dict[str, Image.Image] = {}
        try:
            for number, picture in enumerate(pictures):
                progress(number, len(pictures))
                if picture.sha256 not in images:
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

    def _remembers(self, pictures: list[Picture]) -> bool:
        wanted = [picture.sha256 for picture in pictures]
        return bool(wanted) and any(list(_leaves(names)) == wanted for names, _ in self._made)

    def _remembering(self, images: Any, *args: Any, **options: Any) -> BatchFeature:
        """Stand in for the image processor's ``preprocess``."""
        names = self._named(images)
        if names is None:
            return self._preprocess(images, *args, **options)
        key = names, repr((args, sorted(options.items())))
        made = self._made.get(key)
        if made is None:
            made = self._prepared(images, args, options)
            self._made.put(key, made, tensor_bytes(made))
        # Processors take out of it what only they need.
        taken = copy.copy(made)
        taken.data = same_containers(made.data)
        return taken

    def _prepared(
        self, images: Any, args: tuple[Any, ...], options: dict[str, Any]
    ) -> BatchFeature:
        """Ask the image processor, and name the picture that it doesn't take.

        Qwen's takes no picture that is 200 times as wide as high: a line cut out of a page.
        """
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
