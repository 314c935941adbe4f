"""Writes what stands inside a paragraph: emphasis, links, code, formulas, line breaks."""

from __future__ import annotations

import re

from markdown_it.token import Token
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QFont, QTextCharFormat, QTextCursor

from mmdesk.ui.chat.formula import formula_format
from mmdesk.ui.chat.prose_style import ProseStyle
from mmdesk.ui.chat.targets import described, is_link

_OBJECT = "\N{OBJECT REPLACEMENT CHARACTER}"
LINE_BREAK = "\N{LINE SEPARATOR}"
_BARE_LINK = re.compile(r"https?://[^\s<>\"“”|]*[^\s<>\"“”|.,;:!?)\]}'*，。；：！？）】]")


class InlineWriter:
    """Inserts the inline tokens of one document; the caller says where."""

    def __init__(self, style: ProseStyle, widest: float) -> None:
        """``widest`` is the px that a formula may take."""
        self._style = style
        self._widest = widest

    def write(self, cursor: QTextCursor, token: Token, base: QTextCharFormat) -> None:
        """Insert the children of an ``inline`` token at ``cursor``."""
        formats = [base]
        target = ""
        for child in token.children or ():
            char = formats[-1]
            if child.type == "link_open":
                target = str(child.attrGet("href") or "")
                formats.append(self._link(char, target, str(child.attrGet("title") or "")))
            elif child.type == "link_close":
                if not (is_link(target) or self._style.numbers_of(target)):
                    cursor.insertText(f" ({target})", formats[-1])
                formats.pop()
            elif child.nesting > 0:
                formats.append(_emphasised(char, child.type))
            elif child.nesting < 0:
                formats.pop()
            else:
                self._leaf(cursor, child, char)

    def formula(
        self, cursor: QTextCursor, token: Token, char: QTextCharFormat, *, displayed: bool
    ) -> bool:
        """Insert a formula, or its source where it can't be set; return whether it was set."""
        source = token.meta["source"]
        made = formula_format(char, token.content, source, displayed=displayed, widest=self._widest)
        if made is not None:
            cursor.insertText(_OBJECT, made)
        else:
            cursor.insertText(source, self._style.code(char))
        return made is not None

    def _leaf(self, cursor: QTextCursor, token: Token, char: QTextCharFormat) -> None:
        if token.type in ("softbreak", "hardbreak"):
            cursor.insertText(LINE_BREAK, char)
        elif token.type == "code_inline":
            cursor.insertText(token.content, self._style.code(char))
        elif token.type == "image":
            cursor.insertText(_picture_text(token), char)
        elif token.type == "math":
            self.formula(cursor, token, char, displayed=False)
        elif char.isAnchor():
            cursor.insertText(token.content, char)
        else:
            self._text(cursor, token.content, char)

    def _text(self, cursor: QTextCursor, text: str, char: QTextCharFormat) -> None:
        position = 0
        for found in _BARE_LINK.finditer(text):
            cursor.insertText(text[position : found.start()], char)
            cursor.insertText(found[0], self._link(char, found[0], ""))
            position = found.end()
        cursor.insertText(text[position:], char)

    def _link(self, char: QTextCharFormat, target: str, title: str) -> QTextCharFormat:
        if numbers := self._style.numbers_of(target):
            return self._style.phrase(char, target, numbers[0])
        if not is_link(target):
            return QTextCharFormat(char)
        shown = described(target)
        return self._style.link(char, target, f"{shown}\n{title}" if title else shown)


def _picture_text(token: Token) -> str:
    """Pictures that a model names are never loaded: their text and target are shown."""
    label = QCoreApplication.translate("chat", "picture")
    shown = f"[{label}: {token.content}] ({token.attrGet('src') or ''})"
    title = token.attrGet("title")
    return f"{shown} {title}" if title else shown


def _emphasised(char: QTextCharFormat, kind: str) -> QTextCharFormat:
    made = QTextCharFormat(char)
    if kind == "strong_open":
        made.setFontWeight(QFont.Weight.Bold)
    elif kind == "em_open":
        made.setFontItalic(True)
    elif kind == "s_open":
        made.setFontStrikeOut(True)
    return made
