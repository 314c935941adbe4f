"""Turns tokens into text one at a time, at the same cost for every token.

Decoding everything so far again for each token is quadratic, and decoding each token alone
breaks characters apart: a Chinese character or an emoji is often two or three tokens. The
joined output equals ``tokenizer.decode(tokens, skip_special_tokens=True)``, with the tokens that
say places; of an answer that was stopped it lacks the beginning of a character, which comes when
the answer is gone on with.
"""

from __future__ import annotations

import codecs
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from functools import lru_cache

from transformers import PreTrainedTokenizerBase

from mmdesk.core.pointing.conventions import is_place_token

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_BYTE_TOKEN = re.compile(r"<0x[0-9A-Fa-f]{2}>")
_LONGEST_CHARACTER = 8
"""Tokens to wait for the rest of a character: UTF-8 takes four bytes, each at most a token."""
_MOST_MISSING = 3
"""Tokens at the end that may be a character's beginning: its last byte is missing."""


class IncrementalDetokenizer(ABC):
    """Give it every token of an answer with :meth:`push`, then call ``flush`` or ``pause`` once."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._tokenizer = tokenizer
        self._skipped = special_ids(tokenizer)

    def push(self, token: int) -> str:
        """Return the text that is complete now: whole characters, often none."""
        return "" if token in self._skipped else self._push(token)

    @abstractmethod
    def _push(self, token: int) -> str: ...

    @abstractmethod
    def flush(self) -> str:
        """Return what was held back; broken characters become U+FFFD as in a full decode."""

    @abstractmethod
    def pause(self) -> str:
        """Return what was held back as far as it is whole characters: more tokens may follow."""


def text_so_far(tokenizer: PreTrainedTokenizerBase, tokens: Iterable[int]) -> str:
    """Return the text of an answer that stopped after ``tokens``."""
    detokenizer = detokenizer_for(tokenizer)
    return "".join(map(detokenizer.push, tokens)) + detokenizer.pause()


def detokenizer_for(tokenizer: PreTrainedTokenizerBase) -> IncrementalDetokenizer:
    """Return a fresh detokeniser that fits the way in which ``tokenizer`` decodes."""
    if _is_byte_level(tokenizer):
        return ByteLevelDetokenizer(tokenizer)
    return WindowDetokenizer(tokenizer)


def special_ids(tokenizer: PreTrainedTokenizerBase) -> frozenset[int]:
    """Return the tokens that never become text; those that say a place do."""
    added = tokenizer.added_tokens_decoder
    special = frozenset(tokenizer.all_special_ids) | {
        token for token, entry in added.items() if entry.special
    }
    return special - {token for token, entry in added.items() if is_place_token(entry.content)}


class ByteLevelDetokenizer(IncrementalDetokenizer):
    """For byte-level BPE (GPT-2, Llama 3, Qwen, the starter): every token is a few bytes.

    A UTF-8 decoder holds back the beginning of a character, and replaces broken ones just as
    the tokenizer's own decoder does.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        super().__init__(tokenizer)
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def _push(self, token: int) -> str:
        return self._decoder.decode(self._bytes(token))

    def flush(self) -> str:
        return self._decoder.decode(b"", final=True)

    def pause(self) -> str:
        return ""  # what it holds back is never whole

    def _bytes(self, token: int) -> bytes:
        piece = self._tokenizer.convert_ids_to_tokens(token)
        if not isinstance(piece, str):
            return b""  # an id beyond the vocabulary: embeddings are often padded
        table = _byte_of_character()
        try:
            return bytes(table[character] for character in piece)
        except KeyError:
            return piece.encode()  # an added token stands for itself


class WindowDetokenizer(IncrementalDetokenizer):
    """For every other tokenizer: decodes the new tokens behind a little context.

    The context (the last token that was emitted) settles leading spaces. A run of
    ``<0xE4>``-like byte tokens is decoded when it ends, because one broken byte in it changes
    how the whole run reads.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        super().__init__(tokenizer)
        self._context: list[int] = []
        self._pending: list[int] = []
        self._in_bytes = False

    def _push(self, token: int) -> str:
        piece = self._tokenizer.convert_ids_to_tokens(token)
        if not isinstance(piece, str):
            return ""  # beyond the vocabulary
        self._pending.append(token)
        if _BYTE_TOKEN.fullmatch(piece):
            self._in_bytes = True
            return ""
        ended_bytes, self._in_bytes = self._in_bytes, False
        before, after = self._decode(self._context), self._decode(self._context + self._pending)
        if after.endswith(_REPLACEMENT) and not ended_bytes and self._may_grow():
            return ""
        self._settle(after)
        return after[len(before) :]

    def flush(self) -> str:
        if not self._pending:
            return ""
        before, after = self._decode(self._context), self._decode(self._context + self._pending)
        self._settle(after)
        return after[len(before) :]

    def pause(self) -> str:
        before = self._decode(self._context)
        for missing in range(min(_MOST_MISSING, len(self._pending)) + 1):
            whole = self._pending[: len(self._pending) - missing]
            after = self._decode(self._context + whole)
            if not after.endswith(_REPLACEMENT):
                return after[len(before) :]
        return self.flush()

    def _may_grow(self) -> bool:
        return len(self._pending) < _LONGEST_CHARACTER

    def _settle(self, text: str) -> None:
        """Keep as context the last token that reads as something on its own."""
        tokens = (self._context + self._pending)[-_LONGEST_CHARACTER:]
        while len(tokens) > 1 and text and self._decode(tokens[1:]):
            tokens = tokens[1:]
        self._context, self._pending = tokens, []

    def _decode(self, tokens: list[int]) -> str:
        text = self._tokenizer.decode(tokens, clean_up_tokenization_spaces=False)
        assert isinstance(text, str)
        return text


def _is_byte_level(tokenizer: PreTrainedTokenizerBase) -> bool:
    backend = getattr(tokenizer, "backend_tokenizer", None)
    decoder = getattr(backend, "decoder", None)
    if decoder is None:
        return False
    state = json.loads(decoder.__getstate__())
    steps = state.get("decoders", [state])
    return bool(steps) and all(step.get("type") == "ByteLevel" for step in steps)


@lru_cache(maxsize=1)
def _byte_of_character() -> dict[str, int]:
    """Return GPT-2's table: printable bytes stand for themselves, others for U+0100 onwards.

    Source: https://github.com/openai/gpt-2/blob/master/src/encoder.py, ``bytes_to_unicode``.
    """
    table = {
        chr(byte): byte for byte in (*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100))
    }
    hidden = (byte for byte in range(256) if chr(byte) not in table)
    return table | {chr(0x100 + offset): byte for offset, byte in enumerate(hidden)}
