"""An answer that is gone on with: its tokens stand behind the prompt as if they were just made.

A greedy answer is then the one that was never stopped, as far as tokens that are read together
give the logits that they give one by one. In float32 no continuation was another one; of 300 by
tiny models with random weights, whose logits lie close together, 296 were the same in bfloat16.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from typing import Any, cast

import torch
from transformers import BatchFeature, PreTrainedModel, ProcessorMixin
from transformers.utils.generic import ModelOutput

from mmdesk.core.messages import Message
from mmdesk.core.reasoning import CLOSE, OPEN
from mmdesk.core.requests import Begun
from mmdesk.engine.chat_template import tokenizer_panics
from mmdesk.engine.control_tokens import ControlTokens
from mmdesk.engine.detokenizer import special_ids, text_so_far
from mmdesk.engine.generation import config_of, end_tokens, generating_part
from mmdesk.engine.prompt import Prompt, tokenizer_of

_READ_ONCE = "moe_mm_token_type_ids"
"""Which of Ernie 4.5's experts a token goes to: only its prompts have it, so it never grows."""
_KINDS = ("image", "video", "audio")


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is there of an answer.

    Attributes:
        tokens: The model's, or the text cut into tokens anew.
        owed: What the template has begun the answer with and nobody has said yet.
    """

    tokens: tuple[int, ...]
    owed: str


def beginning(
    model: PreTrainedModel,
    processor: ProcessorMixin,
    begun: Begun | None,
    opening: str,
    framing: Set[int] = frozenset(),
) -> Beginning:
    """Return the tokens that an answer goes on behind.

    They are ``begun.tokens`` where the model can have written them: they are of its vocabulary,
    none stands for a picture or frames a turn unseen, nothing follows an end, and they read as
    ``begun.text``, unless that is left out. Imported conversations may say anything, also that
    another turn begins.

    Args:
        opening: See :class:`~mmdesk.engine.prompt.Prompt`; the text has it, the tokens don't.
        framing: See :class:`~mmdesk.engine.prompt.PromptBuilder`.

    Raises:
        ChatTemplateFailed: the tokenizer gives up over the text.
    """
    if begun is None:
        return Beginning((), opening)
    tokenizer = tokenizer_of(processor)
    text = _behind(opening, begun.text)
    unseen = framing & (special_ids(tokenizer) - end_tokens(config_of(model)))
    if unseen.isdisjoint(begun.tokens) and _are_possible(model, processor, begun.tokens):
        written = text_so_far(tokenizer, begun.tokens)
        if written == text or not begun.text:
            return Beginning(begun.tokens, "" if begun.text or written else opening)
    harmless = ControlTokens(processor, tokenizer).defuse(text)
    with tokenizer_panics():
        cut = tokenizer(harmless, add_special_tokens=False)["input_ids"]
    return Beginning(tuple(cast(list[int], cut)), "" if begun.text else opening)


def _behind(opening: str, text: str) -> str:
    """Return an answer's text as it goes on behind a thought that the template has opened.

    Another model may have opened its thought in another way, or have had none: it is over then.
    """
    if not opening or not text or text.startswith(opening):
        return text.removeprefix(opening)
    body = text.lstrip()
    return body.removeprefix(OPEN) if body.startswith(OPEN) else f"\n{CLOSE}\n\n{text}"


def with_possible_tokens(
    model: PreTrainedModel, processor: ProcessorMixin, messages: tuple[Message, ...]
) -> tuple[Message, ...]:
    """Return messages less tokens that the model can't have written as (all of) an answer."""
    ends = end_tokens(config_of(model))

    def checked(message: Message) -> Message:
        if not message.tokens:
            return message
        possible = _are_possible(model, processor, message.tokens)
        return (
            message if possible and ends.isdisjoint(message.tokens) else replace(message, tokens=())
        )

    return tuple(map(checked, messages))


def has_ended(model: PreTrainedModel, tokens: tuple[int, ...]) -> bool:
    """Whether nothing can follow these tokens."""
    return bool(tokens) and tokens[-1] in end_tokens(config_of(model))


def inputs_with(model: PreTrainedModel, prompt: Prompt, tokens: tuple[int, ...]) -> BatchFeature:
    """Return a prompt's inputs with the answer's tokens behind them.

    An encoder keeps its prompt, the tokens go to the decoder. Elsewhere whatever there is one of
    for each token grows just as it does while the model generates: it is asked to do that itself.
    """
    if not tokens:
        return prompt.inputs
    inputs = BatchFeature(dict(prompt.inputs))
    added = torch.tensor([tokens], dtype=inputs["input_ids"].dtype)
    part = generating_part(model)
    if part.config.is_encoder_decoder:
        inputs["decoder_input_ids"] = torch.cat([_decoder_start(part, added), added], dim=-1)
        return inputs
    ids = inputs["input_ids"]
    end = ids.shape[1] - prompt.closing
    inputs["input_ids"] = torch.cat([ids[:, :end], added, ids[:, end:]], dim=-1)
    grown: dict[str, Any] = dict(inputs)
    for _ in tokens:
        grown = cast(Any, part)._update_model_kwargs_for_generation(
            ModelOutput(), grown, is_encoder_decoder=False
        )
    types = grown.get(_READ_ONCE)
    if types is not None:
        grown[_READ_ONCE] = torch.cat([types, torch.zeros_like(added, dtype=types.dtype)], dim=-1)
    return BatchFeature(grown)


def _decoder_start(part: PreTrainedModel, added: torch.Tensor) -> torch.Tensor:
    """Return what a decoder begins with, (1, 1)."""
    config: Any = part.generation_config
    start = config.decoder_start_token_id
    return torch.full_like(added[:, :1], config.bos_token_id if start is None else start)


def _are_possible(
    model: PreTrainedModel, processor: ProcessorMixin, tokens: tuple[int, ...]
) -> bool:
    vocabulary = cast(Any, generating_part(model)).get_input_embeddings().weight.shape[0]
    ends = end_tokens(config_of(model))
    reserved = set(_placeholders(model, processor))
    possible = all(0 <= each < vocabulary and each not in reserved for each in tokens)
    return bool(tokens) and possible and ends.isdisjoint(tokens[:-1])


def _placeholders(model: PreTrainedModel, processor: ProcessorMixin) -> Iterable[int]:
    """Yield tokens that the model would look for a picture's features behind."""
    for holder, kind, name in itertools.product(
        (model.config, processor), _KINDS, ("token_id", "token_index")
    ):
        token = getattr(holder, f"{kind}_{name}", None)
        if isinstance(token, int):
            yield token
