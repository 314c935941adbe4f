"""The header's button for the settings of the shown conversation."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QToolButton

from mmdesk.core.conversations import NO_SETTINGS, ConversationSettings, Preset
from mmdesk.ui.controls import as_plain, restyle
from mmdesk.ui.conversation_settings.words import detail_text, label_text
from mmdesk.ui.icons import icon
from mmdesk.ui.theme import theme

_LABEL = 130
"""Px of a preset's name."""
_GLYPH = 18


class ConversationSettingsButton(QToolButton):
    """An icon, and beside it what the conversation has of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("conversationSettingsButton")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setIconSize(QSize(_GLYPH, _GLYPH))
        self._settings = NO_SETTINGS
        self._presets: tuple[Preset, ...] = ()
        self._short = False
        self._show()
        theme().changed.connect(self._show)

    def show_settings(self, settings: ConversationSettings, presets: Sequence[Preset]) -> None:
        """Show what holds."""
        self._settings, self._presets = settings, tuple(presets)
        self._show()

    def shorten(self, short: bool) -> None:
        """Show the icon alone, or the words too."""
        if short != self._short:
            self._short = short
            self._show()

    def _show(self) -> None:
        own = self._settings != NO_SETTINGS
        label = label_text(self._settings, self._presets)
        name = self.tr("Settings of this conversation")
        lines = [f"{name}: {label}" if label else name]
        if own:
            lines.append(detail_text(self._settings))
        shown = self.fontMetrics().elidedText(label, Qt.TextElideMode.ElideRight, _LABEL)
        words = own and not self._short
        self.setText(shown.replace("&", "&&") if words else "")
        style = Qt.ToolButtonStyle
        self.setToolButtonStyle(
            style.ToolButtonTextBesideIcon if words else style.ToolButtonIconOnly
        )
        glyph, role = ("prompt-own", "accent") if own else ("prompt", "muted")
        self.setIcon(icon(glyph, getattr(theme().tokens, role), _GLYPH))
        self.setToolTip(as_plain("\n".join(lines)))
        self.setAccessibleName(lines[0])
        self.setAccessibleDescription("\n".join(lines[1:]))
        restyle(self, "own", own)
