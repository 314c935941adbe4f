"""Boxes in answers: how they are written, read, and compared."""

import pytest

from mmdesk.core.boxes import iou, parsed_boxes, without_boxes, written_boxes


def test_boxes_are_written_as_qwen3_vl_writes_them():
    text = written_boxes([((120, 130, 210, 1000), "yellow star"), ((0, 5, 10, 15), "黄色星形")])
    assert text == (
        '[{"bbox_2d": [120, 130, 210, 1000], "label": "yellow star"}, '
        '{"bbox_2d": [0, 5, 10, 15], "label": "黄色星形"}]'
    )
    assert parsed_boxes("Here. " + text) == [
        ((120, 130, 210, 1000), "yellow star"), ((0, 5, 10, 15), "黄色星形"),
    ]  # fmt: skip
    assert without_boxes("Top left. " + text) == "Top left."


def test_boxes_as_a_large_model_writes_them():
    answer = '```json\n[\n\t{"bbox_2d": [101.4, 57, 1003, -2], "label": "cup"}\n]\n```'
    assert parsed_boxes(answer) == [((101, 57, 1000, 0), "cup")]


@pytest.mark.parametrize(
    "answer",
    ["", "Yes.", "[{]", '[{"bbox_2d": [1, 2]}]', '[{"label": "x"}]', '[{"bbox_2d": "a"}]',
     '[{"bbox_2d": [1, 2, 3, 4]}', '[{"bbox_2d": [null, 2, 3, 4]}]', '[{"bbox_2d": {"a": 1}}]',
     '[{"bbox_2d": [1, 2, 3, 1e999]}]', '[{"bbox_2d": [NaN, 2, 3, 4]}]',
     '[{"bbox_2d": [1, 2, 3, 4, 5]}]', "[{}" + "[" * 100_000 + "{}]", "[{" * 1_000 + "}]"],
)  # fmt: skip
def test_an_answer_without_proper_boxes_has_none(answer):
    assert parsed_boxes(answer) == []


def test_intersection_over_union():
    assert iou((0, 0, 2, 2), (1, 1, 3, 3)) == pytest.approx(1 / 7)
    assert iou((0, 0, 2, 2), (0, 0, 2, 2)) == 1
    assert iou((0, 0, 1, 1), (2, 2, 3, 3)) == 0
    assert iou((0, 0, 0, 0), (0, 0, 0, 0)) == 0
    assert iou((3, 3, 1, 1), (0, 0, 4, 4)) == 0  # corners the wrong way round
