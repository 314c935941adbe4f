"""The bar at the top: name, model, settings and help."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton

from mmdesk.ui.controls import IconButton, plain_label
from mmdesk.ui.shortcuts import label_of

HEIGHT = 44
_NAME_WIDTH = 220


class Header(QFrame):
    """44 px high; what it offers is asked for by signals."""

    sidebarToggled = Signal()
    starterChosen = Signal()
    folderWanted = Signal()
    settingsWanted = Signal()
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
        self.settings_button = IconButton("settingsButton", "sliders")
        self.settings_button.clicked.connect(self.settingsWanted)
        self.help_button = IconButton("helpButton", "more")
        self.help_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._starter_action, self._folder_action, self._settings_action = self._model_menu()
        self._keys_action, self._log_action, self._about_action = self._help_menu()
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 12, 0)
        row.setSpacing(8)
        row.addWidget(self.sidebar_button)
        row.addWidget(plain_label("appName", "mmdesk"))
        row.addSpacing(4)
        row.addWidget(self.model_button)
        row.addStretch(1)
        row.addWidget(self.settings_button)
        row.addWidget(self.help_button)

    def show_model(self, text: str) -> None:
        """Show the model's name (elided) in the pill."""
        self._model = text
        metrics = self.model_button.fontMetrics()
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, _NAME_WIDTH)
        self.model_button.setText(f"{shown} ▾")
        self.model_button.setToolTip(text)
        self.model_button.setAccessibleName(self.tr("Model: {name}").format(name=text))

    def retranslate(self, settings_keys: QKeySequence, sidebar_keys: QKeySequence) -> None:
        """Set every text anew, with the keys that do the same."""
        self.sidebar_button.describe(label_of("sidebar"), sidebar_keys)
        self.settings_button.describe(label_of("settings"), settings_keys)
        self.help_button.describe(self.tr("Help and more"))
        self._starter_action.setText(self.tr("Starter model"))
        self._folder_action.setText(self.tr("Choose a model folder…"))
        self._settings_action.setText(self.tr("Model settings"))
        self._keys_action.setText(label_of("keys"))
        self._log_action.setText(self.tr("Open log file"))
        self._about_action.setText(self.tr("About mmdesk"))
        self.show_model(self._model)

    def _model_menu(self) -> tuple[QAction, QAction, QAction]:
        menu = QMenu(self.model_button)
        menu.setObjectName("modelMenu")
        starter = menu.addAction("", self.starterChosen.emit)
        folder = menu.addAction("", self.folderWanted.emit)
        menu.addSeparator()
        settings = menu.addAction("", self.settingsWanted.emit)
        self.model_button.setMenu(menu)
        return starter, folder, settings

    def _help_menu(self) -> tuple[QAction, QAction, QAction]:
        menu = QMenu(self.help_button)
        menu.setObjectName("helpMenu")
        keys = menu.addAction("", self.keysWanted.emit)
        log = menu.addAction("", self.logWanted.emit)
        menu.addSeparator()
        about = menu.addAction("", self.aboutWanted.emit)
        self.help_button.setMenu(menu)
        return keys, log, about
