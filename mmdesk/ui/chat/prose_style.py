"""The text formats of prose, made from the theme's tokens."""

from __future__ import annotations

from PySide6.QtGui import (
    QColor,
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextFormat,
    QTextTableFormat,
)

from mmdesk.core.evidence_text import numbers_of
from mmdesk.ui.controls import as_plain
from mmdesk.ui.fonts import BASE_PX, LINE_HEIGHT, base_font, mono_font
from mmdesk.ui.theme import Tokens

QUOTE_LEVEL = QTextFormat.Property.UserProperty + 10
"""Block property: how many quotes the block stands in; their bars are painted beside it."""
MARKER = QTextFormat.Property.UserProperty + 11
"""Block property: the marker of a list item, painted before its first line."""
RULE = QTextFormat.Property.UserProperty + 12
"""Block property: a horizontal rule is painted instead of text."""
CELL = QTextFormat.Property.UserProperty + 13
"""Block property: the block begins a row of a table."""
PHRASE = QTextFormat.Property.UserProperty + 15
"""Character property: the number of the evidence whose colour a phrase is underlined in."""
SEAM = QTextFormat.Property.UserProperty + 14
"""Block property: the block goes on with the line before it, while a paragraph streams in."""
INDENT = 24
_HEADING_PX = {1: 17.0, 2: 15.5}


class ProseStyle:
    """Formats for one theme.

    ``small`` is for a folded thought: smaller and muted. ``evidence`` is how many pieces of it
    phrases may stand for.
    """

    def __init__(self, tokens: Tokens, *, small: bool = False, evidence: int = 0) -> None:
        self.tokens = tokens
        self.evidence = evidence
        self.size = BASE_PX - 1 if small else BASE_PX
        self.colour = QColor(tokens.muted if small else tokens.text)
        self.font = base_font(self.size)
        self._mono = mono_font(self.size - 1)

    def text(self) -> QTextCharFormat:
        """Plain running text."""
        made = QTextCharFormat()
        made.setFont(self.font)
        made.setForeground(self.colour)
        return made

    def code(self, base: QTextCharFormat) -> QTextCharFormat:
        """Code inside a sentence."""
        made = QTextCharFormat(base)
        made.setFontFamilies(self._mono.families())
        made.setFontFixedPitch(True)
        made.setProperty(QTextFormat.Property.FontPixelSize, self.size - 1)
        made.setBackground(QColor(self.tokens.panel))
        return made

    def link(self, base: QTextCharFormat, target: str, tooltip: str) -> QTextCharFormat:
        """A link; its target is shown on hover and given to assistive tools."""
        made = QTextCharFormat(base)
        made.setAnchor(True)
        made.setAnchorHref(target)
        made.setToolTip(as_plain(tooltip))
        made.setForeground(QColor(self.tokens.accent))
        made.setFontUnderline(True)
        return made

    def phrase(self, base: QTextCharFormat, target: str, number: int) -> QTextCharFormat:
        """A phrase that stands for evidence: plain text, whose line the view paints."""
        made = QTextCharFormat(base)
        made.setAnchor(True)
        made.setAnchorHref(target)
        made.setProperty(PHRASE, number)
        return made

    def numbers_of(self, target: str) -> tuple[int, ...]:
        """Return the evidence that a link stands for; () where one of it doesn't exist."""
        numbers = numbers_of(target)
        return numbers if all(number < self.evidence for number in numbers) else ()

    def heading(self, level: int) -> QTextCharFormat:
        """17, 15.5 or 14 px, semi-bold."""
        made = self.text()
        font = QFont(self.font)
        # QFont takes whole pixels; at the 96 dpi that Qt lays text out with, 0.75 pt is 1 px.
        font.setPixelSize(round(_HEADING_PX.get(level, float(self.size))))
        font.setWeight(QFont.Weight.DemiBold)
        made.setFont(font)
        return made

    def paragraph(
        self, *, indent: int = 0, quotes: int = 0, tight: bool = False, marker: str = ""
    ) -> QTextBlockFormat:
        """A paragraph's block format; spacing stands above it, so that text can grow below."""
        made = QTextBlockFormat()
        line = round(self.size * LINE_HEIGHT)
        made.setLineHeight(line, QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
        made.setTopMargin(2 if tight else 8)
        made.setIndent(indent)
        if marker:
            made.setProperty(MARKER, marker)
        if quotes:
            made.setProperty(QUOTE_LEVEL, quotes)
            made.setLeftMargin(quotes * 14)
        return made

    def heading_block(self, level: int, *, quotes: int = 0) -> QTextBlockFormat:
        """A heading's block format."""
        made = self.paragraph(quotes=quotes)
        made.setTopMargin(16 if level <= 2 else 12)
        made.setHeadingLevel(min(level, 6))
        return made

    def nested_code_block(self, *, indent: int, quotes: int) -> QTextBlockFormat:
        """Lines of code inside a list or quote."""
        made = self.paragraph(indent=indent, quotes=quotes, tight=True)
        made.setTopMargin(0)
        made.setBackground(QColor(self.tokens.panel))
        return made

    def rule(self) -> QTextBlockFormat:
        """A horizontal rule."""
        made = self.tiny()
        made.setTopMargin(16)
        made.setBottomMargin(8)
        made.setProperty(RULE, True)
        return made

    def tiny(self) -> QTextBlockFormat:
        """The empty blocks that a text document insists on around a table."""
        made = QTextBlockFormat()
        made.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        return made

    def table(self) -> QTextTableFormat:
        """A table; the lines between its rows are painted by the view."""
        made = QTextTableFormat()
        made.setBorder(0)
        made.setCellPadding(6)
        made.setCellSpacing(0)
        made.setTopMargin(10)
        made.setBottomMargin(4)
        return made

    def header_cell(self) -> QTextCharFormat:
        """The ground of a cell in the first row."""
        made = QTextCharFormat()
        made.setBackground(QColor(self.tokens.panel))
        return made
