"""Writes the trained speech model as a Whisper checkpoint in Hugging Face layout, in float16.

The folder loads in transformers' `WhisperForConditionalGeneration` and, with renamed tensors, in
openai-whisper.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from mmdesk.training.speech.model import FULL_CONTEXT, Learner, Size
from mmdesk.training.speech.vocabulary import WHISPER_TOKENS, Vocabulary

NEVER = -30.0
_RENAMED = (
    (r"\.blocks\.", ".layers."),
    (r"\.cross_attn_ln\.", ".encoder_attn_layer_norm."),
    (r"\.attn_ln\.", ".self_attn_layer_norm."),
    (r"\.cross_attn\.", ".encoder_attn."),
    (r"\.attn\.", ".self_attn."),
    (r"\.query\.", ".q_proj."),
    (r"\.key\.", ".k_proj."),
    (r"\.value\.", ".v_proj."),
    (r"\.out\.", ".out_proj."),
    (r"\.mlp_ln\.", ".final_layer_norm."),
    (r"\.mlp\.0\.", ".fc1."),
    (r"\.mlp\.2\.", ".fc2."),
    (r"encoder\.ln_post\.", "encoder.layer_norm."),
    (r"decoder\.ln\.", "decoder.layer_norm."),
    (r"\.positional_embedding$", ".embed_positions.weight"),
    (r"\.token_embedding\.", ".embed_tokens."),
)


def huggingface_name(name: str) -> str:
    """transformers' name of one of openai-whisper's tensors."""
    for pattern, replacement in _RENAMED:
        name = re.sub(pattern, replacement, name)
    return "model." + name


def whole_embedding(compact: Tensor, vocabulary: Vocabulary) -> Tensor:
    """All 51,865 rows: the trained ones at their places, elsewhere one whose logit is NEVER.

    The last column is a bias (see `Learner`), and the highest of the trained logits is far above.
    """
    rows = torch.zeros(WHISPER_TOKENS, compact.shape[1])
    rows[:, -1] = NEVER
    rows[list(vocabulary.ids)] = compact.float()
    return rows


def tensors(learner: Learner, vocabulary: Vocabulary) -> dict[str, Tensor]:
    """The exported tensors by transformers' names, float16."""
    state: Mapping[str, Tensor] = learner.whisper.state_dict()
    found = {}
    for name, tensor in state.items():
        if name.endswith("token_embedding.weight"):
            tensor = whole_embedding(tensor, vocabulary)
        found[huggingface_name(name)] = tensor.detach().cpu().half().contiguous()
    return found


def config(size: Size) -> dict[str, Any]:
    """`config.json`: openai/whisper-tiny's with this model's sizes."""
    return {
        "architectures": ["WhisperForConditionalGeneration"],
        "model_type": "whisper",
        "activation_dropout": 0.0,
        "activation_function": "gelu",
        "attention_dropout": 0.0,
        "begin_suppress_tokens": [220, 50257],
        "bos_token_id": 50257,
        "d_model": size.width,
        "decoder_attention_heads": size.heads,
        "decoder_ffn_dim": 4 * size.width,
        "decoder_layers": size.decoder_layers,
        "decoder_start_token_id": 50258,
        "dropout": 0.0,
        "dtype": "float16",
        "encoder_attention_heads": size.heads,
        "encoder_ffn_dim": 4 * size.width,
        "encoder_layers": size.encoder_layers,
        "eos_token_id": 50257,
        "init_std": 0.02,
        "is_encoder_decoder": True,
        "max_source_positions": FULL_CONTEXT,
        "max_target_positions": size.text_context,
        "num_hidden_layers": size.encoder_layers,
        "num_mel_bins": 80,
        "pad_token_id": 50257,
        "scale_embedding": False,
        "tie_word_embeddings": True,
        "use_cache": True,
        "vocab_size": WHISPER_TOKENS,
    }


def generation_config(
    size: Size, vocabulary: Vocabulary, heads: list[tuple[int, int]]
) -> dict[str, Any]:
    """`generation_config.json`: the languages that were trained, and the heads that align best."""
    codes = {code: vocabulary.ids[number] for code, number in vocabulary.languages.items()}
    tokenizer = vocabulary.tokenizer
    return {
        "alignment_heads": [list(pair) for pair in heads],
        "begin_suppress_tokens": [220, tokenizer.eot],
        "bos_token_id": tokenizer.eot,
        "decoder_start_token_id": tokenizer.sot,
        "eos_token_id": tokenizer.eot,
        "is_multilingual": True,
        "lang_to_id": {f"<|{code}|>": token for code, token in codes.items()},
        "max_initial_timestamp_index": 50,
        "max_length": size.text_context,
        "no_timestamps_token_id": tokenizer.no_timestamps,
        "pad_token_id": tokenizer.eot,
        "prev_sot_token_id": tokenizer.sot_prev,
        "return_timestamps": False,
        "suppress_tokens": [],
        "task_to_id": {"transcribe": tokenizer.transcribe, "translate": tokenizer.translate},
    }


def export(
    learner: Learner, vocabulary: Vocabulary, heads: list[tuple[int, int]], out: Path
) -> None:
    """Writes weights and configuration into the folder; its README.md is not touched."""
    out.mkdir(parents=True, exist_ok=True)
    for name, values in (
        ("config.json", config(learner.size)),
        ("generation_config.json", generation_config(learner.size, vocabulary, heads)),
    ):
        text = json.dumps(values, indent=2, sort_keys=True) + "\n"
        (out / name).write_text(text, encoding="utf-8")
    weights = tensors(learner, vocabulary)
    path = out / "model.safetensors"
    save_file(weights, str(path), metadata={"format": "pt"})
    path.chmod(0o644)  # safetensors makes it readable for its owner alone
