"""The arithmetic of matching: ranks with ties, recalls, intervals, tables."""

import argparse
import json
import random

import pytest

from mmdesk import paths
from mmdesk.core.figures import Figure
from mmdesk.evaluate import command, starter_clip
from mmdesk.evaluate.matcher import Matcher
from mmdesk.evaluate.starter_clip import Tally, gallery, prompts, recall_figures
from mmdesk.evaluate.tables import markdown, wilson
from mmdesk.training.clip import model as parts
from mmdesk.training.clip.captions import facts, whole, whole_caption
from mmdesk.training.grammar import Lang, Noun
from mmdesk.training.world import Colour, Shape


def test_recalls_are_of_both_languages_and_each():
    found = {
        (direction, lang, depth): Tally(50 + 40 * (depth > 1), 100)
        for direction in ("i2t", "t2i")
        for lang in Lang
        for depth in (1, 5, 10)
    }
    found["i2t", Lang.ZH, 1] = Tally(95, 100)
    figures = {figure.figure: figure for figure in recall_figures(found, 3)}
    assert figures["recall_at_1_i2t_zh"].value == 0.95
    assert figures["recall_at_1_i2t_zh"].holds is True
    assert figures["recall_at_1_i2t"].value == pytest.approx(145 / 200)
    assert figures["recall_at_1_i2t"].n == 200
    assert figures["recall_at_1_t2i"].holds is False
    assert figures["recall_at_10_t2i"].bar is None
    assert {figure.seed for figure in figures.values()} == {3}


def test_zero_shot_is_the_lowest_of_its_parts():
    parts = {
        ("shape", Lang.EN): Tally(97, 100),
        ("shape", Lang.ZH): Tally(94, 100),
        ("colour", Lang.EN): Tally(100, 100),
        ("colour", Lang.ZH): Tally(99, 100),
    }
    figures = {f.figure: f for f in starter_clip.zero_shot_figures(parts, 3)}
    assert figures["zero_shot"].value == 0.94
    assert figures["zero_shot"].holds is False
    assert figures["zero_shot_shape_en"].holds is True


def test_prompts_name_one_class_each():
    nouns = [Noun(Shape.STAR), Noun(None, Colour.ORANGE)]
    assert prompts(nouns, Lang.EN) == ["a picture of a star", "a picture of an orange shape"]
    assert prompts(nouns, Lang.ZH) == ["一张有星形的图片", "一张有橙色图形的图片"]


@pytest.mark.parametrize("seed", range(3))
def test_captions_of_a_gallery_are_all_different_and_fit_one_scene(seed):
    rng = random.Random(seed)
    scenes = gallery(rng)
    assert len({whole(scene) for scene in scenes}) == len(scenes) == 100
    known = [facts(scene) for scene in scenes]
    for lang in Lang:
        told = [whole_caption(scene, lang, rng) for scene in scenes]
        assert len({one.text for one in told}) == 100
        assert all([one.fits(each) for each in known].count(True) == 1 for one in told)


def test_wilson_intervals_are_those_of_the_textbook():
    assert wilson(0.1, 100) == pytest.approx((0.0552, 0.1744), abs=2e-4)
    assert wilson(1.0, 10) == pytest.approx((0.7225, 1.0), abs=2e-4)
    assert wilson(0.0, 10) == pytest.approx((0.0, 0.2775), abs=2e-4)


def test_the_table_says_what_holds():
    table = markdown(
        [
            Figure("recall", 0.925, "share", 400, 1, 0.9),
            Figure("refuses_wrongly", 0.05, "share", 100, 1, 0.02, lower=True),
            Figure("wer", 0.123, "WER", 10),
            Figure("other", None, "share", 0),
        ]
    ).splitlines()
    assert table[2] == "| recall | 92.5% | 89.5% - 94.7% | >= 90% holds | 400 |"
    assert table[3] == "| refuses_wrongly | 5.0% | 2.2% - 11.2% | <= 2% missed | 100 |"
    assert table[4] == "| wer | 0.123 WER |  |  | 10 |"
    assert table[5] == "| other | not measured |  |  | 0 |"


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(words)


def test_the_command_measures_a_checkpoint(tmp_path, capsys):
    """One that learned nothing: it runs, and its bars are missed."""
    shape = parts.Shape(
        vision_width=32, vision_layers=1, vision_heads=2,
        text_width=32, text_layers=1, text_heads=2, embedding=24,
    )  # fmt: skip
    tokenizer = parts.build_tokenizer(pictures=60, size=500)
    model = parts.build_model(len(tokenizer), shape)
    parts.save(model, parts.build_processor(tokenizer, shape), tmp_path)
    words = ["starter-clip", "--model", str(tmp_path), "--seed", "4", "--n", "1", "--json"]
    assert command.run(parsed(*words)) == 1
    rows = {row["figure"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert rows["recall_at_1_i2t"]["n"] == 200
    assert rows["recall_at_1_i2t_en"]["value"] < 0.3
    assert rows["recall_at_1_i2t"]["value"] <= rows["recall_at_10_i2t"]["value"]
    assert rows["zero_shot"]["bar"] == 0.95
    assert 0 <= rows["told_apart_zh"]["value"] <= 1
    assert {row["seed"] for row in rows.values()} == {4}


def test_where_there_is_no_checkpoint_it_says_so(tmp_path, capsys):
    assert command.run(parsed("starter-clip", "--model", str(tmp_path))) == 2
    assert str(tmp_path) in capsys.readouterr().err


@pytest.mark.parametrize("number", ["0", "-2", "x"])
def test_how_many_must_be_a_number_above_none(number, capsys):
    with pytest.raises(SystemExit):
        parsed("starter-clip", "--n", number)
    assert "--n" in capsys.readouterr().err


def test_the_shipped_weights_match_scenes_they_never_saw():
    matcher = Matcher(paths.starter_clip(), device="cpu")
    scenes = gallery(random.Random("never seen"), 30)
    pictures = matcher.pictures(starter_clip.drawn(scenes))
    for lang in Lang:
        rng = random.Random("their captions")
        texts = matcher.texts([whole_caption(scene, lang, rng).text for scene in scenes])
        assert (pictures @ texts.T).argmax(axis=1).tolist() == list(range(30))
    assert sum(file.stat().st_size for file in paths.starter_clip().iterdir()) <= 8_000_000
