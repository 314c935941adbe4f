"""The window's own style rules, above the base rules of :mod:`mmdesk.ui.style`."""

from __future__ import annotations

from dataclasses import fields
from string import Template

from mmdesk.ui.theme import Tokens

_RULES = Template(
    """
#mainWindow, #chatColumn, #page { background: $background; }
#header { background: $background; border: none; border-bottom: 1px solid $line; }
#appName { font-size: 15px; font-weight: 600; }
#modelButton {
    background: $card; border: 1px solid $line; border-radius: 13px; padding: 2px 4px;
    min-height: 20px; font-size: 13px;
}
#modelButton:hover { background: $panel; }
#modelButton:focus { border: 2px solid $accent; padding: 1px 3px; }
QToolButton::menu-indicator { image: none; width: 0; }
#modelMenu::item { padding: 5px 12px 5px 32px; }
#modelMenu::item:disabled { padding: 8px 12px 3px 12px; }
#modelMenu::indicator { width: 0; height: 0; image: none; }
#conversationSettingsButton {
    background: transparent; border: 1px solid transparent; border-radius: 13px;
    padding: 2px 6px; min-height: 20px; font-size: 13px; color: $accent;
}
#conversationSettingsButton[own="true"] { background: $accent_tint; padding: 2px 9px 2px 7px; }
#conversationSettingsButton:hover { background: $panel; }
#conversationSettingsButton:focus { border: 1px solid $accent; }
#leavesBadge { background: $notice_ground; border: none; border-radius: 9px; }
#leavesWords { color: $notice_text; font-size: 12px; }
QLabel[chip] { border-radius: 9px; padding: 1px 8px; font-size: 12px; }
QLabel[chip="good"] { background: $accent_tint; color: $accent; }
QLabel[chip="accent"] { background: $accent; color: $on_accent; }
QLabel[chip="notice"] { background: $notice_ground; color: $notice_text; }
QLabel[chip="bad"] { background: $error_ground; color: $error_text; }

#evidenceButton {
    background: $card; border: 1px solid $line; border-radius: 13px; padding: 2px 9px;
    min-height: 20px; font-size: 13px;
}
#evidenceButton:hover { background: $panel; }
#evidenceButton:checked { background: $accent_tint; color: $accent; border-color: $accent_tint; }
#evidenceButton:focus { border: 2px solid $accent; padding: 1px 8px; }
#evidencePanel { background: $panel; border: none; border-left: 1px solid $line; }
#evidencePanel QPushButton { font-size: 13px; padding: 4px 10px; }
#evidencePanel QPushButton:focus { padding: 3px 9px; }
#evidencePanel QPushButton[flat="true"] { padding: 1px 8px; min-height: 18px; }
#factName, #evidenceChosen { color: $muted; font-size: 13px; }
#factText, #barText, #barNumber { font-size: 13px; }
#tintedAnswer { color: $text; background: transparent; border: none; padding: 0; font-size: 13px; }
#barText[strong="true"] { font-weight: 600; }
#evidenceNotes, #heatLegend, #seenCaption, #seenLost, #wordingCaption {
    color: $muted; font-size: 12px;
}
#evidenceNothing { color: $muted; font-size: 13px; padding-top: 12px; }
#sidebar { background: $panel; border: none; border-right: 1px solid $line; }
#newChatButton {
    background: transparent; border: 1px solid transparent; border-radius: 8px; color: $accent;
    text-align: left; padding: 6px 8px; min-height: 22px;
}
#newChatButton:hover { background: $card; }
#newChatButton:focus { border: 1px solid $accent; }
#newChatButton[current="true"] { background: $accent_tint; }
#conversationList { background: transparent; border: none; }
#conversationList::item { padding: 7px 9px; margin: 1px 0; }
#conversationList QLineEdit { padding: 3px 7px; border-radius: 6px; min-height: 16px; }
#conversationList::item:disabled { color: $muted; padding: 12px 5px 3px 5px; }
#conversationList::item:disabled:hover { background: transparent; }

#statusLine { background: $background; border: none; border-top: 1px solid $line; }
#statusLine QLabel { color: $muted; font-size: 12px; }
#connectionCount {
    color: $muted; font-size: 12px; padding: 1px 6px; min-height: 18px; max-height: 18px;
}
#connectionCount[state="remote"] { color: $notice_text; }
#connectionHost { font-size: 13px; }
#statusLine QLabel[state="ready"] { color: $accent; }
#statusLine QLabel[state="loading"] { color: $notice_text; }
#statusLine QLabel[state="failed"] { color: $error_text; }
#statusLine QLabel[state="remote"] { color: $notice_text; }

#composerFrame { background: $card; border: 1px solid $line; border-radius: 14px; }
#composerFrame[focused="true"] { border: 1px solid $accent; }
#composer {
    background: transparent; border: none; padding: 0; font-size: 15px;
    placeholder-text-color: $muted;
}
#sendButton, #stopButton {
    background: $accent; border: 1px solid $accent; border-radius: 8px; padding: 0;
    min-height: 32px; max-height: 32px;
}
#sendButton:hover, #stopButton:hover { background: $accent; }
#sendButton[empty="true"] { background: $accent_tint; border: 1px solid $accent_tint; }
#sendButton:focus, #stopButton:focus {
    border: 2px solid $text; padding: 0; min-height: 30px; max-height: 30px;
}
#composerHint, #attachmentNotes { color: $muted; font-size: 12px; }
#micButton[voice="listening"] { background: $accent; border: 1px solid $accent; }
#micButton[voice="opening"], #micButton[voice="transcribing"] {
    background: $accent_tint; border: 1px solid $accent_tint;
}
#micButton[voice="listening"]:focus { border: 2px solid $text; }
#handsFreeButton:checked { background: $accent_tint; border: 1px solid $accent; }
#listeningBar { background: $accent; border-radius: 8px; }
#listeningBar QLabel { color: $on_accent; font-size: 13px; }
#listeningBar QToolButton:hover, #listeningBar QToolButton:pressed { background: transparent; }
#listeningBar QToolButton:focus, #listeningBar QToolButton:hover {
    border: 1px solid $on_accent;
}
#playHeard, #discardHeard { padding: 0; min-height: 24px; max-height: 24px; }
#endHandsFree, #cancelEditButton { padding: 0; min-height: 22px; max-height: 22px; }
#heardStrip { background: $panel; border-radius: 8px; }
#heardStrip QLabel { color: $muted; font-size: 12px; }
#editingBar { background: $accent_tint; border-radius: 8px; }
#editingBar QLabel { color: $accent; font-size: 13px; }

#findBar { background: $card; border: 1px solid $line; border-radius: 8px; }
#findBar QLineEdit, #findBar QLineEdit:focus {
    background: transparent; border: none; padding: 2px 6px; min-height: 22px;
}
#findCount { color: $muted; font-size: 12px; }
#findCount[none="true"] { color: $notice_text; }

#attachmentTile {
    background: $panel; border: 1px solid $line; border-radius: 8px; padding: 0;
    min-height: 54px;
}
#attachmentTile:focus { border: 2px solid $accent; padding: 0; min-height: 52px; }
#removeAttachment {
    background: $text; border: 1px solid $card; border-radius: 10px; padding: 0; min-height: 0;
}
#removeAttachment:focus { border: 2px solid $accent; padding: 0; }

#errorCard { background: $error_ground; border: none; border-radius: 8px; }
#errorCard QLabel { color: $error_text; font-size: 13px; }
#errorCard QLabel#errorHint { color: $text; font-size: 12px; }
#noticeCard { background: $notice_ground; border: none; border-radius: 8px; }
#noticeCard QLabel { color: $notice_text; font-size: 13px; }
#errorCard QPushButton, #noticeCard QPushButton { padding: 2px 10px; font-size: 13px; }
#savingBanner { background: $notice_ground; border: none; border-bottom: 1px solid $line; }
#savingBanner QLabel { color: $notice_text; font-size: 13px; }
#savingBanner QLabel#savingDetail { color: $text; font-size: 12px; }
#savingBanner QPushButton { padding: 2px 10px; font-size: 13px; }
#savingBanner[saved="true"] { background: $accent_tint; }
#savingBanner QLabel[saved="true"] { color: $accent; }
#systemPrompt:focus { border: 1px solid $accent; }
#noticeLink {
    background: transparent; border: 1px solid transparent; color: $notice_text;
    text-decoration: underline; padding: 0 2px;
}
#noticeLink:hover { background: transparent; color: $text; }
#noticeLink:focus { border: 1px solid $notice_text; padding: 0 2px; }

#dropTitle { font-size: 18px; }
#dropLine, #chooseFile, #starterLine { font-size: 14px; color: $muted; }
#starterLine { font-size: 13px; }
#chooseFile, #chooseModel {
    background: transparent; border: 1px solid transparent; color: $accent; padding: 0 2px;
}
#chooseModel { font-size: 13px; }
#chooseFile:hover, #chooseModel:hover { text-decoration: underline; background: transparent; }
#chooseFile:focus, #chooseModel:focus { border: 1px solid $accent; padding: 0 2px; }
#sampleCard {
    background: $card; border: 1px solid $line; border-radius: 10px; padding: 0;
    min-height: 126px;
}
#sampleCard:hover { border: 1px solid $accent; }
#sampleCard:focus { border: 2px solid $accent; padding: 0; min-height: 124px; }
#sampleCard QLabel { font-size: 13px; }

QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {
    subcontrol-origin: border; width: 0; height: 0; border: none;
}
QAbstractSpinBox:disabled { background: $panel; color: $muted; }
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus {
    background: transparent; border: none; padding: 0; min-height: 0;
}
#rule { background: $line; }
#pageTitle { font-size: 18px; font-weight: 600; }
#sectionTitle { font-size: 14px; font-weight: 600; color: $text; }
#fieldHelp, #modelPath { color: $muted; font-size: 12px; }
#fieldError { color: $error_text; font-size: 12px; }
#keyCap {
    background: $card; border: 1px solid $line; border-radius: 6px; padding: 3px 8px;
    font-size: 12px;
}
#transcriptFacts { color: $muted; font-size: 12px; }
#transcriptText { padding: 8px; }
#noticesText { font-size: 12px; padding: 8px; }

#dropTitleOverlay { font-size: 20px; font-weight: 600; }
#dropDetail { font-size: 14px; color: $muted; }
#dropDetail[refused="true"] { color: $error_text; }
"""
)


def window_rules(tokens: Tokens) -> str:
    """Return the style sheet of the main window in a theme's colours."""
    return _RULES.substitute({f.name: getattr(tokens, f.name) for f in fields(tokens)})
