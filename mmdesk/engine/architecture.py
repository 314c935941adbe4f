"""Whether transformers itself can build a checkpoint's model, without code from the checkpoint."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mmdesk.core.errors import (
    ArchitectureUnknown,
    ModelTakesNoPictures,
    RemoteCodeRefused,
)
from mmdesk.models.checkpoint import (
    CheckpointConfig,
    WeightsSummary,
    check_counts,
    check_elements,
)
from mmdesk.models.families import IMAGE_TEXT_MODEL_TYPES

if TYPE_CHECKING:
    from transformers import PreTrainedConfig


def check_architecture(config: CheckpointConfig) -> None:
    """Check the model type before anything is loaded. Imports transformers.

    An ``auto_map`` alone is no reason to refuse: many checkpoints still carry the one from
    before transformers took the architecture in. It is one when it names a class that
    transformers doesn't have.

    Raises:
        RemoteCodeRefused: the checkpoint needs classes of its own.
        ArchitectureUnknown: transformers doesn't know the architecture.
        ModelTakesNoPictures: it does, but not as an image-text model.
    """
    path = str(config.path)
    if any(name not in _transformers_names() for name in config.custom_classes):
        raise RemoteCodeRefused(path=path)
    if config.model_type in IMAGE_TEXT_MODEL_TYPES:
        # The first LLaVA checkpoints say "llava", but were saved from classes of their own.
        if config.architectures and not _transformers_names().intersection(config.architectures):
            raise ArchitectureUnknown(path=path, architecture=config.architecture)
        return
    if config.model_type in _all_model_types():
        raise ModelTakesNoPictures(path=path, architecture=config.architecture)
    kind = config.model_type or config.architecture
    raise ArchitectureUnknown(path=path, architecture=kind)


def checked_config(config: CheckpointConfig, weights: WeightsSummary) -> PreTrainedConfig:
    """Return transformers' configuration of a model no larger than its files.

    transformers would make a place in memory for all that ``config.json`` asks for, and compare
    it with the files afterwards. Which kernels compute attention is the machine's affair: what
    the checkpoint says about it is forgotten.

    Raises:
        ModelDamaged: the configuration asks for much more than the files hold.
    """
    check_counts(config, weights)
    from transformers import AutoConfig

    auto: Any = AutoConfig
    found: PreTrainedConfig = auto.from_pretrained(
        config.path, local_files_only=True, trust_remote_code=False
    )
    found._attn_implementation = None
    found._experts_implementation = None
    check_elements(config, weights, _elements(found))
    return found


def _elements(config: PreTrainedConfig) -> int:
    """Return how many numbers a model would have, without making a place for them."""
    import torch
    from transformers import AutoModelForImageTextToText

    auto: Any = AutoModelForImageTextToText
    with torch.device("meta"):
        model: torch.nn.Module = auto.from_config(config)
    return sum(part.numel() for parts in (model.parameters(), model.buffers()) for part in parts)


@lru_cache(maxsize=1)
def _all_model_types() -> frozenset[str]:
    from transformers.models.auto.auto_mappings import CONFIG_MAPPING_NAMES

    return frozenset(CONFIG_MAPPING_NAMES)


@lru_cache(maxsize=1)
def _transformers_names() -> frozenset[str]:
    import transformers

    return frozenset(dir(transformers))
