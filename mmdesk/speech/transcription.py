"""What a loaded Whisper makes of samples: the short path first, and what to do when it fails."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from whisper.utils import compression_ratio

from mmdesk.core.errors import SpeechLanguageUnknown, SpeechTooLong
from mmdesk.core.languages import language_name
from mmdesk.core.requests import Transcribe
from mmdesk.core.speech import SAMPLE_RATE, Segment, Transcript, UtteranceId, Word
from mmdesk.speech.alignment import token_times
from mmdesk.speech.decoder import DecoderState, Heard, listen
from mmdesk.speech.decoding import Decoded, Pass, Vocabulary, decode
from mmdesk.speech.dimensions import FRAMES_PER_SECOND
from mmdesk.speech.encoder import Check, encode
from mmdesk.speech.features import Samples, cut_frames, mel_spectrogram, read_samples
from mmdesk.speech.loading import LoadedSpeechModel
from mmdesk.speech.script import in_script
from mmdesk.speech.words import Stretch, certainty, split_words

# Those of ``whisper.transcribe``.
_REPETITION = 2.4
_LEAST_LOG_PROBABILITY = -1.0
_SILENCE = 0.6
_TEMPERATURES = (0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A text, what it was written from, and how much of Whisper's window that was."""

    decoded: Decoded
    heard: Heard
    full: bool


class Recognizer:
    """Transcribes with one model.

    Args:
        retries: Whether a final text that looks wrong is written again.

    Attributes:
        vocabulary: The rules of decoding; the model's own where no others are given.
    """

    def __init__(
        self,
        model: LoadedSpeechModel,
        vocabulary: Vocabulary | None = None,
        *,
        retries: bool = True,
    ) -> None:
        self._model = model
        self.vocabulary = vocabulary or Vocabulary.of(model)
        self._retries = retries
        self._draft: tuple[UtteranceId, Decoded] | None = None

    @property
    def device(self) -> str:
        """Where the model is, for people."""
        return self._model.placement.name

    @torch.inference_mode()
    def transcribe(self, request: Transcribe, check: Check) -> Transcript:
        """Write down what is said in the request's samples.

        Raises:
            SpeechTooLong, SpeechLanguageUnknown: and whatever ``check`` does.
        """
        samples = read_samples(request.samples)
        language = self._checked_language(request.language)
        seconds = len(samples) / SAMPLE_RATE
        limit = self._model.dimensions.seconds
        if seconds > limit:
            raise SpeechTooLong(seconds=round(seconds, 1), limit=f"{limit:g}")
        if not len(samples):
            return Transcript(language or "", model=self._model.name)
        full = self._model.dimensions.n_audio_ctx
        frames = cut_frames(samples, full) if request.cut_context else full
        if not request.final:
            return self._partial(request, samples, frames, language, check)
        outcome = self._final(samples, frames, language, check)
        segments = self._segments(request, outcome, seconds)
        return self._transcript(outcome.decoded, segments, full=outcome.full)

    def _partial(
        self,
        request: Transcribe,
        samples: Samples,
        frames: int,
        language: str | None,
        check: Check,
    ) -> Transcript:
        draft = None
        if self._draft is not None and self._draft[0] == request.utterance:
            draft = self._draft[1]
        heard = self._hear(samples, frames, check, draft=True)
        decoded = self._decode(heard, Pass(language, draft, stop_loops=True), check)
        self._draft = (request.utterance, decoded)
        text = "".join(word.text for word in self._words(decoded))
        (text,) = in_script((text,), decoded.language, request.script)
        seconds = len(samples) / SAMPLE_RATE
        segments = (Segment(0.0, seconds, text),) if text else ()
        return self._transcript(decoded, segments, full=frames == self._full)

    def _final(self, samples: Samples, frames: int, language: str | None, check: Check) -> _Outcome:
        self._draft = None
        if frames < self._full:
            heard = self._hear(samples, frames, check)
            how = Pass(language, stop_loops=self._retries)
            decoded = self._decode(heard, how, check)
            if not (self._retries and self._failed(decoded)):
                return _Outcome(decoded, heard, full=False)
        heard = self._hear(samples, self._full, check)
        attempts = [self._decode(heard, Pass(language), check)]
        for temperature in _TEMPERATURES if self._retries else ():
            if not self._to_sample(attempts[-1]):
                return _Outcome(attempts[-1], heard, full=True)
            how = Pass(attempts[0].language, temperature=temperature)
            attempts.append(self._decode(heard, how, check))
        return _Outcome(max(attempts, key=self._worth), heard, full=True)

    def _hear(self, samples: Samples, frames: int, check: Check, *, draft: bool = False) -> Heard:
        network, placement = self._model.network, self._model.placement
        dtype = placement.draft_dtype if draft else placement.dtype
        spectrogram = mel_spectrogram(samples, self._model.dimensions.n_mels, frames)
        encoded = encode(network.encoder, spectrogram, dtype, check)
        return listen(network.decoder, encoded, placement.dtype)

    def _decode(self, heard: Heard, how: Pass, check: Check) -> Decoded:
        state = DecoderState(self._model.network.decoder, heard)
        return decode(state, self.vocabulary, how, check)

    def _failed(self, decoded: Decoded) -> bool:
        """Whether the cut context seems to have confused the model."""
        unsure = decoded.log_probability < _LEAST_LOG_PROBABILITY
        return unsure or not decoded.ended or self._is_repetitive(decoded)

    def _to_sample(self, decoded: Decoded) -> bool:
        """Whether ``whisper.transcribe`` would try again at a higher temperature."""
        unsure = decoded.log_probability < _LEAST_LOG_PROBABILITY
        if unsure and decoded.no_speech > _SILENCE:
            return False
        return unsure or self._is_repetitive(decoded)

    def _worth(self, decoded: Decoded) -> tuple[bool, bool, float]:
        return not self._is_repetitive(decoded), decoded.ended, decoded.log_probability

    def _is_repetitive(self, decoded: Decoded) -> bool:
        text = "".join(word.text for word in self._words(decoded)).strip()
        return decoded.looping or (bool(text) and compression_ratio(text) > _REPETITION)

    def _words(self, decoded: Decoded) -> list[Stretch]:
        tokenizer = self._model.tokenizer(decoded.language)
        return split_words(tokenizer, decoded.tokens, decoded.language)

    def _segments(
        self, request: Transcribe, outcome: _Outcome, seconds: float
    ) -> tuple[Segment, ...]:
        decoded = outcome.decoded
        stretches = self._words(decoded)
        if not stretches:
            return ()
        texts = in_script([word.text for word in stretches], decoded.language, request.script)
        words = tuple(
            Word(text, certainty(stretch, decoded.log_probabilities))
            for text, stretch in zip(texts, stretches, strict=True)
        )
        begin, end = 0.0, seconds
        if request.word_times:
            times = self._times(outcome, seconds)
            words = tuple(
                replace(word, start=times[stretch.begin], end=times[stretch.end])
                for word, stretch in zip(words, stretches, strict=True)
            )
            begin, end = times[stretches[0].begin], times[stretches[-1].end]
        return (Segment(begin, end, "".join(texts), words),)

    def _times(self, outcome: _Outcome, seconds: float) -> list[float]:
        """Return when each token begins, and when the last one ends."""
        prompt = self.vocabulary.prompt(outcome.decoded.language)
        state = DecoderState(self._model.network.decoder, outcome.heard)
        tokens = (*prompt, *outcome.decoded.tokens, self.vocabulary.end)
        scores = state.attention(tokens, self._model.alignment_heads)
        frames = max(1, round(seconds * FRAMES_PER_SECOND))
        times: list[float] = token_times(scores[..., :frames], len(prompt) - 1, seconds).tolist()
        return times

    def _transcript(
        self, decoded: Decoded, segments: tuple[Segment, ...], *, full: bool
    ) -> Transcript:
        return Transcript(
            language=decoded.language,
            segments=segments,
            log_probability=decoded.log_probability,
            no_speech=decoded.no_speech,
            full_context=full,
            model=self._model.name,
        )

    def _checked_language(self, language: str | None) -> str | None:
        """Return the language, or None where it is to be detected."""
        known = self.vocabulary.languages
        if not language:
            return known[0] if len(known) == 1 else None
        if language not in known:
            named = language_name(language[:20])
            raise SpeechLanguageUnknown(language=named, model=self._model.name)
        return language

    @property
    def _full(self) -> int:
        return self._model.dimensions.n_audio_ctx
