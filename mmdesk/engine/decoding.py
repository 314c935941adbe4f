"""The loop that makes an answer's tokens, for models that :mod:`mmdesk.engine.token_step` knows.

``generate`` prepares everything (cache, logits processors, stopping criteria) and hands over to it
(``custom_generate``): prefill by the model itself, then a step for each token, or for several that
:mod:`mmdesk.engine.lookup` proposes. Tokens are chosen as transformers 5.23 does
(generation/utils.py, ``_sample``), one after the other, so that seeds give the same answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, cast

import torch
from transformers import (
    DynamicCache,
    GenerationConfig,
    LogitsProcessorList,
    PreTrainedModel,
    StoppingCriteriaList,
)
from transformers.generation.streamers import BaseStreamer

from mmdesk.engine.cuda_graph import GraphRecorder
from mmdesk.engine.kv_cache import GrowingLayer
from mmdesk.engine.lookup import CHECKS, Check, Lookup
from mmdesk.engine.recorded_step import RecordedStep, Recorder
from mmdesk.engine.token_step import TokenStep, steps


class Decoder:
    """The loop over an answer's tokens; what ``generate`` takes as ``custom_generate``.

    Args:
        step: Computes one token more.
        check: What several at once cost; None is never worth it.
        recorded: Computes what ``step`` does, on a GPU; None elsewhere.
    """

    def __init__(
        self, step: TokenStep, check: Check | None, recorded: RecordedStep | None = None
    ) -> None:
        self._step, self._check, self._recorded = step, check, recorded

    def __call__(
        self,
        model: Any,
        input_ids: torch.Tensor,
        logits_processor: LogitsProcessorList,
        stopping_criteria: StoppingCriteriaList,
        generation_config: GenerationConfig,
        stream: BaseStreamer,
        **arguments: Any,
    ) -> torch.Tensor:
        """Generate; return prompt and answer, (1, tokens).

        ``generate`` passes its streamer on to none but its own loops.
        """
        outputs = model._prefill(input_ids, generation_config, arguments, is_first_iteration=True)
        logits, cache = outputs.logits[:, -1], outputs.past_key_values
        del outputs  # the logits of a whole prompt may be large
        sampling = bool(generation_config.do_sample)
        lookup = _lookup(input_ids, cache, self._check, generation_config)
        ahead = Ahead(self._recorded or self._step, cache, lookup)
        written = Written(input_ids, stream, stopping_criteria)
        recorded = None if sampling or logits_processor else self._recorded
        try:
            while True:
                wide = logits.to(copy=True, dtype=torch.float32)
                scores = logits_processor(cast(Any, written.tokens), cast(Any, wide))
                token = _chosen(scores, sampling=sampling)
                if written.ends_with(token):
                    break
                if recorded is not None and written.ends_among(recorded.tokens(token, cache)):
                    break
                logits = ahead.behind(written.tokens[0, -1:])
        finally:
            ahead.drop()
            if self._recorded is not None:
                self._recorded.end(cache)
        stream.end()
        return written.tokens

    def forget(self) -> None:
        """Free what was recorded; between answers."""
        if self._recorded is not None:
            self._recorded.forget()


def decoder_of(
    model: PreTrainedModel, precision: str, recorder: Callable[[], Recorder] | None = None
) -> Decoder | None:
    """Return the loop for a model, or None where transformers' own is the one.

    Args:
        precision: As in the settings: "float32", "int4".
        recorder: Makes what records its steps; None is a CUDA graph's where there is CUDA.
    """
    if not steps(model):
        return None
    step = TokenStep(model)
    if recorder is None and model.device.type == "cuda":
        recorder = partial(GraphRecorder, model.device)
    if recorder is not None:
        return Decoder(step, None, RecordedStep(model, step, recorder))
    return Decoder(step, CHECKS.get(precision) if model.device.type == "cpu" else None)


class Written:
    """A prompt and the answer so far; tells each token as it comes.

    Attributes:
        tokens: All of them, (1, tokens).
    """

    def __init__(
        self, tokens: torch.Tensor, stream: BaseStreamer, stopping: StoppingCriteriaList
    ) -> None:
        self.tokens = tokens
        self._stream = stream
        self._stopping = stopping

    def ends_with(self, token: torch.Tensor) -> bool:
        """Take the next token, (1,); return whether it is the last."""
        self.tokens = torch.cat([self.tokens, token[:, None]], dim=-1)
        self._stream.put(token.cpu())
        return bool(self._stopping(cast(Any, self.tokens), None).all())

    def ends_among(self, tokens: Iterable[torch.Tensor]) -> bool:
        """Take tokens as long as some come; return whether the last of the answer was among them.

        Args:
            tokens: Of shape (1,). Where they are on the CPU, nothing waits for another device.
        """
        device = self.tokens.device
        try:
            for token in tokens:
                self.tokens = self.tokens.to(token.device)
                if self.ends_with(token):
                    return True
        finally:
            self.tokens = self.tokens.to(device)
        return False


def _lookup(
    tokens: torch.Tensor, cache: DynamicCache, check: Check | None, config: GenerationConfig
) -> Lookup | None:
    cuttable = all(isinstance(layer, GrowingLayer) for layer in cache.layers)
    if check is None or config.max_length is None or not cuttable:
        return None
    return Lookup(tokens[0].tolist(), check, config.max_length)


class Ahead:
    """Logits one token after the other, computed for several at once where these can be foreseen.

    Args:
        cache: What was read so far; it grows by the tokens whose logits are asked for.
        lookup: Knows the same tokens; None foresees nothing.
    """

    def __init__(
        self, step: TokenStep | RecordedStep, cache: DynamicCache, lookup: Lookup | None
    ) -> None:
        self._step, self._cache, self._lookup = step, cache, lookup
        self._proposed: list[int] = []
        self._rows: torch.Tensor | None = None
        """The logits behind the last token that was told, and behind each one proposed."""
        self._used = 0
        """How many of the rows were returned."""

    def behind(self, token: torch.Tensor) -> torch.Tensor:
        """Return the logits, (1, vocabulary), behind the token, (1,), that was chosen."""
        if self._lookup is None:
            return self._step(token, self._cache)[None]
        number = int(token)
        self._lookup.add(number)
        if self._proposed[self._used - 1 : self._used] != [number]:
            self.drop()
            self._compute(token, self._lookup)
        assert self._rows is not None
        self._used += 1
        return self._rows[self._used - 1 : self._used]

    def drop(self) -> None:
        """Forget what was foreseen and did not come; the cache is as without it."""
        if self._lookup is None or self._rows is None:
            return
        if self._proposed:
            self._lookup.checked(self._used - 1)
        if wrong := len(self._rows) - self._used:
            self._cache.crop(-wrong)
        self._rows, self._proposed, self._used = None, [], 0

    def _compute(self, token: torch.Tensor, lookup: Lookup) -> None:
        self._proposed = lookup.proposed()
        if self._proposed:
            tokens = torch.cat([token, token.new_tensor(self._proposed)])
            assert isinstance(self._step, TokenStep)
            self._rows = self._step.several(tokens, self._cache)
        else:
            self._rows = self._step(token, self._cache)[None]


def _chosen(scores: torch.Tensor, *, sampling: bool) -> torch.Tensor:
    if not sampling:
        return scores.argmax(dim=-1)
    return torch.multinomial(scores.softmax(dim=-1), num_samples=1).squeeze(1)
