"""Which layers int8 and int4 pack; the packing itself needs a GPU."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForImageTextToText
from transformers.quantizers.quantizers_utils import should_convert_module

from mmdesk.core.errors import ModelNeedsPackage, PrecisionUnavailable
from mmdesk.core.requests import LoadModel
from mmdesk.engine.local import LocalChatEngine
from mmdesk.engine.quantisation import PACKAGE, check_packing, packing_config
from mmdesk.models.shape import read_shape
from tests.unit.engine.conversing import ask, talk

PATH = Path("/models/one")
GPU = torch.device("cuda")


@pytest.mark.parametrize("family", ["llava", "idefics"])
@pytest.mark.parametrize("dtype", ["int8", "int4"])
def test_only_the_language_models_layers_are_packed(
    family: str, dtype: str, request: pytest.FixtureRequest
) -> None:
    """By transformers' own rule; as many numbers as the estimate counts."""
    path: Path = request.getfixturevalue(family)
    model = AutoModelForImageTextToText.from_pretrained(path)
    skipped = packing_config(dtype, torch.bfloat16).llm_int8_skip_modules
    packed = {
        name: module
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear) and should_convert_module(name, skipped)
    }
    assert all("layers" in name and "vision" not in name for name in packed)
    assert len(packed) == 2 * 7  # two layers of Llama
    elements = sum(module.weight.numel() for module in packed.values())
    assert elements == read_shape(path).packable


def test_the_configuration() -> None:
    four, eight = (packing_config(dtype, torch.bfloat16) for dtype in ("int4", "int8"))
    assert four.load_in_4bit
    assert four.bnb_4bit_quant_type == "nf4"
    assert four.bnb_4bit_compute_dtype == torch.bfloat16
    assert eight.load_in_8bit
    assert not eight.load_in_4bit


def test_what_is_not_packed_needs_no_package() -> None:
    for device in (torch.device("cpu"), GPU):
        check_packing("bfloat16", device, PATH)


def test_an_apple_gpu_can_not() -> None:
    with pytest.raises(PrecisionUnavailable, match="int4 on ") as caught:
        check_packing("int4", torch.device("mps"), PATH)
    assert "auto" in caught.value.hint


def test_a_cpu_needs_no_package() -> None:
    check_packing("int4", torch.device("cpu"), PATH)


@pytest.mark.skipif(find_spec(PACKAGE) is not None, reason="has the package")
def test_the_package_is_named() -> None:
    with pytest.raises(ModelNeedsPackage, match="bitsandbytes") as caught:
        check_packing("int8", GPU, PATH)
    assert caught.value.fields["path"] == str(PATH)


@pytest.mark.skipif(
    not torch.cuda.is_available() or find_spec(PACKAGE) is None, reason="needs a GPU"
)
@pytest.mark.parametrize("dtype", ["int8", "int4"])
def test_packed_on_a_gpu(llava: Path, dtype: str) -> None:
    engine = LocalChatEngine()
    info = engine.load(LoadModel(llava, dtype=dtype), lambda event: None)
    assert info.dtype == dtype
    assert ask(engine, talk("Hi"), max_tokens=4)[0].usage
