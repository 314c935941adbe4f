"""Canonical pictures, which mmdesk writes itself: how one is made, and what may go wrong later."""

from __future__ import annotations

import contextlib
import hashlib
import warnings
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from mmdesk.core.errors import FileMissing, PictureDamaged
from mmdesk.core.messages import Picture


@contextlib.contextmanager
def as_picture_errors(picture: Picture) -> Iterator[None]:
    """Turn what Pillow raises over a picture's file into a ``PictureError`` that names it."""
    try:
        with warnings.catch_warnings():
            # The file is mmdesk's own and of bounded size: no decompression bomb.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            yield
    except FileNotFoundError as error:
        raise FileMissing(name=picture.name) from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PictureDamaged(name=picture.name) from error


def canonical_png(image: Image.Image, path: Path) -> Picture:
    """Write an RGB image as the canonical picture of a file of this name. Raises ``OSError``."""
    image.save(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Picture(digest, path, path, path.name, *image.size)
