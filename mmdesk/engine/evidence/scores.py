"""How probable an answer is: the model reads it behind its prompt, as if it had just written it.

One pass gives the logits before every token of the answer. What the model has read of the prompt
before isn't read again, and decoding is no slower for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any, cast

import torch
from transformers import GenerationConfig, PreTrainedModel

from mmdesk.core.examinations import Alternative, AnswerScored, ScoreAnswer, ScoredToken
from mmdesk.core.messages import Message, pictures_of
from mmdesk.engine.continuing import inputs_with, with_possible_tokens
from mmdesk.engine.detokenizer import detokenizer_for
from mmdesk.engine.loading import LoadedModel
from mmdesk.engine.prefix_attention import prefix_attention
from mmdesk.engine.prompt import Prompt, tokenizer_of

Ids = Sequence[int]


def score_answer(
    loaded: LoadedModel, request: ScoreAnswer, cancelled: Callable[[], bool]
) -> AnswerScored | None:
    """Score an answer's tokens; None where ``cancelled``, asked between passes, ended it.

    Raises:
        MmdeskError: as answering the question would.
    """
    messages = with_possible_tokens(loaded.model, loaded.processor, request.messages)
    prompt = build(loaded, messages)
    logits = answer_logits(loaded, messages, prompt, request.tokens)
    tokens = _scored(loaded, prompt, request.tokens, logits, request.alternatives)
    choices = []
    for choice in request.choices:
        if cancelled():
            return None
        choices.append((choice.label, _log_likelihood(loaded, messages, prompt, choice.text)))
    return AnswerScored(request.id, tokens, _among(choices))


def build(loaded: LoadedModel, messages: tuple[Message, ...]) -> Prompt:
    """Return the prompt of a question, with the pixels that the reader will want."""
    pixels = not loaded.reader.remembers(pictures_of(messages))
    return loaded.prompts.build(messages, 1, lambda *_: None, pixels=pixels)


def answer_logits(
    loaded: LoadedModel, messages: tuple[Message, ...], prompt: Prompt, tokens: Ids
) -> torch.Tensor:
    """Return the logits that each token of an answer was chosen from, (tokens, vocabulary)."""
    inputs = inputs_with(loaded.model, prompt, tuple(tokens))
    before = prompt.tokens - prompt.closing
    reading = loaded.reader.read(inputs, pictures_of(messages), before=before)
    logits = read_logits(loaded.model, reading.arguments, len(tokens))
    loaded.reader.keep(reading, ())
    return logits


def read_logits(model: PreTrainedModel, arguments: Mapping[str, Any], count: int) -> torch.Tensor:
    """Return the logits before the last ``count`` tokens of a prompt, (count, vocabulary).

    Args:
        arguments: For ``generate``: of the prompt with those tokens.
    """
    found: list[torch.Tensor] = []

    def read(
        model: Any,
        input_ids: torch.Tensor,
        generation_config: GenerationConfig,
        logits_processor: object,
        stopping_criteria: object,
        **given: Any,
    ) -> torch.Tensor:
        """Stand in for the loop over the tokens (``custom_generate``)."""
        given["logits_to_keep"] = count + 1
        outputs = model._prefill(input_ids, generation_config, given, is_first_iteration=True)
        found.append(outputs.logits[0, -count - 1 : -1].float())
        return input_ids

    with torch.inference_mode(), prefix_attention():
        cast(Any, model).generate(
            **arguments, do_sample=False, max_new_tokens=1, custom_generate=read
        )
    return found[0]


def log_probabilities(logits: torch.Tensor, tokens: Ids) -> torch.Tensor:
    """Return the logarithm of each token's probability, (tokens,), float64."""
    chosen = torch.tensor(tokens, device=logits.device)[:, None]
    return logits.double().log_softmax(-1).gather(1, chosen)[:, 0]


def _scored(
    loaded: LoadedModel, prompt: Prompt, tokens: Ids, logits: torch.Tensor, most: int
) -> tuple[ScoredToken, ...]:
    tokenizer = tokenizer_of(loaded.processor)
    detokenizer = detokenizer_for(tokenizer)
    lengths = [len(detokenizer.push(token)) for token in tokens]
    ends = list(accumulate(lengths, initial=len(prompt.opening)))
    chances = log_probabilities(logits, tokens).exp().tolist()
    best = logits.double().softmax(-1).topk(min(most, logits.shape[-1]))
    return tuple(
        ScoredToken(
            ends[n], ends[n + 1], chances[n], _named(tokenizer, row.tolist(), share.tolist())
        )
        for n, (row, share) in enumerate(zip(best.indices, best.values, strict=True))
    )


def _named(
    tokenizer: Any, tokens: Iterable[int], shares: Iterable[float]
) -> tuple[Alternative, ...]:
    pairs = zip(tokens, shares, strict=True)
    return tuple(Alternative(tokenizer.decode([token]), share) for token, share in pairs)


def _log_likelihood(
    loaded: LoadedModel, messages: tuple[Message, ...], prompt: Prompt, text: str
) -> float:
    tokenizer = tokenizer_of(loaded.processor)
    tokens = cast(list[int], tokenizer(text, add_special_tokens=False)["input_ids"])
    if not tokens:
        return float("-inf")
    logits = answer_logits(loaded, messages, prompt, tokens)
    return float(log_probabilities(logits, tokens).sum())


def _among(choices: Sequence[tuple[str, float]]) -> tuple[Alternative, ...]:
    """Return the probability of each choice if it is one of them."""
    if not choices:
        return ()
    shares = torch.tensor([each for _, each in choices], dtype=torch.float64).softmax(0).tolist()
    return tuple(Alternative(text, share) for (text, _), share in zip(choices, shares, strict=True))
