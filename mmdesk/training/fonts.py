"""The typefaces that words are printed in: what the installed wheels and the system bring.

matplotlib's wheel brings DejaVu, STIX and Computer Modern, Pillow its own face; Noto comes from
the Debian packages that the window needs anyway (`packaging/debian-run.txt`). Whatever is missing
on a machine is left out.
"""

from __future__ import annotations

from enum import Enum
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from PIL import ImageFont

Face = ImageFont.FreeTypeFont | ImageFont.ImageFont
PILLOW = "Pillow"  # the one inside Pillow itself


class Script(Enum):
    """What a typeface must be able to print."""

    LATIN = "latin"
    HAN = "han"


FACES: dict[Script, tuple[str, ...]] = {
    Script.LATIN: (
        PILLOW, "DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf",
        "DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf", "DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf",
        "STIXGeneral.ttf", "STIXGeneralBol.ttf", "STIXGeneralItalic.ttf",
        "cmr10.ttf", "cmss10.ttf", "cmtt10.ttf", "cmb10.ttf",
        "NotoSans-Regular.ttf", "NotoSans-Bold.ttf", "NotoSans-Italic.ttf",
        "NotoSerif-Regular.ttf", "NotoSerif-Bold.ttf", "NotoSansDisplay-Regular.ttf",
    ),
    Script.HAN: (
        "NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc",
        "NotoSerifCJK-Regular.ttc", "NotoSerifCJK-Bold.ttc",
    ),
}  # fmt: skip
# In the collections of Noto CJK the third face is Simplified Chinese.
_COLLECTION_INDEX = 2


@cache
def _matplotlib() -> Path | None:
    spec = find_spec("matplotlib")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"


@cache
def _file(name: str) -> str:
    """A path where a wheel brings the face; else the bare name, which Pillow looks up itself."""
    folder = _matplotlib()
    if folder is not None and (folder / name).is_file():
        return str(folder / name)
    return str(ImageFont.truetype(name, 10, index=_index(name)).path)


def _index(name: str) -> int:
    return _COLLECTION_INDEX if name.endswith(".ttc") else 0


@lru_cache(maxsize=1024)
def face(name: str, size: int) -> Face:
    """The typeface at `size` pixels. Raises OSError where it is not installed."""
    if name == PILLOW:
        return ImageFont.load_default(size)
    return ImageFont.truetype(_file(name), size, index=_index(name))


@cache
def faces(script: Script) -> tuple[str, ...]:
    """The names of the typefaces that are here; none where a script can't be printed."""
    found = []
    for name in FACES[script]:
        try:
            face(name, 10)
        except OSError:
            continue
        found.append(name)
    return tuple(found)
