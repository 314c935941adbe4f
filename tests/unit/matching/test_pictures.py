"""What of a picture of odd shape reaches the processor."""

from __future__ import annotations

import pytest
from PIL import Image
from transformers import (
    CLIPImageProcessor,
    CLIPImageProcessorPil,
    Siglip2ImageProcessor,
    SiglipImageProcessor,
)

from mmdesk.matching.pictures import fitted


@pytest.mark.parametrize("processor", [CLIPImageProcessor(), CLIPImageProcessorPil()])
def test_of_a_line_clip_gets_the_middle(processor: object) -> None:
    line = Image.new("RGB", (10_000, 3), "red")
    line.paste("blue", (4_990, 0, 5_010, 3))
    found = fitted(line, processor)
    assert found.width <= 9 * found.height
    assert found.getpixel((found.width // 2, found.height // 2)) == (0, 0, 255)
    assert fitted(line.rotate(90, expand=True), processor).height <= 9 * 6


@pytest.mark.parametrize(
    "processor",
    [SiglipImageProcessor(), Siglip2ImageProcessor(), CLIPImageProcessor(do_center_crop=False)],
)
def test_who_keeps_all_gets_all(processor: object) -> None:
    assert fitted(Image.new("RGB", (10_000, 3)), processor).size == (20_000, 6)


@pytest.mark.parametrize("size", [(640, 480), (80, 10), (10, 80), (4, 4)])
def test_an_ordinary_picture_stays_what_it_is(size: tuple[int, int]) -> None:
    picture = Image.new("RGB", size)
    assert fitted(picture, CLIPImageProcessor()) is picture


def test_a_single_pixel_is_enlarged() -> None:
    found = fitted(Image.new("RGB", (1, 1), "red"), CLIPImageProcessor())
    assert found.size == (4, 4)
    assert found.getcolors() == [(16, (255, 0, 0))]
