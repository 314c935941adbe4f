"""The text of an answer: prose, code and long plain text below each other."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QCoreApplication, QUrl, Signal
from PySide6.QtWidgets import QWidget

from mmdesk.ui.chat.blocks import Block, BlockKind, Update
from mmdesk.ui.chat.code import CodeBlock
from mmdesk.ui.chat.formula import formulas
from mmdesk.ui.chat.long_text import LongText
from mmdesk.ui.chat.markdown import MarkdownStream
from mmdesk.ui.chat.prose import ProseView
from mmdesk.ui.chat.prose_style import ProseStyle
from mmdesk.ui.chat.text_view import TextView
from mmdesk.ui.theme import Tokens

_GAP = 10
_LONG_PLAIN = 8000
"""Characters; shorter plain text stands in the prose."""

Segment = ProseView | CodeBlock | LongText


class MarkdownBody(QWidget):
    """Shows Markdown as it arrives; what is closed is never touched again.

    ``small`` is for a thought, ``literal`` for text that is shown as it was typed; ``evidence`` is
    how many pieces of it phrases may stand for.
    """

    linkActivated = Signal(str)
    """A link's target in ASCII: percent-encoded, with the host's name in Punycode."""
    phraseHovered = Signal(object)
    """The numbers of the evidence that it stands for, as a tuple."""
    phraseChosen = Signal(object)
    copied = Signal()
    stale = Signal()
    """Formulas that were too many to be set at once are set: they are there when written anew."""

    def __init__(
        self,
        tokens: Tokens,
        *,
        small: bool = False,
        literal: bool = False,
        name: str = "",
        evidence: int = 0,
    ) -> None:
        super().__init__()
        self._tokens = tokens
        self._small = small
        self._name = name
        self._style = ProseStyle(tokens, small=small, evidence=evidence)
        self._stream = MarkdownStream(literal=literal)
        self._segments: list[Segment] = []
        self._closed = 0
        self._stacked = (0, 0, 0)
        """The width in which the first segments are laid out for good, their number, their end."""
        self._caret = False
        self._caret_in: TextView | None = None
        self._waits = False
        """Whether the source of a formula stands where the formula will."""

    def append(self, text: str) -> None:
        """Add text to the end."""
        self._apply(self._stream.append(text))

    def finish(self) -> None:
        """Close the last block."""
        self._apply(self._stream.finish())
        self.set_caret(False)

    def set_caret(self, shown: bool) -> None:
        """Show the caret at the end of the text, or not."""
        self._caret = shown
        if shown and not self._segments:
            self._segments.append(self._make_prose())
        last = self._segments[-1] if shown and self._segments else None
        view = last.text if isinstance(last, CodeBlock) else last
        if self._caret_in is not None and self._caret_in is not view:
            self._caret_in.set_caret(False)
        self._caret_in = view if isinstance(view, TextView) else None
        if self._caret_in is not None:
            self._caret_in.set_caret(True)

    def light(self, numbers: Collection[int]) -> None:
        """Put a ground behind the phrases that stand for these pieces of evidence."""
        for segment in self._segments:
            if isinstance(segment, ProseView):
                segment.light(numbers)

    def is_empty(self) -> bool:
        """Tell whether there is nothing to show yet."""
        return not self._segments

    def height_for(self, width: int) -> int:
        """Lay out in ``width`` px and return the height in px; closed segments cost nothing."""
        known, first, y = self._stacked
        if known != width:
            first = y = 0
        for index in range(first, len(self._segments)):
            if index < self._closed:
                self._stacked = (width, index, y)  # the last closed one may go on
            segment = self._segments[index]
            height = segment.height_for(width)
            segment.setGeometry(0, y, width, height)
            y += height + _GAP
        return max(0, y - _GAP)

    def ideal_width(self, width: int) -> int:
        """Return how much of ``width`` px the text needs."""
        widths = [
            segment.ideal_width() if isinstance(segment, ProseView) else width
            for segment in self._segments
        ]
        return min(width, max(widths, default=0))

    def shown_text(self) -> str:
        """Return what can be read here."""
        parts = []
        for segment in self._segments:
            if isinstance(segment, ProseView):
                parts.append(segment.shown_text())
            else:
                parts.append(segment.code if isinstance(segment, CodeBlock) else segment.text)
        return "\n".join(parts)

    # ------------------------------------------------------------------------------------

    def _apply(self, update: Update) -> None:
        if update.goes_on:
            self._go_on(update)
            return
        postponed = formulas().postponed
        spare = self._segments[self._closed :]
        del self._segments[self._closed :]
        if self._segments and isinstance(self._segments[-1], ProseView):
            self._segments[-1].roll_back()
        for block in update.closed:
            self._place(block, spare, closed=True)
        self._closed = len(self._segments)
        for block in update.tail:
            self._place(block, spare, closed=False)
        for segment in spare:
            segment.hide()
            segment.deleteLater()
        self._go_on(update)
        self.set_caret(self._caret)
        if formulas().postponed > postponed and not self._waits:
            self._waits = True
            formulas().settled.connect(self.stale)

    def _go_on(self, update: Update) -> None:
        """Write the end of a paragraph that is long already."""
        last = self._segments[-1] if self._segments else None
        if update.rest is not None and isinstance(last, ProseView):
            last.go_on(update.settled, update.rest)

    def _place(self, block: Block, spare: list[Segment], *, closed: bool) -> None:
        if block.kind is BlockKind.CODE:
            self._place_code(block, spare, closed=closed)
        elif block.kind is BlockKind.PLAIN and len(block.source) > _LONG_PLAIN:
            self._place_long(block, spare)
        else:
            self._place_prose(block, spare, closed=closed)

    def _place_prose(self, block: Block, spare: list[Segment], *, closed: bool) -> None:
        view = self._segments[-1] if self._segments else None
        if not isinstance(view, ProseView):
            view = next((s for s in spare if isinstance(s, ProseView)), None)
            if view is None:
                view = self._make_prose()
            else:
                spare.remove(view)
                view.roll_back()
            self._segments.append(view)
        view.write(block, closed=closed)

    def _place_code(self, block: Block, spare: list[Segment], *, closed: bool) -> None:
        view = next((s for s in spare if isinstance(s, CodeBlock)), None)
        if view is None:
            view = CodeBlock(self._tokens, self)
            view.copied.connect(self.copied)
            view.show()
        else:
            spare.remove(view)
        view.show_code(block.source, block.language, closed=closed)
        self._segments.append(view)

    def _place_long(self, block: Block, spare: list[Segment]) -> None:
        view = next((s for s in spare if isinstance(s, LongText)), None)
        if view is None:
            view = LongText(self)
            view.setAccessibleName(self._name or QCoreApplication.translate("chat", "Long text"))
            view.show()
        else:
            spare.remove(view)
        view.show_text(block.source)
        self._segments.append(view)

    def _make_prose(self) -> ProseView:
        view = ProseView(self._style, self)
        view.setAccessibleName(self._name)
        view.anchorClicked.connect(self._follow)
        view.phraseHovered.connect(self.phraseHovered)
        view.show()
        return view

    def _follow(self, target: QUrl) -> None:
        if numbers := self._style.numbers_of(target.toString()):
            self.phraseChosen.emit(numbers)
        else:
            self.linkActivated.emit(target.toEncoded().toStdString())
