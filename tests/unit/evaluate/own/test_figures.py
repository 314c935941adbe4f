"""What is asked of a folder's examples, and what is counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmdesk.core.errors import MemoryRanOut, MmdeskError
from mmdesk.core.figures import Figure
from mmdesk.evaluate.own.asking import Reply
from mmdesk.evaluate.own.chat_figures import figures, wrong
from mmdesk.evaluate.own.examples import Kind, counted, in_words, kind_of, some, tasks
from mmdesk.evaluate.own.hearing import Heard
from mmdesk.evaluate.own.hearing import figures as heard_figures
from mmdesk.evaluate.own.yes_no import expected
from mmdesk.training.own.folder import Box, Entry, Turn

A, B = Path("/a.png"), Path("/b.png")
CORNERS = (100, 100, 300, 300)
BOX = '[{"bbox_2d": [100, 100, 300, 300], "label": "star"}]'
FAR = '[{"bbox_2d": [600, 100, 800, 310], "label": "star"}]'
ENTRIES = (
    Entry(1, (A,), captions=("a star", "一颗星")),
    Entry(2, (A,), turns=(Turn("Is it red?", ("yes",)),)),
    Entry(3, (A,), captions=("one star",)),
    Entry(4, (B,), captions=("a dog",)),
    Entry(5, (B,), turns=(Turn("Find it", ()),), boxes=(Box(CORNERS, "dog"),)),
    Entry(6, (B,), label="dog"),
    Entry(7, (), sound=Path("/a.wav"), text="hello"),
)


def values(found: list[Figure]) -> dict[str, float | None]:
    return {figure.figure: figure.value for figure in found}


def reply(
    question: str,
    answers: tuple[str, ...],
    answer: str,
    *,
    kind: Kind = Kind.QUESTION,
    boxes: tuple[tuple[int, int, int, int], ...] | None = None,
    yes: bool | None = None,
    probability: float | None = None,
    problem: MmdeskError | None = None,
) -> Reply:
    return Reply(kind, 1, Turn(question, answers), boxes, answer, yes, probability, problem)


def test_kinds_of_examples():
    assert [kind_of(entry).value for entry in ENTRIES] == [
        "captions", "questions", "captions", "captions", "boxes", "labels", "sounds",
    ]  # fmt: skip
    assert counted(ENTRIES)[Kind.CAPTION] == 3
    assert in_words([Kind.BOXES, Kind.LABEL, Kind.SOUND]) == "boxes, labels and sounds"


def test_captions_of_a_picture_and_language_are_one_task():
    asked = tasks(ENTRIES)
    assert [(task.line, task.turns[0].question) for task in asked] == [
        (1, "Describe this picture."), (1, "描述这张图片。"), (2, "Is it red?"),
        (4, "Describe this picture."), (5, "Find it"),
    ]  # fmt: skip
    assert asked[0].turns[0].answers == ("a star", "one star")
    assert asked[1].turns[0].answers == ("一颗星",)
    assert asked[4].boxes == (CORNERS,)


def test_a_limit_draws_by_seed_and_keeps_the_order():
    entries = [Entry(n, (A,), label="x") for n in range(100)]
    one, again, other = (some(entries, 10, seed) for seed in (1, 1, 2))
    assert one == again != other
    assert [entry.line for entry in one] == sorted(entry.line for entry in one)
    assert len(one) == 10
    assert some(entries, None, 1) == some(entries, 100, 1) == tuple(entries)


@pytest.mark.parametrize(
    ("answers", "yes"),
    [
        (["Yes."], True), (["NO"], False), (["是的"], True), (["没有。"], False),
        (["Yes, there is one."], True), (["不，没有"], False), (["red"], None),
        (["yes", "yes", "no"], True), (["yes", "red", "red"], None), (["yesterday"], None),
        (["不锈钢"], None),
    ],
)  # fmt: skip
def test_questions_that_are_answered_with_yes_or_no(answers, yes):
    assert expected(answers) is yes


def test_questions_are_counted_by_language_and_together():
    found = figures(
        [
            reply("What?", ("red",), "The red."),
            reply("What?", ("red",), "blue"),
            reply("什么？", ("红色",), "红色的。"),
            reply("什么？", ("红色",), ""),
        ],
        None,
    )
    assert values(found) == {
        "vqa_accuracy_en": 0.5, "vqa_accuracy_zh": 0.5, "vqa_accuracy": 0.5,
        "exact_match_en": 0, "exact_match_zh": 0, "exact_match": 0,
        "unanswered": 1,
    }  # fmt: skip
    assert found[-1].unit == "of 4"


def test_one_language_has_no_endings():
    found = values(figures([reply("What?", ("red",), "red")], 3))
    assert found == {"vqa_accuracy": 1, "exact_match": 1, "unanswered": 0}


def test_what_failed_is_wrong_and_counted():
    failed = reply("What?", ("red",), "", problem=MemoryRanOut(device="CPU"))
    found = figures([reply("What?", ("red",), "red"), failed], 3)
    assert values(found) == {"vqa_accuracy": 0.5, "exact_match": 0.5, "unanswered": 1}


def test_boxes_count_apart_from_the_words_beside_them():
    place = ("Top left. " + BOX,)
    found = figures(
        [
            reply("Where?", place, "Top left. " + BOX, boxes=(CORNERS,)),
            reply("Where?", place, "top left " + FAR, boxes=(CORNERS,)),
            reply("Find it", (), "I see none.", kind=Kind.BOXES, boxes=(CORNERS,)),
            reply("Find all", (), BOX, kind=Kind.BOXES, boxes=(CORNERS, (500, 500, 600, 600))),
            reply("Find all", (), FAR, kind=Kind.BOXES, boxes=()),
        ],
        None,
    )
    assert values(found) == {
        "vqa_accuracy": 1,
        "exact_match": 1,
        "mean_iou": pytest.approx(1 / 3),
        # Of four boxes that were said two are right; of five there are, two are found.
        "ap50": pytest.approx(2 / 4 * 2 / 5),
        "unanswered": 0,
    }


def test_captions_are_compared_with_all_that_people_wrote():
    def said(text: str, *references: str) -> Reply:
        return reply("Describe this picture.", references, text, kind=Kind.CAPTION)

    star, dog = "a red star on top of it", "two dogs run in the park"
    found = values(figures([said(star, "x", star), said(dog, dog)], None))
    assert found == {
        "bleu": pytest.approx(100), "cider": pytest.approx((5 + 10) / 2), "unanswered": 0,
    }  # fmt: skip
    chinese = reply("描述这张图片。", ("一颗星",), "一颗星", kind=Kind.CAPTION)
    both = values(figures([said(star, star), said(dog, dog), chinese], None))
    assert both["cider_en"] == pytest.approx(10)
    assert both["cider_zh"] is None  # of one picture: nothing is rare
    assert set(both) == {"bleu_en", "cider_en", "bleu_zh", "cider_zh", "unanswered"}


def test_calibration_is_of_yes_and_no():
    found = figures(
        [
            reply("Is it?", ("yes",), "yes", yes=True, probability=0.9),
            reply("Is it?", ("no",), "yes", yes=False, probability=0.9),
            reply("Is it?", ("no",), "no", yes=False, probability=0.1),
            reply("Is it?", ("no",), "no", yes=False),
        ],
        None,
    )
    error = next(figure for figure in found if figure.figure == "ece")
    assert error.value == pytest.approx(abs(0.9 - 2 / 3))
    assert error.n == 3
    nothing = figures([reply("Is it?", ("no",), "no", yes=False)], None)
    assert values(nothing)["ece"] is None


def test_what_is_wrong_is_told():
    assert wrong(reply("What?", ("red",), "red.")) is None
    assert wrong(reply("What?", ("red",), "blue")) == "'What?' -> 'blue', not 'red'"
    assert wrong(reply("Find it", (), BOX, kind=Kind.BOXES, boxes=(CORNERS,))) is None
    assert wrong(reply("Find it", (), "No.", kind=Kind.BOXES, boxes=())) is None
    told = wrong(reply("Find it", (), FAR, kind=Kind.BOXES, boxes=(CORNERS,)))
    assert told == "'Find it' -> [(600, 100, 800, 310)], not [(100, 100, 300, 300)]"


def test_sounds_are_counted_by_how_their_language_is_written():
    heard = [Heard(1, "Is it red?", "is it read"), Heard(2, "它在哪里？", "它在那里"),
             Heard(3, "one", "")]  # fmt: skip
    found = heard_figures(heard, None)
    assert values(found) == {
        "wer": pytest.approx(2 / 4),  # one word is another one, one is missing
        "cer": pytest.approx((1 + 3) / (len("is it red") + len("one"))),
        "cer_zh": pytest.approx(1 / 4),
        "unanswered": 1,
    }
