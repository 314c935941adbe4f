"""The contrastive loss, a tiny run of the recipe, and the saved checkpoint."""

import math
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import AutoModel, AutoProcessor, AutoTokenizer, CLIPModel

from mmdesk.evaluate.matcher import Matcher
from mmdesk.evaluate.starter_clip import gallery
from mmdesk.training import command
from mmdesk.training import model as chat
from mmdesk.training.clip import model as parts
from mmdesk.training.clip.batches import PIECES, CaptionBatches, Plan, in_pieces
from mmdesk.training.clip.captions import Kind
from mmdesk.training.clip.learner import CELL_CLASSES, cell_loss, contrastive_loss
from mmdesk.training.clip.recipe import CPU, GPU, Recipe, Stage
from mmdesk.training.clip.recipe import Kind as StageKind
from mmdesk.training.clip.trainer import ClipTrainer
from mmdesk.training.draw import draw_scene, squeeze
from mmdesk.training.world import sample_scene
from tests.unit.training.runs import check_killed_run

SHAPE = parts.Shape(
    vision_width=32, vision_layers=1, vision_heads=2,
    text_width=32, text_layers=1, text_heads=2, embedding=24,
)  # fmt: skip
PLAN = Plan(3, pictures=6, families=1, family=3)
RECIPE = Recipe(
    SHAPE,
    (
        Stage(StageKind.DENSE, 1, PLAN, steps=2, warmup=1, floor=1e-4),
        Stage(StageKind.PAIRS, 1, PLAN, steps=4, warmup=1),
    ),
    threads=1,
)


@pytest.fixture(scope="module")
def tokenizer():
    return parts.build_tokenizer(pictures=60, size=500)


def trainer(work: Path, tokenizer, recipe: Recipe = RECIPE, tower: Path | None = None):
    return ClipTrainer(
        recipe, work, report=lambda line: None, device="cpu", tower=tower,
        compiled=False, workers=0, tokenizer=tokenizer, save_every=0,
    )  # fmt: skip


def test_the_loss_is_the_papers_on_a_case_computed_by_hand():
    images = torch.tensor([[2.0, 0.0], [0.0, 0.5]])
    texts = torch.tensor([[3.0, 4.0], [0.0, 9.0]])
    # Cosines: (0.6, 0.0) for picture 0, (0.8, 1.0) for picture 1; the scale is 10.
    by_image = (math.log(1 + math.exp(0 - 6)) + math.log(1 + math.exp(8 - 10))) / 2
    by_text = (math.log(1 + math.exp(8 - 6)) + math.log(1 + math.exp(0 - 10))) / 2
    loss, right = contrastive_loss(images, texts, torch.tensor(10.0))
    assert loss.item() == pytest.approx((by_image + by_text) / 2, rel=1e-5)
    assert right.item() == 1  # each picture's own text is nearest, not the other way round


def test_a_pair_that_matches_too_is_no_negative():
    images = torch.tensor([[1.0, 0.0], [0.6, 0.8]])
    texts = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    # Text 0 fits picture 1 as well: it has no negatives left, nor has picture 1.
    also = torch.tensor([[False, True], [False, False]])
    by_image = math.log(1 + math.exp(0 - 5)) / 2
    by_text = math.log(1 + math.exp(0 - 4)) / 2
    loss, _ = contrastive_loss(images, texts, torch.tensor(5.0), also)
    assert loss.item() == pytest.approx((by_image + by_text) / 2, rel=1e-5)


def test_the_loss_is_what_clip_itself_computes(tokenizer):
    torch.manual_seed(2)
    model = parts.build_model(len(tokenizer), SHAPE)
    ids = tokenizer(["a red circle", "两个星形", "a star"], return_tensors="pt", padding=True)
    stock = model(**ids, pixel_values=torch.randn(3, 3, 144, 144), return_loss=True)
    scale = model.logit_scale.exp()
    mine, _ = contrastive_loss(stock.image_embeds, stock.text_embeds, scale)
    torch.testing.assert_close(mine, stock.loss)


def test_the_cell_loss_of_sure_and_right_logits_is_none():
    labels = torch.zeros((1, 19), dtype=torch.long)
    labels[0, 0], labels[0, 1], labels[0, -1] = 3, 5, 7
    logits = torch.full((1, CELL_CLASSES), -30.0)
    for cell in range(9):
        shape, colour = labels[0, 2 * cell].item(), labels[0, 2 * cell + 1].item()
        logits[0, cell * 18 + int(shape)] = logits[0, cell * 18 + 7 + int(colour)] = 30
    logits[0, -10 + 7] = 30
    assert cell_loss(logits, labels).item() == pytest.approx(0, abs=1e-5)
    labels[0, -1] = 6
    assert cell_loss(logits, labels).item() > 10
    labels[:] = -100  # nothing told, nothing asked
    assert cell_loss(logits, labels).item() == 0


def test_batches_are_the_same_for_the_same_number(tokenizer):
    data = CaptionBatches(PLAN, tokenizer.backend_tokenizer, 10)
    one, again, other = data[4], data[4], data[5]
    assert all(torch.equal(one[name], again[name]) for name in one)
    assert not torch.equal(one["pixels"], other["pixels"])
    assert one["pixels"].shape == (6, 144, 144, 3)
    assert one["also_true"].shape == (2, 6, 6)
    assert not one["also_true"][:, range(6), range(6)].any()
    assert one["cells"].shape == (6, 19)
    assert one["told"].shape == (12, 19)


def test_pieces_hold_every_caption_once():
    rows = [[1] * length for length in (9, 3, 30, 5, 2, 12, 7, 21)]
    pieces = in_pieces(rows)
    lengths = torch.cat([(pieces[f"ids{n}"] > 0).sum(1) for n in range(PIECES)])
    assert lengths[pieces["place"]].tolist() == [len(row) for row in rows]
    assert [pieces[f"ids{n}"].shape for n in range(PIECES)] == [(2, 8), (2, 8), (2, 16), (2, 32)]


def test_no_caption_is_cut_off(tokenizer):
    """Whole captions of six items with background fit into the context."""
    plan = replace(PLAN, pictures=60, families=0, mix={Kind.WHOLE: 1.0})
    batch = CaptionBatches(plan, parts.build_tokenizer().backend_tokenizer, 1)[0]
    longest = max(batch[f"ids{piece}"].shape[1] for piece in range(PIECES))
    assert 40 < longest <= parts.Shape().context


def test_a_killed_run_goes_on_to_the_same_loss_curve(tmp_path, tokenizer):
    # dies in the first stage, then in the second
    check_killed_run(lambda work: trainer(work, tokenizer), tmp_path, (1, 2, 100), steps=6)


def test_the_scale_stays_at_a_hundred(tmp_path, tokenizer):
    made = trainer(tmp_path, tokenizer)
    with torch.no_grad():
        made.model.logit_scale.fill_(8.0)
    made.learner.clamp_scale()
    assert made.model.logit_scale.exp().item() == pytest.approx(100)
    made.export(tmp_path / "out")
    saved: Any = AutoModel.from_pretrained(tmp_path / "out", local_files_only=True)
    assert saved.logit_scale.float().exp().item() <= 100


def test_a_saved_checkpoint_loads_through_the_auto_classes(tmp_path, tokenizer):
    made = trainer(tmp_path, tokenizer)
    made.export(tmp_path / "out")
    model: Any = AutoModel.from_pretrained(
        tmp_path / "out", local_files_only=True, dtype=torch.float32
    )
    processor = AutoProcessor.from_pretrained(tmp_path / "out", local_files_only=True)
    alone = AutoTokenizer.from_pretrained(tmp_path / "out", local_files_only=True)
    assert isinstance(model, CLIPModel)
    texts = ["A red circle", "左上有红色圆形"]
    picture = draw_scene(sample_scene(random.Random(1), 3))
    inputs = processor(text=texts, images=[picture], return_tensors="pt", padding=True)
    assert alone(texts).input_ids[0][0] == parts.START
    assert alone(texts).input_ids[0][-1] == parts.END
    assert alone("A RED circle").input_ids == alone("a red circle").input_ids
    with torch.no_grad():
        found = model(**inputs)
    assert found.logits_per_image.shape == (1, 2)
    # Training pads without a mask and scales the pixels itself; the numbers are the same.
    rounded = parts.build_model(len(tokenizer), SHAPE)
    rounded.load_state_dict(model.state_dict())
    made.model.load_state_dict(rounded.state_dict())
    pixels = torch.from_numpy(squeeze(picture, SHAPE.side).copy())[None]
    with torch.no_grad():
        _, seen = made.learner.pictures(pixels)
        rows = [alone(text).input_ids for text in texts]
        ids = torch.tensor([row + [parts.PAD] * (32 - len(row)) for row in rows])
        read = made.learner.captions(ids)
    norm = torch.nn.functional.normalize
    torch.testing.assert_close(norm(seen, dim=-1), found.image_embeds, atol=1e-4, rtol=1e-3)
    torch.testing.assert_close(norm(read, dim=-1), found.text_embeds, atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize("text", ["a red circle, 两个星形", "naïve 🙂\n\tп", "x" * 400])
def test_any_text_is_read(tokenizer, text):
    ids = tokenizer(text, truncation=True).input_ids
    assert ids[0] == parts.START
    assert ids[-1] == parts.END
    assert len(ids) <= parts.Shape().context


def test_a_few_seconds_of_training_beat_chance(tmp_path, tokenizer):
    """Scenes with one thing: what it is and where is learned from captions alone."""
    plan = Plan(5, pictures=24, families=0, single=1.0, mix={Kind.WHOLE: 1})
    stage = Stage(
        StageKind.PAIRS, 1, plan, steps=60, rate=4e-3, warmup=5, patch_weight=0, cell_weight=0
    )
    made = trainer(tmp_path, tokenizer, replace(RECIPE, stages=(stage,)))
    rows = made.run().curve
    first, last = (np.mean([row["loss"] for row in part]) for part in (rows[:8], rows[-8:]))
    assert last < 0.9 * first
    assert np.mean([row["right"] for row in rows[-20:]]) > 2.5 / 24


def test_a_chat_models_tower_is_taken_over(tmp_path, tokenizer):
    shape = chat.Shape(
        stem=(), vision_width=32, vision_layers=1, vision_heads=2,
        text_width=32, text_layers=1, text_heads=2, text_inner=48,
    )  # fmt: skip
    words = chat.build_tokenizer(pictures=60, size=900)
    starter = chat.build_model(len(words), shape)
    chat.save(starter, chat.build_processor(words, shape), tmp_path / "chat")
    made = trainer(tmp_path / "work", tokenizer, tower=tmp_path / "chat")
    assert [stage.kind for stage in made.recipe.stages] == [StageKind.PAIRS]
    one = starter.model.vision_tower.state_dict()
    two = made.model.vision_model.state_dict()
    assert one.keys() == two.keys()
    for name in one:
        torch.testing.assert_close(one[name].bfloat16(), two[name].bfloat16())
    other = replace(RECIPE, shape=replace(SHAPE, vision_width=48))
    with pytest.raises(parts.TowerUnfit, match="vision tower"):
        trainer(tmp_path / "again", tokenizer, other, tower=tmp_path / "chat")


def test_a_tower_that_is_not_there_is_said_in_one_line(tmp_path, capsys):
    import argparse

    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    (tmp_path / "empty").mkdir()
    words = ["starter-clip", "--tower", str(tmp_path / "empty"), "--work", str(tmp_path / "work"),
             "--out", str(tmp_path / "out"), "--steps", "1", "--device", "cpu"]  # fmt: skip
    assert command.run(parser.parse_args(words)) == 2
    assert "--tower" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_recipes_keep_their_shares():
    assert CPU.minutes <= 60
    assert [stage.plan.seed for stage in CPU.seeded(5).stages] == [5, 6]
    assert CPU.with_threads(8).threads == 8
    steps = CPU.within_steps(1100)
    assert [stage.steps for stage in steps.stages] == [200, 900]
    assert CPU.within_minutes(11).minutes == pytest.approx(11)
    assert [stage.kind for stage in GPU.with_tower().stages] == [StageKind.PAIRS]


def test_a_gallery_holds_no_two_alike_and_is_searched(tmp_path, tokenizer):
    made = trainer(tmp_path, tokenizer)
    made.export(tmp_path / "out")
    matcher = Matcher(tmp_path / "out", batch=7)
    pictures = [draw_scene(scene) for scene in gallery(random.Random(3), 10)]
    found = matcher.pictures(pictures)
    assert found.shape == (10, SHAPE.embedding)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(found[8:], matcher.pictures(pictures[8:]), atol=1e-5)
    one = matcher.texts(["a red circle", "一个很长的句子" * 30, "a red circle"])
    np.testing.assert_allclose(one[0], one[2], atol=1e-5)


def test_a_tiny_picture_is_squeezed_like_any_other(tokenizer):
    processor = parts.build_processor(tokenizer, SHAPE)
    pixels = processor(images=[Image.new("L", (1, 300))], return_tensors="pt").pixel_values
    assert pixels.shape == (1, 3, 144, 144)
