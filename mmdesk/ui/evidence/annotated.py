"""A picture with an answer's evidence painted on it, as a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QIODevice, QRectF, QSaveFile
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter, QPainter

from mmdesk.core.errors import FileMissing, PictureUnsavable
from mmdesk.core.evidence import Evidence
from mmdesk.core.messages import Picture
from mmdesk.ui.evidence.painting import paint_evidence

_LINE = 1 / 240
"""Of the picture's shorter side."""
_LETTERS = 1 / 32
_LEAST_LETTERS = 11
_KINDS = {".png": b"PNG", ".jpg": b"JPEG", ".jpeg": b"JPEG", ".webp": b"WEBP"}


def save_annotated(picture: Picture, evidence: Sequence[tuple[int, Evidence]], out: Path) -> None:
    """Write the picture at full size with boxes and labels; whole, or not at all.

    Text needs a QGuiApplication: without one, one is made that needs no display.

    Args:
        evidence: Of this picture, with the number of each in its answer.

    Raises:
        FileMissing: the picture is gone.
        PictureUnsavable: the file can't be written, or has an ending of no kind that is written.
    """
    kind = _KINDS.get(out.suffix.lower())
    if kind is None:
        raise PictureUnsavable(path=str(out), reason="its name must end in .png, .jpg or .webp")
    application = QGuiApplication.instance()
    if application is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        application = QGuiApplication(["mmdesk"])
    image = QImage(str(picture.path)).convertToFormat(QImage.Format.Format_RGB32)
    if image.isNull():
        raise FileMissing(name=picture.name)
    _paint(image, evidence)
    file = QSaveFile(str(out))
    opened = file.open(QIODevice.OpenModeFlag.WriteOnly)
    written = opened and QImageWriter(file, QByteArray(kind)).write(image)
    if not (written and file.commit()):
        raise PictureUnsavable(path=str(out), reason=file.errorString())


def _paint(image: QImage, evidence: Sequence[tuple[int, Evidence]]) -> None:
    short = min(image.width(), image.height())
    painter = QPainter(image)
    font = painter.font()
    font.setPixelSize(max(_LEAST_LETTERS, round(short * _LETTERS)))
    target = QRectF(0, 0, image.width(), image.height())
    line = max(2.0, short * _LINE)
    paint_evidence(painter, evidence, target, 1.0, line=line, font=font)
    painter.end()
