"""From a checked model directory to a model that answers."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from mmdesk.core.errors import (
    MmdeskError,
    ModelDamaged,
    ModelNeedsPackage,
    ModelOutOfMemory,
    RemoteCodeRefused,
)
from mmdesk.core.events import LoadStage, ModelInfo, ModelLoading
from mmdesk.core.messages import user_message
from mmdesk.core.protocols import EventSink
from mmdesk.core.requests import GenerationSettings, LoadModel
from mmdesk.engine.architecture import check_architecture
from mmdesk.engine.checkpoint import CheckpointConfig, check_files
from mmdesk.engine.devices import Placement, place
from mmdesk.engine.torchvision_compat import prepare_torchvision
from mmdesk.models.hardware import free_memory, is_out_of_memory, set_threads

prepare_torchvision()  # before transformers looks for it

from transformers import (  # noqa: E402
    AutoModelForImageTextToText,
    AutoProcessor,
    PreTrainedModel,
    ProcessorMixin,
)
from transformers.utils import logging as transformers_logging  # noqa: E402

from mmdesk.engine.generation import generate, neutral_config  # noqa: E402
from mmdesk.engine.prompt import PromptBuilder, tokenizer_of  # noqa: E402
from mmdesk.engine.vision import PictureEncoder  # noqa: E402

# Its records go where all others go, once.
transformers_logging.disable_default_handler()
transformers_logging.enable_propagation()

_LOG = logging.getLogger(__name__)
_AnyModel: Any = AutoModelForImageTextToText
_AnyProcessor: Any = AutoProcessor
_LOCAL_ONLY = {"local_files_only": True, "trust_remote_code": False}


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model in memory and all that belongs to it."""

    model: PreTrainedModel
    processor: ProcessorMixin
    prompts: PromptBuilder
    encoder: PictureEncoder
    placement: Placement
    info: ModelInfo


def load_model(request: LoadModel, config: CheckpointConfig, emit: EventSink) -> LoadedModel:
    """Load the checkpoint that ``config`` describes, emitting ``ModelLoading`` for every stage.

    Raises:
        ModelError: it can't be loaded; no memory is kept.
    """
    path = request.path
    emit(ModelLoading(LoadStage.CHECKING))
    check_architecture(config)
    weights = check_files(path)
    set_threads(request.threads)
    placement = place(request, weights, quantized=config.quantized)
    emit(ModelLoading(LoadStage.PROCESSOR))
    with _as_model_errors(path, "processor", placement):
        processor = _AnyProcessor.from_pretrained(path, **_LOCAL_ONLY)
        tokenizer = tokenizer_of(processor)
        # Prompts are measured against the model's context, which is what counts.
        tokenizer.model_max_length = 2**62
    emit(ModelLoading(LoadStage.WEIGHTS, 0.0))
    with _as_model_errors(path, "model.safetensors", placement):
        model = _load_weights(config, placement, emit)
        model.generation_config = neutral_config(model.generation_config, tokenizer)
    emit(ModelLoading(LoadStage.WARMING))
    with _as_model_errors(path, "chat template", placement):
        context_length = _context_length(model)
        prompts = PromptBuilder(processor, _image_token_id(model), context_length)
    info = ModelInfo(
        name=display_name(path),
        path=path,
        device=placement.device_name,
        dtype=str(model.dtype).removeprefix("torch."),
        parameters=model.num_parameters(),
        context_length=context_length,
    )
    loaded = LoadedModel(model, processor, prompts, PictureEncoder(model), placement, info)
    with _as_model_errors(path, "model.safetensors", placement):
        _warm_up(loaded)
    return loaded


def display_name(path: Path) -> str:
    """Return a model directory's name for people; a hub cache's snapshot gets its model's."""
    path = path.expanduser().resolve()
    if path.parent.name == "snapshots":
        return path.parent.parent.name.rpartition("--")[2]
    return path.name.capitalize() if path.name.isalpha() and path.name.islower() else path.name


def _load_weights(
    config: CheckpointConfig, placement: Placement, emit: EventSink
) -> PreTrainedModel:
    with _weights_progress(emit):
        model, report = _AnyModel.from_pretrained(
            config.path,
            **_LOCAL_ONLY,
            use_safetensors=True,
            dtype="auto" if config.quantized else placement.dtype,
            device_map={"": placement.device},
            output_loading_info=True,
        )
    absent = sorted(report["missing_keys"])
    if absent:
        # transformers would fill them with random numbers and go on.
        raise ModelDamaged(
            path=str(config.path),
            file="model.safetensors",
            reason=f"{len(absent)} tensors are missing, {absent[0]} among them",
        )
    assert isinstance(model, PreTrainedModel)  # in evaluation mode, as from_pretrained leaves it
    return model


@contextmanager
def _weights_progress(emit: EventSink) -> Iterator[None]:
    """Report how many of the tensors are in memory instead of drawing a progress bar."""

    def watch(_factory: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        items = arguments[0] if arguments else options.get("iterable", ())
        return _Reported(items, lambda part: emit(ModelLoading(LoadStage.WEIGHTS, part)))

    previous = transformers_logging.set_tqdm_hook(watch)
    try:
        yield
    finally:
        transformers_logging.set_tqdm_hook(previous)


class _Reported:
    """Iterates like tqdm and reports each hundredth."""

    def __init__(self, items: Any, report: Callable[[float], None]) -> None:
        self._items = items
        self._report = report

    def __iter__(self) -> Iterator[Any]:
        total = len(self._items) if hasattr(self._items, "__len__") else 0
        shown = 0
        for number, item in enumerate(self._items, start=1):
            yield item
            if total and number * 100 // total > shown:
                shown = number * 100 // total
                self._report(number / total)

    def __enter__(self) -> _Reported:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def __getattr__(self, _name: str) -> Callable[..., None]:
        return lambda *_arguments, **_options: None


@contextmanager
def _as_model_errors(path: Path, file: str, placement: Placement) -> Iterator[None]:
    """Turn whatever loading a foreign checkpoint raises into a ModelError.

    transformers, tokenizers, safetensors and jinja2 share no exception type; the log has the
    traceback. The error is raised outside ``except``, so that it keeps no frame and with it no
    half-loaded model alive.
    """
    failure: MmdeskError
    try:
        yield
        return
    except MmdeskError as error:
        failure = error
    except Exception as error:
        _LOG.warning("Loading %s failed at its %s", path, file, exc_info=True)
        failure = _model_error(error, path, file, placement)
    gc.collect()
    free_memory(placement.device)
    raise failure.with_traceback(None)


def _model_error(error: Exception, path: Path, file: str, placement: Placement) -> MmdeskError:
    text = str(error).strip()
    if is_out_of_memory(error):
        return ModelOutOfMemory(path=str(path), device=placement.device_name)
    if "trust_remote_code" in text:
        return RemoteCodeRefused(path=str(path))
    if isinstance(error, ImportError):
        package = next((name for name in ("torchvision", "timm") if name in text.lower()), text)
        return ModelNeedsPackage(path=str(path), package=package[:80])
    reason = " ".join(text.split())[:160].rstrip(".") or type(error).__name__
    return ModelDamaged(path=str(path), file=file, reason=reason)


def _context_length(model: PreTrainedModel) -> int | None:
    config = model.config.get_text_config(decoder=True)
    for name in ("max_position_embeddings", "n_positions", "max_sequence_length", "seq_length"):
        length = getattr(config, name, None)
        if isinstance(length, int) and length > 0:
            return length
    return None


def _image_token_id(model: PreTrainedModel) -> int | None:
    for name in ("image_token_id", "image_token_index"):
        token = getattr(model.config, name, None)
        if isinstance(token, int):
            return token
    return None


def _warm_up(loaded: LoadedModel) -> None:
    """Answer one token, so that the first question doesn't pay for lazy initialisation."""
    settings = GenerationSettings(max_tokens=1)
    prompt = loaded.prompts.build((user_message("Hello"),), 1, lambda done, total: None)
    generate(
        loaded.model,
        tokenizer_of(loaded.processor),
        loaded.encoder.encode(prompt.inputs),
        settings,
        max_tokens=1,
        started=0.0,
        sink=lambda text, tokens: None,
        cancelled=lambda: False,
    )
    if loaded.placement.device.type == "cuda":
        torch.cuda.synchronize(loaded.placement.device)
