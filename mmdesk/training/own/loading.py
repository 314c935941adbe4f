"""Loading the model that is to be trained, with a sentence for each that can't be."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

from mmdesk.core.errors import MmdeskError, ModelDamaged, TrainingModelUnfit
from mmdesk.models.checkpoint import CheckpointConfig, WeightsSummary, check_files, read_config
from mmdesk.models.families import role_of
from mmdesk.models.load_failure import load_failure
from mmdesk.models.offline import OFFLINE
from mmdesk.models.transformers_logs import without_bars
from mmdesk.training.own.options import Kind

_LOG = logging.getLogger(__name__)
CLIP_MODEL_TYPES = ("chinese_clip", "clip")
_WANTED = {"chat": "a model that answers questions about pictures", "clip": "a CLIP model"}
_KINDS = {
    "chat": "a chat model",
    "match": "a model that compares pictures with words",
    "speech": "a speech model",
}
_LOCAL = {"local_files_only": True, "trust_remote_code": False}


def checked(path: Path, kind: Kind) -> tuple[CheckpointConfig, WeightsSummary]:
    """What a model's folder holds, without loading it. Doesn't import torch.

    Raises:
        ModelError: there is no whole model.
        TrainingModelUnfit: it is of the wrong kind, or stored packed.
    """
    config = read_config(path)
    role = role_of({"model_type": config.model_type})
    if role != ("match" if kind == "clip" else "chat"):
        raise _unfit(path, kind, _named(role, config))
    if kind == "clip" and config.model_type not in CLIP_MODEL_TYPES:
        raise _unfit(path, kind, _named("", config))
    if config.quantized:
        raise _unfit(path, kind, "stored in a quantised form, which can't be trained", whole=True)
    from mmdesk.models.manifest import check

    check(path)
    return config, check_files(path)


def _named(role: str | None, config: CheckpointConfig) -> str:
    return f"{_KINDS.get(role or '', 'a model')} ({config.architecture[:60]})"


def _unfit(path: Path, kind: Kind, found: str, *, whole: bool = False) -> TrainingModelUnfit:
    wanted = "one that isn't" if whole else _WANTED[kind]
    return TrainingModelUnfit(path=str(path), kind=found, wanted=wanted, command=kind)


def no_chat(path: Path, architecture: str) -> TrainingModelUnfit:
    """The error for a model that knows single tasks but no conversation."""
    return _unfit(path, "chat", f"a model that knows no conversation ({architecture})")


def load_model(config: CheckpointConfig, weights: WeightsSummary, kind: Kind, dtype: str) -> Any:
    """The model in memory, on the CPU; `dtype` is "float32" or "bfloat16".

    Raises:
        ModelError: it can't be loaded.
    """
    os.environ.update(OFFLINE)
    with _as_model_errors(config.path, "model.safetensors"), without_bars():
        classes, architecture = _class_of(config, weights, kind)
        model, report = classes.from_pretrained(
            config.path, config=architecture, use_safetensors=True, dtype=dtype,
            output_loading_info=True, **_LOCAL,
        )  # fmt: skip
    absent = sorted(report["missing_keys"])
    if absent:
        reason = f"{len(absent)} tensors are missing, {absent[0]} among them"
        raise ModelDamaged(path=str(config.path), file="model.safetensors", reason=reason)
    return model


def _class_of(config: CheckpointConfig, weights: WeightsSummary, kind: Kind) -> tuple[Any, Any]:
    import mmdesk.engine.torchvision_first  # noqa: F401

    from transformers import AutoConfig, AutoModel, AutoModelForImageTextToText

    if kind == "chat":
        from mmdesk.engine.architecture import check_architecture, checked_config

        check_architecture(config)
        return AutoModelForImageTextToText, checked_config(config, weights)
    auto: Any = AutoConfig
    return AutoModel, auto.from_pretrained(config.path, **_LOCAL)


def load_processor(path: Path) -> Any:
    """The model's own processor. Raises `ModelError`."""
    with _as_model_errors(path, "processor"):
        from transformers import AutoProcessor, ProcessorMixin

        auto: Any = AutoProcessor
        processor = auto.from_pretrained(path, **_LOCAL)
        if not isinstance(processor, ProcessorMixin):
            raise ValueError("transformers doesn't know its processor")
        return processor


class _as_model_errors:
    """Turns whatever loading a foreign checkpoint raises into a ModelError."""

    def __init__(self, path: Path, file: str) -> None:
        self._path, self._file = path, file

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, Exception) or isinstance(error, MmdeskError | MemoryError):
            return
        _LOG.info("loading %s", self._path, exc_info=error)
        raise load_failure(error, self._path, self._file) from error
