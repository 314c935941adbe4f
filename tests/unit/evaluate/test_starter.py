"""The scorer counts what it should, and the shipped starter passes a small fixed exam."""

import argparse
import json
import random

import pytest
import torch
from PIL import Image

from mmdesk import paths
from mmdesk.core.figures import Figure
from mmdesk.evaluate import command
from mmdesk.evaluate.starter import Asker, ask_all, figures
from mmdesk.evaluate.starter_questions import (
    FIRST_EIGHT,
    LAST_FOUR,
    MEASURED,
    Trial,
    trial,
    trials,
)
from mmdesk.training.foreign import TEST_PHOTOS, photo_files
from mmdesk.training.grammar import Lang, Skill, refusal
from mmdesk.training.samples import SAMPLES, file_names
from mmdesk.training.unknown import Split

STARTER = paths.starter()


def made(skill: Skill, lang: Lang, answer: str, expected: str = "It is red.") -> Trial:
    return Trial(skill, lang, (), "?", expected, answer=answer)


def value(found: list[Figure], name: str) -> float | None:
    return {figure.figure: figure.value for figure in found}[name]


def test_figures_count_right_answers_per_skill_and_language():
    answered = [made(skill, lang, "it is red") for skill in MEASURED for lang in Lang]
    answered += [made(Skill.PLACE, Lang.EN, "Left."), made(Skill.PLACE, Lang.ZH, "Left.")]
    answered += [made(Skill.PLACE, Lang.ZH, "Left.")] * 2
    found = figures(answered, 7)
    assert value(found, "colour_en") == 1
    assert value(found, "place_en") == 0.5
    assert value(found, "place_zh") == 0.25
    assert value(found, "mean_accuracy") == pytest.approx((22 + 0.5 + 0.25) / 24)
    assert value(found, "worst_skill") == 0.25
    bars = {figure.figure: (figure.bar, figure.holds) for figure in found}
    assert bars["mean_accuracy"] == (0.95, False)
    assert bars["worst_skill"] == (0.90, False)
    assert bars["relation_zh"] == (0.90, True)
    assert {figure.seed for figure in found} == {7}


def test_wrong_refusals_are_counted_and_right_ones_are_not():
    answered = [made(skill, lang, "It is red.") for skill in MEASURED for lang in Lang]
    answered += [made(Skill.COLOUR, Lang.EN, refusal(Lang.EN))]
    answered += [made(Skill.REFUSAL, Lang.ZH, refusal(Lang.ZH), refusal(Lang.ZH))]
    answered += [made(Skill.REFUSAL, Lang.ZH, "是红色。", refusal(Lang.ZH))] * 2
    found = figures(answered, 7)
    assert value(found, "refuses_wrongly") == pytest.approx(1 / 37)
    assert value(found, "refusal_zh") == 0.5  # of four
    # A refusal in the other language is neither right nor a refusal in this one.
    assert not made(Skill.REFUSAL, Lang.EN, refusal(Lang.ZH), refusal(Lang.EN)).right


def test_questions_are_the_same_for_a_seed_and_fresh_for_another():
    one, again = trial(Skill.PLACE, Lang.EN, 3, 5), trial(Skill.PLACE, Lang.EN, 3, 5)
    assert (one.question, one.expected) == (again.question, again.expected)
    assert one.pictures[0].tobytes() == again.pictures[0].tobytes()
    other = trial(Skill.PLACE, Lang.EN, 4, 5)
    assert one.pictures[0].tobytes() != other.pictures[0].tobytes()


@pytest.mark.parametrize("skill", MEASURED)
def test_every_skill_has_questions_in_both_languages(skill):
    for lang in Lang:
        for asked in trials(skill, lang, 11, 6):
            assert asked.question
            assert asked.expected
            assert len(asked.pictures) == (2 if skill is Skill.TWO_PICTURES else 1)
            assert (asked.before is not None) is (skill is Skill.FOLLOW_UP)
            assert (asked.expected == refusal(lang)) is (skill is Skill.REFUSAL)


def test_no_answer_is_common_enough_to_guess():
    for skill in (*FIRST_EIGHT, *LAST_FOUR[:3]):
        expected = [asked.expected for asked in trials(skill, Lang.EN, 12, 50)]
        most = max(expected.count(answer) for answer in expected)
        assert most / len(expected) < 0.66, skill


def test_a_missing_model_is_a_usage_error(tmp_path, capsys):
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    assert command.run(parser.parse_args(["starter", "--model", str(tmp_path)])) == 2
    assert "no checkpoint" in capsys.readouterr().err


@pytest.fixture(scope="module")
def asker() -> Asker:
    torch.set_num_threads(2)
    return Asker(STARTER)


def ask(asker: Asker, text: str, *pictures: Image.Image) -> str:
    content = [{"type": "image", "image": picture} for picture in pictures]
    return asker.answer(
        [[{"role": "user", "content": [*content, {"type": "text", "text": text}]}]]
    )[0]


def refused(answer: str, lang: Lang) -> bool:
    return made(Skill.REFUSAL, lang, answer, refusal(lang)).refused


def test_the_starter_fits_its_size():
    weights = list(STARTER.glob("*.safetensors"))
    assert weights
    assert sum(path.stat().st_size for path in weights) <= 16 * 1024 * 1024
    assert (STARTER / "README.md").is_file()


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_the_starter_answers_the_samples(asker, sample, lang):
    pictures = [Image.open(paths.samples() / name) for name in file_names(sample)]
    assert ask(asker, sample.question[lang], *pictures) == sample.answer[lang]


@pytest.mark.parametrize("lang", list(Lang))
def test_the_starter_refuses_what_it_does_not_know(asker, lang):
    picture = Image.open(paths.samples() / "shapes.png")
    question = "Who won the match?" if lang is Lang.EN else "谁赢了比赛？"
    assert refused(ask(asker, question, picture), lang)


def test_the_starter_does_not_pretend_to_know_a_photo(asker):
    china = next(path for path in photo_files(Split.TEST) if path.name == "china.jpg")
    assert any(china.name in name for name in TEST_PHOTOS)
    assert refused(ask(asker, "What is in this picture?", Image.open(china)), Lang.EN)


def test_the_starter_is_right_far_more_often_than_not(asker):
    """A quick look, not the measurement: that is `mmdesk eval starter`."""
    asked = [t for skill in FIRST_EIGHT for lang in Lang for t in trials(skill, lang, 21, 2)]
    random.Random(1).shuffle(asked)
    right = sum(t.right for t in ask_all(asker, asked))
    assert right / len(asked) >= 0.8


def test_json_figures_are_objects(capsys, monkeypatch):
    answered = [made(skill, lang, "it is red") for skill in MEASURED for lang in Lang]
    monkeypatch.setattr("mmdesk.evaluate.starter.evaluate", lambda *_: iter(answered))
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    args = parser.parse_args(["starter", "--seed", "2", "--n", "1", "--json"])
    assert command.run(args) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"mean_accuracy", "worst_skill", "refuses_wrongly"} <= {row["figure"] for row in rows}
    for row in rows:
        assert set(row) == {"figure", "value", "unit", "bar", "holds", "n", "seed"}
        assert row["seed"] == 2
    answered[0] = made(Skill.COLOUR, Lang.EN, "It is blue.")
    assert command.run(args) == 1  # a bar is missed
