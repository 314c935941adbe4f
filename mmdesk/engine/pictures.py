"""Canonical pictures to the tensors that a model takes, remembered for the next question.

Decoding a photo of 12 megapixels and shrinking it costs ten times what a small vision tower
does (240 ms against 20 ms on one core), and every question of a conversation needs all of its
pictures again.
"""

from __future__ import annotations

import contextlib
import copy
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from PIL import Image
from transformers import BatchFeature, ProcessorMixin
from transformers.image_processing_utils import BaseImageProcessor

from mmdesk.core.errors import FileMissing, PictureDamaged
from mmdesk.core.messages import Picture
from mmdesk.engine.bounded_cache import BoundedCache
from mmdesk.engine.tensors import same_containers, tensor_bytes

MOST_ENTRIES = 8
MOST_BYTES = 256 * 2**20

_Names = str | tuple["_Names", ...]
"""Hashes of pictures, nested as the processor nests the pictures themselves."""


class PictureReader:
    """Reads pictures for one processor and remembers what its image processor makes of them.

    The image processor is asked about whole sets of pictures, so whole sets are remembered: it
    may pad each to the largest. Same pictures, same order, same options: the same tensors.
    """

    def __init__(self, processor: ProcessorMixin) -> None:
        self._made: BoundedCache[tuple[_Names, str], BatchFeature] = BoundedCache(
            MOST_ENTRIES, MOST_BYTES
        )
        self._names: dict[int, str] = {}
        image_processor: Any = getattr(processor, "image_processor", None)
        if isinstance(image_processor, BaseImageProcessor):
            self._preprocess: Callable[..., BatchFeature] = image_processor.preprocess
            # On the instance: processors look for attributes and methods of the real class.
            vars(image_processor)["preprocess"] = self._remembering

    @contextlib.contextmanager
    def read(
        self, pictures: list[Picture], progress: Callable[[int, int], None]
    ) -> Iterator[list[Image.Image]]:
        """Give the pictures at full size; valid within the block.

        One that is shown twice is read once, and one whose tensors are remembered is opened
        but not decoded.

        Args:
            progress: Called with (pictures read, pictures in all).

        Raises:
            PictureError: a picture's file is gone or broken.
        """
        load = _open if self._remembers(pictures) else _decode
        images: dict[str, Image.Image] = {}
        try:
            for number, picture in enumerate(pictures):
                progress(number, len(pictures))
                if picture.sha256 not in images:
                    images[picture.sha256] = load(picture)
            self._names = {id(image): sha256 for sha256, image in images.items()}
            yield [images[picture.sha256] for picture in pictures]
        finally:
            self._names = {}
            for image in images.values():
                image.close()

    def forget(self) -> None:
        """Free the memory."""
        self._made.clear()

    def _remembers(self, pictures: list[Picture]) -> bool:
        wanted = [picture.sha256 for picture in pictures]
        return bool(wanted) and any(list(_flat(names)) == wanted for names, _ in self._made)

    def _remembering(self, images: Any, *args: Any, **options: Any) -> BatchFeature:
        """Stand in for the image processor's ``preprocess``."""
        names = self._named(images)
        if names is None:
            return self._preprocess(images, *args, **options)
        key = names, repr((args, sorted(options.items())))
        made = self._made.get(key)
        if made is None:
            made = self._preprocess(images, *args, **options)
            self._made.put(key, made, tensor_bytes(made))
        # Processors take out of it what only they need.
        taken = copy.copy(made)
        taken.data = same_containers(made.data)
        return taken

    def _named(self, images: Any) -> _Names | None:
        """Return the hashes in place of the pictures, or None if one isn't of the block's."""
        if not isinstance(images, list | tuple):
            return self._names.get(id(images))
        names = [self._named(image) for image in images]
        known = tuple(name for name in names if name is not None)
        return known if len(known) == len(names) else None


def _flat(names: _Names) -> Iterator[str]:
    if isinstance(names, str):
        yield names
        return
    for name in names:
        yield from _flat(name)


def _open(picture: Picture) -> Image.Image:
    """Return a picture that is decoded when someone looks at its pixels."""
    with _as_picture_errors(picture):
        image = Image.open(picture.path, formats=("PNG",))
        # The canonical picture is RGB; any other would be converted behind our back.
        return image if image.mode == "RGB" else image.convert("RGB")


def _decode(picture: Picture) -> Image.Image:
    with _as_picture_errors(picture), Image.open(picture.path, formats=("PNG",)) as image:
        return image.convert("RGB")


@contextlib.contextmanager
def _as_picture_errors(picture: Picture) -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            # The file is mmdesk's own and of bounded size: no decompression bomb.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            yield
    except FileNotFoundError as error:
        raise FileMissing(name=picture.name) from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PictureDamaged(name=picture.name) from error
