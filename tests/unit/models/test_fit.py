"""What fits: the arithmetic against models whose sizes are known, and the verdict."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mmdesk.core.errors import ModelDamaged, ModelMissing
from mmdesk.core.models import FIT_CONTEXT, Fit, ModelRole
from mmdesk.models import fit
from mmdesk.models.fit import estimate, estimate_for_folder, estimate_for_parameters
from mmdesk.models.machine import Gpu, Machine
from mmdesk.models.published import between
from mmdesk.models.safetensors_header import TensorEntry
from mmdesk.models.shape import Shape, shape_of

GB = 10**9
LAPTOP = Machine(16 * GB, 12 * GB, bfloat16=True)
WORKSTATION = Machine(64 * GB, 50 * GB, True, (Gpu("RTX", 24 * GB, 23 * GB),))

LLAMA_2_7B = {
    "model_type": "llava",
    "vision_feature_layer": -2,
    "image_seq_length": 576,
    "text_config": {
        "model_type": "llama", "hidden_size": 4096, "intermediate_size": 11008,
        "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 32,
        "max_position_embeddings": 4096, "vocab_size": 32064,
    },
    "vision_config": {
        "hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 24,
        "patch_size": 14, "image_size": 336,
    },
}  # fmt: skip
QWEN = {"patch_size": 14, "merge_size": 2, "max_pixels": 12845056, "min_pixels": 3136}


def shaped(
    config: Mapping[str, Any], processor: Mapping[str, Any] | None = None, **tensors: list[int]
) -> Shape:
    entries = {
        name.replace("__", "."): TensorEntry("BF16", tuple(shape))
        for name, shape in (tensors or {"model__norm__weight": [4096]}).items()
    }
    stored = sum(2 * entry.elements for entry in entries.values())
    return shape_of(config, processor or {}, entries, stored)


@pytest.mark.parametrize(
    ("gibibytes", "billions"), [(0, 0), (2, 0), (4, 1), (8, 2), (16, 4), (24, 8), (64, 14)]
)
def test_largest_model(gibibytes: int, billions: int) -> None:
    assert fit.largest_model_billions(gibibytes * 2**30) == billions


def test_this_computer_has_some_memory() -> None:
    assert fit.total_memory_bytes() > 2**28


def test_keys_and_values_as_published() -> None:
    """LLaVA-1.5-7B: half a mebibyte per token in 16 bits."""
    shape = shaped(LLAMA_2_7B)
    assert fit.kv_cache_bytes(shape, "bfloat16", 1) == 2**19
    assert fit.kv_cache_bytes(shape, "float32", 1) == 2**20
    assert fit.kv_cache_bytes(shape, "int4", 1000) == 1000 * 2**19
    assert (shape.picture.tokens, shape.picture.patches) == (576, 576)
    assert shape.picture.keeps_layers


def test_headers_tell_what_a_configuration_leaves_out() -> None:
    """The published config.json of LLaVA-1.5 names no layers at all."""
    config = LLAMA_2_7B | {"text_config": {"model_type": "llama"}}
    tensors = {}
    for layer in range(3):
        prefix = f"language_model__model__layers__{layer}__self_attn__"
        for name in ("k_proj", "v_proj"):
            tensors[f"{prefix}{name}__weight"] = [1024, 4096]
        tensors[f"{prefix}q_proj__weight"] = [4096, 4096]
        tensors[f"{prefix.replace('self_attn', 'mlp')}up_proj__weight"] = [11008, 4096]
    tensors["vision_tower__encoder__layers__0__self_attn__k_proj__weight"] = [1024, 1024]
    tensors["language_model__model__embed_tokens__weight"] = [32064, 4096]
    shape = shaped(config, None, **tensors)
    assert (shape.layers, shape.cache_per_token, shape.inner) == (3, 3 * 2 * 1024, 11008)
    assert (shape.hidden, shape.vocabulary) == (4096, 32064)
    linear = 3 * (2 * 1024 * 4096 + 4096**2 + 11008 * 4096)
    assert shape.packable == linear


def test_windows_and_linear_layers_hold_less() -> None:
    """Gemma 3: one layer in six grows; Qwen3.5: one in four."""
    text = LLAMA_2_7B["text_config"] | {"num_hidden_layers": 12, "sliding_window": 1024}  # type: ignore[operator]
    gemma = shaped({"text_config": text | {"model_type": "gemma3_text"}})
    per_layer = 2 * 4096
    assert (gemma.cache_per_token, gemma.window_per_token) == (2 * per_layer, 10 * per_layer)
    at = [fit.kv_cache_bytes(gemma, "bfloat16", tokens) for tokens in (1024, 2024)]
    assert at[1] - at[0] == 1000 * 2 * per_layer * 2
    hybrid = shaped({"text_config": text | {"full_attention_interval": 4}})
    assert hybrid.cache_per_token == 3 * per_layer
    listed = ["linear_attention"] * 11 + ["full_attention"]
    assert shaped({"text_config": text | {"layer_types": listed}}).cache_per_token == per_layer


def test_latent_attention_is_cached_at_full_width() -> None:
    text = {
        "num_hidden_layers": 2, "num_attention_heads": 8, "kv_lora_rank": 512, "hidden_size": 1024,
        "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128,
    }  # fmt: skip
    assert shaped({"text_config": text}).cache_per_token == 2 * 8 * (192 + 128)


@pytest.mark.parametrize(
    ("config", "processor", "patches", "tokens"),
    [
        # Qwen2.5-VL: 12 megapixels in cells of 28
        ({"vision_config": {"depth": 32, "patch_size": 14}}, QWEN, 61224, 15306),
        ({"vision_config": {"patch_size": 14}}, QWEN | {"max_pixels": 784_000}, 4000, 1000),
        (
            {"vision_config": {"patch_size": 14}},
            {"merge_size": 2, "size": {"shortest_edge": 3136, "longest_edge": 784_000}},
            4000,
            1000,
        ),
        # SmolVLM-256M: 4 x 3 tiles of 512 and the whole
        (
            {"vision_config": {"patch_size": 16, "image_size": 512}, "scale_factor": 4},
            {"size": {"longest_edge": 2048}, "max_image_size": {"longest_edge": 512}},
            13 * 1024,
            13 * 64,
        ),
        # InternVL3: 4 x 3 tiles of 448 and the whole
        (
            {
                "vision_config": {"patch_size": [14, 14], "image_size": [448, 448]},
                "downsample_ratio": 0.5,
            },
            {"crop_to_patches": True, "max_patches": 12},
            13 * 1024,
            13 * 256,
        ),
        # Gemma 3
        (
            {
                "vision_config": {"patch_size": 14, "image_size": 896},
                "mm_tokens_per_image": 256,
            },
            {"size": {"height": 896, "width": 896}},
            4096,
            256,
        ),
        # LLaVA-NeXT: 2 x 2 tiles and the whole
        (
            {"vision_config": {"patch_size": 14, "image_size": 336}},
            {"image_grid_pinpoints": [[336, 672], [672, 336], [672, 672]]},
            5 * 576,
            5 * 576,
        ),
    ],
)
def test_image_tokens_of_a_photo(
    config: dict[str, Any], processor: dict[str, Any], patches: int, tokens: int
) -> None:
    picture = shaped(config, processor).picture
    assert (picture.patches, picture.tokens) == (patches, tokens)


def test_a_smaller_photo_costs_less() -> None:
    shape = {"vision_config": {"patch_size": 14}}
    large = shape_of(shape, QWEN, {"a": TensorEntry("F32", (1,))}, 4)
    small = shape_of(shape, QWEN, {"a": TensorEntry("F32", (1,))}, 4, (640, 480))
    assert small.picture.tokens == 640 * 480 // 784 < large.picture.tokens


def test_bytes_by_precision() -> None:
    shape = between(8 * GB)
    in_bytes = {
        dtype: fit.weights_bytes(shape, dtype) for dtype in ("float32", "bfloat16", "int8", "int4")
    }
    assert in_bytes["float32"] == 32 * GB
    assert in_bytes["bfloat16"] == 16 * GB
    assert 8 * GB < in_bytes["int8"] < 11 * GB
    assert 4 * GB < in_bytes["int4"] < 8 * GB
    assert fit.weights_bytes(replace(shape, prequantized=True), "bfloat16") == shape.stored_bytes


def test_verdicts() -> None:
    two, eight = between(2 * GB), between(8 * GB)
    assert estimate(two, LAPTOP).fit is Fit.FITS
    assert estimate(eight, LAPTOP).fit is Fit.NO
    # With everything else closed there would be room.
    assert estimate(two, replace(LAPTOP, available=5 * GB)).fit is Fit.TIGHT
    assert estimate(eight, WORKSTATION).fit is Fit.FITS
    # Partly on the CPU.
    assert estimate(between(24 * GB), WORKSTATION).fit is Fit.TIGHT
    assert estimate(between(72 * GB), WORKSTATION).fit is Fit.NO
    # In 4 bits, on the GPU alone.
    packed = estimate(between(24 * GB), WORKSTATION, "int4")
    assert (packed.fit, packed.dtype, packed.device) == (Fit.FITS, "int4", "RTX")


def test_the_context_makes_room_for_a_photo() -> None:
    qwen = estimate(between(8 * GB), WORKSTATION)
    assert qwen.context > between(8 * GB).picture.tokens
    short = estimate(between(8 * GB), WORKSTATION, context=2048)
    assert short.context == 2048
    assert short.kv_cache < qwen.kv_cache
    assert estimate(shaped(LLAMA_2_7B), WORKSTATION).context == 4096 < FIT_CONTEXT


@pytest.mark.parametrize(
    ("machine", "parameters", "dtype"),
    [
        (LAPTOP, GB // 10, "float32"),
        (LAPTOP, 2 * GB, "bfloat16"),
        (replace(LAPTOP, bfloat16=False), 2 * GB, "float32"),
        (replace(LAPTOP, bfloat16=False), 4 * GB, "bfloat16"),
        (WORKSTATION, 2 * GB, "bfloat16"),
        (replace(WORKSTATION, gpus=(Gpu("old", 8 * GB, 8 * GB, False),)), GB, "float32"),
        (replace(WORKSTATION, gpus=(Gpu("old", 8 * GB, 8 * GB, False),)), 3 * GB, "float16"),
        (Machine(16 * GB, 12 * GB, apple=True), 2 * GB, "bfloat16"),
    ],
)
def test_automatic_precision(machine: Machine, parameters: int, dtype: str) -> None:
    assert estimate_for_parameters(parameters, machine).dtype == dtype


def test_packing_is_for_gpus_and_cpus() -> None:
    """Elsewhere it is told for what would be taken instead."""
    assert estimate_for_parameters(8 * GB, LAPTOP, "int4").dtype == "int4"
    apple = Machine(16 * GB, 12 * GB, apple=True)
    assert estimate_for_parameters(8 * GB, apple, "int4").dtype == "bfloat16"
    stored_so = replace(between(8 * GB), prequantized=True)
    assert estimate(stored_so, LAPTOP, "int4").dtype == "bfloat16"


def test_seven_billion_as_int4_fit_into_16_gigabytes() -> None:
    seven = between(7 * GB)
    assert estimate(seven, LAPTOP).fit is Fit.NO
    assert estimate(seven, LAPTOP, "int4").fit is Fit.FITS
    assert fit.largest_fitting(LAPTOP, "int4") >= 7 > fit.largest_fitting(LAPTOP, "bfloat16")


def test_a_cpu_packs_the_output_layer() -> None:
    tied = replace(between(GB), vocabulary=100_000, hidden=1000, output=0)
    own = replace(tied, output=100_000_000)
    on_a_gpu = fit.weights_bytes(tied, "int4")
    assert fit.weights_bytes(own, "int4") == on_a_gpu
    assert fit.weights_bytes(tied, "int4", cpu=True) == on_a_gpu + 56_250_000
    assert fit.weights_bytes(own, "int4", cpu=True) == on_a_gpu + 56_250_000 - 200_000_000
    assert fit.weights_bytes(own, "bfloat16", cpu=True) == fit.weights_bytes(own, "bfloat16")


def test_what_a_file_stores() -> None:
    entries = {
        "model.embed_tokens.weight": TensorEntry("F16", (100, 10)),
        "model.norm.weight": TensorEntry("F32", (10,)),
        "lm_head.weight": TensorEntry("F16", (100, 10)),
    }
    shape = shape_of({}, {}, entries, 4040)
    assert (shape.stored_dtype, shape.output) == ("float16", 1000)
    assert shape_of({}, {}, {"a": TensorEntry("I8", (9,))}, 9).stored_dtype == ""


def test_larger_models_take_more() -> None:
    totals = [estimate_for_parameters(n * GB // 4, LAPTOP, "bfloat16").total for n in range(1, 300)]
    weights = [n * GB // 4 * 2 for n in range(1, 300)]
    assert all(total > weight for total, weight in zip(totals, weights, strict=True))
    for small in (1, 10**6, 10**13):
        assert estimate_for_parameters(small, LAPTOP).total > 0


def test_speech_and_matching_take_little_beside_their_weights() -> None:
    for role in (ModelRole.SPEECH, ModelRole.MATCH):
        found = estimate_for_parameters(39_000_000, LAPTOP, role=role)
        assert found.weights <= found.total < 3 * found.weights
        assert found.total < estimate_for_parameters(39_000_000, LAPTOP).total


def test_broken_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        estimate_for_folder(tmp_path, LAPTOP)
    (tmp_path / "config.json").write_text(json.dumps(LLAMA_2_7B))
    with pytest.raises(ModelMissing):
        estimate_for_folder(tmp_path, LAPTOP)
    (tmp_path / "model.safetensors").write_bytes(b"\0" * 100)
    with pytest.raises(ModelDamaged, match=r"model\.safetensors"):
        estimate_for_folder(tmp_path, LAPTOP)
    (tmp_path / "config.json").write_text("[" * 100_000)
    with pytest.raises(ModelDamaged, match=r"config\.json"):
        estimate_for_folder(tmp_path, LAPTOP)


@pytest.mark.parametrize(
    "value", [None, "many", -1, True, 1.5, [], {}, 0, [None], {"a": "b"}, 10**9, 10**400]
)
def test_nonsense_in_a_configuration_is_not_believed(value: object) -> None:
    """Each number is replaced in turn."""
    for part in ("text_config", "vision_config"):
        inner: Any = LLAMA_2_7B[part]
        for name in (*inner, "num_experts_per_tok", "layer_types", "sliding_window"):
            shape = shaped(LLAMA_2_7B | {part: inner | {name: value}}, {"size": value, name: value})
            assert estimate(shape, LAPTOP).total > 0
        assert estimate(shaped(LLAMA_2_7B | {part: value}), LAPTOP).total > 0


@pytest.mark.parametrize(
    "points", [[[1]], [1, 2], [[0, 5]], "x", [["a", "b"]], [[336, 672, 1]], [None], [[1, 10**400]]]
)
def test_nonsense_among_the_grids_of_tiles(points: object) -> None:
    vision = {"vision_config": {"patch_size": 14, "image_size": 336}}
    for more in ({}, {"max_patches": 10**9}, {"size": {"longest_edge": 1}}):
        assert shaped(vision, {"image_grid_pinpoints": points, **more}).picture.tokens > 0


def test_needs_no_torch() -> None:
    code = (
        "import sys; from mmdesk.models.fit import estimate_for_parameters as e; e(10**9);"
        "sys.exit(any(name in sys.modules for name in ('torch', 'transformers')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
