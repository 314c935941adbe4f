"""What lies over the window is dark in both themes: colours and style rules for it."""

from __future__ import annotations

from dataclasses import fields
from string import Template

from mmdesk.ui.theme import DARK

GLYPH = DARK.text
MUTED = DARK.muted
ACCENT = DARK.accent
ERROR = DARK.error_text

_RULES = Template(
    """
QLabel { color: $text; }
QLabel[quiet="true"] { color: $muted; }
QToolButton[flat="true"] {
    background: transparent; border: 1px solid transparent; color: $text; font-size: 13px;
    padding: 4px;
}
QToolButton[flat="true"]:hover { background: $line; color: $text; }
QToolButton[flat="true"]:checked { background: $accent_tint; color: $accent; }
QToolButton[flat="true"]:focus { border: 1px solid $accent; }
QToolButton[flat="true"]:disabled { background: transparent; color: $muted; }
QPushButton[primary="true"] {
    background: $accent; color: $on_accent; border: 1px solid $accent; font-weight: 600;
}
QPushButton[primary="true"]:focus { border: 2px solid $text; }
#compareModes { background: $panel; border: none; border-radius: 10px; }
QPushButton[segment="true"] {
    background: transparent; border: 1px solid transparent; color: $muted; padding: 3px 14px;
    font-size: 13px;
}
QPushButton[segment="true"]:hover { color: $text; }
QPushButton[segment="true"]:checked {
    background: $line; border: 1px solid $line; color: $text; font-weight: 600;
}
QPushButton[segment="true"]:focus { border: 1px solid $accent; }
#viewerError { color: $error_text; font-size: 15px; }
#markingBar { background: $card; border: 1px solid $line; border-radius: 10px; }
#markingText, #sideName { font-size: 14px; }
#sideName[behind="true"] { color: $muted; }
#sideFacts, #compareHint { font-size: 12px; }
"""
)


def overlay_rules() -> str:
    """Return the style sheet of what lies over the window."""
    return _RULES.substitute({f.name: getattr(DARK, f.name) for f in fields(DARK)})
