"""Whether transformers itself can build a checkpoint's model, without code from the checkpoint."""

from __future__ import annotations

from functools import lru_cache

from mmdesk.core.errors import ArchitectureUnknown, ModelTakesNoPictures, RemoteCodeRefused
from mmdesk.engine.checkpoint import CheckpointConfig


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
    if config.model_type in image_text_model_types():
        # The first LLaVA checkpoints say "llava", but were saved from classes of their own.
        if config.architectures and not _transformers_names().intersection(config.architectures):
            raise ArchitectureUnknown(path=path, architecture=config.architecture)
        return
    if config.model_type in _all_model_types():
        raise ModelTakesNoPictures(path=path, architecture=config.architecture)
    kind = config.model_type or config.architecture
    raise ArchitectureUnknown(path=path, architecture=kind)


@lru_cache(maxsize=1)
def image_text_model_types() -> frozenset[str]:
    """Return the model types of ``AutoModelForImageTextToText``."""
    from transformers.models.auto import modeling_auto

    return frozenset(modeling_auto.MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES)


@lru_cache(maxsize=1)
def _all_model_types() -> frozenset[str]:
    from transformers.models.auto.auto_mappings import CONFIG_MAPPING_NAMES

    return frozenset(CONFIG_MAPPING_NAMES)


@lru_cache(maxsize=1)
def _transformers_names() -> frozenset[str]:
    import transformers

    return frozenset(dir(transformers))
