"""Reading the canonical pictures that mmdesk wrote itself: what may go wrong all the same."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator

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
