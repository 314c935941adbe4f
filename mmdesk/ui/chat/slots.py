"""The places of messages in the column: each has a height, though not each has a view."""

from __future__ import annotations

import math

from mmdesk.core.conversations import Entry
from mmdesk.core.messages import Role
from mmdesk.core.values import value
from mmdesk.ui.chat.message_view import MessageView

_LINE = 22
_CHARACTER = 7.4
"""Px, on average, of Latin text in the base font."""
_ANSWER = 70
"""Px of an answer without its text: the line above it and its actions."""
_QUESTION = 20
_QUESTION_SHARE = 0.8
"""Of the column's width, that the text of a question takes at most."""
_PICTURES = 220
_CARD = 66
_LONGEST = 24_000
"""Px; longer plain text stands in a box of its own, and other text is no longer as a rule."""


class Slot:
    """A message and its place.

    Attributes:
        index: Its number in the conversation, from 0.
        view: What shows it; None where it is far from what is read.
        height: Px, as laid out in ``width``, or guessed.
        width: Px of the column for which ``height`` is known; 0 where it is guessed.
    """

    __slots__ = ("entry", "height", "index", "view", "width")

    def __init__(self, entry: Entry, index: int, width: int) -> None:
        self.entry = entry
        self.index = index
        self.view: MessageView | None = None
        self.height = guessed_height(entry, width)
        self.width = 0

    @property
    def is_answer(self) -> bool:
        """Whether the model wrote it."""
        return self.entry.message.role is Role.ASSISTANT


@value
class Anchor:
    """What stays where it is seen when heights change.

    Attributes:
        below: Px from the message's top to the view's; negative where the message is below it.
        share: Fraction of the message's height to be added to that.
    """

    slot: Slot
    below: int = 0
    share: float = 0.0

    def offset(self) -> int:
        """Return the px from the message's top to the view's, in its height of now."""
        return self.below + round(self.share * self.slot.height)

    def in_any_width(self) -> Anchor:
        """Return the same place, to hold in another width: inside the message, as a share."""
        offset = self.offset()
        if not 0 < offset < self.slot.height:
            return Anchor(self.slot, offset)
        return Anchor(self.slot, 0, offset / self.slot.height)


def guessed_height(entry: Entry, width: int) -> int:
    """Return about how many px a message takes in a column ``width`` px wide.

    It costs a microsecond, since ten thousand are guessed when a conversation opens; what is
    near gets a view, whose height is exact.
    """
    message = entry.message
    answer = message.role is Role.ASSISTANT
    text = message.text
    across = max(8.0, width * (1 if answer else _QUESTION_SHARE) / _CHARACTER)
    # Latin letters are one byte in UTF-8, and Han three: about half as many stand in a line.
    letters = len(text) if text.isascii() else (len(text) + len(text.encode(errors="replace"))) / 2
    lines = max(text.count("\n") + 1, math.ceil(letters / across))
    height = (_ANSWER if answer else _QUESTION) + lines * _LINE
    if not answer:
        height += _PICTURES if message.pictures else 0
        height += _CARD * len(message.transcripts)
    return min(height, _LONGEST)
