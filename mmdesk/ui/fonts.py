"""The faces that text is set in: a Latin one first, a CJK one behind it."""

from __future__ import annotations

import sys
from functools import cache

from PySide6.QtGui import QFont, QFontDatabase

BASE_PX = 14
SMALL_PX = 12
LINE_HEIGHT = 1.55
"""Of the base font's size."""

_GENERIC = ("DejaVu", "Sans", "sans", "Bitstream", "Noto Sans CJK")
"""What a bare Linux names when no desktop has chosen a face."""
_LATIN = ("Noto Sans", "Source Sans 3", "Open Sans", "Liberation Sans", "DejaVu Sans")
_CJK = {
    "win32": ("Microsoft YaHei UI", "Microsoft YaHei"),
    "darwin": ("PingFang SC",),
    "linux": ("Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei"),
}
_MONO = ("JetBrains Mono", "Noto Sans Mono", "DejaVu Sans Mono", "Menlo", "Consolas")


def base_font(size: int = BASE_PX) -> QFont:
    """Return the interface's face at ``size`` px."""
    font = QFont()
    font.setFamilies(list(base_families()))
    font.setPixelSize(size)
    return font


def mono_font(size: int = 13) -> QFont:
    """Return a fixed-pitch face at ``size`` px, with the base font's faces behind it."""
    font = QFont()
    font.setFamilies([*_mono_families(), *base_families()])
    font.setPixelSize(size)
    font.setStyleHint(QFont.StyleHint.Monospace)
    return font


@cache
def base_families() -> tuple[str, ...]:
    """Return the families of running text, the first one for Latin letters.

    A CJK face is never the first: its quotation marks and dashes are as wide as a Han
    character, which tears English apart.
    """
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
    return chosen_families(system, frozenset(QFontDatabase.families()))


def chosen_families(system: str, known: frozenset[str]) -> tuple[str, ...]:
    """Return the families to use where the system names ``system`` and ``known`` are there."""
    if system and not system.startswith(_GENERIC):
        latin = [system]
    else:
        latin = [name for name in _LATIN if name in known][:1] or ["sans-serif"]
    cjk = [name for name in _CJK.get(sys.platform, _CJK["linux"]) if name in known]
    return (*latin, *cjk)


@cache
def _mono_families() -> tuple[str, ...]:
    known = QFontDatabase.families()
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
    return (*[name for name in _MONO if name in known][:1], system)
