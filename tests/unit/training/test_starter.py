"""A tiny run of the recipe: loss falls, a killed run goes on as if nothing had happened."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.nn import functional

from mmdesk.training import model as parts
from mmdesk.training.batches import IGNORE, JointBatches, Plan
from mmdesk.training.learner import LOOK_LAYER
from mmdesk.training.lessons import DEFAULT_MIX
from mmdesk.training.recipe import GPU, Kind, Recipe, Stage
from mmdesk.training.starter import Trainer
from mmdesk.training.warm import StartUnfit, begin_from
from tests.unit.training.runs import check_killed_run, curve

SHAPE = parts.Shape(
    stem=(16, 16, 24), vision_width=32, vision_layers=1, vision_heads=2,
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


def test_a_killed_run_goes_on_to_the_same_loss_curve(tmp_path, tokenizer):
    # dies inside the first stage, then inside the second
    check_killed_run(lambda work: trainer(work, tokenizer), tmp_path, (2, 3, 100), steps=7)


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


def test_a_run_may_begin_with_the_weights_of_another(tmp_path, tokenizer):
    first = trainer(tmp_path / "first", tokenizer)
    first.run(stop_after=1)
    first.export(tmp_path / "weights")
    second = Trainer(
        RECIPE, tmp_path / "second", lambda line: None, "cpu", compiled=False, workers=0,
        start=tmp_path / "weights", stage=1,
    )  # fmt: skip
    assert second.tokenizer.get_vocab() == tokenizer.get_vocab()
    one, two = first.model.state_dict(), second.model.state_dict()
    for name in one:
        torch.testing.assert_close(one[name], two[name], atol=0.02, rtol=0.01)  # bfloat16
    second.run(stop_after=1)
    assert [row["stage"] for row in second.state.curve] == [1]


@torch.no_grad()
def test_a_larger_model_begins_as_the_smaller_one_it_takes_over(tmp_path, tokenizer):
    """More layers change nothing at first; other token numbers keep their embeddings."""
    small = trainer(tmp_path / "small", tokenizer)
    small.export(tmp_path / "weights")
    other = parts.build_tokenizer(seed=5, pictures=40, size=800)
    shape = replace(SHAPE, vision_layers=3, text_layers=2)
    large = parts.build_model(len(other), shape)
    begin_from(tmp_path / "weights", large, other)
    texts = ["What color is the circle?", "有几个图形？"]
    pixels = torch.rand(1, 3, 144, 144)
    for text in texts:
        pieces = [t for t in other.tokenize(text) if t in tokenizer.get_vocab()]
        states = []
        for model, words in ((small.model, tokenizer), (large, other)):
            spoken = [words.convert_tokens_to_ids(piece) for piece in pieces]
            ids = [[parts.USER, *[parts.IMAGE] * 81, *spoken]]
            out = model.model(input_ids=torch.tensor(ids), pixel_values=pixels)
            states.append(out.last_hidden_state)
        one, same = states
        torch.testing.assert_close(one, same, atol=0.05, rtol=0.05)  # the weights were bfloat16
    wide = parts.build_model(len(other), replace(shape, side=192))
    begin_from(tmp_path / "weights", wide, other)
    places = [
        model.state_dict()["model.vision_tower.embeddings.position_embeddings"][0]
        for model in (large, wide)
    ]
    assert [len(place) for place in places] == [82, 145]
    torch.testing.assert_close(places[0][:1], places[1][:1])
    near, far = (place[1:].view(n, n, -1) for place, n in zip(places, (9, 12), strict=True))
    assert functional.cosine_similarity(near[0, 0], far[0, 0], dim=0) > 0.8


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (None, "no checkpoint"),
        ({"text_width": 64}, "text_config.hidden_size differs"),
        ({"stem": ()}, "vision_config.model_type differs"),
        ({"stem": (16, 16, 32)}, "embeddings.backbone.*differs"),
    ],
)
def test_weights_that_do_not_fit_are_refused(tmp_path, tokenizer, other, said):
    if other is not None:
        unlike = replace(RECIPE, shape=replace(SHAPE, **other))
        trainer(tmp_path / "unlike", tokenizer, unlike).export(tmp_path / "weights")
    with pytest.raises(StartUnfit, match=said):
        Trainer(
            RECIPE, tmp_path / "second", lambda line: None, "cpu", workers=0,
            tokenizer=tokenizer, start=tmp_path / "weights",
        )  # fmt: skip


def test_weights_are_saved_in_pieces_of_at_most_15_megabytes(tmp_path):
    shape = GPU.shape
    model = parts.build_model(2304, shape)
    assert 2 * sum(p.numel() for p in model.parameters()) <= 24e6
    parts.save(model, parts.build_processor(parts.build_tokenizer(pictures=20), shape), tmp_path)
    pieces = list(tmp_path.glob("*.safetensors"))
    assert len(pieces) == 2
    assert max(piece.stat().st_size for piece in pieces) <= 15 * 2**20


def test_letters_are_learned_in_the_dense_stage(tmp_path, tokenizer):
    stage = replace(RECIPE.stages[0], plan=replace(PLAN, printed=True), steps=2)
    made = trainer(tmp_path, tokenizer, replace(RECIPE, stages=(stage,)))
    assert {"loss", "shape_right", "letter_right"} <= set(made.run().curve[0])


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
