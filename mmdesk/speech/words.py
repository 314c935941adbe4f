"""Tokens to words, each with its certainty; joined, they are the text."""

from __future__ import annotations

import codecs
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from whisper.tokenizer import Tokenizer

_UNSPACED = frozenset(("zh", "ja", "th", "lo", "my", "yue"))
"""Written without spaces; ``whisper.tokenizer`` has the same list."""
_MARKS_BEFORE = frozenset("\"'“¿([{-")
_MARKS_AFTER = frozenset("\"'.。,，!！?？:：”)]}、;；…")
_SPLITTING = frozenset('!"#$%&()*+,./:;<=>?@[\\]^_`{|}~')
"""Marks that stand for themselves at first; "don't" and "left-most" stay whole."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of text and the tokens ``begin`` to ``end`` (exclusive) that it came from."""

    text: str
    begin: int
    end: int

    def with_next(self, following: Stretch) -> Stretch:
        """Return both as one."""
        return Stretch(self.text + following.text, self.begin, following.end)


def split_words(tokenizer: Tokenizer, tokens: Sequence[int], language: str) -> list[Stretch]:
    """Split a text into words with the space before and the marks after them.

    Text in a language with spaces begins with one, so that texts can follow each other. Languages
    without spaces are split into the tokens' own units, which are characters or short words.
    """
    spaced = language not in _UNSPACED
    words: list[Stretch] = []
    for piece in _characters(tokenizer, tokens):
        if words and not _begins_word(piece.text, words[-1].text, spaced):
            words[-1] = words[-1].with_next(piece)
        else:
            words.append(piece)
    return _trimmed(_with_marks(words), " " if spaced else "")


def certainty(stretch: Stretch, log_probabilities: Sequence[float]) -> float:
    """Return the mean of its tokens' probabilities."""
    chances = [math.exp(value) for value in log_probabilities[stretch.begin : stretch.end]]
    return min(1.0, sum(chances) / len(chances))


def _characters(tokenizer: Tokenizer, tokens: Sequence[int]) -> Iterator[Stretch]:
    """Yield the fewest tokens that are whole characters; broken ones become U+FFFD."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    text, begin = "", 0
    for index, token in enumerate(tokens, start=1):
        raw = tokenizer.encoding.decode_single_token_bytes(token)
        text += decoder.decode(raw, final=index == len(tokens))
        if text and not decoder.getstate()[0]:  # the vocabulary's last token is empty
            yield Stretch(text, begin, index)
            text, begin = "", index


def _begins_word(piece: str, before: str, spaced: bool) -> bool:
    if spaced:
        mark = piece.strip()
        return piece.startswith(" ") or (bool(mark) and set(mark) <= _SPLITTING)
    continued = piece[:1].isascii() and piece[:1].isalnum()
    return not (continued and before[-1:].isascii() and before[-1:].isalnum())


def _with_marks(words: list[Stretch]) -> list[Stretch]:
    """Join opening marks to the word after them, closing ones to the word before."""
    joined: list[Stretch] = []
    opening = False
    for word in words:
        closing = bool(word.text) and set(word.text) <= _MARKS_AFTER
        if joined and (opening or (closing and not joined[-1].text.endswith(" "))):
            joined[-1] = joined[-1].with_next(word)
        else:
            joined.append(word)
        mark = word.text.strip()
        opening = joined[-1] is word and bool(mark) and set(mark) <= _MARKS_BEFORE
    return joined


def _trimmed(words: list[Stretch], lead: str) -> list[Stretch]:
    while words and not words[0].text.strip():
        words.pop(0)
    while words and not words[-1].text.strip():
        words.pop()
    if words:
        words[-1] = replace(words[-1], text=words[-1].text.rstrip())
        words[0] = replace(words[0], text=lead + words[0].text.lstrip())
    return words
