"""The three fusions learn from the same arrays, and cross-attention sees what it should."""

from dataclasses import replace

import pytest
import torch

from mmdesk.training import model as parts
from mmdesk.training.batches import IGNORE, Encoder, JointBatches, Plan, joint_batch
from mmdesk.training.fusion import learner
from mmdesk.training.fusion_trial import SKILLS, Outcome, compare, fresh_lesson, table
from mmdesk.training.grammar import Skill
from mmdesk.training.learner import Learner
from mmdesk.training.lessons import DEFAULT_MIX
from mmdesk.training.recipe import FUSION
from mmdesk.training.shape import Fusion

SHAPE = parts.Shape(
    side=48, stem=(16, 16, 24), vision_width=32, vision_layers=1, vision_heads=2,
    text_width=32, text_layers=4, text_heads=2, text_inner=48,
)  # fmt: skip
PLAN = Plan(3, 48, 3, 240, 3, 2, counting=False, printed=True)


@pytest.fixture(scope="module")
def tokenizer():
    return parts.build_tokenizer(pictures=60, size=1200)


@pytest.fixture(scope="module")
def batch(tokenizer):
    return JointBatches(PLAN, tokenizer.backend_tokenizer, DEFAULT_MIX, 9)[0]


def set_gates(crossed: Learner, value: float) -> None:
    for name, parameter in crossed.named_parameters():
        if name.endswith(".gate"):
            torch.nn.init.constant_(parameter, value)


def made(tokenizer, fusion: Fusion) -> Learner:
    torch.manual_seed(1)
    built = learner(parts.build_model(len(tokenizer), replace(SHAPE, fusion=fusion)), fusion)
    set_gates(built, 0.7)
    return built


def test_a_linear_projector_is_linear(tokenizer):
    project = made(tokenizer, Fusion.LINEAR).model.model.multi_modal_projector
    one, other = torch.randn(2, 5, 32)
    zero = project(torch.zeros_like(one))
    torch.testing.assert_close(project(one + other) + zero, project(one) + project(other))
    bent = made(tokenizer, Fusion.MLP).model.model.multi_modal_projector
    assert not torch.allclose(bent(one + other) + bent(0 * one), bent(one) + bent(other))


@torch.no_grad()
def test_text_sees_only_the_pictures_before_it(tokenizer, batch):
    """Row 3 holds pictures 3 and 4; without picture 4, what stands before it is unchanged.

    As it answers, not as it learns: a batch's pictures share the means of the convolutions.
    """
    crossed = made(tokenizer, Fusion.CROSS).eval()
    ids, slots = batch["ids"], batch["slots"]
    whole = crossed.joint(batch["pixels"], ids, slots)[1]
    for picture in (3, 4):
        pixels = batch["pixels"].clone()
        pixels[picture] = 255 - pixels[picture]
        other = crossed.joint(pixels, ids, slots)[1]
        text = ids != parts.IMAGE
        changed = ((whole - other).abs().sum(-1) > 1e-5) & text
        place = int(slots[picture * 9])
        row, column = divmod(place, PLAN.length)
        assert row == 3
        assert not changed[[0, 1, 2, 4]].any()
        assert not changed[3, :column].any()
        assert changed[3, column:].sum() > 20


@torch.no_grad()
def test_with_closed_gates_pictures_change_nothing(tokenizer, batch):
    crossed = made(tokenizer, Fusion.CROSS)
    set_gates(crossed, 0.0)
    text = batch["ids"] != parts.IMAGE
    one = crossed.joint(batch["pixels"], batch["ids"], batch["slots"])[1]
    other = crossed.joint(0 * batch["pixels"], batch["ids"], batch["slots"])[1]
    torch.testing.assert_close(one[text], other[text])


@pytest.mark.parametrize("fusion", list(Fusion))
def test_looking_at_the_right_patches_can_be_learned(tokenizer, batch, fusion):
    looking = made(tokenizer, fusion)
    optimizer = torch.optim.Adam(looking.parameters(), 3e-3)
    losses = []
    for _ in range(8):
        *_, before = looking.joint(batch["pixels"], batch["ids"], batch["slots"])
        loss = looking.look_loss(before, batch)
        losses.append(float(loss.detach()))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert losses[-1] < losses[0] - 0.1


def test_fresh_lessons_are_one_question_and_the_same_every_time(tokenizer):
    encoder = Encoder(tokenizer.backend_tokenizer, 9)
    for skill in SKILLS:
        lessons = [fresh_lesson(skill, number, 1) for number in range(4)]
        rows = [encoder.lesson(lesson, PLAN.length) for lesson in lessons]
        again = encoder.lesson(fresh_lesson(skill, 3, 1), PLAN.length)
        assert again.ids == rows[3].ids
        data = joint_batch(lessons, rows, PLAN)
        assert (data["labels"] != IGNORE).any(1).all()


def test_the_table_has_a_line_for_each_skill():
    right = dict.fromkeys(SKILLS, 0.5) | {Skill.READ: 1.0}
    text = table([Outcome(Fusion.MLP, right, 12.4, 90.0), Outcome(Fusion.CROSS, right, 9.0, 99.6)])
    lines = text.splitlines()
    assert lines[0] == "| Skill | mlp | cross |"
    assert "| read | 100% | 100% |" in lines
    assert lines[-2:] == ["| first token, ms | 12 | 9 |", "| pictures/s | 90 | 100 |"]
    assert f"| mean | {(0.5 * (len(SKILLS) - 1) + 1) / len(SKILLS):.1%} |" in text


def test_a_comparison_runs_to_its_table_and_goes_on_when_called_again(tmp_path, tokenizer):
    stages = tuple(
        replace(
            stage, steps=1, warmup=1,
            plan=replace(stage.plan, side=48, grid=3, length=220, singles=2, doubles=1),
        )
        for stage in FUSION.stages
    )  # fmt: skip
    recipe = replace(FUSION, shape=SHAPE, stages=stages, threads=1, workers=0)
    told: list[str] = []
    first = compare(recipe, tmp_path, told.append, "cpu", False, 1, tokenizer)
    assert first.startswith("| Skill | mlp | linear | cross |")
    told.clear()
    compare(recipe, tmp_path, told.append, "cpu", False, 1, tokenizer)
    assert not any(line.startswith("stage") for line in told)  # nothing was left to train
