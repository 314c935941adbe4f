"""From a checked model directory to a model that answers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from mmdesk.core.errors import (
    ChatTemplateFailed,
    MmdeskError,
    ModelDamaged,
)
from mmdesk.core.events import LoadStage, ModelInfo, ModelLoading
from mmdesk.core.models import short_name
from mmdesk.core.protocols import EventSink
from mmdesk.core.requests import GenerationSettings, LoadModel
from mmdesk.engine.architecture import check_architecture, checked_config
from mmdesk.engine.chat_template import tokenizer_panics
from mmdesk.engine.devices import Placement, out_of_memory, place
from mmdesk.engine.memory import kept_bytes, limited_to_free_memory
from mmdesk.engine.quantisation import packing_config
from mmdesk.models.checkpoint import CheckpointConfig, check_files
from mmdesk.models.hardware import free_memory, is_out_of_memory, set_threads
from mmdesk.models.load_failure import load_failure
from mmdesk.models.manifest import check as check_manifest
from mmdesk.models.shape import Shape, read_shape
from mmdesk.models.torchvision_compat import prepare_torchvision
from mmdesk.models.transformers_logs import hand_over_records

prepare_torchvision()  # before transformers looks for it

from transformers import (  # noqa: E402
    AutoModelForImageTextToText,
    AutoProcessor,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    ProcessorMixin,
)
from transformers.utils import logging as transformers_logging  # noqa: E402

from mmdesk.engine.decoding import Decoder, decoder_of  # noqa: E402
from mmdesk.engine.evidence.sight import PictureSight  # noqa: E402
from mmdesk.engine.generation import generate, generating_part, neutral_config  # noqa: E402
from mmdesk.engine.packing import pack  # noqa: E402
from mmdesk.engine.prompt import PromptBuilder, tokenizer_of  # noqa: E402
from mmdesk.engine.reading import PromptReader  # noqa: E402
from mmdesk.engine.threads import choose_threads  # noqa: E402

hand_over_records()

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
    reader: PromptReader
    sight: PictureSight
    decode: Decoder | None
    placement: Placement
    shape: Shape
    info: ModelInfo


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is loaded, and where to."""

    request: LoadModel
    shape: Shape
    placement: Placement


def load_model(request: LoadModel, config: CheckpointConfig, emit: EventSink) -> LoadedModel:
    """Load the checkpoint that ``config`` describes, emitting ``ModelLoading`` for every stage.

    Raises:
        ModelError: it can't be loaded; no memory is kept.
    """
    path = request.path
    emit(ModelLoading(LoadStage.CHECKING))
    check_architecture(config)
    check_manifest(path)
    weights = check_files(path)
    set_threads(request.threads)
    shape = read_shape(path)
    placement = place(request, shape)
    plan = _Plan(request, shape, placement)
    emit(ModelLoading(LoadStage.PROCESSOR))
    with _as_model_errors("processor", plan):
        processor = _load_processor(path)
    emit(ModelLoading(LoadStage.WEIGHTS, 0.0))
    with _as_model_errors("config.json", plan):
        architecture = checked_config(config, weights)
    with _as_model_errors("model.safetensors", plan):
        model = _load_weights(plan, config, architecture, emit)
        _neutralise(model, tokenizer_of(processor))
        info = _info(plan, model)
        if placement.packs:
            pack(model, placement.packing, placement.dtype)
            free_memory(placement.device)
    emit(ModelLoading(LoadStage.WARMING))
    with _as_model_errors("chat template", plan):
        prompts = prompts_of(model, processor)
    if not request.threads and placement.device.type == "cpu":
        set_threads(choose_threads(model))
    reader = PromptReader(model, prompts, kept_bytes(placement.device))
    decode = decoder_of(model, placement.precision)
    sight = PictureSight(processor, prompts)
    loaded = LoadedModel(model, processor, prompts, reader, sight, decode, placement, shape, info)
    with _as_model_errors("model.safetensors", plan):
        _warm_up(loaded)
    return loaded


def _info(plan: _Plan, model: PreTrainedModel) -> ModelInfo:
    path, packing = plan.request.path, plan.placement.packing
    return ModelInfo(
        name=short_name(str(path.expanduser().resolve())),
        path=path,
        device=plan.placement.device_name,
        dtype=packing or str(model.dtype).removeprefix("torch."),
        parameters=model.num_parameters(),
        context_length=_context_length(model),
    )


def _load_processor(path: Path) -> ProcessorMixin:
    processor = _AnyProcessor.from_pretrained(path, **_LOCAL_ONLY)
    if not isinstance(processor, ProcessorMixin):  # a tokenizer, where nothing else is known
        raise ValueError("transformers doesn't know its processor")
    # Prompts are measured against the model's context, which is what counts.
    tokenizer_of(processor).model_max_length = 2**62
    return processor


def _load_weights(
    plan: _Plan, config: CheckpointConfig, architecture: PreTrainedConfig, emit: EventSink
) -> PreTrainedModel:
    placement = plan.placement
    dtype: Any = placement.dtype
    if placement.packs:
        dtype = plan.shape.stored_dtype or dtype  # so that the file is mapped, not copied
    with _weights_progress(emit):
        model, report = _AnyModel.from_pretrained(
            config.path,
            config=architecture,
            **_LOCAL_ONLY,
            use_safetensors=True,
            dtype="auto" if config.quantized else dtype,
            output_loading_info=True,
            **_options(placement),
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


def _neutralise(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
    for part in {model, generating_part(model)}:
        part.generation_config = neutral_config(part.generation_config, tokenizer)


def _options(placement: Placement) -> dict[str, Any]:
    """Return the options that put a model where it belongs."""
    options: dict[str, Any] = {"device_map": {"": placement.device}}
    if placement.packing and placement.device.type == "cuda":
        options["quantization_config"] = packing_config(placement.packing, placement.dtype)
    if placement.limits is not None:
        options |= {"device_map": "auto", "max_memory": dict(placement.limits)}
    return options


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
def _as_model_errors(file: str, plan: _Plan) -> Iterator[None]:
    """Turn whatever loading a foreign checkpoint raises into a ModelError.

    transformers, tokenizers, safetensors and jinja2 share no exception type; the log has the
    traceback. The error is raised outside ``except``, so that it keeps no frame and with it no
    half-loaded model alive.
    """
    failure: MmdeskError
    path = plan.request.path
    try:
        limited = limited_to_free_memory(plan.placement.device, mapped=plan.shape.stored_bytes)
        with limited, tokenizer_panics():
            yield
        return
    except ChatTemplateFailed as error:
        _LOG.warning("Loading %s failed at its %s", path, file, exc_info=True)
        failure = ModelDamaged(path=str(path), file=file, reason=str(error.fields["reason"]))
    except MmdeskError as error:
        failure = error
    except Exception as error:
        _LOG.warning("Loading %s failed at its %s", path, file, exc_info=True)
        failure = _model_error(error, file, plan)
    free_memory(plan.placement.device)
    raise failure.with_traceback(None)


def _model_error(error: Exception, file: str, plan: _Plan) -> MmdeskError:
    if is_out_of_memory(error):
        return out_of_memory(plan.request, plan.shape, plan.placement)
    return load_failure(error, plan.request.path, file)


def prompts_of(model: PreTrainedModel, processor: ProcessorMixin) -> PromptBuilder:
    """Return what makes a model's prompts; raises what its chat template does."""
    return PromptBuilder(
        processor,
        _image_token_id(model),
        _context_length(model),
        encoder_decoder=bool(model.config.is_encoder_decoder),
    )


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
    prompt = loaded.prompts.example()
    generate(
        loaded.model,
        tokenizer_of(loaded.processor),
        loaded.reader.read(prompt.inputs, ()).arguments,
        settings,
        max_tokens=1,
        started=0.0,
        sink=lambda text, tokens: None,
        cancelled=lambda: False,
        decode=loaded.decode,
    )
    if loaded.placement.device.type == "cuda":
        torch.cuda.synchronize(loaded.placement.device)
