"""The tokens of Whisper's multilingual vocabulary that the sentences use, numbered from 0."""

from __future__ import annotations

import json
import random
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

from whisper.tokenizer import Tokenizer, get_tokenizer

from mmdesk.training.grammar import Lang
from mmdesk.training.speech.sentences import sentence

WHISPER_TOKENS = 51_865
_SENTENCES = 120_000


def whisper_tokenizer() -> Tokenizer:
    """The tokenizer of openai's multilingual checkpoints with 99 languages."""
    with warnings.catch_warnings():
        # It leaves the file of its vocabulary to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        return get_tokenizer(True, num_languages=99, language="en", task="transcribe")


class Vocabulary:
    """`ids[number]` is the Whisper id of a compact number; the specials come first."""

    def __init__(self, ids: Sequence[int]) -> None:
        self.ids = tuple(ids)
        self._numbers = {token: number for number, token in enumerate(self.ids)}
        self.tokenizer = whisper_tokenizer()
        special = self.tokenizer.special_tokens
        self.start = self._numbers[self.tokenizer.sot]
        self.end = self._numbers[self.tokenizer.eot]
        self.transcribe = self._numbers[self.tokenizer.transcribe]
        self.no_times = self._numbers[self.tokenizer.no_timestamps]
        self.no_speech = self._numbers[self.tokenizer.no_speech]
        self.languages = {lang.value: self._numbers[special[f"<|{lang.value}|>"]] for lang in Lang}

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Vocabulary:
        """The vocabulary of these texts."""
        tokenizer = whisper_tokenizer()
        used: set[int] = set()
        for text in texts:
            used.update(tokenizer.encode(spaced(text)))
        specials = [
            tokenizer.eot, tokenizer.sot, tokenizer.transcribe, tokenizer.no_timestamps,
            tokenizer.no_speech, *(tokenizer.special_tokens[f"<|{lang.value}|>"] for lang in Lang),
        ]  # fmt: skip
        return cls([*specials, *sorted(used)])

    @classmethod
    def of_grammar(cls, path: Path | None = None, sentences: int = _SENTENCES) -> Vocabulary:
        """The vocabulary of what the grammar says; kept in the JSON file `path`, if given."""
        if path is not None and path.is_file():
            return cls(json.loads(path.read_text(encoding="utf-8")))
        rng = random.Random("vocabulary")
        made = cls.of({sentence(lang, rng) for lang in Lang for _ in range(sentences // 2)})
        if path is not None:
            path.write_text(json.dumps(made.ids), encoding="utf-8")
        return made

    def numbers(self, text: str) -> list[int] | None:
        """The text's compact numbers, or None where it has a token that is not among them."""
        found = [self._numbers.get(token) for token in self.tokenizer.encode(spaced(text))]
        whole = [number for number in found if number is not None]
        return whole if len(whole) == len(found) else None

    def text(self, numbers: Iterable[int]) -> str:
        """The text of compact numbers, specials left out."""
        ids = [self.ids[number] for number in numbers]
        text: str = self.tokenizer.decode([i for i in ids if i < self.tokenizer.eot])
        return text.strip()

    def sequence(self, lang: str, text: Sequence[int]) -> list[int]:
        """A whole transcript: start, language, task, no timestamps, text, end."""
        head = [self.start, self.languages[lang], self.transcribe, self.no_times]
        return [*head, *text, self.end]


def spaced(text: str) -> str:
    """The text as Whisper writes it: a space before what is written with spaces."""
    return " " + text if text[:1].isascii() else text
