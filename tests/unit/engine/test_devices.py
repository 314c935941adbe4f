"""Where a model goes, and what is said when it doesn't fit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from mmdesk.bench.random_models import Sizes, write_checkpoint
from mmdesk.core.errors import (
    ModelFitsPacked,
    ModelOutOfMemory,
    NoModelFits,
)
from mmdesk.core.requests import LoadModel
from mmdesk.engine.devices import Placement, gigabytes, machine_of, out_of_memory, place, shares
from mmdesk.engine.local import LocalChatEngine
from mmdesk.engine.packed_linear import PackedLinear
from mmdesk.models import fit
from mmdesk.models.fit import estimate_for_folder
from mmdesk.models.hardware import free_bytes
from mmdesk.models.machine import machine
from mmdesk.models.picture_cost import PictureCost
from mmdesk.models.published import between
from mmdesk.models.shape import read_shape
from tests.unit.engine.conversing import ask, talk

GB = 10**9
CPU = torch.device("cpu")
SIZES = Sizes(64, 128, 2, 4, 2, 400, 64, 128, 2, 4, most_pixels=50_000)
REQUEST = LoadModel(Path("/models/large"), device="cpu")


def test_the_estimate_tells_what_the_engine_will_choose(llava: Path) -> None:
    told = estimate_for_folder(llava, machine())
    placement = place(LoadModel(llava), read_shape(llava))
    assert told.dtype == placement.precision
    if placement.device.type == "cpu":
        assert (told.device, placement.device_name) == ("CPU", "CPU")


def test_what_does_not_fit_is_refused_before_loading() -> None:
    shape = replace(between(free_bytes(CPU) * 4), context=8192)
    with pytest.raises(ModelOutOfMemory, match="does not fit into the memory of CPU") as caught:
        place(REQUEST, shape)
    fields = caught.value.fields
    assert float(str(fields["needed"])) > float(str(fields["available"])) > 0
    if isinstance(caught.value, NoModelFits):
        assert "starter" in caught.value.hint
    else:
        billions = float(str(fields["billions"]))
        assert fit.load_bytes(between(round(billions * GB)), "bfloat16") <= free_bytes(CPU)
        assert f"{billions:g} billion" in caught.value.hint


@pytest.mark.parametrize(("share", "dtype"), [(0.6, "int8"), (1.0, "int4")])
def test_what_fits_packed_is_told_so(share: float, dtype: str) -> None:
    """Sized so that what this computer has free is enough for one precision and not for the next.

    Little is added to the weights: no picture, a short context.
    """
    many = round(free_bytes(CPU) * share)
    shape = replace(between(many), packable=many, context=64, output=1, largest=1)
    shape = replace(shape, picture=PictureCost())
    with pytest.raises(ModelFitsPacked, match="does not fit") as caught:
        place(replace(REQUEST, dtype="bfloat16"), shape)
    assert caught.value.fields["dtype"] == dtype
    assert dtype in caught.value.hint
    assert place(replace(REQUEST, dtype=dtype), shape).precision == dtype


def test_a_model_just_within_the_memory_is_taken() -> None:
    free = free_bytes(CPU)
    small = between(round(free / 2 * 0.5))
    assert place(REQUEST, small).dtype in (torch.bfloat16, torch.float32)
    with pytest.raises(ModelOutOfMemory):
        place(replace(REQUEST, dtype="float32"), between(round(free / 2 * 0.6)))


def test_loading_counts_what_an_answer_takes() -> None:
    shape = between(2 * GB)
    weights = fit.weights_bytes(shape, "bfloat16")
    assert fit.load_bytes(shape, "bfloat16") > weights * 1.01
    # A tensor that is converted is there twice.
    huge = replace(shape, largest=GB, stored_itemsize=4)
    assert fit.load_bytes(huge, "bfloat16") == weights + 6 * GB


@pytest.mark.parametrize("dtype", ["int8", "int4"])
def test_packed_on_a_cpu(llava: Path, dtype: str) -> None:
    engine = LocalChatEngine()
    info = engine.load(LoadModel(llava, device="cpu", dtype=dtype), lambda event: None)
    plain = LocalChatEngine().load(LoadModel(llava, device="cpu"), lambda event: None)
    assert (info.dtype, info.parameters) == (dtype, plain.parameters)
    assert ask(engine, talk("Hi"), max_tokens=4)[0].usage


@pytest.mark.parametrize("stored", [torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("dtype", ["int8", "int4"])
def test_packed_from_any_dtype(tmp_path: Path, stored: torch.dtype, dtype: str) -> None:
    """What isn't packed is bfloat16 in the end, as if it had been asked for."""
    path = write_checkpoint(tmp_path / "model", SIZES, dtype=stored)
    packed, plain = LocalChatEngine(), LocalChatEngine()
    assert packed.load(LoadModel(path, "cpu", dtype), lambda event: None).dtype == dtype
    plain.load(LoadModel(path, "cpu", "bfloat16"), lambda event: None)
    models = [each._loaded.model for each in (packed, plain) if each._loaded is not None]
    ours, theirs = (
        {name: tensor.dtype for name, tensor in each.named_parameters()}
        | {name: tensor.dtype for name, tensor in each.named_buffers() if "packed" not in name}
        for each in models
    )
    assert models[0].dtype == models[0].config.dtype == torch.bfloat16
    assert sum(isinstance(each, PackedLinear) for each in models[0].modules()) == 2 * 7 + 1
    shared = ours.keys() & theirs.keys()
    assert len(shared) > 20
    assert {name: ours[name] for name in shared} == {name: theirs[name] for name in shared}
    assert ask(packed, talk("Hi"), max_tokens=4)[0].usage


@pytest.mark.parametrize(
    ("weights", "answer", "gpu", "cpu", "expected"),
    [
        (20, 2, 12, 40, {0: 10, "cpu": 36}),
        (20, 2, 12, 5, None),  # together too small
        (20, 2, 3, 90, None),  # hardly anything would be on the GPU
        (20, 5, 4, 90, None),
    ],
)
def test_shares_of_gpu_and_cpu(
    weights: int, answer: int, gpu: int, cpu: int, expected: dict[int | str, int] | None
) -> None:
    found = shares(weights * GB, answer * GB, gpu * GB, cpu * GB)
    assert found == (expected and {key: value * GB for key, value in expected.items()})


@pytest.mark.skipif(torch.cuda.is_available(), reason="asks the real GPU")
def test_no_precision_is_named_that_is_too_large() -> None:
    error = out_of_memory(REQUEST, between(10**15), Placement(CPU, torch.bfloat16))
    assert not isinstance(error, ModelFitsPacked)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_the_hint_on_a_gpu() -> None:
    gpu = torch.device("cuda")
    shape = between(round(free_bytes(gpu) * 0.7))  # in bfloat16 too much, in 4 bits not
    placement = Placement(gpu, torch.bfloat16)
    error = out_of_memory(replace(REQUEST, device="cuda"), shape, placement)
    assert isinstance(error, ModelFitsPacked)
    assert str(error.fields["dtype"]) in error.hint


def test_names_for_the_status_line() -> None:
    alone = Placement(CPU, torch.float16)
    assert (alone.device_name, alone.precision) == ("CPU", "float16")
    shared = Placement(CPU, torch.bfloat16, "int4", {0: 1, "cpu": 1})
    assert (shared.device_name, shared.precision) == ("CPU + CPU", "int4")


def test_the_machine_as_a_model_sees_it() -> None:
    free = machine_of(CPU).available
    assert machine_of(CPU, more=100 * GB).available - free > 90 * GB


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0.0"), (1_550_000_000, "1.6"), (99_940_000_000, "99.9"), (2e12, "2000")],
)
def test_gigabytes(count: float, text: str) -> None:
    assert gigabytes(int(count)) == text
