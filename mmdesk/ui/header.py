"""The bar at the top: name, model, settings and help."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QToolButton

from mmdesk.core.conversations import ConversationSettings, Preset
from mmdesk.ui.badge import LeavesBadge
from mmdesk.ui.controls import IconButton, as_plain, plain_label
from mmdesk.ui.conversation_settings.button import ConversationSettingsButton
from mmdesk.ui.model_menu import ModelMenu
from mmdesk.ui.shortcuts import label_of

HEIGHT = 44
_NAME_WIDTH = 220
_NARROW = 760
"""Px below which the badge is its glyph."""


class Header(QFrame):
    """44 px high; what it offers is asked for by signals."""

    sidebarToggled = Signal()
    modelsWanted = Signal()
    """The menu opens: it is to be told which models there are now."""
    conversationSettingsWanted = Signal()
    """Those of the shown conversation alone."""
    evidenceToggled = Signal()
    """The evidence panel is to be shown, or hidden."""
    settingsWanted = Signal()
    archiveWanted = Signal()
    """Export, import and backups are asked for."""
    binWanted = Signal()
    keysWanted = Signal()
    logWanted = Signal()
    aboutWanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("header")
        self.setFixedHeight(HEIGHT)
        self._model = ""
        self.sidebar_button = IconButton("sidebarButton", "sidebar")
        self.sidebar_button.clicked.connect(self.sidebarToggled)
        self.model_button = QToolButton()
        self.model_button.setObjectName("modelButton")
        self.model_button.setCursor(Qt.CursorShape.PointingHandCursor)
        self.model_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.model_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = ModelMenu(self.model_button)
        self.menu.aboutToShow.connect(self.modelsWanted)
        self.model_button.setMenu(self.menu)
        self.own_settings = ConversationSettingsButton()
        self.own_settings.clicked.connect(self.conversationSettingsWanted)
        self.badge = LeavesBadge()
        self.badge.hide()
        self.evidence_button = QPushButton()
        self.evidence_button.setObjectName("evidenceButton")
        self.evidence_button.setCheckable(True)
        self.evidence_button.setCursor(Qt.CursorShape.PointingHandCursor)
        self.evidence_button.clicked.connect(self.evidenceToggled)
        self.settings_button = IconButton("settingsButton", "sliders")
        self.settings_button.clicked.connect(self.settingsWanted)
        self.help_button = IconButton("helpButton", "more")
        self.help_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more = self._more_menu()
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 12, 0)
        row.setSpacing(8)
        row.addWidget(self.sidebar_button)
        row.addWidget(plain_label("appName", "mmdesk"))
        row.addSpacing(4)
        row.addWidget(self.model_button)
        row.addWidget(self.own_settings)
        row.addWidget(self.badge, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch(1)
        row.addWidget(self.evidence_button)
        row.addWidget(self.settings_button)
        row.addWidget(self.help_button)

    def show_leaving(self, leaves: bool, host: str = "") -> None:
        """Say whether what is asked here goes to another computer, and to which."""
        self.badge.name_host(host)
        self.badge.setVisible(leaves)

    def show_own_settings(self, settings: ConversationSettings, presets: Sequence[Preset]) -> None:
        """Show what holds for the shown conversation alone."""
        self.own_settings.show_settings(settings, presets)

    def show_model(self, text: str) -> None:
        """Show the model's name (elided) in the pill."""
        self._model = text
        metrics = self.model_button.fontMetrics()
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, _NAME_WIDTH)
        self.model_button.setText(f"{shown} ▾".replace("&", "&&"))
        self.model_button.setToolTip(as_plain(text))
        self.model_button.setAccessibleName(self.tr("Model: {name}").format(name=text))

    def retranslate(self, settings_keys: QKeySequence, sidebar_keys: QKeySequence) -> None:
        """Set every text anew, with the keys that do the same."""
        self.sidebar_button.describe(label_of("sidebar"), sidebar_keys)
        self.evidence_button.setText(self.tr("Evidence"))
        self.evidence_button.setAccessibleName(self.evidence_button.text())
        self.evidence_button.setToolTip(self.tr("What the model saw, and where its answer points"))
        self.settings_button.describe(label_of("settings"), settings_keys)
        self.help_button.describe(self.tr("Help and more"))
        texts = (
            self.tr("Models"),
            self.tr("Export, import, backups"),
            self.tr("Bin"),
            label_of("keys"),
            self.tr("Open log file"),
            self.tr("About mmdesk"),
        )
        for action, text in zip(self._more, texts, strict=True):
            action.setText(text)
        self.menu.retranslate()
        self.badge.retranslate()
        self.show_model(self._model)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten the badge in a narrow window."""
        super().resizeEvent(event)
        self.badge.shorten(event.size().width() < _NARROW)
        self.own_settings.shorten(event.size().width() < _NARROW)
        self.show_model(self._model)

    def _more_menu(self) -> tuple[QAction, ...]:
        menu = QMenu(self.help_button)
        menu.setObjectName("helpMenu")
        models = menu.addAction("", self.menu.allWanted.emit)
        archive = menu.addAction("", self.archiveWanted.emit)
        bin_ = menu.addAction("", self.binWanted.emit)
        menu.addSeparator()
        keys = menu.addAction("", self.keysWanted.emit)
        log = menu.addAction("", self.logWanted.emit)
        menu.addSeparator()
        about = menu.addAction("", self.aboutWanted.emit)
        self.help_button.setMenu(menu)
        return models, archive, bin_, keys, log, about
