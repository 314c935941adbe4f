"""A prompt read in slices, with a look between them at whether something else is to be done.

What each slice is given is what transformers' own chunked prefill gives it (5.23,
generation/utils.py, ``_prefill``); that one can't be stopped, and wants all pictures at once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast

import torch
from transformers import DynamicCache, PreTrainedModel

from mmdesk.engine.features import Features
from mmdesk.engine.kv_cache import GrowingLayer, can_cut
from mmdesk.engine.prefix_attention import prefix_attention

_UP_TO_HERE = ("attention_mask", "token_type_ids", "mm_token_type_ids")
_LOOPS_OWN = ("logits_processor", "stopping_criteria", "generation_config")


def read_slices(
    model: PreTrainedModel,
    arguments: Mapping[str, Any],
    stops: Iterable[int],
    features: Callable[[int, int], Features | None],
) -> None:
    """Let the cache of a prompt grow.

    Where a slice fails, the cache is as it was before, or empty if it can't be brought back.

    Args:
        arguments: For ``generate``, pictures left out; of the whole prompt, with its cache.
        stops: How many tokens are to be read after each slice; asked for one by one.
        features: Returns what stands for the pictures from one token up to another.
    """

    def read(model: Any, input_ids: torch.Tensor, **given: Any) -> torch.Tensor:
        """Stand in for the loop over the tokens (``custom_generate``)."""
        cache = given["past_key_values"]
        for stop in stops:
            start = cache.get_seq_length()
            inputs = model.prepare_inputs_for_generation(
                input_ids[:, start:stop], is_first_iteration=True, **_cut(given, start, stop)
            )
            rows = features(start, stop)
            if rows is not None:
                inputs["mm_encoder_outputs"] = {"image": rows.output()}
            with _all_or_nothing(cache):
                model(**inputs, return_dict=True)
        return input_ids

    with torch.inference_mode(), prefix_attention():
        cast(Any, model).generate(
            **arguments, do_sample=False, max_new_tokens=1, custom_generate=read
        )


def _cut(given: dict[str, Any], start: int, stop: int) -> dict[str, Any]:
    """Return a whole prompt's arguments as they are for the tokens from ``start`` to ``stop``."""
    cut = {name: value for name, value in given.items() if name not in _LOOPS_OWN}
    if cut.get("position_ids") is not None:
        cut["position_ids"] = cut["position_ids"][..., start:stop]
    for name in _UP_TO_HERE:
        if cut.get(name) is not None:
            cut[name] = cut[name][..., :stop]
    return cut


@contextlib.contextmanager
def _all_or_nothing(cache: DynamicCache) -> Iterator[None]:
    length = cache.get_seq_length()
    try:
        yield
    except BaseException:
        if can_cut(cache, 0):
            for layer in cache.layers:
                if isinstance(layer, GrowingLayer):  # each of its own length now
                    layer.crop(length - layer.get_seq_length())
        else:
            cache.layers.clear()
        raise
