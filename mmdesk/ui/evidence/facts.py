"""What the panel says of a picture and of what its model saw of it."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication, QLocale

from mmdesk.core.evidence import Pointed
from mmdesk.core.messages import Picture
from mmdesk.core.sight import Placement, SeenPicture

_LEGIBLE_PX = 8
"""Letters that are lower than this in a frame are hardly read: half of a 16 px patch."""
_LEAST_CUT = 0.005
"""Rounding cuts no more."""


def size_text(width: int, height: int) -> str:
    """Return a size as people write it."""
    return f"{width} × {height}"


def facts(picture: Picture, seen: SeenPicture | None) -> list[tuple[str, str]]:
    """Return names and values."""
    found = [
        (
            QCoreApplication.translate("evidence", "Picture"),
            size_text(picture.width, picture.height),
        )
    ]
    if seen is None or not (seen.frames or seen.tokens):
        return [
            *found,
            (
                QCoreApplication.translate("evidence", "Model saw"),
                QCoreApplication.translate("evidence", "not known"),
            ),
        ]
    found.append((QCoreApplication.translate("evidence", "Model saw"), _saw(seen)))
    if seen.frames:
        found.append((QCoreApplication.translate("evidence", "Lost"), lost(seen)))
    return found


def lost(seen: SeenPicture) -> str:
    """Return what of a picture didn't reach the model, in one line."""
    parts = []
    if seen.unseen > _LEAST_CUT:
        share = max(1, round(seen.unseen * 100))
        parts.append(
            QCoreApplication.translate("evidence", "{share} % of the picture is cut off").format(
                share=share
            )
        )
    if 0 < seen.scale < 1:
        height = math.ceil(_LEGIBLE_PX / seen.scale)
        parts.append(
            QCoreApplication.translate(
                "evidence", "text under {height} px high is unreadable at this size"
            ).format(height=height)
        )
    return "; ".join(parts) or QCoreApplication.translate("evidence", "nothing")


def frames_text(frames: tuple[Placement, ...]) -> str:
    """Return how many frames there are, and how large."""
    sizes = {(each.width, each.height) for each in frames}
    largest = max(sizes, key=lambda size: size[0] * size[1])
    size = size_text(*largest)
    if len(frames) == 1:
        return size
    if len(sizes) == 1:
        return QCoreApplication.translate("evidence", "{count} tiles of {size}").format(
            count=len(frames), size=size
        )
    return QCoreApplication.translate("evidence", "{count} tiles, the largest {size}").format(
        count=len(frames), size=size
    )


def pointing_notes(found: Pointed) -> list[str]:
    """Return what is to be said of places that aren't drawn."""
    notes = []
    if len(found.unread) == 1:
        notes.append(
            QCoreApplication.translate(
                "evidence", "One place in the answer can't be read; it isn't drawn."
            )
        )
    elif found.unread:
        notes.append(
            QCoreApplication.translate(
                "evidence", "{count} places in the answer can't be read; none of them is drawn."
            ).format(count=len(found.unread))
        )
    if found.homeless:
        notes.append(
            QCoreApplication.translate(
                "evidence", "The answer names places, but not on which of the pictures they are."
            )
        )
    if not (found.evidence or notes):
        notes.append(
            QCoreApplication.translate("evidence", "The answer points at nothing in the picture.")
        )
    return notes


def _saw(seen: SeenPicture) -> str:
    parts = [frames_text(seen.frames)] if seen.frames else []
    if seen.tokens == 1:
        parts.append(QCoreApplication.translate("evidence", "1 token"))
    elif seen.tokens:
        count = QLocale().toString(seen.tokens)
        parts.append(QCoreApplication.translate("evidence", "{count} tokens").format(count=count))
    return " · ".join(parts)
