"""What a contrastive model learns of captions, and what is no wrong answer."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from mmdesk.training.own import loading
from mmdesk.training.own.choosing import choose
from mmdesk.training.own.clip import ClipTask, Pair
from tests.unit.training.own.examples import clip_folder, draw, write_lines


def task_of(model: Path, data: Path, held_out: float = 0.4) -> ClipTask:
    config, weights = loading.checked(model, "clip")
    loaded = loading.load_model(config, weights, "clip", "float32")
    processor = loading.load_processor(model)
    chosen = choose(data, "clip", held_out)
    return ClipTask(loaded, processor, chosen.parts, chosen.folder, torch.device("cpu"))


def test_it_learns_to_tell_its_pictures_apart(clip, captions):
    task = task_of(clip, captions, 0)
    optimizer = torch.optim.AdamW(task.module.parameters(), lr=2e-3)
    first = task.learn(range(task.count))
    for _ in range(100):
        optimizer.step()
        optimizer.zero_grad()
        last = task.learn(range(task.count))
    assert last < first / 10
    task._held_out = task._pairs
    assert task.recall() == (1.0, 1.0, 12)


def test_the_loss_is_that_of_clip_where_nothing_is_alike(clip, captions):
    task = task_of(clip, captions)
    task.module.eval()
    inputs = task._inputs(task._pairs)
    with torch.no_grad():
        ours = float(task._loss(task._pairs))
        theirs = float(task.module(**inputs, return_loss=True).loss)
    assert ours == pytest.approx(theirs, rel=1e-4)


def test_a_text_that_is_true_of_another_picture_is_no_negative(clip, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    for number in range(5):
        draw(data / f"{number}.png", number)
    (data / "copy.png").write_bytes((data / "0.png").read_bytes())
    write_lines(data, [
        {"picture": "0.png", "captions": ["a red thing", "one thing"]},
        {"picture": "copy.png", "caption": "the first"},
        {"picture": "1.png", "caption": "One  thing."},
        {"picture": "2.png", "caption": "blue"},
        {"picture": "3.png", "caption": "yellow"},
        {"picture": "4.png", "caption": "black"},
    ])  # fmt: skip
    task = task_of(clip, data, 0)
    texts = [pair.caption for pair in task._pairs]
    assert texts == ["a red thing", "one thing", "the first", "One  thing.", "blue", "yellow",
                     "black"]  # fmt: skip
    assert task._also_true(task._pairs).int().tolist() == [
        [0, 1, 1, 0, 0, 0, 0],  # three lines are about one picture
        [1, 0, 1, 1, 0, 0, 0],  # and one of them says what is said of another
        [1, 1, 0, 0, 0, 0, 0],
        [1, 1, 1, 0, 0, 0, 0],
        [0] * 7, [0] * 7, [0] * 7,
    ]  # fmt: skip


def test_long_captions_are_cut_to_what_the_model_reads(clip, captions):
    task = task_of(clip, captions)
    pairs = [Pair(task._pairs[0].picture, task._pairs[0].digest, "word " * 200), task._pairs[1]]
    task._true = {pair.digest: {pair.caption} for pair in pairs}
    assert task._inputs(pairs)["input_ids"].shape == (2, 24)
    assert torch.isfinite(task._loss(pairs))


def test_the_temperature_stays_within_what_the_paper_allows(clip, captions):
    task = task_of(clip, captions)
    with torch.no_grad():
        task.module.logit_scale.fill_(9.0)
    task.learn([0, 1, 2])
    assert float(task.module.logit_scale.detach().exp()) == pytest.approx(100)


def test_one_pair_held_out_is_measured_as_nothing(clip, tmp_path):
    task = task_of(clip, clip_folder(tmp_path / "data", 5), 0.1)
    assert not task.has_held_out
    assert task.recall() is None
