"""From encoded sound to tokens: greedy or sampled, without timestamps.

The rules are those of ``whisper.decoding``: blanks are not allowed first, tokens that nobody
speaks never. Certainty is taken before the rules apply: a word that was forced upon the model is
as improbable as it finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from whisper.tokenizer import Tokenizer

from mmdesk.speech.decoder import DecoderState
from mmdesk.speech.encoder import Check
from mmdesk.speech.loading import LoadedSpeechModel

_LONGEST_PERIOD = 8
_REPEATS = 4
_LEAST_LOOP = 16
_SEED = 0
_HOPELESS_TOKENS = 16
_HOPELESS = -2.0
"""Mean log-probability; whisper.transcribe wants -1 of a whole text."""


@dataclass(frozen=True)
class Vocabulary:
    """A model's tokens, by what the decoding needs of them.

    Attributes:
        languages: Whisper's codes of what the model knows.
        forbidden: -inf where a token may never follow, else 0; shape ``(vocabulary,)``.
        forbidden_first: The same for the first token.
        limit: The longest text in tokens.
    """

    tokenizer_of: Callable[[str], Tokenizer]
    languages: tuple[str, ...]
    multilingual: bool
    forbidden: torch.Tensor
    forbidden_first: torch.Tensor
    limit: int

    @classmethod
    def of(cls, model: LoadedSpeechModel) -> Vocabulary:
        """Return a model's."""
        tokenizer = model.tokenizer("en")
        forbidden = torch.zeros(model.dimensions.n_vocab, device=model.placement.device)
        forbidden[list(tokenizer.non_speech_tokens)] = -torch.inf
        forbidden[tokenizer.eot + 1 :] = -torch.inf  # languages, tasks, times
        first = forbidden.clone()
        first[[*tokenizer.encode(" "), tokenizer.eot]] = -torch.inf
        return cls(
            tokenizer_of=model.tokenizer,
            languages=model.languages,
            multilingual=model.dimensions.multilingual,
            forbidden=forbidden,
            forbidden_first=first,
            limit=model.dimensions.n_text_ctx // 2,
        )

    @cached_property
    def start(self) -> int:
        """``<|startoftranscript|>``."""
        return int(self.tokenizer_of("en").sot)

    @cached_property
    def end(self) -> int:
        """``<|endoftext|>``."""
        return int(self.tokenizer_of("en").eot)

    @cached_property
    def no_speech(self) -> int:
        """``<|nospeech|>``."""
        return int(self.tokenizer_of("en").no_speech)

    def prompt(self, language: str) -> tuple[int, ...]:
        """Return what the decoder reads before the text."""
        return tuple(self.tokenizer_of(language).sot_sequence_including_notimestamps)

    def most_probable_language(self, logits: torch.Tensor) -> str:
        """Return the language that the logits after the start token name, of those it knows."""
        if not self.multilingual:
            return "en"
        tokenizer = self.tokenizer_of("en")
        tokens = [tokenizer.to_language_token(code) for code in self.languages]
        return self.languages[int(logits[tokens].argmax())]


@dataclass(frozen=True, slots=True)
class Decoded:
    """What one pass over the sound wrote.

    Attributes:
        log_probabilities: One for each of ``tokens``, and for the end where there was one.
        ended: Whether it came to an end by itself.
        looping: Whether it was broken off where it began to say the same again and again.
        no_speech: Probability of ``<|nospeech|>`` after the start token.
    """

    language: str
    tokens: tuple[int, ...]
    log_probabilities: tuple[float, ...]
    ended: bool
    looping: bool
    no_speech: float

    @property
    def log_probability(self) -> float:
        """The mean, as ``whisper.decoding`` counts: over the text and its end."""
        return min(0.0, sum(self.log_probabilities) / (len(self.tokens) + 1))


@dataclass(frozen=True, slots=True)
class Pass:
    """How one pass is made.

    Attributes:
        language: None detects it from the first step of this same pass.
        draft: What an earlier pass over less of the sound wrote: where this one would write the
            same, whole stretches are confirmed by one step of the decoder.
        temperature: 0 is greedy; else sampled, the same way each time, and given up early where
            no good text can come of it.
        stop_loops: Whether a text that goes round in circles is broken off.
    """

    language: str | None = None
    draft: Decoded | None = None
    temperature: float = 0.0
    stop_loops: bool = False


def decode(state: DecoderState, vocabulary: Vocabulary, how: Pass, check: Check) -> Decoded:
    """Write down what ``state``, still empty, listens to."""
    language, first, rows, draft = _begin(state, vocabulary, how)
    no_speech = float(first.softmax(dim=-1)[vocabulary.no_speech])
    choose = _Chooser(vocabulary, how.temperature)
    tokens: list[int] = []
    log_probabilities: list[float] = []
    prompt_length = state.length - len(draft)
    ended = looping = hopeless = False
    while not (ended or looping or hopeless or len(tokens) == vocabulary.limit):
        check()
        for row in rows:
            token, log_probability = choose(row, first=not tokens)
            log_probabilities.append(log_probability)
            ended = token == vocabulary.end
            if ended:
                break
            tokens.append(token)
            if how.stop_loops and (again := repeated(tokens)):
                looping = True
                del tokens[-again:], log_probabilities[-again:]
            hopeless = how.temperature > 0 and _is_hopeless(log_probabilities)
            if looping or hopeless or len(tokens) == vocabulary.limit:
                break
            if tuple(tokens) != draft[: len(tokens)]:
                state.crop(prompt_length + len(tokens) - 1)
                rows = state.logits(state.advance(tokens[-1:]))
                break
    return Decoded(language, tuple(tokens), tuple(log_probabilities), ended, looping, no_speech)


def repeated(tokens: Sequence[int]) -> int:
    """Return how many of the last tokens only say again what was said, many times; mostly 0."""
    for period in range(1, _LONGEST_PERIOD + 1):
        length = max(_LEAST_LOOP, period * _REPEATS)
        tail = tokens[-length:]
        if len(tail) == length and tail[period:] == tail[:-period]:
            return length - period
    return 0


def _is_hopeless(log_probabilities: Sequence[float]) -> bool:
    count = len(log_probabilities)
    return count >= _HOPELESS_TOKENS and sum(log_probabilities) < _HOPELESS * count


def _begin(
    state: DecoderState, vocabulary: Vocabulary, how: Pass
) -> tuple[str, torch.Tensor, torch.Tensor, tuple[int, ...]]:
    """Read the prompt and the draft.

    Returns:
        The language, the logits after the start token, those after the prompt and after each
        token of the draft, and the draft that was read.
    """
    draft = how.draft.tokens[: vocabulary.limit - 1] if how.draft else ()
    language = how.language or (how.draft.language if how.draft else None)
    if language is not None:
        prompt = vocabulary.prompt(language)
        hidden = state.advance([*prompt, *draft])
        first, *rows = state.logits(torch.cat([hidden[:1], hidden[len(prompt) - 1 :]]))
        if how.language or language == vocabulary.most_probable_language(first):
            return language, first, torch.stack(rows), draft
        state.crop(1)
    else:
        first = state.logits(state.advance([vocabulary.start]))[0]
    language = vocabulary.most_probable_language(first)
    hidden = state.advance(vocabulary.prompt(language)[1:])
    return language, first, state.logits(hidden[-1:]), ()


class _Chooser:
    """Chooses the next token, with its log-probability."""

    def __init__(self, vocabulary: Vocabulary, temperature: float) -> None:
        self._vocabulary = vocabulary
        self._temperature = temperature
        self._random = torch.Generator().manual_seed(_SEED + round(1000 * temperature))

    def __call__(self, logits: torch.Tensor, *, first: bool) -> tuple[int, float]:
        vocabulary = self._vocabulary
        allowed = logits + (vocabulary.forbidden_first if first else vocabulary.forbidden)
        if self._temperature == 0:
            token = int(allowed.argmax())
        else:
            chances = (allowed / self._temperature).softmax(dim=-1).cpu()
            token = int(torch.multinomial(chances, 1, generator=self._random))
        return token, float(logits[token] - logits.logsumexp(dim=-1))
