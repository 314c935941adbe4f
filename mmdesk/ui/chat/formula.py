"""Formulas: LaTeX -> ziamath -> SVG, painted as a text object in the text's own colour."""

from __future__ import annotations

import logging
import re
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QByteArray, QObject, QRect, QRectF, QSizeF, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QPainter,
    QPyTextObject,
    QTextCharFormat,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtSvg import QSvgRenderer

from mmdesk.ui.controls import as_plain
from mmdesk.ui.timers import single_shot

_LOG = logging.getLogger(__name__)

LONGEST_LATEX = 300
"""Characters; setting takes about 0.25 ms for each, and longer ones are rarely formulas."""
_AT_ONCE = 800
"""The :func:`weight` of formulas that are set before the window is served again."""
_HEAVIEST = 1200
"""Heavier ones are shown as source: they would take over 0.3 s, and one of 121 characters 13 s."""
_NESTING = re.compile(r"\\(?:left|right|begin|end)(?![a-zA-Z])|\\.|[{}]", re.DOTALL)
_DEEPEST = 20
_DEEPER = {"{": 1, "\\left": 1, "\\begin": 1, "}": -1, "\\right": -1, "\\end": -1}
_MOST_KEPT = 700
"""Set formulas; an answer has less (:func:`~mmdesk.ui.chat.grammar.too_wild`)."""
FORMULA_OBJECT = QTextFormat.ObjectTypes.UserObject + 1
_SOURCE = QTextFormat.Property.UserProperty + 1
_LATEX = QTextFormat.Property.UserProperty + 2
_DISPLAYED = QTextFormat.Property.UserProperty + 3
_WIDTH = QTextFormat.Property.UserProperty + 4
_HEIGHT = QTextFormat.Property.UserProperty + 5
_TOP = QTextFormat.Property.UserProperty + 6
_PLACEHOLDER = "#010203"
_SIZE = {False: 15.5, True: 17.0}
"""Points of ziamath (px here): STIX is smaller than the text's face at the same size."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A set formula; lengths in px. ``depth`` is how far it reaches below the baseline."""

    svg: str
    width: float
    height: float
    depth: float


class Formulas(QObject):
    """Sets formulas, of many only the first ones at once: each takes milliseconds.

    Attributes:
        postponed: How many have been put off so far.
    """

    settled = Signal()
    """All that were put off are set, and will be there when they are asked for again."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: OrderedDict[tuple[str, bool], Formula | None] = OrderedDict()
        self._later: dict[tuple[str, bool], None] = {}
        self._spent = 0
        self._soon = single_shot(self, 0, self._go_on)
        self.postponed = 0

    def ask(self, latex: str, displayed: bool) -> Formula | None:
        """Return a formula; None where it can't be set, or is put off."""
        key = latex, displayed
        if key in self._kept:
            return self.get(latex, displayed)
        self._soon.start()
        if self._spent and self._spent + weight(latex) > _AT_ONCE:
            self._later[key] = None
            self.postponed += 1
            return None
        self._spent += weight(latex)
        return self.get(latex, displayed)

    def get(self, latex: str, displayed: bool) -> Formula | None:
        """Return a formula, now; None where it can't be set."""
        key = latex, displayed
        if key not in self._kept:
            self._kept[key] = set_formula(latex, displayed)
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]

    def _go_on(self) -> None:
        """The window was served: set one of those that were put off."""
        self._spent = 0
        if self._later:
            key = next(iter(self._later))
            del self._later[key]
            self.get(*key)
            if self._later:
                self._soon.start()
            else:
                self.settled.emit()


@cache
def formulas() -> Formulas:
    """Return the formulas of all messages."""
    return Formulas()


def weight(latex: str) -> int:
    """Return about how much work a formula is: ziamath does twice as much with each level.

    One unit takes 0.1 to 0.3 ms; it is a character outside of all braces.
    """
    depth, at, found = 0, 0, 0
    for mark in _NESTING.finditer(latex):
        found += (mark.end() - at) << depth
        at = mark.end()
        depth = min(max(0, depth + _DEEPER.get(mark[0], 0)), _DEEPEST)
    return found + ((len(latex) - at) << depth)


def set_formula(latex: str, displayed: bool) -> Formula | None:
    """Return ``latex`` set, or None where it can't be: then its source is shown.

    ziamath raises errors of its own and of everything below it (KeyError, IndexError,
    RecursionError …) on what it doesn't know, so that every exception means the source.
    """
    if len(latex) > LONGEST_LATEX or weight(latex) > _HEAVIEST or not latex.strip():
        return None
    try:
        # Imported here: only conversations with formulas need it, and it loads fonts.
        from ziamath.config import config
        from ziamath.zmath import Math

        config.svg2 = False
        made = Math.fromlatex(
            latex, size=_SIZE[displayed], color=_PLACEHOLDER, inline=not displayed
        )
        svg = str(made.svg())
    except Exception:
        _LOG.debug("formula shown as source: %r", latex, exc_info=True)
        return None
    box = QSvgRenderer(QByteArray(svg.encode())).viewBoxF()
    if box.isEmpty() or box.width() > 4000 or box.height() > 1000:
        return None
    return Formula(svg, box.width(), box.height(), max(0.0, box.y() + box.height()))


def formula_format(
    base: QTextCharFormat, latex: str, source: str, *, displayed: bool, widest: float
) -> QTextCharFormat | None:
    """Return the format of the object character that stands for a formula, or None.

    Qt puts a text object on the baseline, or its middle there. A shallow formula stands on it
    and is painted a little below its box; a deep one gets a box that is as deep as high.
    """
    formula = formulas().ask(latex, displayed)
    if formula is None or formula.width <= 0:
        return None
    scale = min(1.0, widest / formula.width)
    ascent, depth = (formula.height - formula.depth) * scale, formula.depth * scale
    made = QTextCharFormat(base)
    made.setObjectType(FORMULA_OBJECT)
    height, top = ascent, 0.0
    if depth > QFontMetricsF(base.font()).descent():
        made.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)
        height = 2 * max(ascent, depth)
        top = height / 2 - ascent
    made.setProperty(_SOURCE, source)
    made.setProperty(_LATEX, latex)
    made.setProperty(_DISPLAYED, displayed)
    made.setProperty(_WIDTH, formula.width * scale)
    made.setProperty(_HEIGHT, height)
    made.setProperty(_TOP, top)
    made.setToolTip(as_plain(source))
    return made


def formula_source(form: QTextFormat) -> str:
    """Return the Markdown of the formula with this format, or "" for anything else."""
    if form.objectType() != FORMULA_OBJECT:
        return ""
    return str(form.property(_SOURCE) or "")


class FormulaObject(QPyTextObject):
    """Measures and paints formulas for one text document's layout."""

    def intrinsicSize(self, doc: QTextDocument, position: int, form: QTextFormat) -> QSizeF:
        """Return the padded size."""
        del doc, position
        return QSizeF(form.doubleProperty(_WIDTH), form.doubleProperty(_HEIGHT))

    def drawObject(
        self,
        painter: QPainter,
        rect: QRectF | QRect,
        doc: QTextDocument,
        position: int,
        form: QTextFormat,
    ) -> None:
        """Paint at the painter's own resolution, in the format's text colour."""
        del doc, position
        formula = formulas().get(form.stringProperty(_LATEX), form.boolProperty(_DISPLAYED))
        if formula is None:
            return
        colour = form.foreground().color().name()
        svg = formula.svg.replace(_PLACEHOLDER, colour)
        width = form.doubleProperty(_WIDTH)
        box = QRectF(
            rect.x(),
            rect.y() + form.doubleProperty(_TOP),
            width,
            formula.height * width / formula.width,
        )
        QSvgRenderer(QByteArray(svg.encode())).render(painter, box)
