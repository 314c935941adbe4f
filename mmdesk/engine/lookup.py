"""Proposals for the next tokens: what followed the last ones where they stood before.

Text that is copied from the prompt or repeated (what a picture says, an edit, a table) comes
several tokens a step that way, since a step's time goes into reading weights (Saxena, 2023, "prompt
lookup decoding"; Leviathan et al., 2023). The model decides about every token all the same.

No clock decides whether to look up: the same question must give the same answer again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """How proposals are checked.

    Attributes:
        rows: Tokens that go through the model at once: the last one and all proposed.
        cost: What that takes, in steps of one token.
    """

    rows: int
    cost: float


CHECKS = {"float32": Check(8, 2.3), "int8": Check(4, 1.6), "int4": Check(4, 1.8)}
"""By a CPU's precision, where it pays and changes nothing.

Steps that so many rows take, two threads of a Zen 4, 0.25 and 0.5 billion parameters:

=========  =========  =========  =========  ==============================================
precision  2 rows     4 rows     8 rows     a row beside others
=========  =========  =========  =========  ==============================================
float32    1.5-2.3    1.6-2.0    1.7-2.3    differs by 1e-6
bfloat16   1.0-1.1    1.0-1.3    1.3-1.7    now and then is rounded to another number
int8       1.1-1.4    1.5-1.7    3.5-4.5    has the same bits
int4       1.3-1.5    1.5-2.1    3.0-3.7    has the same bits
=========  =========  =========  =========  ==============================================

The packed kernels take four rows at a time. bfloat16 is left out: with more than 1,024 inputs
oneDNN sums up in another order for several rows, and tokens that are nearly as likely as another
would change places.
"""

_GRAM = 3
"""Tokens that must have stood together before."""
_CREDIT = 3.0
"""Steps that checks may lose before any has gained one."""
_MOST_CREDIT = 8.0
_EARNED = 0.02
"""Steps that each token permits checks to lose: they never take more of an answer's time."""


class Lookup:
    """Knows one prompt and its answer so far.

    Args:
        tokens: The prompt's.
        most: Tokens of prompt and answer that there can be; none is proposed beyond.
    """

    def __init__(self, tokens: Sequence[int], check: Check, most: int) -> None:
        self._check, self._most = check, most
        self._tokens: list[int] = []
        self._behind: dict[tuple[int, ...], int] = {}
        """Where the text goes on behind each gram, the last time it stood there."""
        self._source: int | None = None
        """Where what comes next may have stood before."""
        self._credit = 0.0
        for token in tokens:
            self.add(token)
        self._credit = _CREDIT

    def add(self, token: int) -> None:
        """Tell the next token of the text."""
        follows = self._source is not None and self._tokens[self._source] == token
        self._tokens.append(token)
        gram = tuple(self._tokens[-_GRAM:])
        before = self._behind.get(gram)
        self._source = self._source + 1 if self._source is not None and follows else before
        self._behind[gram] = len(self._tokens)
        self._credit = min(_MOST_CREDIT, self._credit + _EARNED)

    def proposed(self) -> list[int]:
        """Return as many tokens as a check takes beside the last one, or none."""
        affordable = self._credit >= self._check.cost - 1
        room = len(self._tokens) + self._check.rows <= self._most
        if self._source is None or not affordable or not room:
            return []
        found: list[int] = []
        period = len(self._tokens) - self._source
        for place in range(self._check.rows - 1):
            # What goes round stands before itself.
            found.append(
                found[place - period] if place >= period else self._tokens[self._source + place]
            )
        return found

    def checked(self, accepted: int) -> None:
        """Tell how many of the tokens that were proposed last are the answer's."""
        self._credit = min(_MOST_CREDIT, self._credit + accepted + 1 - self._check.cost)
