"""Every family's way of writing places, as its sources show it; and what is no place."""

import pytest

from mmdesk.core.pointing.conventions import CONVENTIONS
from mmdesk.core.pointing.reading import read_places

FRAME = 644, 448


def places(model_type, answer, frame=FRAME):
    return [
        (mark.label, tuple(round(each, 4) for each in mark.place))
        for mark in read_places(answer, CONVENTIONS[model_type], frame).marks
    ]


@pytest.mark.parametrize(
    ("model_type", "answer", "found"),
    [
        (
            "qwen2_5_vl",
            '```json\n[\n\t{"bbox_2d": [161, 112, 322, 224], "label": "cup"},\n'
            '\t{"point_2d": [322, 224], "label": "handle"}\n]\n```',
            [("cup", (0.25, 0.25, 0.5, 0.5)), ("handle", (0.5, 0.5))],
        ),
        (
            "qwen3_vl",
            '杯子在左边。[{"bbox_2d": [250, 100, 500, 1000], "label": "杯子"}]',
            [("杯子", (0.25, 0.1, 0.5, 1.0))],
        ),
        (
            "llava",
            '[{"bbox_2d": [0, 3, 1003, 500], "label": "red circle"}]',
            [("red circle", (0.0, 0.003, 1.0, 0.5))],
        ),
        (
            "gemma4",
            '[{"box_2d": [100, 200, 300, 400], "label": "a \\"dog\\""}]',
            [('a "dog"', (0.2, 0.1, 0.4, 0.3))],
        ),
        (
            "lfm2_vl",
            '[{"label": "dog", "bbox": [0.1, 0.25, 0.5, 1.0]}]',
            [("dog", (0.1, 0.25, 0.5, 1.0))],
        ),
        (
            "qwen2_vl",
            "<|object_ref_start|>the eye<|object_ref_end|><|box_start|>(174,232),(526,485)"
            "<|box_end|>",
            [("the eye", (0.174, 0.232, 0.526, 0.485))],
        ),
        (
            "internvl",
            "The <ref>two cats</ref><box>[[10, 20, 30, 40], [500, 20, 530, 40]]</box> sleep.",
            [("two cats", (0.01, 0.02, 0.03, 0.04)), ("two cats", (0.5, 0.02, 0.53, 0.04))],
        ),
        (
            "glm46v",
            "It is here: <|begin_of_box|>[[100,200,300,400]]<|end_of_box|>",
            [("", (0.1, 0.2, 0.3, 0.4))],
        ),
        ("glm46v", "The sum is <|begin_of_box|>42<|end_of_box|>.", []),
        (
            "deepseek_ocr2",
            "<|ref|>title<|/ref|><|det|>[[0, 0, 999, 333]]<|/det|>",
            [("title", (0.0, 0.0, 1.0, 0.3333))],
        ),
        (
            "paligemma",
            "<loc0256><loc0512><loc0512><loc0768> cat ; <loc0000><loc0000><loc1023><loc1023> dog",
            [("cat", (0.5005, 0.2505, 0.7505, 0.5005)), ("dog", (0.0005, 0.0005, 0.9995, 0.9995))],
        ),
        (
            "florence2",
            "car<loc_52><loc_332><loc_932><loc_774>door<loc_710><loc_276><loc_900><loc_700>",
            [("car", (0.0525, 0.3325, 0.9325, 0.7745)), ("door", (0.7105, 0.2765, 0.9005, 0.7005))],
        ),
        (
            "florence2",
            "cup<loc_1><loc_2><loc_3><loc_4><loc_5><loc_6><loc_7><loc_8>",
            [("cup", (0.0015, 0.0025, 0.0035, 0.0045)), ("cup", (0.0055, 0.0065, 0.0075, 0.0085))],
        ),
        (
            "florence2",  # read text, slanted: its four corners
            "STOP<loc_100><loc_100><loc_300><loc_110><loc_299><loc_150><loc_99><loc_140>",
            [("STOP", (0.0995, 0.1005, 0.3005, 0.1505))],
        ),
        (
            "kosmos-2",
            "<phrase>a snowman</phrase><object><patch_index_0044><patch_index_0863></object>",
            [("a snowman", (0.3906, 0.0469, 0.9844, 0.8281))],
        ),
        (
            "kosmos-2",  # one row of cells
            "<phrase>a line</phrase><object><patch_index_0032><patch_index_0035></object>",
            [("a line", (0.0, 0.0312, 0.125, 0.0625))],
        ),
        (
            "molmo2",
            'Counted: <points coords="1 1 512 300 2 640 310\t2 1 100 0100">cups</points>',
            [("cups", (0.512, 0.3)), ("cups", (0.64, 0.31)), ("cups", (0.1, 0.1))],
        ),
        (
            "molmo2",
            ' <point x="61.5" y="40.4" alt="the cup">the cup</point>',
            [("the cup", (0.615, 0.404))],
        ),
        (
            "molmo2",
            '<points x1="10.0" y1="20.0" x2="30.0" y2="40.0" alt="cups">',
            [("cups", (0.1, 0.2)), ("cups", (0.3, 0.4))],
        ),
    ],
)
def test_places_are_read_as_their_family_writes_them(model_type, answer, found):
    assert places(model_type, answer) == found
    assert not read_places(answer, CONVENTIONS[model_type], FRAME).unread


def test_marks_know_their_characters():
    said = 'Zwei 🐱🐱: {"bbox_2d": [1, 2, 30, 40], "label": "猫"} und Schluss.'
    (mark,) = read_places(said, CONVENTIONS["qwen3_vl"]).marks
    assert said[mark.start : mark.end] == '{"bbox_2d": [1, 2, 30, 40], "label": "猫"}'


def test_molmo_tells_which_picture():
    said = '<points coords="1 1 512 300\t2 1 100 100">cups</points>'
    assert [mark.image for mark in read_places(said, CONVENTIONS["molmo2"]).marks] == [0, 1]


@pytest.mark.parametrize(
    ("model_type", "answer"),
    [
        ("qwen3_vl", '[{"bbox_2d": [100, 200, 300], "label": "cup"}]'),
        ("qwen3_vl", '[{"bbox_2d": [100, 200, 1600, 900], "label": "pixels"}]'),
        ("qwen3_vl", '[{"bbox_2d": [300, 200, 100, 400], "label": "turned"}]'),
        ("qwen3_vl", '[{"bbox_2d": [300, 200, 300, 400], "label": "empty"}]'),
        ("qwen3_vl", '[{"bbox_2d": [NaN, 200, Infinity, 400], "label": "odd"}]'),
        ("qwen3_vl", '[{"bbox_2d": ["1", "2", "3", "4"], "label": "words"}]'),
        ("qwen3_vl", '[{"bbox_2d": null, "label": "none"}]'),
        ("qwen3_vl", "[{'bbox_2d': [1, 2, 3, 4], 'label': 'not JSON'}]"),
        ("qwen3_vl", '[{"bbox_2d": [100, 200, 3'),
        ("qwen2_vl", "<|box_start|>(174,232),(526"),
        ("paligemma", "<loc0256><loc0512><loc0512> cat"),
        ("florence2", "car<loc_52><loc_332><loc_932>"),
        ("florence2", "car<poly><loc_1><loc_2><loc_3><loc_4><loc_5><loc_6></poly>"),
        ("kosmos-2", "<object><patch_index_0044></object>"),
        ("kosmos-2", "<object><patch_index_0044><patch_index_9999></object>"),
        ("molmo2", '<points coords="1 1 512">cups</points>'),
        ("molmo2", '<point x="161.5" y="40.4">cup</point>'),
        ("internvl", "<ref>cat</ref><box>[[1, 2, 3]]</box>"),
    ],
)
def test_what_cannot_be_read_is_told_and_is_no_mark(model_type, answer):
    reading = read_places(answer, CONVENTIONS[model_type], FRAME)
    assert not reading.marks
    assert reading.unread
    for start, end in reading.unread:
        assert 0 <= start < end <= len(answer)


def test_pixels_need_a_frame():
    said = '{"bbox_2d": [1, 2, 3, 4], "label": "cup"}'
    assert not read_places(said, CONVENTIONS["qwen2_5_vl"]).marks


@pytest.mark.parametrize("model_type", sorted(CONVENTIONS))
@pytest.mark.parametrize(
    "piece",
    [
        "{", "[", '{"bbox_2d": [', '"bbox_2d"', "<loc_1>", "<loc0001>", "<patch_index_0001>",
        "<points ", '<points x1="1" ', "<ref>", "<box>[[", "<|box_start|>(", "<|det|>[[1,",
        "<|begin_of_box|>[", "<phrase>a", "a ", "<object>", '<points coords="1 ',
    ],
)  # fmt: skip
def test_endless_answers_are_read_within_a_tests_time(model_type, piece):
    assert not read_places(piece * (60_000 // len(piece)), CONVENTIONS[model_type], FRAME).marks


@pytest.mark.parametrize("model_type", sorted(CONVENTIONS))
def test_plain_answers_have_no_places(model_type):
    said = 'There are {2} cups [left, right]; <b>one</b> is "red" (1, 2), (3, 4). 左边有两个。'
    reading = read_places(said, CONVENTIONS[model_type], FRAME)
    assert not reading.marks
    assert not reading.unread
