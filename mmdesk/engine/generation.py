"""One answer: transformers' ``generate`` with a streamer, a stop button and a stopwatch."""

from __future__ import annotations

import copy
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import torch
from transformers import (
    GenerationConfig,
    GenerationMixin,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    StoppingCriteria,
    StoppingCriteriaList,
)
from transformers.generation.streamers import BaseStreamer

from mmdesk.core.conversations import StopReason, Usage
from mmdesk.core.requests import GenerationSettings
from mmdesk.engine.decoding import Decoder
from mmdesk.engine.detokenizer import detokenizer_for, text_so_far
from mmdesk.engine.prefix_attention import prefix_attention

TextSink = Callable[[str, int], None]
"""Takes new text and the number of tokens that it came from."""

_SAMPLING_FIELDS = (
    "do_sample", "temperature", "top_p", "top_k", "min_p", "typical_p", "epsilon_cutoff",
    "eta_cutoff", "num_beams", "num_beam_groups", "num_return_sequences", "penalty_alpha",
    "max_length", "min_length", "max_new_tokens", "min_new_tokens", "max_time", "stop_strings",
    "forced_eos_token_id", "early_stopping", "length_penalty", "prompt_lookup_num_tokens",
    "assistant_early_exit", "return_dict_in_generate", "cache_implementation", "cache_config",
    "compile_config", "token_healing", "is_assistant", "dola_layers", "guidance_scale",
    "output_scores", "output_logits", "output_attentions", "output_hidden_states",
)  # fmt: skip


_SEED_BITS = 63
"""A database's integer and torch's generator both hold it."""

_ANYWHERE = {"begin_suppress_tokens": None}
"""What a checkpoint rules for the first token holds for no later one."""

_INNER_MODELS = ("language_model", "text_decoder", "text_model")


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer, or the new part of one that was gone on with.

    Attributes:
        text: Equals what was streamed.
        tokens: Without the one that ended it.
    """

    text: str
    tokens: tuple[int, ...]
    stop_reason: StopReason
    usage: Usage


def neutral_config(
    config: GenerationConfig, tokenizer: PreTrainedTokenizerBase
) -> GenerationConfig:
    """Return a checkpoint's generation config without its own choice of sampling.

    What belongs to the model stays: end and padding tokens, suppressed tokens, penalties. How to
    sample and how long is the person's choice, how to compute the engine's, and greedy means
    greedy whatever the checkpoint recommends.
    """
    config = copy.deepcopy(config)
    for name in _SAMPLING_FIELDS:
        if hasattr(config, name):
            setattr(config, name, None)
    # Trainers switch it off to save memory, and it is saved with what they have trained.
    config.use_cache = True
    if config.eos_token_id is None:
        config.eos_token_id = tokenizer.eos_token_id
    if config.pad_token_id is None:
        ends = end_tokens(config)
        config.pad_token_id = (
            min(ends) if tokenizer.pad_token_id is None and ends else tokenizer.pad_token_id
        )
    return config


def generating_part(model: PreTrainedModel) -> PreTrainedModel:
    """Return the model whose ``generate`` makes the tokens: in BLIP-2 and its kin the inner one."""
    if getattr(type(model), "generate", None) is GenerationMixin.generate:
        return model
    parts = (getattr(model, name, None) for name in _INNER_MODELS)
    return next((part for part in parts if isinstance(part, PreTrainedModel)), model)


def end_tokens(config: GenerationConfig) -> frozenset[int]:
    """Return the tokens that end an answer."""
    ends = config.eos_token_id
    if ends is None:
        return frozenset()
    return frozenset(ends) if isinstance(ends, list | tuple) else frozenset([ends])


def generate(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    inputs: Mapping[str, Any],
    settings: GenerationSettings,
    *,
    max_tokens: int,
    started: float,
    sink: TextSink,
    cancelled: Callable[[], bool],
    begun: tuple[int, ...] = (),
    decode: Decoder | None = None,
) -> Answer:
    """Generate one answer, streaming it to ``sink``.

    Args:
        inputs: For the model, on its device; ``input_ids`` is (1, prompt tokens).
        settings: As :func:`seeded` returns them.
        max_tokens: The longest answer that fits; at most ``settings.max_tokens``.
        started: ``time.perf_counter()`` when the work on this question began.
        cancelled: Asked once per token.
        begun: Tokens at the end of ``inputs`` that are the answer's own.
        decode: The loop over the tokens; None is transformers' own.
    """
    stream = _TokenStream(tokenizer, end_tokens(config_of(model)), sink, begun)
    stop = _Cancel(cancelled)
    if settings.temperature > 0 and settings.seed is not None:
        torch.manual_seed(settings.seed % 2**64)
    with torch.inference_mode(), prefix_attention():
        cast(Any, model).generate(
            **inputs,
            **_sampling(settings),
            **(_ANYWHERE if begun else {}),
            max_new_tokens=max_tokens,
            streamer=stream,
            stopping_criteria=StoppingCriteriaList([stop]),
            **({"custom_generate": decode, "stream": stream} if decode is not None else {}),
        )
    reason = _reason(stream, stop, max_tokens)
    stream.finish(reason)
    usage = _usage(int(inputs["input_ids"].shape[1]), stream, started)
    return Answer(stream.text, tuple(stream.tokens), reason, usage)


class _TokenStream(BaseStreamer):
    """Receives the prompt once, then every token as it is chosen, in the same thread."""

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerBase,
        ends: frozenset[int],
        sink: TextSink,
        begun: tuple[int, ...],
    ) -> None:
        self._detokenizer = detokenizer_for(tokenizer)
        # What follows may join the last of them: a character's bytes, a word's space.
        heard = "".join(map(self._detokenizer.push, begun))
        self._known = len(text_so_far(tokenizer, begun)) - len(heard)
        self._ends = ends
        self._sink = sink
        self._prompt_seen = False
        self._unsent = 0
        self._pieces: list[str] = []
        self.tokens: list[int] = []
        self.count = 0
        self.ended = False
        self.first_at = 0.0
        self.last_at = 0.0

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def put(self, value: torch.Tensor) -> None:
        if not self._prompt_seen:
            self._prompt_seen = True
            return
        self.last_at = time.perf_counter()
        self.first_at = self.first_at or self.last_at
        for token in value.flatten().tolist():
            self.count += 1
            self._unsent += 1
            self.ended = token in self._ends
            if not self.ended:
                self.tokens.append(token)
                self._send(self._detokenizer.push(token))

    def end(self) -> None:
        """Part of the streamer interface; :meth:`finish` also serves a cancelled answer."""

    def finish(self, reason: StopReason) -> None:
        """Send what was held back; a stopped answer may go on within a character."""
        stopped = reason is not StopReason.STOP
        self._send(self._detokenizer.pause() if stopped else self._detokenizer.flush())

    def _send(self, text: str) -> None:
        known = min(self._known, len(text))
        self._known -= known
        text = text[known:]
        if text:
            self._pieces.append(text)
            self._sink(text, self._unsent)
            self._unsent = 0


class _Cancel(StoppingCriteria):
    """Ends generation at the next token once ``cancelled`` says so."""

    def __init__(self, cancelled: Callable[[], bool]) -> None:
        self._cancelled = cancelled
        self.fired = False

    def __call__(
        self, input_ids: torch.Tensor, scores: torch.Tensor | None, **kwargs: Any
    ) -> torch.Tensor:
        self.fired = self.fired or self._cancelled()
        return torch.full((input_ids.shape[0],), self.fired, device=input_ids.device)


def config_of(model: PreTrainedModel) -> GenerationConfig:
    """Return what rules the generation of a model's tokens."""
    config = generating_part(model).generation_config
    assert isinstance(config, GenerationConfig)
    return config


def seeded(settings: GenerationSettings) -> GenerationSettings:
    """Return settings with a seed, a drawn one where it counts and none was chosen."""
    if settings.temperature <= 0 or settings.seed is not None:
        return settings
    return replace(settings, seed=secrets.randbits(_SEED_BITS))


def _sampling(settings: GenerationSettings) -> dict[str, object]:
    if settings.temperature <= 0:
        return {"do_sample": False}
    # top_k=0 switches transformers' default of 50 off: what is left is pure nucleus sampling.
    return {
        "do_sample": True,
        "temperature": settings.temperature,
        "top_p": settings.top_p,
        "top_k": 0,
    }


def _reason(stream: _TokenStream, stop: _Cancel, max_tokens: int) -> StopReason:
    if stream.ended:
        return StopReason.STOP
    if stop.fired:
        return StopReason.CANCELLED
    return StopReason.LENGTH if stream.count >= max_tokens else StopReason.STOP


def _usage(prompt_tokens: int, stream: _TokenStream, started: float) -> Usage:
    decoding = stream.last_at - stream.first_at
    return Usage(
        prompt_tokens=prompt_tokens,
        completion_tokens=stream.count,
        ttft_ms=1000 * (stream.first_at - started) if stream.count else 0.0,
        tokens_per_second=(stream.count - 1) / decoding if decoding > 0 else 0.0,
    )
