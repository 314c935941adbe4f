"""The Models page's style rules, above those of the window."""

from __future__ import annotations

from dataclasses import fields
from string import Template

from mmdesk.ui.theme import Tokens

_RULES = Template(
    """
#roleChoice { background: $panel; border: none; border-radius: 10px; }
QPushButton[segment="true"] {
    background: transparent; border: 1px solid transparent; color: $muted; padding: 3px 14px;
}
QPushButton[segment="true"]:hover { color: $text; }
QPushButton[segment="true"]:checked {
    background: $card; border: 1px solid $line; color: $text; font-weight: 600;
}
QPushButton[segment="true"]:focus { border: 1px solid $accent; }
QPushButton[accent="true"] { color: $accent; }

#modelRow, #serverCard, #serverForm {
    background: $card; border: 1px solid $line; border-radius: 10px;
}
#modelName { font-size: 14px; font-weight: 600; }
#modelFacts, #modelMore, #downloadFacts, #detailName { color: $muted; font-size: 12px; }
#downloadFacts[note="true"] { color: $notice_text; }
#modelGoodAt, #servedName { font-size: 13px; }
#modelDetailsPanel { background: $panel; border: none; border-radius: 8px; }
#modelDetailsPanel, #modelRow > #inlineQuestion, #modelRow > #errorCard { margin-top: 4px; }
#detailValue, #detailLink { font-size: 12px; }
#detailField {
    background: transparent; border: 1px solid transparent; border-radius: 4px; padding: 0;
    min-height: 16px; font-size: 12px;
}
#detailField:focus { border: 1px solid $accent; padding: 0; }
#inlineQuestion { background: $notice_ground; border: none; border-radius: 8px; }
#inlineQuestion QLabel { color: $notice_text; font-size: 13px; }
#inlineQuestion QPushButton { padding: 2px 12px; font-size: 13px; }
#inlineQuestion QPushButton:focus { padding: 1px 11px; }
QPushButton[danger="true"] { color: $error_text; }
#modelRow > #inUseChip { margin: 5px 2px; }
#modelRow > QPushButton, #servedModel > QPushButton, #serverCard > QPushButton {
    padding: 3px 12px; font-size: 13px; min-height: 20px;
}
#modelRow > QPushButton:focus, #servedModel > QPushButton:focus,
#serverCard > QPushButton:focus { padding: 2px 11px; }
#downloadLine QPushButton, #verifyLine QPushButton { font-size: 13px; }
QProgressBar[resting="true"]::chunk { background: $muted; }
"""
)


def page_rules(tokens: Tokens) -> str:
    """Return the rules in a theme's colours."""
    return _RULES.substitute({f.name: getattr(tokens, f.name) for f in fields(tokens)})
