"""The vision tower's features, computed before they are needed and kept for the next question.

``generate`` runs the vision tower over all pictures of the conversation, then the language
model. Here the tower runs first, by itself, and ``generate`` gets the features
(``mm_encoder_outputs``, transformers 5.23, generation/utils.py).

:meth:`PictureEncoder.encode` makes the very call that ``generate`` would make, and keeps features
under a hash of all that the tower gets. :meth:`PictureEncoder.features` is asked for pictures by
name, each encoded once whatever stands beside it; in bfloat16 a batch of two gives other last bits
than two batches of one.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch
from transformers import BatchFeature, PreTrainedModel
from transformers.utils.generic import ModelOutput

from mmdesk.engine.bounded_cache import BoundedCache
from mmdesk.engine.features import Features
from mmdesk.engine.generation import generating_part
from mmdesk.engine.outlines import PIXELS
from mmdesk.engine.pictures import refusals_told
from mmdesk.engine.tensors import digest, tensor_bytes

MOST_ENTRIES = 64
MOST_BYTES = 256 * 2**20
_MOST_COUNTS = 10_000

_NEVER_READ = ("hidden_states", "attentions")
"""What language models don't take from the features: all of the tower's layers."""


class PictureEncoder:
    """Puts features in the place of pixels, for one model.

    A model that takes no ready features, or whose tower wants more than pictures, gets its
    pixels as before.
    """

    def __init__(self, model: PreTrainedModel) -> None:
        self._model = model
        self._tower = _tower_of(model)
        self._takes = tuple(inspect.signature(self._tower).parameters) if self._tower else ()
        self._kept: BoundedCache[str, ModelOutput] = BoundedCache(MOST_ENTRIES, MOST_BYTES)
        self._named: BoundedCache[str, Features] = BoundedCache(MOST_ENTRIES, MOST_BYTES)
        self._counts: BoundedCache[str, int] = BoundedCache(_MOST_COUNTS, _MOST_COUNTS)

    @property
    def takes_features(self) -> bool:
        """Whether the model can be given features in the place of pixels."""
        return self._tower is not None

    def encode(self, inputs: BatchFeature) -> dict[str, Any]:
        """Return the arguments of ``generate`` on the model's device, its pictures encoded.

        Args:
            inputs: As the processor returns them, on the CPU.

        Raises:
            PicturesUnsuitable: the tower fails over the shapes of the pictures.
        """
        pixels = [name for name in PIXELS if inputs.get(name) is not None]
        if self._tower is None or not pixels:
            return dict(self._placed(inputs))
        pictures = {name: inputs[name] for name in self._takes if name in inputs}
        key = digest(pictures)
        features = self._kept.get(key)
        if features is None:
            features = self._encoded(inputs)
            self._kept.put(key, features, tensor_bytes(features))
        # generate() changes the object that it is given.
        given = {"mm_encoder_outputs": {"image": _lean(features)}}
        return {**self.without_pixels(inputs), **given}

    def without_pixels(self, inputs: BatchFeature) -> dict[str, Any]:
        """Return the other arguments of ``generate``, on the model's device."""
        rest = {name: value for name, value in inputs.items() if name not in PIXELS}
        return dict(self._placed(BatchFeature(rest)))

    def features(self, name: str, inputs: Callable[[], BatchFeature]) -> Features:
        """Return what the tower makes of the pictures of a prompt.

        Args:
            name: Tells what is in the pictures; the same name is not encoded again.
            inputs: Returns the prompt's inputs, as the processor makes them.

        Raises:
            PicturesUnsuitable: the tower fails over the shapes of the pictures.
        """
        found = self._named.get(name)
        if found is None:
            found = Features.of(self._encoded(inputs()))
            self._named.put(name, found, found.nbytes)
            self._counts.put(name, len(found.pooled), 1)
        return found

    def count(self, name: str, inputs: Callable[[], BatchFeature]) -> int:
        """Return how many rows :meth:`features` has, encoding only what was never encoded."""
        known = self._counts.get(name)
        return len(self.features(name, inputs).pooled) if known is None else known

    def forget(self) -> None:
        """Free the memory."""
        self._kept.clear()
        self._named.clear()

    def _encoded(self, inputs: BatchFeature) -> ModelOutput:
        assert self._tower is not None
        pictures = {name: inputs[name] for name in self._takes if name in inputs}
        placed = self._placed(BatchFeature(pictures))
        with torch.inference_mode(), refusals_told():
            return _lean(self._tower(**placed, return_dict=True))

    def _placed(self, inputs: BatchFeature) -> BatchFeature:
        return inputs.to(self._model.device, dtype=self._model.dtype)


def _tower_of(model: PreTrainedModel) -> Callable[..., ModelOutput] | None:
    """Return what ``generate`` would call for the features, or None where it calls nothing."""
    takes_features = "mm_encoder_outputs" in inspect.signature(model.forward).parameters
    if not takes_features or model.config.is_encoder_decoder:
        return None
    if generating_part(model) is not model:  # BLIP-2's own generate() wants pixels
        return None
    if "image" not in model.input_modalities:
        return None
    tower = getattr(model.base_model, "get_image_features", None)
    if tower is None or not _PICTURES_ALONE.issuperset(inspect.signature(tower).parameters):
        return None
    return tower  # type: ignore[no-any-return]


def _lean(features: ModelOutput) -> ModelOutput:
    fields = {name: value for name, value in features.items() if name not in _NEVER_READ}
    return type(features)(**fields)


_PICTURES_ALONE = frozenset(
    {
        *PIXELS, "kwargs", "image_grid_thw", "image_grid_hw", "image_grids", "image_sizes",
        "image_position_ids", "image_merge_sizes", "image_token_pooling", "batch_num_images",
        "pixel_attention_mask", "pixel_mask", "pixel_values_local", "num_local_patches",
        "patches_grid", "high_res_pixel_values", "spatial_shapes", "target_sizes",
        "tile_fine_mask", "downsample_mode", "vision_feature_layer",
        "vision_feature_select_strategy", "vision_aspect_ratio", "interpolate_pos_encoding",
    }
)  # fmt: skip
"""Arguments that tell of pictures and nothing else, in all 97 model types of transformers 5.23."""
