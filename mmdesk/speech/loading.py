"""From a checked checkpoint to openai-whisper's model in memory."""

from __future__ import annotations

import io
import logging
import pickle
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch.overrides import TorchFunctionMode
from whisper.model import ModelDimensions, Whisper
from whisper.tokenizer import Tokenizer, get_tokenizer

from mmdesk.core.errors import SpeechModelDamaged
from mmdesk.core.requests import SpeechModel
from mmdesk.models.hardware import is_out_of_memory
from mmdesk.speech.checkpoint import Checkpoint, FolderCheckpoint, OpenAICheckpoint
from mmdesk.speech.devices import Placement, place
from mmdesk.speech.dimensions import Dimensions
from mmdesk.speech.huggingface import is_tied, openai_name
from mmdesk.speech.official import AlignmentHeads

_LOG = logging.getLogger(__name__)

Tensors = dict[str, torch.Tensor]
_NOT_A_CHECKPOINT = (
    pickle.UnpicklingError,
    zipfile.BadZipFile,
    EOFError,
    KeyError,
    TypeError,
    ValueError,
    RuntimeError,
    AttributeError,
)
"""What ``torch.load`` raises at bytes that are none of its own, and what follows from others."""


@dataclass(frozen=True, slots=True)
class LoadedSpeechModel:
    """A Whisper in memory and all that belongs to it.

    Attributes:
        network: In evaluation mode, on ``placement.device``.
        languages: The codes of what it was trained to hear.
    """

    name: str
    network: Whisper
    dimensions: Dimensions
    languages: tuple[str, ...]
    alignment_heads: AlignmentHeads
    placement: Placement

    def tokenizer(self, language: str) -> Tokenizer:
        """Return the tokenizer for a language."""
        with warnings.catch_warnings():
            # It leaves the file of its vocabulary to the garbage collector.
            warnings.simplefilter("ignore", ResourceWarning)
            return get_tokenizer(
                self.dimensions.multilingual,
                num_languages=self.dimensions.n_vocab - 51765 - int(self.dimensions.multilingual),
                language=language,
                task="transcribe",
            )


def load_speech_model(checkpoint: Checkpoint, request: SpeechModel) -> LoadedSpeechModel:
    """Load what :func:`~mmdesk.speech.checkpoint.read_checkpoint` found.

    Raises:
        SpeechModelDamaged: the tensors are not a Whisper's.
        SpeechOutOfMemory, DeviceUnavailable: see :func:`~mmdesk.speech.devices.place`.
    """
    if isinstance(checkpoint, OpenAICheckpoint):
        dimensions, tensors = _unpickle(checkpoint)
        languages = dimensions.languages
        heads = checkpoint.official.alignment_heads
    else:
        dimensions, languages = checkpoint.dimensions, checkpoint.languages
        heads = checkpoint.alignment_heads
        tensors = None
    placement = place(request, _parameters(dimensions))
    if tensors is None:
        assert isinstance(checkpoint, FolderCheckpoint)
        tensors = _read_folder(checkpoint)
    network = build_network(dimensions, tensors, placement)
    return LoadedSpeechModel(
        name=checkpoint.name,
        network=network,
        dimensions=dimensions,
        languages=languages,
        alignment_heads=heads or dimensions.default_alignment_heads,
        placement=placement,
    )


def build_network(dimensions: Dimensions, tensors: Tensors, placement: Placement) -> Whisper:
    """Return a ``whisper.model.Whisper`` that holds ``tensors``, by OpenAI's names.

    Weights are converted once, to what openai-whisper would convert them to at every call;
    layer norms stay in float32, in which it computes them.
    """
    with _NoInitialisation():
        network = Whisper(ModelDimensions(**asdict(dimensions)))
    for name in list(tensors):
        exact = "_ln." in name or ".ln" in name
        dtype = torch.float32 if exact else placement.dtype
        tensors[name] = tensors[name].to(placement.device, dtype)
    network.load_state_dict(tensors, assign=True)
    # Ours are passed around as numbers; a sparse buffer moves to no other device than CUDA.
    network.alignment_heads = None
    return network.to(placement.device).eval().requires_grad_(False)


class _NoInitialisation(TorchFunctionMode):
    """Leaves the parameters of new modules as the allocator gave them: all are replaced."""

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        del types
        if getattr(func, "__module__", None) == "torch.nn.init":
            return args[0] if args else (kwargs or {})["tensor"]
        return func(*args, **(kwargs or {}))


def _unpickle(checkpoint: OpenAICheckpoint) -> tuple[Dimensions, Tensors]:
    """Read a ``.pt`` file, which is known to be OpenAI's."""
    try:
        content = torch.load(io.BytesIO(checkpoint.content), "cpu", weights_only=True)
        dimensions = Dimensions(**content["dims"])
        tensors = dict(content["model_state_dict"])
        complaint = dimensions.complaint() or _mismatch(tensors, dimensions)
    except _NOT_A_CHECKPOINT as error:
        if is_out_of_memory(error):
            raise
        _LOG.info("%s", checkpoint.path, exc_info=True)
        complaint = f"it holds no Whisper ({type(error).__name__})"
    if complaint is not None:
        raise SpeechModelDamaged(path=str(checkpoint.path), reason=complaint)
    return dimensions, tensors


def _mismatch(tensors: Tensors, dimensions: Dimensions) -> str | None:
    expected = dimensions.shapes()
    if expected.keys() != tensors.keys():
        different = sorted(expected.keys() ^ tensors.keys())
        return f"{len(different)} tensors are missing or foreign, {different[0][:80]} among them"
    wrong = [name for name, shape in expected.items() if tuple(tensors[name].shape) != shape]
    if wrong:
        return f"{wrong[0]} has the wrong shape"
    # Text of such a model would look certain: nothing is smaller than no number.
    endless = (name for name, tensor in tensors.items() if not torch.isfinite(tensor).all())
    name = next(endless, None)
    return None if name is None else f"{name} holds what is no number"


def _read_folder(checkpoint: FolderCheckpoint) -> Tensors:
    tensors: Tensors = {}
    try:
        for file in checkpoint.files:
            with safe_open(checkpoint.path / file, framework="pt") as weights:
                for name in weights.keys():  # noqa: SIM118 - it is no mapping
                    if not is_tied(name):
                        tensors[openai_name(name)] = weights.get_tensor(name)
    except (SafetensorError, OSError, ValueError) as error:
        _LOG.info("%s", checkpoint.path, exc_info=True)
        reason = " ".join(str(error).split())[:160]
        raise SpeechModelDamaged(path=str(checkpoint.path), reason=reason) from error
    if complaint := _mismatch(tensors, checkpoint.dimensions):  # the files changed meanwhile
        raise SpeechModelDamaged(path=str(checkpoint.path), reason=complaint)
    return tensors


def _parameters(dimensions: Dimensions) -> int:
    return sum(torch.Size(shape).numel() for shape in dimensions.shapes().values())
