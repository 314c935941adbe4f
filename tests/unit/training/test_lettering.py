"""Pages of letters: rows that don't overlap, letters that are wide enough to be read."""

import random

import numpy as np

from mmdesk.training.batches import HEADS, DenseBatches, Plan
from mmdesk.training.lettering import sample_lettering
from mmdesk.training.patches import dense_labels
from mmdesk.training.pictures import render
from mmdesk.training.printed import extent

LETTER = list(HEADS).index("letter")


def pages(count: int):
    rng = random.Random("pages")
    return [sample_lettering(rng) for _ in range(count)]


def test_words_stay_on_the_page_and_apart():
    for page in pages(20):
        boxes = [extent(word, page.width, page.height) for word in page.words]
        edge = 1.01  # a slanted letter may lean out of its place
        assert all(box[0] > -0.01 and box[1] > -0.01 for box in boxes)
        assert all(box[2] < edge and box[3] < edge for box in boxes)
        rows = {word.y for word in page.words}
        tops = sorted(min(b[1] for w, b in zip(page.words, boxes, strict=True) if w.y == y)
                      for y in rows)  # fmt: skip
        assert len(tops) == len(set(tops))


def test_they_hold_many_letters_of_all_kinds():
    many = pages(60)
    letters = [letter for page in many for word in page.words for letter in word.text.lower()]
    assert len(letters) > 25 * len(many)
    assert len(set(letters) & set("abcdefghijklmnopqrstuvwxyz0123456789")) == 36
    assert len({word.face for page in many for word in page.words}) > 10
    grid = 12
    labelled = [(dense_labels(page, grid)[:, LETTER] > 0).sum() for page in many]
    assert np.mean(labelled) > 20


def test_a_page_is_drawn():
    (page,) = pages(1)
    pixels = render(page, 192)
    assert pixels.shape == (192, 192, 3)
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 1


def test_a_dense_batch_has_its_share_of_them():
    all_pages = DenseBatches(Plan(1, singles=6, printed=True, lettering=1.0), 10)[0]
    none = DenseBatches(Plan(1, singles=6, lettering=0.0), 10)[0]
    assert ((all_pages["dense"][..., LETTER] > 0).sum((1,)) > 3).all()
    assert (none["dense"][..., LETTER] <= 0).all()
