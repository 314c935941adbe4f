"""Whether things may move."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QStyle


def reduced_motion() -> bool:
    """Return whether the system asks for a window in which nothing moves by itself."""
    return not QApplication.style().styleHint(QStyle.StyleHint.SH_Widget_Animate)
