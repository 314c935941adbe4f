"""The loop that makes an answer's tokens, for models that :mod:`mmdesk.engine.token_step` knows.

``generate`` prepares everything (cache, logits processors, stopping criteria) and hands over to it
(``custom_generate``): prefill by the model itself, then a step for each token. Tokens are chosen as
transformers 5.23 does (generation/utils.py, ``_sample``), so that seeds give the same answers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from transformers import (
    GenerationConfig,
    LogitsProcessorList,
    PreTrainedModel,
    StoppingCriteriaList,
)
from transformers.generation.streamers import BaseStreamer

from mmdesk.engine.token_step import TokenStep, steps

Decoder = Callable[..., torch.Tensor]
"""What ``generate`` takes as ``custom_generate``."""


def decoder_of(model: PreTrainedModel) -> Decoder | None:
    """Return the loop for a model, or None where transformers' own is the one."""
    if not steps(model):
        return None
    step = TokenStep(model)

    def decode(
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
        while True:
            wide = logits.to(copy=True, dtype=torch.float32)
            scores = logits_processor(cast(Any, input_ids), cast(Any, wide))
            token = _chosen(scores, sampling=bool(generation_config.do_sample))
            input_ids = torch.cat([input_ids, token[:, None]], dim=-1)
            stream.put(token.cpu())
            if stopping_criteria(input_ids, None).all():
                stream.end()
                return input_ids
            logits = step(token, cache)[None]

    return decode


def _chosen(scores: torch.Tensor, *, sampling: bool) -> torch.Tensor:
    if not sampling:
        return scores.argmax(dim=-1)
    return torch.multinomial(scores.softmax(dim=-1), num_samples=1).squeeze(1)
