"""A Whisper folder in Hugging Face layout: its configuration, and its tensors by OpenAI's names."""

from __future__ import annotations

import json
import re
from pathlib import Path

from mmdesk.core.errors import SpeechModelDamaged, SpeechModelIncomplete, SpeechModelMissing
from mmdesk.models.files import is_file, read_regular
from mmdesk.models.safetensors_header import MalformedHeader, TensorEntry, read_header
from mmdesk.speech.dimensions import Dimensions
from mmdesk.speech.official import AlignmentHeads

CONFIG = "config.json"
_GENERATION = "generation_config.json"
_WEIGHTS = "model.safetensors"
_INDEX = "model.safetensors.index.json"
_PICKLES = ("*.bin", "*.pt", "*.pth")
_JSON_LIMIT = 16 * 2**20
_DTYPES = ("F16", "BF16", "F32")
_FIELDS = {
    "num_mel_bins": "n_mels",
    "max_source_positions": "n_audio_ctx",
    "d_model": "n_audio_state",
    "encoder_attention_heads": "n_audio_head",
    "encoder_layers": "n_audio_layer",
    "vocab_size": "n_vocab",
    "max_target_positions": "n_text_ctx",
    "decoder_attention_heads": "n_text_head",
    "decoder_layers": "n_text_layer",
}
_TIED = "proj_out.weight"
"""The token embedding once more, for the logits."""
_RENAMED = (
    (r"^model\.", ""),
    (r"\.layers\.", ".blocks."),
    (r"\.self_attn_layer_norm\.", ".attn_ln."),
    (r"\.encoder_attn_layer_norm\.", ".cross_attn_ln."),
    (r"\.self_attn\.", ".attn."),
    (r"\.encoder_attn\.", ".cross_attn."),
    (r"\.q_proj\.", ".query."),
    (r"\.k_proj\.", ".key."),
    (r"\.v_proj\.", ".value."),
    (r"\.out_proj\.", ".out."),
    (r"\.fc1\.", ".mlp.0."),
    (r"\.fc2\.", ".mlp.2."),
    (r"\.final_layer_norm\.", ".mlp_ln."),
    (r"^encoder\.layer_norm\.", "encoder.ln_post."),
    (r"^decoder\.layer_norm\.", "decoder.ln."),
    (r"\.embed_positions\.weight$", ".positional_embedding"),
    (r"\.embed_tokens\.", ".token_embedding."),
)


def openai_name(name: str) -> str:
    """Return openai-whisper's name of a tensor."""
    for pattern, replacement in _RENAMED:
        name = re.sub(pattern, replacement, name)
    return name


def read_dimensions(path: Path) -> Dimensions:
    """Read ``config.json``.

    Raises:
        SpeechModelMissing: it is not there, or of another kind of model.
        SpeechModelDamaged: it is no Whisper's.
    """
    if not is_file(path / CONFIG):
        raise SpeechModelMissing(path=str(path))
    config = _read_json(path, CONFIG)
    if config.get("model_type") != "whisper":
        raise SpeechModelMissing(path=str(path))
    values: dict[str, int] = {}
    for theirs, ours in _FIELDS.items():
        value = config.get(theirs)
        if type(value) is not int:
            raise SpeechModelDamaged(path=str(path), reason=f"{CONFIG} says nothing of {theirs}")
        values[ours] = value
    width = values["n_audio_state"]
    dimensions = Dimensions(**values, n_text_state=width)
    complaint = dimensions.complaint() or _other_network(config, width)
    if complaint is not None:
        raise SpeechModelDamaged(path=str(path), reason=f"in {CONFIG}, {complaint}")
    return dimensions


def read_languages(path: Path, dimensions: Dimensions) -> tuple[str, ...]:
    """Return the languages that ``generation_config.json`` names; else all of the vocabulary's."""
    named = _generation(path).get("lang_to_id")
    if not isinstance(named, dict):
        return dimensions.languages
    codes = {str(token).strip("<|>") for token in named}
    return tuple(code for code in dimensions.languages if code in codes) or dimensions.languages


def read_alignment_heads(path: Path, dimensions: Dimensions) -> AlignmentHeads | None:
    """Return ``generation_config.json``'s alignment heads, or None without usable ones."""
    listed = _generation(path).get("alignment_heads")
    heads: list[tuple[int, int]] = []
    for pair in listed if isinstance(listed, list) else []:
        match pair:
            case [int(layer), int(head)] if (
                0 <= layer < dimensions.n_text_layer and 0 <= head < dimensions.n_text_head
            ):
                heads.append((layer, head))
            case _:
                return None
    return tuple(heads) or None


def check_weights(path: Path, dimensions: Dimensions) -> tuple[str, ...]:
    """Hold the headers of all weight files against the dimensions; return the files' names.

    Raises:
        SpeechModelIncomplete: files are missing.
        SpeechModelDamaged: a file contradicts itself or ``config.json``.
    """
    names = _weight_files(path)
    found: dict[str, TensorEntry] = {}
    for name in names:
        try:
            found.update(read_header(path / name).tensors)
        except MalformedHeader as error:
            raise SpeechModelDamaged(path=str(path), reason=f"{name}: {error}") from error
    found.pop(_TIED, None)
    complaint = _mismatch({openai_name(name): entry for name, entry in found.items()}, dimensions)
    if complaint is not None:
        raise SpeechModelDamaged(path=str(path), reason=complaint)
    return names


def is_tied(name: str) -> bool:
    """Whether a tensor only repeats another one."""
    return name == _TIED


def _mismatch(found: dict[str, TensorEntry], dimensions: Dimensions) -> str | None:
    expected = dimensions.shapes()
    if absent := sorted(expected.keys() - found.keys()):
        return f"{len(absent)} tensors are missing, {absent[0]} among them"
    if foreign := sorted(found.keys() - expected.keys()):
        return f"{len(foreign)} tensors are not Whisper's, {foreign[0][:80]} among them"
    for name, shape in expected.items():
        entry = found[name]
        if entry.shape != shape:
            return f"{name} has the shape {list(entry.shape)} instead of {list(shape)}"
        if entry.dtype not in _DTYPES:
            return f"{name} is stored as {entry.dtype[:20]}"
    return None


def _other_network(config: dict[str, object], width: int) -> str | None:
    """Say how the network differs from OpenAI's, which has no such options."""
    expected: dict[str, object] = {
        "encoder_ffn_dim": 4 * width,
        "decoder_ffn_dim": 4 * width,
        "activation_function": "gelu",
        "scale_embedding": False,
    }
    for name, value in expected.items():
        if config.get(name, value) != value:
            return f"{name} is {str(config[name])[:40]} instead of {value}"
    return None


def _weight_files(path: Path) -> tuple[str, ...]:
    if is_file(path / _INDEX):
        names = _indexed(path)
        missing = [name for name in names if not is_file(path / name)]
    elif is_file(path / _WEIGHTS):
        return (_WEIGHTS,)
    else:
        names, missing = (), [_WEIGHTS]
        if any(next(path.glob(pattern), None) for pattern in _PICKLES):
            # Unpickling runs code that the file carries.
            missing = [f"{_WEIGHTS} (mmdesk loads no pickled weights)"]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        listed = ", ".join(missing[:4]) + (" …" if len(missing) > 4 else "")
        raise SpeechModelIncomplete(path=str(path), missing=f"{listed} {verb} missing")
    return names


def _indexed(path: Path) -> tuple[str, ...]:
    weight_map = _read_json(path, _INDEX).get("weight_map")
    names = set(weight_map.values()) if isinstance(weight_map, dict) else set()
    for name in names:
        if not isinstance(name, str) or Path(name).name != name or not name.endswith("safetensors"):
            names = set()
            break
    if not names:
        raise SpeechModelDamaged(path=str(path), reason=f"{_INDEX} names no .safetensors files")
    return tuple(sorted(names))


def _generation(path: Path) -> dict[str, object]:
    return _read_json(path, _GENERATION) if is_file(path / _GENERATION) else {}


def _read_json(path: Path, name: str) -> dict[str, object]:
    try:
        content = json.loads(read_regular(path / name, _JSON_LIMIT).decode("utf-8-sig"))
    except OSError as error:
        reason = f"{name} can't be read ({error.strerror})"
        raise SpeechModelDamaged(path=str(path), reason=reason) from error
    except (ValueError, RecursionError) as error:
        raise SpeechModelDamaged(path=str(path), reason=f"{name} is not valid JSON") from error
    if not isinstance(content, dict):
        raise SpeechModelDamaged(path=str(path), reason=f"{name} holds no JSON object")
    return content
