"""Which architectures mmdesk loads, by the ``model_type`` in a checkpoint's ``config.json``.

An allow-list, known without importing transformers: whatever isn't on it is refused before any
of its files is given to a library. Source: transformers 5.23, models/auto/modeling_auto.py,
``MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES``, less :data:`NO_CHAT_MODEL_TYPES`; a test holds
them against each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Role = Literal["chat", "speech", "match"]

IMAGE_TEXT_MODEL_TYPES = frozenset(
    {
        "aria", "aya_vision", "blip", "blip-2", "chameleon", "cohere2_vision", "cohere_compass",
        "cosmos3_edge", "cosmos3_omni", "deepseek_ocr2", "deepseek_vl", "deepseek_vl_hybrid",
        "diffusion_gemma", "dots3_note", "emu3", "ernie4_5_vl_moe", "exaone4_5", "fast_vlm",
        "florence2", "fuyu", "gemma3", "gemma3n", "gemma4", "gemma4_unified", "git", "glm46v",
        "glm4v", "glm4v_moe", "glm5_next", "glm_ocr", "glmga", "got_ocr2", "granite4_vision",
        "granite_docling", "hunyuan_vl", "hyperclovax_vision_v2", "idefics", "idefics2",
        "idefics3", "inkling2", "inkling_mm_model", "instructblip", "internvl", "janus",
        "kimi_k25", "kosmos-2", "kosmos-2.5", "lfm2_vl", "lfm3_vl", "lighton_ocr", "llama4",
        "llava", "llava_next", "llava_next_video", "llava_onevision", "minicpm_ocr",
        "minicpmv4_6", "minicpmv4_7", "minimax_m3_vl", "mistral3", "mistral_large4", "mllama",
        "molmo2", "muse_glimmer", "muse_spark", "nemotron_h_omni", "ovis2", "paddleocr_vl",
        "paligemma", "perception_lm", "pp_chart2table", "qianfan_ocr", "qwen2_5_omni_thinker",
        "qwen2_5_vl", "qwen2_vl", "qwen3_5", "qwen3_5_moe", "qwen3_omni_moe_thinker", "qwen3_vl",
        "qwen3_vl_moe", "qwen4_exp", "smolvlm", "step3p7", "t5gemma2", "unlimited_ocr",
        "video_llama_3", "video_llava", "vipllava",
    }
)  # fmt: skip
"""Architectures that answer questions about pictures."""

NO_CHAT_MODEL_TYPES = {
    "evolla": "it describes proteins",
    "instructblipvideo": "it takes videos only",
    "mistral4": "it takes text only",
    "pi0": "it moves robots and writes no text",
    "pix2struct": "it draws the question into the picture, with a font from the network",
    "pp_formulanet": "it transcribes formulas and takes no question",
    "shieldgemma2": "it rates pictures and writes no text",
    "udop": "it needs the words of a scanned page and their places",
    "vision-encoder-decoder": "it takes no question",
}
"""What transformers counts among image-text models but can't chat, and why."""

SPEECH_MODEL_TYPES = frozenset({"whisper"})
MATCH_MODEL_TYPES = frozenset({"chinese_clip", "clip", "siglip", "siglip2"})


def role_of(config: Mapping[str, object]) -> Role | None:
    """Return what a checkpoint is for, from its ``config.json``; None where it is of no use."""
    model_type = config.get("model_type")
    if not isinstance(model_type, str):
        return None
    if model_type in IMAGE_TEXT_MODEL_TYPES:
        return "chat"
    if model_type in SPEECH_MODEL_TYPES:
        return "speech"
    return "match" if model_type in MATCH_MODEL_TYPES else None
