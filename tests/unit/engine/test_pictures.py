"""Pictures of odd shapes, between mmdesk's files and transformers' image processors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from transformers import AutoProcessor

from mmdesk.core.errors import PicturesUnsuitable, PictureUnsuitable
from mmdesk.core.messages import Picture
from mmdesk.engine.pictures import PictureReader, refusals_told
from tests.unit.engine.families import llava, mistral3, qwen2_5_vl
from tests.unit.engine.families.family import Family
from tests.unit.engine.pictures import draw_picture


def processor_of(family: Family, folder: Path) -> Any:
    return AutoProcessor.from_pretrained(family.make(folder / "model"))


def images_of(reader: PictureReader, *pictures: Picture) -> list[Image.Image]:
    with reader.read(list(pictures), lambda done, total: None) as images:
        return [image.copy() for image in images]


def test_the_picture_that_is_not_taken_is_named(tmp_path: Path) -> None:
    processor = processor_of(qwen2_5_vl.FAMILY, tmp_path)
    reader = PictureReader(processor)
    fine, line = draw_picture(tmp_path, "red"), draw_picture(tmp_path, "blue", (2000, 5))
    with (
        pytest.raises(PictureUnsuitable) as caught,
        reader.read([fine, line], lambda done, total: None) as images,
    ):
        processor.image_processor(images)
    assert caught.value.fields == {"name": line.name, "width": 2000, "height": 5}
    with reader.read([fine], lambda done, total: None) as images:
        assert "pixel_values" in processor.image_processor(images)


def test_pictures_that_are_only_refused_together_are_told_so() -> None:
    with pytest.raises(PicturesUnsuitable, match="must match") as caught, refusals_told():
        raise RuntimeError("Sizes of tensors must match except in dimension 0.")
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_too_little_memory_is_no_refusal() -> None:
    with pytest.raises(RuntimeError, match="Allocator"), refusals_told():
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")


@pytest.mark.parametrize(
    ("family", "size", "read"),
    [
        (mistral3.FAMILY, (16, 16), (64, 64)),
        (mistral3.FAMILY, (40, 30), (80, 60)),
        (mistral3.FAMILY, (64, 56), (64, 56)),
        (llava.FAMILY, (16, 16), (16, 16)),
        (llava.FAMILY, (1, 3), (4, 12)),
    ],
)
def test_what_is_too_small_for_a_token_is_enlarged(
    family: Family, size: tuple[int, int], read: tuple[int, int], tmp_path: Path
) -> None:
    picture = draw_picture(tmp_path, "red", size)
    (image,) = images_of(PictureReader(processor_of(family, tmp_path)), picture)
    assert image.size == read
    with Image.open(picture.path) as original:
        assert image.resize(size, Image.Resampling.NEAREST).tobytes() == original.tobytes()
