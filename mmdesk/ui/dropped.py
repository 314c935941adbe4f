"""What a drag or the clipboard carries, judged before anything is read."""

from __future__ import annotations

import os
from enum import Enum, auto
from itertools import islice
from pathlib import Path, PurePath

from PySide6.QtCore import QCoreApplication, QMimeData

from mmdesk.core.errors import (
    MmdeskError,
    NotAFile,
    NothingToTake,
    NotMedia,
    UnsupportedKind,
    UnsupportedSound,
    WebAddressRefused,
)
from mmdesk.core.phrases import QT_TRANSLATE_NOOP
from mmdesk.core.values import value

PICTURE_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".bmp", ".dib", ".tif", ".tiff"}
)
SOUND_SUFFIXES = frozenset(
    {".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".m4a", ".m4b", ".aac", ".aif", ".aiff"}
)

_KINDS: dict[str, str] = {
    "HEIC": ".heic .heif .hif",
    "AVIF": ".avif",
    "SVG": ".svg .svgz",
    "PDF": ".pdf",
    QT_TRANSLATE_NOOP("kinds", "a camera's raw file"): ".raw .cr2 .cr3 .nef .arw .dng .orf .rw2",
    QT_TRANSLATE_NOOP("kinds", "a layered picture"): ".psd .xcf .kra",
    QT_TRANSLATE_NOOP("kinds", "a video"): ".mp4 .m4v .mov .mkv .webm .avi .mpg .mpeg .wmv",
    "MIDI": ".mid .midi",
    QT_TRANSLATE_NOOP("kinds", "a sound file of a rare kind"): ".wma .amr .ape .wv .caf .mka .ra",
    QT_TRANSLATE_NOOP("kinds", "a document"): (".doc .docx .odt .rtf .ppt .pptx .xls .xlsx .epub"),
    QT_TRANSLATE_NOOP("kinds", "an archive"): ".zip .tar .gz .7z .rar .xz .bz2 .zst",
}
_SOUND_KINDS = {"MIDI", "a sound file of a rare kind"}
_KIND_OF = {suffix: kind for kind, suffixes in _KINDS.items() for suffix in suffixes.split()}

_ARCHIVE_SUFFIX = ".json"
_LOOKED_AT = 1000
"""Names in a folder that is dragged over the window."""

_IMAGE_FORMATS = (
    ("image/png", "png"),
    ("image/jpeg", "jpg"),
    ("image/webp", "webp"),
    ("image/gif", "gif"),
    ("image/bmp", "bmp"),
    ("image/tiff", "tif"),
)


class CarriedKind(Enum):
    """What is taken from a drag or the clipboard."""

    FILES = auto()
    IMAGE = auto()
    MODEL = auto()
    """One folder with a model in it, or one of OpenAI's Whisper files."""
    ARCHIVE = auto()
    """Files with conversations, or folders of them."""
    TEXT = auto()
    NOTHING = auto()


@value
class Carried:
    """The judgement: what is taken, and a sentence for each thing that isn't.

    Attributes:
        paths: All of them, those that will be refused too.
        sounds: How many of the paths end like sound files.
    """

    kind: CarriedKind
    paths: tuple[Path, ...] = ()
    refused: tuple[MmdeskError, ...] = ()
    sounds: int = 0


def judge(mime: QMimeData) -> Carried:
    """Say what a drag or the clipboard carries, by names and formats alone."""
    urls = mime.urls() if mime.hasUrls() else []
    local = tuple(Path(url.toLocalFile()) for url in urls if url.isLocalFile())
    if len(local) == 1 and is_model(local[0]):
        return Carried(CarriedKind.MODEL, local)
    if local and all(is_archive(path) for path in local):
        return Carried(CarriedKind.ARCHIVE, local)
    if local:
        refused = tuple(error for path in local if (error := refusal(path)) is not None)
        sounds = sum(path.suffix.lower() in SOUND_SUFFIXES for path in local)
        return Carried(CarriedKind.FILES, local, refused, sounds)
    text = mime.text().strip() if mime.hasText() else ""
    if mime.hasImage() or _raw_image(mime) is not None:
        if text and not urls and not _is_web_address(text):
            return Carried(CarriedKind.TEXT)  # a word processor adds a picture of its text
        return Carried(CarriedKind.IMAGE)
    if urls:
        return Carried(CarriedKind.NOTHING, refused=(WebAddressRefused(),))
    if text:
        return Carried(CarriedKind.TEXT)
    return Carried(CarriedKind.NOTHING, refused=(NothingToTake(),))


def is_model(path: Path) -> bool:
    """Whether a path looks like a checkpoint; whoever takes it looks closer."""
    try:
        return path.suffix.lower() == ".pt" or (path / "config.json").is_file()
    except (OSError, ValueError):
        return False


def is_archive(path: Path) -> bool:
    """Whether a path looks like exported conversations; whoever takes it looks closer."""
    try:
        if not path.is_dir():
            return path.suffix.lower() == _ARCHIVE_SUFFIX
        if is_model(path):
            return False
        with os.scandir(path) as inside:
            names = (entry.name for entry in islice(inside, _LOOKED_AT))
            return any(name.lower().endswith(_ARCHIVE_SUFFIX) for name in names)
    except (OSError, ValueError):
        return False


def refusal(path: Path) -> MmdeskError | None:
    """Say why a path can't be taken, by its ending and kind; None where it may be media."""
    suffix = path.suffix.lower()
    if suffix in PICTURE_SUFFIXES or suffix in SOUND_SUFFIXES:
        return None
    if path.is_dir():
        return NotAFile(name=path.name)
    if kind := _KIND_OF.get(suffix):
        error = UnsupportedSound if kind in _SOUND_KINDS else UnsupportedKind
        return error(name=path.name, kind_name=QCoreApplication.translate("kinds", kind))
    if suffix in {".txt", ".md", ".csv", ".html", ".htm", ".json", ".xml", ".exe", ".py"}:
        return NotMedia(name=path.name)
    return None  # no known ending: the reader looks inside


def image_bytes(mime: QMimeData) -> tuple[bytes, str] | None:
    """Return the image data and a name for it; the bytes as they are where Qt has them."""
    name = _name_of(mime)
    raw = _raw_image(mime)
    if raw is not None:
        data, suffix = raw
        return data, f"{name}.{suffix}"
    # The window starts sooner without them.
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice
    from PySide6.QtGui import QImage

    image = mime.imageData()
    if not isinstance(image, QImage) or image.isNull():
        return None
    store = QByteArray()
    buffer = QBuffer(store)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(store.data()), f"{name}.png"


def _raw_image(mime: QMimeData) -> tuple[bytes, str] | None:
    for format_name, suffix in _IMAGE_FORMATS:
        if mime.hasFormat(format_name):
            data = bytes(mime.data(format_name).data())
            if data:
                return data, suffix
    return None


def _name_of(mime: QMimeData) -> str:
    for url in mime.urls():
        stem = PurePath(url.path()).stem
        if stem:
            return stem
    return "pasted"


def _is_web_address(text: str) -> bool:
    from PySide6.QtCore import QUrl

    return "\n" not in text and QUrl(text).scheme() in {"http", "https"}
