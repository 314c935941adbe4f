"""What a family saw of a picture is what its tensors hold, and lies where it says."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import AutoProcessor
from transformers.models.qwen2_vl.image_processing_qwen2_vl import smart_resize

from mmdesk import paths
from mmdesk.core.boxes import iou
from mmdesk.core.errors import PicturesUnsuitable, PictureUnsuitable
from mmdesk.core.evidence import pointed
from mmdesk.core.messages import Picture, user_message
from mmdesk.core.pointing.conventions import CONVENTIONS
from mmdesk.core.sight import SeenPicture, Sight
from mmdesk.engine.evidence.layouts import tiles_of
from mmdesk.engine.evidence.sight import PictureSight
from mmdesk.engine.prompt import PromptBuilder
from mmdesk.media.decode import decode_picture
from tests.unit.engine.families.family import Family, all_families

FAMILIES = [each for each in all_families() if not each.why_not]
POINTING = [each for each in FAMILIES if each.model_type in CONVENTIONS]
SIZES = ((640, 480), (333, 777), (901, 200))
BLOCKS = 5
TURNS = {
    1: lambda x, y, w, h: (x, y), 2: lambda x, y, w, h: (w - x, y),
    3: lambda x, y, w, h: (w - x, h - y), 4: lambda x, y, w, h: (x, h - y),
    5: lambda x, y, w, h: (y, x), 6: lambda x, y, w, h: (h - y, x),
    7: lambda x, y, w, h: (h - y, w - x), 8: lambda x, y, w, h: (y, w - x),
}  # fmt: skip
"""Where EXIF's orientations take a point of a stored picture, w x h (CIPA DC-008, 4.6.5)."""


class Eye:
    """A family's processor as the engine has it."""

    def __init__(self, folder: Path) -> None:
        self.processor: Any = AutoProcessor.from_pretrained(folder)
        token = getattr(self.processor, "image_token_id", None)
        self.prompts = PromptBuilder(self.processor, token, None)
        self.sight = PictureSight(self.processor, self.prompts)

    def tensors(self, picture: Picture) -> list[torch.Tensor]:
        question = (user_message("?", (picture,)),)
        inputs = self.prompts.build(question, 1, lambda *_: None).inputs
        tiles = tiles_of(inputs, self.processor.image_processor)
        assert tiles is not None
        return tiles


def picture_of(image: Image.Image, folder: Path, name: str) -> Picture:
    path = folder / f"{name}.png"
    image.save(path)
    return Picture(hashlib.sha256(path.read_bytes()).hexdigest(), path, path, name, *image.size)


def blocks(width: int, height: int) -> tuple[Image.Image, np.ndarray]:
    """A picture of large blocks, each of a colour of its own."""
    colours = np.random.default_rng(3).integers(0, 256, (BLOCKS, BLOCKS, 3)).astype(np.uint8)
    return Image.fromarray(colours).resize((width, height), Image.Resampling.NEAREST), colours


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.model_type)
def test_previews_are_the_tensors_and_lie_where_they_say(family: Family, tmp_path: Path) -> None:
    eye = Eye(family.make(tmp_path / "model"))
    processor = eye.processor.image_processor
    for width, height in SIZES:
        image, colours = blocks(width, height)
        picture = picture_of(image, tmp_path, f"{width}")
        previews, tensors = eye.sight.frames(picture), eye.tensors(picture)
        seen = eye.sight.seen(picture)
        assert len(previews) == len(tensors) == len(seen.frames) > 0
        compared = 0
        for preview, tensor, placement in zip(previews, tensors, seen.frames, strict=True):
            assert preview.size == (placement.width, placement.height)
            again = torch.tensor(np.asarray(preview)).permute(2, 0, 1) * processor.rescale_factor
            grey = torch.full_like(again, processor.rescale_factor)
            if processor.do_normalize:
                mean, std = (
                    torch.tensor(each).expand(3)[:, None, None]
                    for each in (processor.image_mean, processor.image_std)
                )
                again, grey = (again - mean) / std, grey / std
            assert bool(((again - tensor).abs() <= grey).all())
            compared += agreeing(np.asarray(preview), placement, colours, (width, height))
        assert compared >= 5


def agreeing(preview: Any, placement: Any, colours: Any, size: tuple[int, int]) -> int:
    """Compare the middles of blocks that lie well within a frame; return how many do."""
    x0, y0, x1, y1 = placement.shown
    left, top, right, bottom = placement.inner
    found = 0
    for row in range(BLOCKS):
        for column in range(BLOCKS):
            x, y = ((each + 0.5) / BLOCKS for each in (column, row))
            x, y = x * size[0], y * size[1]
            u = left + (x - x0) / (x1 - x0) * (right - left)
            v = top + (y - y0) / (y1 - y0) * (bottom - top)
            # Bicubic resampling rings two pixels around an edge.
            wide = (right - left) / (x1 - x0) * size[0] / BLOCKS
            high = (bottom - top) / (y1 - y0) * size[1] / BLOCKS
            inside = left + 1 <= u <= right - 2 and top + 1 <= v <= bottom - 2
            if inside and min(wide, high) >= 5:
                gap = preview[int(v), int(u)].astype(int) - colours[row, column]
                assert abs(gap).max() <= 24
                found += 1
    return found if found else 5 * (min(preview.shape[:2]) < 5 * BLOCKS)


def written(model_type: str, box: tuple[float, ...], seen: SeenPicture, frame: Any) -> str:
    """The answer of a model that sees a box perfectly, in its family's own words."""
    x = [box[0] / seen.width, box[2] / seen.width]
    y = [box[1] / seen.height, box[3] / seen.height]
    xyxy = [x[0], y[0], x[1], y[1]]
    if model_type == "qwen2_5_vl":
        high, wide = frame
        pixels = [round(each * side) for each, side in zip(xyxy, (wide, high) * 2, strict=True)]
        return f'[{{"bbox_2d": {pixels}, "label": "it"}}]'
    if model_type in ("qwen3_vl", "qwen3_5", "llava"):
        return f'[{{"bbox_2d": {[round(1000 * each) for each in xyxy]}, "label": "it"}}]'
    if model_type in ("gemma3", "gemma4"):
        return f'[{{"box_2d": {[round(1000 * e) for e in (y[0], x[0], y[1], x[1])]}}}]'
    if model_type == "lfm2_vl":
        return f'[{{"label": "it", "bbox": {[round(each, 3) for each in xyxy]}}}]'
    if model_type == "paligemma":
        steps = (min(1023, int(1024 * each)) for each in (y[0], x[0], y[1], x[1]))
        return "".join(f"<loc{each:04}>" for each in steps) + " it"
    if model_type == "florence2":
        return "it" + "".join(f"<loc_{min(999, int(1000 * each))}>" for each in xyxy)
    if model_type == "glm46v":
        return f"<|begin_of_box|>[{[round(1000 * each) for each in xyxy]}]<|end_of_box|>"
    assert model_type == "internvl"
    return f"<ref>it</ref><box>[{[round(1000 * each) for each in xyxy]}]</box>"


STEPS = {"paligemma": 1024}
"""Of the families' grids; the others have 1,000."""


@pytest.mark.parametrize("family", POINTING, ids=lambda family: family.model_type)
def test_boxes_come_back_within_a_step_of_the_grid(family: Family, tmp_path: Path) -> None:
    """From the picture through the model's frame and text to the picture: 50 sizes, 8 turns."""
    # LLaVA's own processor cuts the sides off; the starter is a LLaVA that points.
    starter = family.model_type == "llava"
    eye = Eye(paths.starter() if starter else family.make(tmp_path / "model"))
    rng = random.Random(f"boxes {family.model_type}")
    came_back = 0
    for number in range(50):
        orientation = number % 8 + 1
        stored = rng.randint(40, 700), rng.randint(40, 700)
        raw = Image.new("RGB", stored, "gray")
        corners = drawn_box(rng, stored)
        raw.paste("red", corners)
        canonical, box = turned(raw, corners, orientation, tmp_path)
        picture = picture_of(canonical, tmp_path, f"odd{number}")
        try:
            eye.tensors(picture)
        except (PictureUnsuitable, PicturesUnsuitable):
            continue  # tiles of two shapes: LFM2-VL's own processor, tiny as it is here
        came_back += 1
        seen = eye.sight.seen(picture)
        frame = resized(eye, canonical.size) if family.model_type == "qwen2_5_vl" else None
        answer = written(family.model_type, box, seen, frame)
        (found,) = pointed(answer, Sight(family.model_type, (seen,), 0)).evidence
        steps = frame[::-1] if frame else (STEPS.get(family.model_type, 1000),) * 2
        for axis in range(4):
            step = canonical.size[axis % 2] / steps[axis % 2]
            assert abs(found.place[axis] - box[axis]) <= step + 1e-6
        if min(box[2] - box[0], box[3] - box[1]) >= 0.1 * max(canonical.size) and not frame:
            assert iou(found.place, box) >= 0.98
    assert came_back >= (25 if family.model_type == "lfm2_vl" else 50)


def resized(eye: Eye, size: tuple[int, int]) -> tuple[int, int]:
    """Height and width of Qwen's frame, by transformers' own arithmetic."""
    images = eye.processor.image_processor
    sides: tuple[int, int] = smart_resize(
        size[1], size[0], images.patch_size * images.merge_size,
        images.size.shortest_edge, images.size.longest_edge,
    )  # fmt: skip
    return sides


def test_what_is_cut_off_is_told(tmp_path: Path) -> None:
    (family,) = (each for each in FAMILIES if each.model_type == "llava")
    eye = Eye(family.make(tmp_path / "model"))
    picture = picture_of(Image.new("RGB", (640, 480)), tmp_path, "wide")
    seen = eye.sight.seen(picture)
    assert seen.unseen == pytest.approx(0.25, abs=0.02)
    assert seen.whole.shown == pytest.approx((80, 0, 560, 480), abs=640 / 42)
    middle = seen.whole.on_picture((0.5, 0.5))
    assert middle == pytest.approx((320, 240), abs=2)


def drawn_box(rng: random.Random, size: tuple[int, int]) -> tuple[int, int, int, int]:
    wide, high = (max(4, int(side * rng.uniform(0.1, 0.5))) for side in size)
    x, y = rng.randint(0, size[0] - wide), rng.randint(0, size[1] - high)
    return x, y, x + wide, y + high


def turned(
    raw: Image.Image, corners: tuple[int, int, int, int], orientation: int, folder: Path
) -> tuple[Image.Image, tuple[float, float, float, float]]:
    """Store a picture with an EXIF orientation, decode it as media does, say where the box is."""
    exif = Image.Exif()
    exif[274] = orientation
    path = folder / "turned.png"
    raw.save(path, exif=exif)
    with path.open("rb") as file:
        canonical = decode_picture(file, "PNG", path.name).image
    move = TURNS[orientation]
    (ax, ay), (bx, by) = (move(*each, *raw.size) for each in (corners[:2], corners[2:]))
    box = min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)
    red = np.asarray(canonical)[..., 1] < 64
    ys, xs = np.nonzero(red)
    assert (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1) == box
    return canonical, box
