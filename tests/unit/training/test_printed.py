"""Words stand where their letters are said to stand, can be read, and are asked about rightly."""

import random
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from mmdesk.training import fonts, reading, vocabulary
from mmdesk.training.batches import HEADS, dense_labels
from mmdesk.training.grammar import Lang, plain, say
from mmdesk.training.labels import fitted, ink, overlaps
from mmdesk.training.patches import touched
from mmdesk.training.pictures import sample_sign
from mmdesk.training.printed import Plate, Word, draw_word, extent, letters
from mmdesk.training.said import traced
from mmdesk.training.shades import distance
from mmdesk.training.split import Split
from mmdesk.training.vocabulary import COMMON, HAN, LONGEST
from mmdesk.training.world import Background, Cell, Colour, Scene, sample_scene

WHITE = Background(Colour.WHITE, (255, 255, 255), (255, 255, 255))
RED = Plate(Colour.RED, (200, 0, 0))


def word(text: str = "STOP", **changes: object) -> Word:
    made = Word(text, fonts.PILLOW, 0.5, 0.5, 0.2, (0, 0, 0))
    return replace(made, **changes)  # type: ignore[arg-type]


def scene(*words: Word, width: int = 400, height: int = 300) -> Scene:
    return Scene(width, height, WHITE, (), 0, words)


def inked(printed: Word, width: int = 400, height: int = 300) -> np.ndarray:
    picture = Image.new("RGB", (width, height), "white")
    draw_word(picture, printed)
    return np.asarray(picture)[..., 0] < 128


@pytest.mark.parametrize("angle", [0.0, 11.0, -11.0])
@pytest.mark.parametrize("face", [fonts.PILLOW, fonts.faces(fonts.Script.LATIN)[-1]])
def test_ink_lies_in_the_letters_own_boxes(angle, face):
    printed = word("HIM", angle=angle, face=face)
    dark = inked(printed)
    boxes = [region.box for region in letters(printed, 400, 300)]
    assert len(boxes) == 3
    assert [b[0] for b in boxes] == sorted(b[0] for b in boxes)
    covered = np.zeros_like(dark)
    for x0, y0, x1, y1 in boxes:
        part = (
            slice(int(y0 * 300) - 2, int(y1 * 300) + 3),
            slice(int(x0 * 400) - 2, int(x1 * 400) + 3),
        )
        assert dark[part].sum() > 30
        covered[part] = True
    assert dark.sum() > 100
    assert not (dark & ~covered).any()


def test_a_turned_word_leans_the_way_its_letters_do():
    first, last = (letters(word(angle=10.0), 400, 300)[n].box for n in (0, -1))
    assert first[1] < last[1]  # clockwise: the end is lower
    dark = np.argwhere(inked(word(angle=10.0)))
    left, right = dark[dark[:, 1] < 200], dark[dark[:, 1] >= 200]
    assert left[:, 0].mean() < right[:, 0].mean() - 5


def test_a_plate_lies_behind_its_word():
    picture = Image.new("RGB", (400, 300), "white")
    draw_word(picture, word(plate=RED))
    x0, y0, x1, _ = extent(word(plate=RED), 400, 300)
    assert picture.getpixel((int(x0 * 400) + 2, int(y0 * 300) + 2)) == (200, 0, 0)
    assert picture.getpixel((int(x0 * 400) - 3, int(y0 * 300) - 3)) == (255, 255, 255)
    assert x1 - x0 > 0.2


def test_a_fitted_word_is_as_wide_as_asked_or_as_tall():
    x0, y0, x1, y1 = extent(fitted(word(), 400, 300, 0.5, 0.9), 400, 300)
    assert x1 - x0 == pytest.approx(0.5, abs=0.03)
    x0, y0, x1, y1 = extent(fitted(word(), 400, 300, 0.9, 0.1), 400, 300)
    assert y1 - y0 == pytest.approx(0.1, abs=0.02)


def test_ink_can_be_read_on_any_paper():
    rng = random.Random(1)
    for _ in range(300):
        paper = tuple(rng.randint(0, 255) for _ in range(3))
        assert distance(ink(rng, paper), paper) > 120  # type: ignore[arg-type]


def test_patches_say_which_letters_they_hold():
    names = list(HEADS)
    labels = dense_labels(scene(word("A7", size=0.4)), 9)
    found = labels[:, names.index("letter")]
    assert sorted(found[found > 0].tolist()) == [1, 26 + 8]  # "a", then "7" behind the letters
    assert set(labels[:, names.index("han")]) == {0}
    assert set(labels[:, names.index("shape")]) == {0}


def test_two_letters_of_one_patch_keep_their_order():
    names = list(HEADS)
    labels = dense_labels(scene(word("IL", size=0.05)), 3).reshape(3, 3, -1)
    assert labels[1, 1, names.index("letter")] == 9
    assert labels[1, 1, names.index("next_letter")] == 12


@pytest.mark.skipif(not fonts.faces(fonts.Script.HAN), reason="no Chinese typeface here")
def test_a_chinese_character_has_a_class_of_its_own():
    names = list(HEADS)
    han = word(HAN[3], face=fonts.faces(fonts.Script.HAN)[0])
    assert dense_labels(scene(han), 9)[:, names.index("han")].max() == 4
    assert inked(han).sum() > 50


def test_patches_touched_by_a_box():
    assert touched((0.0, 0.0, 0.34, 0.34), 3) == [0]
    assert touched((0.4, 0.1, 0.45, 0.9), 3) == [4]  # no patch's middle in it: its own middle's
    assert touched((0.0, 0.4, 1.0, 0.6), 3) == [3, 4, 5]


def test_words_and_items_keep_out_of_each_others_way():
    for seed in range(150):
        made = sample_sign(random.Random(seed), Split.TRAIN)
        size = made.width, made.height
        for item in made.items:
            x, y = item.x, item.y
            assert not any(overlaps(w, (x, y, x, y), *size) for w in made.words)
        for one in made.words:
            x0, y0, x1, y1 = extent(one, *size)
            assert min(x0, y0) > -0.03
            assert max(x1, y1) < 1.03
            assert 1 <= len(one.text) <= LONGEST


def test_a_scene_without_words_is_the_one_it_was_before_words_were_there():
    assert sample_scene(random.Random(5)).words == ()
    with_words = sample_scene(random.Random(5), words=2)
    assert len(with_words.words) == 2
    assert len({w.text.casefold() for w in with_words.words}) == 2


def test_the_test_has_common_words_of_its_own():
    rng = random.Random(3)
    seen = [
        {vocabulary.word(rng, split).lower() for _ in range(3000)} & set(COMMON) for split in Split
    ]
    kept = {w for i, w in enumerate(COMMON) if i % 5 == 0}
    # Made-up words may happen to be real ones; drawn ones keep to their side.
    assert len(seen[0] & kept) < 0.1 * len(seen[0])
    assert len(seen[1] - kept) < 0.2 * len(seen[1])


def asked(made: Scene, lang: Lang) -> dict[str, str]:
    asks = [reading.read(made, random.Random(seed)) for seed in range(2000)]
    return {plain(a, lang): say(a.reply, lang) for a in asks if a is not None}


def test_what_it_says():
    one = asked(scene(word("Stop", plate=RED, y=1 / 6)), Lang.EN)
    assert one["What does it say?"] == "It says “Stop”."
    assert one["What is written at the top?"] == "It says “Stop”."
    assert one["What does the red sign say?"] == "It says “Stop”."
    assert one["What is the first letter?"] == "“S”."
    assert one["What is the last letter?"] == "“p”."
    assert one["Is there any text?"] == "Yes."
    assert one["What is written at the bottom?"] == "There is no text there."
    two = asked(scene(word("Stop", y=0.2), word("47", y=0.8)), Lang.ZH)
    assert two["上面写了什么？"] == "写着“Stop”、“47”。"
    assert two["下方写了什么？"] == "写着“47”。"
    assert "第一个字母是什么？" not in two
    none = asked(scene(), Lang.EN)
    assert none == {"What does it say?": "There is no text.", "Is there any text?": "No."}


def test_the_cell_of_a_word_is_that_of_its_middle():
    assert reading.cell_of(word(x=0.9, y=0.1)) is Cell.TOP_RIGHT


def test_each_letter_of_an_answer_is_traced_to_its_own_place():
    made = scene(word("AB", y=0.2), word("C", y=0.8))
    ask = next(
        a
        for a in (reading.read(made, random.Random(n)) for n in range(50))
        if a is not None and a.kind == "read"
    )
    answer = say(ask.reply, Lang.EN)
    found = {at: region for at, region in traced(ask, answer)}
    assert [answer[at] for at in found] == ["A", "B", "C"]
    assert [region.owner.text for region in found.values()] == ["AB", "AB", "C"]
