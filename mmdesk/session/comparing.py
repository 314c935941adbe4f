"""An answer that was computed again, compared with the one that was kept."""

from __future__ import annotations

from collections.abc import Sequence

from mmdesk.core.conversations import Entry, ReplayReport, Run, StopReason
from mmdesk.core.phrases import QT_TRANSLATE_NOOP, Phrase
from mmdesk.core.values import value

FILES_CHANGED = QT_TRANSLATE_NOOP("notes", "The model's files are other ones now.")
DTYPE_CHANGED = QT_TRANSLATE_NOOP("notes", "It was computed in {before}, now in {now}.")
DEVICE_CHANGED = QT_TRANSLATE_NOOP("notes", "It was computed on {before}, now on {now}.")
THREADS_CHANGED = QT_TRANSLATE_NOOP("notes", "It was computed by {before} threads, now by {now}.")
LIBRARY_CHANGED = QT_TRANSLATE_NOOP("notes", "{name} was {before}, now it is {now}.")
LIBRARY_NEW = QT_TRANSLATE_NOOP("notes", "{name} {now} is there now.")
LIBRARY_GONE = QT_TRANSLATE_NOOP("notes", "{name} {before} is no longer there.")
ROUNDED = QT_TRANSLATE_NOOP(
    "notes", "In {dtype}, what the model had read before can change a token that was a close call."
)

_EXACT = ("", "float32")
"""Where it makes no difference whether tokens are read one by one, together, or not again."""
_END = -1
"""Stands for the token with which the model ended an answer itself."""
_HEADS = (32, 16, 8, 4, 2)
"""Characters at the beginning of a text that are looked for in another."""
_EXCERPT = 60
"""Characters of an excerpt."""


@value
class Computed:
    """An answer as it was computed.

    Attributes:
        text: All of it, or what came behind its beginning.
        ended: Whether the model ended it by itself.
    """

    text: str
    run: Run
    ended: bool

    @property
    def tokens(self) -> tuple[int, ...]:
        """The answer's tokens; one that the model ended has an end."""
        return self.run.tokens + ((_END,) if self.ended else ())


def kept_answer(entry: Entry, run: Run) -> Computed:
    """Return a kept answer for comparison."""
    return Computed(entry.message.text, run, entry.stop_reason is StopReason.STOP)


def compare(answer: str, before: Computed, now: Computed) -> ReplayReport:
    """Compare an answer with itself, computed again.

    Args:
        answer: Its id.
        now: Its text may lack what the answer was begun with.
    """
    differs = first_difference(before.tokens, now.tokens)
    then, later = ("", "")
    if differs is not None:
        start = _where_it_begins(before.text, now.text) if before.run.begun else 0
        then, later = _where_they_part(before.text[start:], now.text)
    found = changes(before.run, now.run)
    if differs is not None and now.run.dtype not in _EXACT:
        found += (Phrase(ROUNDED, {"dtype": now.run.dtype}),)
    return ReplayReport(answer, len(before.tokens), differs, then, later, found)


def first_difference(before: Sequence[int], now: Sequence[int]) -> int | None:
    """Return the index of the first token of ``before`` that ``now`` doesn't have there."""
    for index, token in enumerate(before):
        if index >= len(now) or now[index] != token:
            return index
    return None


def changes(before: Run, now: Run) -> tuple[Phrase, ...]:
    """Return what else is another one now than when the answer was computed."""
    found: list[Phrase] = []
    if before.sha256 and now.sha256 and before.sha256 != now.sha256:
        found.append(Phrase(FILES_CHANGED))
    for template, then, later in (
        (DTYPE_CHANGED, before.dtype, now.dtype),
        (DEVICE_CHANGED, before.device, now.device),
        (THREADS_CHANGED, before.threads, now.threads),
    ):
        if then and later and then != later:
            found.append(Phrase(template, {"before": then, "now": later}))
    return tuple(found) + _libraries_changed(dict(before.libraries), dict(now.libraries))


def _libraries_changed(before: dict[str, str], now: dict[str, str]) -> tuple[Phrase, ...]:
    found = []
    for name in dict.fromkeys((*before, *now)):
        then, later = before.get(name, ""), now.get(name, "")
        if then != later:
            template = LIBRARY_CHANGED if then and later else LIBRARY_GONE if then else LIBRARY_NEW
            found.append(Phrase(template, {"name": name, "before": then, "now": later}))
    return tuple(found)


def _where_they_part(before: str, now: str) -> tuple[str, str]:
    """Return both texts from the word on in which they part, shortened."""
    common = _common(before, now)
    if _in_word(before[common : common + 1]) or _in_word(now[common : common + 1]):
        while common and _in_word(before[common - 1]):
            common -= 1
    return _shortened(before[common:]), _shortened(now[common:])


def _in_word(character: str) -> bool:
    """Whether a character belongs to a word with those beside it; Chinese has no such words."""
    return bool(character) and not character.isspace() and character < "\u2e80"


def _where_it_begins(before: str, now: str) -> int:
    """Return where in a text that was gone on with its new part may begin: nobody kept that."""
    for length in _HEADS:
        if (found := before.find(now[:length])) >= 0:
            return found
    return 0


def _common(before: str, now: str) -> int:
    """Return how many characters both begin with."""
    pairs = enumerate(zip(before, now, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(before), len(now)))


def _shortened(text: str) -> str:
    return text if len(text) <= _EXCERPT else text[: _EXCERPT - 1].rstrip() + "…"
