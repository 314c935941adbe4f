"""Whether things may move."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication


def reduced_motion() -> bool:
    """Return whether the system asks for a window in which nothing moves by itself."""
    from PySide6.QtWidgets import QStyle  # its hundreds of names take longer than a window's paint

    return not QApplication.style().styleHint(QStyle.StyleHint.SH_Widget_Animate)
