"""In every family a prompt is the same whether its pictures are prepared again or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoProcessor, BatchFeature

from mmdesk.core.messages import Message
from mmdesk.engine.outlines import PIXELS, joined_along
from mmdesk.engine.prompt import PromptBuilder
from tests.unit.engine.conversing import talk
from tests.unit.engine.families import qwen2_5_vl
from tests.unit.engine.families.family import Family, all_families
from tests.unit.engine.pictures import draw_picture

FAMILIES = [
    each
    for each in all_families()
    if not each.why_not and each.style == "chat" and each.multi_image
]
TOGETHER = {"llava_onevision", "minicpmv4_6", "minicpmv4_7"}
"""One picture changes what becomes of another."""


class Builder:
    """Builds prompts, and counts the pictures that the image processor gets."""

    def __init__(self, path: Path) -> None:
        self.processor: Any = AutoProcessor.from_pretrained(path)
        token = getattr(self.processor, "image_token_id", None)
        self.prompts = PromptBuilder(self.processor, token, None)
        self.prepared = 0
        reader = self.prompts._pictures
        prepared = reader._prepared

        def counted(images: Any, args: Any, options: Any) -> BatchFeature:
            row = images[0] if isinstance(images[0], list) else images
            self.prepared += len(row)
            return prepared(images, args, options)

        reader._prepared = counted  # type: ignore[method-assign]

    def inputs(self, messages: tuple[Message, ...], *, pixels: bool) -> BatchFeature:
        return self.prompts.build(messages, 1, lambda *_: None, pixels=pixels).inputs


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.model_type)
def test_the_same_prompt_without_pixels(family: Family, tmp_path: Path) -> None:
    path = family.make(tmp_path / "model")
    a, b, c = (
        draw_picture(tmp_path, color, size)
        for color, size in (("red", (64, 48)), ("blue", (64, 48)), ("green", (150, 40)))
    )
    alone = [talk(("What?", (each,))) for each in (a, b, c)]
    together = [
        talk(("What?", (a, b))),
        talk(("What?", (a,)), "This.", ("And?", (b,))),
        talk(("What?", (c, a)), "This.", ("And?", (b,))),
    ]
    outlines, whole = Builder(path), Builder(path)
    for messages in (*alone, *together, *alone, *together):
        without = outlines.inputs(messages, pixels=False)
        expected = whole.inputs(messages, pixels=True)
        assert set(without) == set(expected) - set(PIXELS)
        for name, value in without.items():
            if isinstance(value, torch.Tensor):
                assert torch.equal(value, expected[name]), name
            else:
                assert value == expected[name], name
    separable = joined_along(outlines.processor.image_processor) is not None
    assert separable == (family.model_type not in TOGETHER)
    assert outlines.prepared <= whole.prepared


def test_each_picture_is_prepared_once(tmp_path: Path) -> None:
    builder = Builder(qwen2_5_vl.FAMILY.make(tmp_path / "model"))
    pictures = [draw_picture(tmp_path, "red", (40 + 30 * n, 60)) for n in range(5)]
    turns: list[Any] = []
    for number, picture in enumerate(pictures):
        turns.append(("What?", (picture,)))
        builder.inputs(talk(*turns), pixels=False)
        assert builder.prepared == number + 1
        builder.inputs(talk(turns[-1]), pixels=True)  # for the vision tower
        turns.append("This.")
    builder.inputs(talk(*turns, "Which is the first?"), pixels=False)
    assert builder.prepared == 5
    builder.prompts.forget_pictures()
    builder.inputs(talk(*turns, "Which is the first?"), pixels=False)
    assert builder.prepared == 10
