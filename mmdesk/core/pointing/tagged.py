"""Places between tags or in tokens of their own, as each family writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from re import Match

from mmdesk.core.pointing.written import Written

_QWEN2 = re.compile(
    r"(?:<\|object_ref_start\|>(?P<label>[^<]{0,200})<\|object_ref_end\|>)?"
    r"<\|box_start\|>(?P<numbers>[^<]{0,80})(?:<\|box_end\|>|\Z)"
)
_INTERNVL = re.compile(
    r"(?:<ref>(?P<label>[^<]{0,200})</ref>)?<box>(?P<numbers>[^<]{0,2000})(?:</box>|\Z)"
)
_DEEPSEEK = re.compile(
    r"(?:<\|ref\|>(?P<label>[^<]{0,200})<\|/ref\|>)?"
    r"<\|det\|>(?P<numbers>[^<]{0,2000})(?:<\|/det\|>|\Z)"
)
_GLM = re.compile(r"<\|begin_of_box\|>(?P<numbers>\s*\[[\d\s,.\[\]]{0,2000}\]\s*)<\|end_of_box\|>")
_PALIGEMMA = re.compile(r"(?P<tokens>(?:<loc\d{4}>)+)\s{0,3}(?P<label>[^;<\n]{0,200})")
_FLORENCE = re.compile(r"(?P<label>[^<>\n]{0,200})(?P<tokens>(?:<loc_\d{1,3}>)+)")
_POLYGON = re.compile(r"<poly>")
_KOSMOS = re.compile(
    r"(?:<phrase>(?P<label>[^<]{0,200})</phrase>)?<object>"
    r"(?P<tokens>(?:<patch_index_\d{4}>|</delimiter_of_multi_objects/>)*)(?:</object>|\Z)"
)
_MOLMO2 = re.compile(
    r"<points?\s[^<>]{0,200}?coords=\"(?P<numbers>[\d\t:;, .]{0,2000})\"(?P<more>[^<>]{0,200})>"
    r"(?:(?P<label>[^<]{0,200})</points?>)?"
)
_MOLMO = re.compile(
    r"<points?\s(?P<numbers>(?:[xy]\d*=\"[\d.\s]{1,12}\"\s*){2,400})(?P<more>[^<>]{0,200})>"
    r"(?:(?P<label>[^<]{0,200})</points?>)?"
)
_ALT = re.compile(r"alt=\"([^\"]{0,200})\"")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_TOKEN_NUMBER = re.compile(r"\d+")
_PER_CENT = 100.0
_SIDE = 32
"""Kosmos-2's cells along a side."""


def qwen2_boxes(answer: str) -> Iterator[Written]:
    """``<|object_ref_start|>label<|object_ref_end|><|box_start|>(x0,y0),(x1,y1)<|box_end|>``."""
    return _lists(_QWEN2, answer)


def internvl_boxes(answer: str) -> Iterator[Written]:
    """``<ref>label</ref><box>[[x0, y0, x1, y1], ...]</box>``."""
    return _lists(_INTERNVL, answer)


def deepseek_boxes(answer: str) -> Iterator[Written]:
    """``<|ref|>label<|/ref|><|det|>[[x0, y0, x1, y1], ...]<|/det|>``."""
    return _lists(_DEEPSEEK, answer)


def glm_boxes(answer: str) -> Iterator[Written]:
    """``<|begin_of_box|>[[x0, y0, x1, y1]]<|end_of_box|>``; other contents are plain answers."""
    return _lists(_GLM, answer)


def paligemma_boxes(answer: str) -> Iterator[Written]:
    """``<loc0012><loc0034><loc0056><loc0078> label``, several with semicolons."""
    for found in _PALIGEMMA.finditer(answer):
        numbers = _tokens(found)
        yield _one(found, numbers if len(numbers) == 4 else ())


def florence_boxes(answer: str) -> Iterator[Written]:
    """``label<loc_12><loc_34><loc_56><loc_78>``, several of one label behind each other.

    Eight are two boxes or, from reading text, the corners of one, clockwise from the top left.
    """
    for found in _FLORENCE.finditer(answer):
        numbers = _tokens(found)
        if len(numbers) == 8 and numbers[4] > numbers[6]:
            numbers = min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2])
        yield from _several(found, numbers)
    for polygon in _POLYGON.finditer(answer):
        yield Written("", (), *polygon.span())


def kosmos_boxes(answer: str) -> Iterator[Written]:
    """``<phrase>label</phrase><object><patch_index_0044><patch_index_0863></object>``.

    The cells of the upper left and the lower right corner. A box reaches from the middle of the
    one to the middle of the other, and over the whole cells where they lie in one row or column.
    """
    for found in _KOSMOS.finditer(answer):
        cells = [int(number) for number in _tokens(found)]
        numbers: list[float] = []
        for upper, lower in zip(cells[::2], cells[1::2], strict=False):
            (y0, x0), (y1, x1) = divmod(upper, _SIDE), divmod(lower, _SIDE)
            inset, far = (0.0, 1.0) if x0 == x1 or y0 == y1 else (0.5, 0.5)
            numbers += [x0 + inset, y0 + inset, x1 + far, y1 + far]
        yield from _several(found, tuple(numbers) if len(cells) % 2 == 0 else ())


def molmo_points(answer: str) -> Iterator[Written]:
    """``<points coords="1 1 512 300 2 640 310">label</points>``: picture, then number, x and y.

    The older ``<point x="51.2" y="30.0" alt="label">label</point>`` counts per cent.
    """
    for found in _MOLMO2.finditer(answer):
        yield from _molmo2_points(found)
    for found in _MOLMO.finditer(answer):
        numbers = [float(number) for number in re.findall(r"=\"\s*([\d.]+)", found["numbers"])]
        if len(numbers) % 2:
            yield Written(_named(found), (), *found.span())
            continue
        for pair in zip(numbers[::2], numbers[1::2], strict=True):
            yield Written(_named(found), pair, *found.span(), scale=_PER_CENT)


def _molmo2_points(found: Match[str]) -> Iterator[Written]:
    """Pictures are parted by tabs, colons, commas or semicolons."""
    for picture in re.split(r"[\t:;,]", found["numbers"]):
        numbers = [float(number) for number in _NUMBER.findall(picture)]
        image, points = (int(numbers[0]) - 1, numbers[1:]) if numbers else (0, [])
        if len(points) % 3 or not points or image < 0:
            yield Written(_named(found), (), *found.span())
            continue
        for x, y in zip(points[1::3], points[2::3], strict=True):
            yield Written(_named(found), (x, y), *found.span(), image)


def _named(found: Match[str]) -> str:
    alt = _ALT.search(found["more"])
    return (found["label"] or (alt[1] if alt else "")).strip()


def _lists(pattern: re.Pattern[str], answer: str) -> Iterator[Written]:
    """Numbers in brackets, four for each box."""
    for found in pattern.finditer(answer):
        numbers = tuple(float(number) for number in _NUMBER.findall(found["numbers"]))
        yield from _several(found, numbers)


def _tokens(found: Match[str]) -> tuple[float, ...]:
    return tuple(float(number) for number in _TOKEN_NUMBER.findall(found["tokens"]))


def _several(found: Match[str], numbers: tuple[float, ...]) -> Iterator[Written]:
    """One for each four numbers; all of one label, and of the same characters."""
    if not numbers or len(numbers) % 4:
        yield _one(found, ())
        return
    for first in range(0, len(numbers), 4):
        yield _one(found, numbers[first : first + 4])


def _one(found: Match[str], numbers: tuple[float, ...]) -> Written:
    label = found.groupdict().get("label") or ""
    return Written(label.strip(), numbers, *found.span())
