"""A tiny run of the recipe: loss falls, a killed run goes on as if nothing had happened."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from mmdesk.training import model as parts
from mmdesk.training.batches import IGNORE, JointBatches, Plan
from mmdesk.training.learner import LOOK_LAYER
from mmdesk.training.lessons import DEFAULT_MIX
from mmdesk.training.recipe import Kind, Recipe, Stage
from mmdesk.training.starter import Trainer

SHAPE = parts.Shape(
    vision_width=32, vision_layers=1, vision_heads=2,
    text_width=32, text_layers=1, text_heads=2, text_inner=48,
)  # fmt: skip
PLAN = Plan(3, singles=2, doubles=1)
RECIPE = Recipe(
    SHAPE,
    (
        Stage(Kind.DENSE, 1, PLAN, steps=3, warmup=1, floor=1e-4),
        Stage(Kind.JOINT, 1, PLAN, steps=4, warmup=1),
    ),
    threads=1,
)


@pytest.fixture(scope="module")
def tokenizer():
    return parts.build_tokenizer(pictures=60, size=900)


def trainer(work: Path, tokenizer, recipe: Recipe = RECIPE) -> Trainer:
    return Trainer(
        recipe, work, report=lambda line: None, device="cpu",
        compiled=False, workers=0, tokenizer=tokenizer, save_every=0,
    )  # fmt: skip


def curve(made: Trainer) -> list[tuple[int, int, float]]:
    return [(row["stage"], row["step"], row["loss"]) for row in made.state.curve]


def test_a_killed_run_goes_on_to_the_same_loss_curve(tmp_path, tokenizer):
    whole = trainer(tmp_path / "whole", tokenizer)
    whole.run()
    assert len(whole.state.curve) == 7
    for stop in (2, 3, 100):  # dies inside the first stage, then inside the second
        broken = trainer(tmp_path / "broken", tokenizer)
        broken.run(stop_after=stop)
    assert curve(broken) == curve(whole)
    one, two = whole.model.state_dict(), broken.model.state_dict()
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_what_was_learned_after_the_last_checkpoint_is_learned_again(tmp_path, tokenizer):
    first = trainer(tmp_path, tokenizer)
    first.run(stop_after=2)
    kept = (tmp_path / "checkpoint.pt").read_bytes()
    first.run(stop_after=1)
    lost = curve(first)
    (tmp_path / "checkpoint.pt").write_bytes(kept)
    again = trainer(tmp_path, tokenizer)
    assert again.state.step == 2
    again.run(stop_after=1)
    assert curve(again) == lost


def test_the_loss_falls(tmp_path, tokenizer):
    stage = replace(RECIPE.stages[0], steps=40, rate=4e-3)
    made = trainer(tmp_path, tokenizer, replace(RECIPE, stages=(stage,)))
    losses = [row["loss"] for row in made.run().curve]
    assert sum(losses[-5:]) < 0.93 * sum(losses[:5])


def test_training_and_use_compute_the_same(tmp_path, tokenizer):
    """The hand-written forward gives the logits of the stock model's own forward."""
    made = trainer(tmp_path, tokenizer)
    backend = tokenizer.backend_tokenizer
    batch = JointBatches(PLAN, backend, DEFAULT_MIX, 1)[0]
    with torch.no_grad():
        _, hidden, _ = made.learner.joint(batch["pixels"], batch["ids"], batch["slots"])
        mine = made.model.lm_head(hidden)
        pixels = batch["pixels"].permute(0, 3, 1, 2).float() / 255
        stock = made.model(
            input_ids=batch["ids"], pixel_values=(pixels - parts.MEAN) / parts.STD
        ).logits
    answered = batch["labels"] != IGNORE
    assert answered.sum() > 50
    torch.testing.assert_close(mine[answered], stock[answered], atol=1e-4, rtol=1e-4)


def test_the_look_loss_is_about_the_attention_that_the_model_really_pays(tmp_path, tokenizer):
    deeper = replace(RECIPE, shape=replace(SHAPE, text_layers=3))
    made = trainer(tmp_path, tokenizer, deeper)
    batch = JointBatches(PLAN, tokenizer.backend_tokenizer, DEFAULT_MIX, 1)[0]
    rows, heads = batch["look"].unbind(1)
    assert len(rows) > 5
    with torch.no_grad():
        *_, before = made.learner.joint(batch["pixels"], batch["ids"], batch["slots"])
        mine = made.learner.look_loss(before, batch)
        pixels = batch["pixels"].permute(0, 3, 1, 2).float() / 255
        stock = made.model(
            input_ids=batch["ids"],
            pixel_values=(pixels - parts.MEAN) / parts.STD,
            output_attentions=True,
        )
    paid = stock.attentions[LOOK_LAYER][rows // PLAN.length, heads, rows % PLAN.length]
    share = (paid * batch["look_mask"]).sum(-1)
    wanted = batch["look_share"]
    stock_loss = -(share.log() * wanted).sum() / wanted.sum()
    torch.testing.assert_close(mine, stock_loss, atol=1e-3, rtol=1e-3)


def test_minutes_and_steps_keep_the_stages_shares():
    assert RECIPE.within_minutes(10).minutes == pytest.approx(10)
    steps = replace(RECIPE, stages=(replace(RECIPE.stages[0], minutes=3), RECIPE.stages[1]))
    assert [stage.steps for stage in steps.within_steps(40).stages] == [30, 10]
