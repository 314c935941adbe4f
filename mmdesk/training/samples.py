"""The sample pictures of the first start: three sets, drawn by the world itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from mmdesk.training.draw import draw_scene
from mmdesk.training.shades import Rgb
from mmdesk.training.world import Background, Cell, Colour, Item, Scene, Shape, Size

WIDTH, HEIGHT = 640, 480
GRAY: Rgb = (150, 150, 150)


@dataclass(frozen=True)
class Sample:
    """One card of the first start: its scenes and the question that a click asks."""

    name: str
    title: dict[str, str]
    scenes: tuple[Scene, ...]
    question: dict[str, str]
    answer: dict[str, str]


def _item(shape: Shape, colour: Colour, rgb: Rgb, cell: Cell, diameter: float = 0.24) -> Item:
    x, y = (cell.column + 0.5) / 3, (cell.row + 0.5) / 3
    return Item(shape, colour, rgb, x, y, Size.MEDIUM, diameter)


def _scene(colour: Colour, rgb: Rgb, *items: Item) -> Scene:
    return Scene(WIDTH, HEIGHT, Background(colour, rgb, rgb), items)


_SHAPES = _scene(
    Colour.GRAY,
    GRAY,
    _item(Shape.CIRCLE, Colour.GREEN, (34, 139, 34), Cell.TOP_LEFT),
    _item(Shape.SQUARE, Colour.RED, (220, 20, 50), Cell.TOP_RIGHT),
    _item(Shape.DIAMOND, Colour.BLUE, (60, 100, 225), Cell.CENTER, 0.27),
    _item(Shape.CROSS, Colour.PURPLE, (128, 0, 140), Cell.RIGHT),
    _item(Shape.STAR, Colour.YELLOW, (255, 215, 0), Cell.BOTTOM_LEFT, 0.27),
)
_COUNTING = _scene(
    Colour.WHITE,
    (250, 250, 250),
    _item(Shape.TRIANGLE, Colour.GREEN, (20, 140, 40), Cell.TOP),
    _item(Shape.TRIANGLE, Colour.BLACK, (25, 25, 25), Cell.LEFT),
    _item(Shape.CIRCLE, Colour.BLUE, (40, 110, 220), Cell.CENTER),
    _item(Shape.DIAMOND, Colour.RED, (215, 30, 40), Cell.BOTTOM_LEFT),
    _item(Shape.TRIANGLE, Colour.ORANGE, (255, 140, 0), Cell.BOTTOM_RIGHT),
)
_FIRST = _scene(
    Colour.GRAY,
    GRAY,
    _item(Shape.CIRCLE, Colour.BLUE, (40, 110, 220), Cell.TOP_LEFT),
    _item(Shape.STAR, Colour.PINK, (255, 105, 180), Cell.CENTER, 0.27),
    _item(Shape.CIRCLE, Colour.RED, (215, 30, 40), Cell.BOTTOM_RIGHT),
)
_SECOND = _scene(
    Colour.YELLOW,
    (255, 225, 60),
    _item(Shape.SQUARE, Colour.PURPLE, (128, 0, 140), Cell.TOP_RIGHT),
    _item(Shape.CIRCLE, Colour.GREEN, (20, 140, 40), Cell.LEFT),
    _item(Shape.TRIANGLE, Colour.RED, (215, 30, 40), Cell.BOTTOM),
)
SAMPLES = (
    Sample(
        "shapes",
        {"en": "Shapes", "zh": "图形"},
        (_SHAPES,),
        {"en": "What color is the star?", "zh": "星形是什么颜色？"},
        {"en": "It is yellow.", "zh": "是黄色。"},
    ),
    Sample(
        "counting",
        {"en": "Counting", "zh": "数一数"},
        (_COUNTING,),
        {"en": "How many triangles are there?", "zh": "有几个三角形？"},
        {"en": "There are 3 triangles.", "zh": "有3个三角形。"},
    ),
    Sample(
        "two-pictures",
        {"en": "Two pictures", "zh": "两张图"},
        (_FIRST, _SECOND),
        {"en": "Which picture has more circles?", "zh": "哪张图的圆形更多？"},
        {"en": "The first picture.", "zh": "第一张图。"},
    ),
)


def file_names(sample: Sample) -> list[str]:
    """The PNG files of a sample, in the order in which they are shown."""
    if len(sample.scenes) == 1:
        return [f"{sample.name}.png"]
    return [f"{sample.name}-{number}.png" for number in range(1, len(sample.scenes) + 1)]


def write_samples(out: Path) -> None:
    """Writes the pictures and `samples.json`, which lists them for the window."""
    out.mkdir(parents=True, exist_ok=True)
    entries = []
    for sample in SAMPLES:
        names = file_names(sample)
        for name, scene in zip(names, sample.scenes, strict=True):
            draw_scene(scene, supersample=4).save(out / name, optimize=True)
        entries.append({"title": sample.title, "pictures": names, "question": sample.question})
    text = json.dumps(entries, ensure_ascii=False, indent=2) + "\n"
    (out / "samples.json").write_text(text, encoding="utf-8")
