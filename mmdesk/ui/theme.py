"""How the window looks: colour tokens, light and dark, palette and style sheet.

The colours come from the design page's table; one style sheet is made from them, and widgets
that paint themselves take them from :func:`current`.
"""

from __future__ import annotations

from dataclasses import fields

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from mmdesk.core.values import value
from mmdesk.ui.fonts import base_font
from mmdesk.ui.style import base_rules

EVIDENCE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Okabe and Ito's colour-blind safe palette; always used with a label too."""


@value
class Tokens:
    """The colours of one theme, as ``#rrggbb``."""

    background: str
    panel: str
    card: str
    line: str
    text: str
    muted: str
    accent: str
    accent_tint: str
    on_accent: str
    user_bubble: str
    notice_text: str
    notice_ground: str
    error_text: str
    error_ground: str
    unsure_ground: str
    """Below a heard word that Whisper wasn't sure of."""
    doubtful_ground: str
    """Below one that is as likely another word."""
    dark: bool


LIGHT = Tokens(
    background="#fbfaf8",
    panel="#f3f1ed",
    card="#ffffff",
    line="#e3e0d9",
    text="#1c1d1f",
    muted="#6b6a66",
    accent="#0f6e66",
    accent_tint="#e0efec",
    on_accent="#ffffff",
    user_bubble="#e9f1ef",
    notice_text="#8a5a00",
    notice_ground="#fdf3dc",
    error_text="#a12622",
    error_ground="#fbe6e4",
    unsure_ground="#fdf3dc",
    doubtful_ground="#fadfa6",
    dark=False,
)

DARK = Tokens(
    background="#17191b",
    panel="#1e2124",
    card="#23272a",
    line="#33383c",
    text="#e8e6e2",
    muted="#a6a6a1",
    accent="#5cc5b7",
    accent_tint="#1d3a37",
    on_accent="#17191b",
    user_bubble="#20302f",
    notice_text="#e6b450",
    notice_ground="#352b16",
    error_text="#f08a84",
    error_ground="#3a1f1e",
    unsure_ground="#352b16",
    doubtful_ground="#57431a",
    dark=True,
)


class Theme(QObject):
    """Which tokens hold now: the system's scheme, or the one that the person chose."""

    changed = Signal()
    """Emitted after the application's palette and style sheet have changed."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self.setObjectName("theme")
        self._app = app
        self._mode = "system"
        self._applied = False
        self._tokens = self._choose()
        app.styleHints().colorSchemeChanged.connect(self._follow)

    @property
    def tokens(self) -> Tokens:
        """The tokens that hold now."""
        return self._tokens

    @property
    def mode(self) -> str:
        """ "light", "dark" or "system"."""
        return self._mode

    def set_mode(self, mode: str) -> None:
        """Force "light" or "dark", or follow the "system"; anything else is "system"."""
        self._mode = mode if mode in ("light", "dark") else "system"
        scheme = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(self._mode)
        hints = self._app.styleHints()
        if scheme is None:
            hints.unsetColorScheme()
        else:
            hints.setColorScheme(scheme)
        self._follow()

    def use_font(self) -> None:
        """Have what is made from now on set in the interface's face."""
        self._app.setFont(base_font())

    def apply(self) -> None:
        """Dress the application: palette and style sheet; later changes too.

        Soonest done once the widgets stand: each that finds its place would be dressed again.
        """
        if self._applied:
            return
        self._applied = True
        self._dress()

    def _choose(self) -> Tokens:
        if self._mode == "system":
            dark = self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
            return DARK if dark else LIGHT
        return DARK if self._mode == "dark" else LIGHT

    def _follow(self) -> None:
        tokens = self._choose()
        if tokens is self._tokens:
            return
        self._tokens = tokens
        if self._applied:
            self._dress()
        self.changed.emit()

    def _dress(self) -> None:
        self._app.setPalette(palette(self._tokens))
        self._app.setStyleSheet(stylesheet(self._tokens))


def theme() -> Theme:
    """Return the application's theme; made with the first call, owned by the QApplication."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise RuntimeError("theme() needs a QApplication")
    found = app.findChild(Theme, "theme", Qt.FindChildOption.FindDirectChildrenOnly)
    return found if isinstance(found, Theme) else Theme(app)


def current() -> Tokens:
    """Return the tokens that hold now."""
    return theme().tokens


def stylesheet(tokens: Tokens) -> str:
    """Return the base rules for every widget; a widget's own look goes by its object name."""
    colours = {f.name: getattr(tokens, f.name) for f in fields(tokens)}
    return base_rules(colours)


def palette(tokens: Tokens) -> QPalette:
    """Return the palette, for what no style sheet reaches (text documents, placeholders)."""
    role = QPalette.ColorRole
    made = QPalette()
    for which, colour in (
        (role.Window, tokens.background),
        (role.Base, tokens.card),
        (role.AlternateBase, tokens.panel),
        (role.Button, tokens.card),
        (role.ToolTipBase, tokens.card),
        (role.WindowText, tokens.text),
        (role.Text, tokens.text),
        (role.ButtonText, tokens.text),
        (role.ToolTipText, tokens.text),
        (role.BrightText, tokens.error_text),
        (role.PlaceholderText, tokens.muted),
        (role.Link, tokens.accent),
        (role.LinkVisited, tokens.accent),
        (role.Highlight, tokens.accent),
        (role.HighlightedText, tokens.on_accent),
        (role.Accent, tokens.accent),
    ):
        made.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, which, QColor(tokens.muted))
    return made


def contrast(first: str, second: str) -> float:
    """Return the WCAG 2.1 contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Return the relative luminance (WCAG 2.1)."""

    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    shade = QColor(colour)
    parts = (shade.redF(), shade.greenF(), shade.blueF())
    return sum(w * linear(c) for w, c in zip((0.2126, 0.7152, 0.0722), parts, strict=True))
