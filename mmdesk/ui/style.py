"""The style sheet's base rules, with the theme's colours filled in."""

from __future__ import annotations

from string import Template

SCROLL_BAR = 10
"""Px that a scroll bar takes."""
_RULES = Template(
    """
QMainWindow, QDialog { background: $background; }
QWidget { color: $text; }
QLabel { background: transparent; }
QLabel[quiet="true"] { color: $muted; font-size: 12px; }
QLabel[note="true"] { color: $notice_text; font-size: 12px; }
QToolTip {
    background: $card; color: $text; border: 1px solid $line; padding: 4px 6px; font-size: 12px;
}

QPushButton, QToolButton {
    background: $card; color: $text; border: 1px solid $line; border-radius: 8px;
    padding: 5px 12px; min-height: 20px;
}
QToolButton { padding: 5px; }
QPushButton:hover, QToolButton:hover { background: $panel; }
QPushButton:pressed, QToolButton:pressed, QPushButton:checked, QToolButton:checked {
    background: $accent_tint; color: $accent;
}
QPushButton:focus, QToolButton:focus { border: 2px solid $accent; padding: 4px 11px; }
QToolButton:focus { padding: 4px; }
QPushButton:disabled, QToolButton:disabled { color: $muted; background: $panel; }
QPushButton[primary="true"] {
    background: $accent; color: $on_accent; border-color: $accent; font-weight: 600;
}
QPushButton[primary="true"]:focus { border: 2px solid $text; }
QPushButton[flat="true"], QToolButton[flat="true"] {
    background: transparent; border: 1px solid transparent; color: $muted;
}
QPushButton[flat="true"] { padding: 3px 8px; }
QPushButton[flat="true"]:hover, QToolButton[flat="true"]:hover {
    background: $panel; color: $text;
}
QPushButton[flat="true"]:focus, QToolButton[flat="true"]:focus {
    border: 1px solid $accent; color: $text;
}

QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QKeySequenceEdit QLineEdit {
    background: $card; color: $text; border: 1px solid $line; border-radius: 8px;
    padding: 5px 9px; min-height: 20px;
    selection-background-color: $accent; selection-color: $on_accent;
    placeholder-text-color: $muted;
}
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus {
    border: 2px solid $accent; padding: 4px 8px;
}
QComboBox::drop-down { border: none; width: 20px; }
QComboBox { combobox-popup: 0; }
QComboBox QAbstractItemView {
    background: $card; border: 1px solid $line; outline: none;
    selection-background-color: $accent_tint; selection-color: $accent;
}
QPlainTextEdit, QTextEdit {
    background: $card; color: $text; border: 1px solid $line; border-radius: 8px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QCheckBox, QRadioButton { spacing: 8px; padding: 2px; border: 1px solid transparent; }
QCheckBox:focus, QRadioButton:focus { border: 1px solid $accent; border-radius: 4px; }

QMenuBar { background: $background; color: $text; }
QMenuBar::item { padding: 4px 8px; border-radius: 6px; background: transparent; }
QMenuBar::item:selected { background: $accent_tint; color: $accent; }
QMenu { background: $card; color: $text; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 6px; }
QMenu::item:selected { background: $accent_tint; color: $accent; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }

QListView, QTreeView, QListWidget {
    background: transparent; color: $text; border: none; outline: none;
}
QListView::item { padding: 6px 8px; border-radius: 8px; border: 1px solid transparent; }
QListView::item:hover { background: $card; }
QListView::item:selected { background: $accent_tint; color: $accent; }
QListView::item:focus { border: 1px solid $accent; }

QScrollArea { background: transparent; border: none; }
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: ${scroll_bar}px; }
QScrollBar:horizontal { height: ${scroll_bar}px; }
QScrollBar::handle { background: $line; border-radius: 3px; margin: 2px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QProgressBar {
    background: $line; border: none; border-radius: 2px; max-height: 4px; min-height: 4px;
    text-align: center; color: transparent;
}
QProgressBar::chunk { background: $accent; border-radius: 2px; }
QSplitter::handle { background: $line; }
QStatusBar { background: $background; color: $muted; border-top: 1px solid $line; }
QStatusBar::item { border: none; }
QGroupBox { border: none; font-weight: 600; margin-top: 8px; padding-top: 16px; }
QGroupBox::title { subcontrol-origin: margin; left: 0; }
"""
)


def base_rules(colours: dict[str, object]) -> str:
    """Return the rules; ``colours`` maps the names of the tokens to ``#rrggbb``."""
    return _RULES.substitute(colours, scroll_bar=SCROLL_BAR)
