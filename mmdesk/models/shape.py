"""What of a checkpoint decides how much memory it takes, from its configuration and headers.

Needs neither torch nor transformers. Sizes come from the tensors' shapes wherever these tell
them: a ``config.json`` leaves out what equals its class's defaults.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmdesk.core.errors import ModelDamaged, ModelMissing
from mmdesk.models.files import is_file, read_regular
from mmdesk.models.picture_cost import PHOTO, PictureCost, picture_cost
from mmdesk.models.safetensors_header import MalformedHeader, TensorEntry, read_header

_JSON_LIMIT = 64 * 2**20
_LARGEST = 2**32
_MOST_LAYERS = 10_000
"""What is more in a configuration is nonsense."""
_INDEX = "model.safetensors.index.json"
_PROCESSORS = ("preprocessor_config.json", "processor_config.json")
_TEXT_CONFIGS = (
    "text_config", "llm_config", "language_config", "thinker_config", "text_model_config",
)  # fmt: skip
_NOT_TEXT = (
    r"vision|visual|vit\b|image|audio|speech|sound|qformer|resampler|perceiver|projector|merger"
    r"|connector|aligner|encoder\.(?:layers|block)"
)
NEVER_PACKED = rf"lm_head|embed|norm|{_NOT_TEXT}"
"""What of a name says that int8 and int4 leave a layer as it is, as a regular expression."""
_LAYER = re.compile(r"(?:layers|h|blocks|block)\.(\d+)\.(.+)\.weight$")
_KEYS_OR_VALUES = re.compile(r"(?:self_attn|attention|attn|SelfAttention)\.(?:k|v)(?:_proj|)$")
_INNER = re.compile(r"(?:gate_proj|up_proj|w1|fc1|c_fc|wi_0|gate_up_proj)$")
_OUTPUT = "lm_head.weight"
_DTYPES = {"F32": "float32", "F16": "float16", "BF16": "bfloat16"}
_LINEAR_LAYERS = ("linear_attention", "mamba", "conv", "recurrent", "short_conv")
_WINDOWED_LAYERS = ("sliding_attention", "chunked_attention")


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of an image-text model; memory is counted in elements, times the dtype's bytes.

    Attributes:
        parameters: Elements of all tensors as stored.
        stored_bytes: Their size on the disk.
        packable: Elements of the language model's linear layers, which int8 and int4 pack.
        largest: Elements of the largest tensor.
        layers: Of the language model.
        cache_per_token: Elements of keys and values that every token adds to the layers whose
            cache grows for ever.
        window_per_token: The same of layers with a sliding window of ``window`` tokens.
        hidden, inner, vocabulary: Widths of the language model.
        picture: What one picture costs.
        context: The most tokens, or None where it isn't declared.
        prequantized: Whether the tensors are stored packed.
        stored_itemsize: Bytes of the dtype that most elements are stored in.
        stored_dtype: torch's name of that dtype; "" if it is none of float32, float16, bfloat16.
        output: Elements of the output layer's own matrix; 0 where it is the embedding.
    """

    parameters: int
    stored_bytes: int
    packable: int
    largest: int
    layers: int
    cache_per_token: int
    window_per_token: int
    window: int
    hidden: int
    inner: int
    vocabulary: int
    picture: PictureCost
    context: int | None = None
    prequantized: bool = False
    stored_itemsize: int = 2
    stored_dtype: str = ""
    output: int = 0


def read_shape(path: Path, photo: tuple[int, int] = PHOTO) -> Shape:
    """Read a checkpoint's folder.

    Args:
        photo: (width, height) of the picture whose cost is told.

    Raises:
        ModelMissing: no ``config.json``, or no weights.
        ModelDamaged: a file makes no sense.
    """
    config = _object(path, "config.json")
    if config is None:
        raise ModelMissing(path=str(path))
    tensors: dict[str, TensorEntry] = {}
    stored = 0
    for name in _weight_files(path):
        try:
            header = read_header(path / name)
        except MalformedHeader as error:
            raise ModelDamaged(path=str(path), file=name, reason=str(error)) from error
        tensors |= header.tensors
        stored += header.stored_bytes
    if not tensors:
        raise ModelMissing(path=str(path))
    processor: dict[str, Any] = {}
    for name in _PROCESSORS:
        found = _object(path, name) or {}
        processor |= found | _mapping(found.get("image_processor"))
    return shape_of(config, processor, tensors, stored, photo)


def shape_of(
    config: Mapping[str, Any],
    processor: Mapping[str, Any],
    tensors: Mapping[str, TensorEntry],
    stored_bytes: int,
    photo: tuple[int, int] = PHOTO,
) -> Shape:
    """Return the shape that a configuration and the weights' headers tell."""
    text = _text_config(config)
    packed = bool(config.get("quantization_config") or text.get("quantization_config"))
    elements = {name: tensor.elements for name, tensor in tensors.items()}
    hidden = number(text, "hidden_size", "d_model", "n_embd") or _embedding(tensors, 1)
    growing, windowed, window = _cache(text, {} if packed else tensors, hidden)
    return Shape(
        parameters=sum(elements.values()),
        stored_bytes=stored_bytes,
        packable=sum(n for name, n in elements.items() if _packable(name, tensors[name])),
        largest=max(elements.values()),
        layers=_layer_count(text, tensors),
        cache_per_token=growing,
        window_per_token=windowed,
        window=window,
        hidden=hidden,
        inner=_inner(text, {} if packed else tensors) or 4 * hidden,
        vocabulary=number(text, "vocab_size") or _embedding(tensors, 0),
        picture=picture_cost(config, processor, photo),
        context=number(text, "max_position_embeddings", "max_target_positions") or None,
        prequantized=packed,
        stored_itemsize=max(1, round(stored_bytes / max(1, sum(elements.values())))),
        stored_dtype=_stored_dtype(tensors),
        output=sum(n for name, n in elements.items() if name.endswith(_OUTPUT)),
    )


def number(config: Mapping[str, Any], *names: str) -> int:
    """Return the first of these that is a positive integer, else 0."""
    for name in names:
        value = config.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _LARGEST:
            return value
    return 0


def _stored_dtype(tensors: Mapping[str, TensorEntry]) -> str:
    elements: Counter[str] = Counter()
    for tensor in tensors.values():
        elements[tensor.dtype] += tensor.elements
    return _DTYPES.get(max(elements, key=elements.__getitem__, default=""), "")


def _text_config(config: Mapping[str, Any]) -> Mapping[str, Any]:
    for name in _TEXT_CONFIGS:
        inner = _mapping(config.get(name))
        if inner:
            return _text_config(inner)
    return config


def _cache(
    text: Mapping[str, Any], tensors: Mapping[str, TensorEntry], hidden: int
) -> tuple[int, int, int]:
    """Return (elements per token of growing layers, of windowed layers, the window)."""
    per_layer = _cache_by_headers(tensors) or _cache_by_config(text, tensors, hidden)
    window = number(text, "sliding_window", "attention_chunk_size")
    kinds = _layer_kinds(text, len(per_layer))
    growing = windowed = 0
    for layer, size in per_layer.items():
        kind = kinds[layer] if layer < len(kinds) else ""
        if kind in _LINEAR_LAYERS:
            continue
        if kind in _WINDOWED_LAYERS and window:
            windowed += size
        else:
            growing += size
    return growing, windowed, window


def _cache_by_headers(tensors: Mapping[str, TensorEntry]) -> dict[int, int]:
    """Return the rows of all ``k_proj`` and ``v_proj`` by layer; layers without have no cache."""
    found: dict[int, int] = {}
    for layer, name, tensor in _text_layers(tensors):
        if _KEYS_OR_VALUES.search(name):
            found[layer] = found.get(layer, 0) + tensor.shape[0]
    return found


def _cache_by_config(
    text: Mapping[str, Any], tensors: Mapping[str, TensorEntry], hidden: int
) -> dict[int, int]:
    heads = number(text, "num_attention_heads", "n_head", "decoder_attention_heads") or 1
    if number(text, "kv_lora_rank"):
        # DeepSeek's latent attention: transformers caches keys and values at full width.
        key = number(text, "qk_nope_head_dim") + number(text, "qk_rope_head_dim")
        size = heads * (key + number(text, "v_head_dim"))
    else:
        kv_heads = number(text, "num_key_value_heads", "multi_query_group_num") or heads
        size = 2 * kv_heads * (number(text, "head_dim") or hidden // heads)
    return dict.fromkeys(range(_layer_count(text, tensors)), size)


def _layer_kinds(text: Mapping[str, Any], layers: int) -> list[str]:
    kinds = text.get("layer_types")
    if isinstance(kinds, list):
        return [str(kind) for kind in kinds]
    pattern = number(text, "sliding_window_pattern", "_sliding_window_pattern")
    if not pattern and str(text.get("model_type", "")).startswith("gemma3"):
        pattern = 6  # transformers' default, which Gemma 3's own configurations leave out
    if pattern and number(text, "sliding_window"):
        return [
            "full_attention" if (layer + 1) % pattern == 0 else "sliding_attention"
            for layer in range(layers)
        ]
    every = number(text, "full_attention_interval")
    if every:
        return [
            "full_attention" if (layer + 1) % every == 0 else "linear_attention"
            for layer in range(layers)
        ]
    return []


def _layer_count(text: Mapping[str, Any], tensors: Mapping[str, TensorEntry]) -> int:
    told = number(text, "num_hidden_layers", "n_layer", "decoder_layers", "num_layers")
    if 0 < told <= _MOST_LAYERS:
        return told
    return len({layer for layer, _, _ in _text_layers(tensors)})


def _inner(text: Mapping[str, Any], tensors: Mapping[str, TensorEntry]) -> int:
    """Return the width within a feed-forward layer; of experts, of those that a token visits."""
    experts = number(text, "num_experts_per_tok", "num_experts_per_token", "top_k_experts")
    if experts:
        each = number(text, "moe_intermediate_size", "expert_ffn_hidden_size")
        shared = number(text, "shared_expert_intermediate_size")
        if each:
            return experts * each + shared
    told = number(text, "intermediate_size", "ffn_dim", "decoder_ffn_dim", "n_inner")
    found = (t.shape[0] for _, name, t in _text_layers(tensors) if _INNER.search(name))
    return told or max(found, default=0)


def _text_layers(
    tensors: Mapping[str, TensorEntry],
) -> Iterator[tuple[int, str, TensorEntry]]:
    """Yield (layer, name within the layer, tensor) of the language model's matrices."""
    for name, tensor in tensors.items():
        match = _LAYER.search(name)
        if match and len(tensor.shape) > 1 and not re.search(_NOT_TEXT, name):
            yield int(match[1]), match[2], tensor


def _packable(name: str, tensor: TensorEntry) -> bool:
    return len(tensor.shape) > 1 and not re.search(NEVER_PACKED, name)


def _embedding(tensors: Mapping[str, TensorEntry], axis: int) -> int:
    shapes = (
        tensor.shape[axis]
        for name, tensor in tensors.items()
        if len(tensor.shape) == 2 and re.search(r"(embed_tokens|wte|shared)\.weight$", name)
    )
    return max(shapes, default=0)


def _weight_files(path: Path) -> list[str]:
    index = _object(path, _INDEX)
    if index is not None:
        names = set(_mapping(index.get("weight_map")).values())
        return sorted(name for name in names if isinstance(name, str) and "/" not in name)
    if is_file(path / "model.safetensors"):
        return ["model.safetensors"]
    return []


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _object(path: Path, name: str) -> dict[str, Any] | None:
    """Return the object in a JSON file, or None where there is no such file."""
    if not is_file(path / name):
        return None
    try:
        content = json.loads(read_regular(path / name, _JSON_LIMIT).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        reason = f"it can't be read ({type(error).__name__})"
        raise ModelDamaged(path=str(path), file=name, reason=reason) from error
    if not isinstance(content, dict):
        raise ModelDamaged(path=str(path), file=name, reason="it holds no JSON object")
    return content
