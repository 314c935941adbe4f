"""Answers with boxes as people read them."""

import pytest

from mmdesk.core.evidence import pointed
from mmdesk.core.evidence_text import as_markdown, as_plain, numbers_of, pieces
from mmdesk.core.sight import SeenPicture, Sight


def found(answer: str, kind: str = "llava"):
    return pointed(answer, Sight(kind, (SeenPicture("", 400, 200),), 0))


@pytest.mark.parametrize(
    ("answer", "plain", "markdown"),
    [
        (
            'It is at the top left. [{"bbox_2d": [1, 2, 30, 40], "label": "yellow star"}]',
            "It is at the top left. yellow star",
            "It is at the top left. [yellow star](evidence:0)",
        ),
        (
            '```json\n[\n {"bbox_2d": [1, 2, 30, 40], "label": "cup"},\n'
            ' {"bbox_2d": [50, 2, 80, 40], "label": "cup"}\n]\n```\nBoth cups are red.',
            "cup, cup\nBoth cups are red.",
            "[cup](evidence:0), [cup](evidence:1)\nBoth cups are red.",
        ),
        (
            '左边的猫和狗。[{"bbox_2d": [1, 2, 30, 40], "label": "猫"}, '
            '{"bbox_2d": [1, 2, 30, 40], "label": "一只狗"}] 一只狗在叫。',
            "左边的猫和狗。猫, 一只狗 一只狗在叫。",
            "左边的猫和狗。[猫](evidence:0), [一只狗](evidence:1) [一只狗](evidence:1)在叫。",
        ),
        (  # a list that names nothing new is left out
            'A Red Circle and a circle. [{"bbox_2d": [1, 2, 30, 40], "label": "red circle"}]',
            "A Red Circle and a circle.",
            "A [Red Circle](evidence:0) and a circle.",
        ),
        ("No places here.", "No places here.", "No places here."),
        (
            '{"bbox_2d": [1, 2, 30, 40]} and {"bbox_2d": [5, 5, 9, 9], "label": "a](x)*b*"}',
            "1 and a](x)*b*",
            r"[1](evidence:0) and [a\]\(x\)\*b\*](evidence:1)",
        ),
    ],
)
def test_boxes_become_phrases(answer, plain, markdown):
    assert as_plain(answer, found(answer)) == plain
    assert as_markdown(answer, found(answer)) == markdown


def test_several_boxes_of_the_same_words_are_one_phrase():
    said = "The <ref>cats</ref><box>[[10, 20, 30, 40], [500, 20, 530, 40]]</box> sleep."
    read = pieces(said, found(said, "internvl"))
    assert [(each.text, each.numbers) for each in read] == [
        ("The ", ()), ("cats", (0, 1)), (" sleep.", ()),
    ]  # fmt: skip
    assert as_markdown(said, found(said, "internvl")) == "The [cats](evidence:0,1) sleep."


@pytest.mark.parametrize(
    ("target", "numbers"),
    [
        ("evidence:0", (0,)), ("evidence:0,12", (0, 12)), ("evidence:", ()), ("evidence:x,2", (2,)),
        ("https://evidence:0", ()), ("evidence:-1,²", ()),
    ],
)  # fmt: skip
def test_links_name_their_evidence(target, numbers):
    assert numbers_of(target) == numbers
