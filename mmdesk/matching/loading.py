"""From a checked contrastive checkpoint to a model in memory."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from mmdesk.core.errors import MmdeskError, ModelDamaged, NoModelFits
from mmdesk.core.matching import MatchModel
from mmdesk.matching.checkpoint import MatchCheckpoint
from mmdesk.matching.encoder import BATCH, DualEncoder
from mmdesk.matching.placement import Placement, place
from mmdesk.models.checkpoint import check_elements
from mmdesk.models.hardware import free_bytes, free_memory, is_out_of_memory
from mmdesk.models.load_failure import load_failure
from mmdesk.models.torchvision_compat import prepare_torchvision
from mmdesk.models.transformers_logs import hand_over_records, without_bars

prepare_torchvision()  # before transformers looks for it

from transformers import AutoConfig, AutoModel, AutoProcessor, ProcessorMixin  # noqa: E402

hand_over_records()

_LOG = logging.getLogger(__name__)
_WEIGHTS = "model.safetensors"
_LOCAL_ONLY = {"local_files_only": True, "trust_remote_code": False}


def load_encoder(
    checkpoint: MatchCheckpoint, request: MatchModel, batch: int = BATCH
) -> DualEncoder:
    """Load what :func:`~mmdesk.matching.checkpoint.read_checkpoint` found.

    Raises:
        ModelError: it can't be loaded; no memory is kept.
    """
    placement = place(request, checkpoint.weights.elements)
    with _as_model_errors(checkpoint, placement, "processor"):
        processor = _load_processor(checkpoint.path)
    with _as_model_errors(checkpoint, placement, "config.json"):
        config = _checked_config(checkpoint)
    with _as_model_errors(checkpoint, placement, _WEIGHTS):
        model = _load_weights(checkpoint, config, placement)
    return DualEncoder(checkpoint.name, model, processor, placement, batch)


def _load_processor(path: Path) -> Any:
    processors: Any = AutoProcessor
    processor = processors.from_pretrained(path, **_LOCAL_ONLY)
    if not isinstance(processor, ProcessorMixin):  # a tokenizer, where nothing else is known
        raise ValueError("transformers doesn't know its processor")
    return processor


def _checked_config(checkpoint: MatchCheckpoint) -> Any:
    """Return transformers' configuration of a model no larger than its files.

    Which kernels compute attention is the machine's affair.
    """
    configs: Any = AutoConfig
    models: Any = AutoModel
    config = configs.from_pretrained(checkpoint.path, **_LOCAL_ONLY)
    config._attn_implementation = None
    with torch.device("meta"):
        model: torch.nn.Module = models.from_config(config)
    parts = (model.parameters(), model.buffers())
    elements = sum(each.numel() for part in parts for each in part)
    check_elements(checkpoint.config, checkpoint.weights, elements)
    return config


def _load_weights(checkpoint: MatchCheckpoint, config: Any, placement: Placement) -> Any:
    models: Any = AutoModel
    with without_bars():
        model, report = models.from_pretrained(
            checkpoint.path,
            config=config,
            use_safetensors=True,
            dtype=placement.dtype,
            output_loading_info=True,
            **_LOCAL_ONLY,
        )
    absent = sorted(report["missing_keys"])
    if absent:  # which transformers fills with random numbers
        reason = f"{len(absent)} tensors are missing, {absent[0]} among them"
        raise ModelDamaged(path=str(checkpoint.path), file=_WEIGHTS, reason=reason)
    return model.to(placement.device).eval().requires_grad_(False)


@contextlib.contextmanager
def _as_model_errors(
    checkpoint: MatchCheckpoint, placement: Placement, file: str
) -> Iterator[None]:
    """Turn whatever loading a foreign checkpoint raises into a ModelError.

    It is raised outside ``except``, so that it keeps no frame and no half-loaded model alive.
    """
    failure: MmdeskError
    try:
        yield
        return
    except MmdeskError as error:
        failure = error
    except Exception as error:
        _LOG.info("loading %s failed at its %s", checkpoint.path, file, exc_info=True)
        if is_out_of_memory(error):
            failure = _too_large(checkpoint, placement)
        else:
            failure = load_failure(error, checkpoint.path, file)
    free_memory(placement.device)
    raise failure.with_traceback(None)


def _too_large(checkpoint: MatchCheckpoint, placement: Placement) -> NoModelFits:
    needed = checkpoint.weights.elements * placement.dtype.itemsize
    return NoModelFits(
        path=str(checkpoint.path),
        device=placement.name,
        needed=f"{needed / 1e9:.1f}",
        available=f"{free_bytes(placement.device) / 1e9:.1f}",
    )
