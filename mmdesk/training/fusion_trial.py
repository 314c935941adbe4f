"""`mmdesk train fusion`: the three fusions on the same pictures, size and steps, as a table.

An answer counts as right where each of its tokens is the likeliest one after the right ones before
it: that is when greedy decoding writes exactly this answer.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import PreTrainedTokenizerFast

from mmdesk.training.batches import IGNORE, Encoder, joint_batch
from mmdesk.training.charts import sample_chart
from mmdesk.training.flows import sample_flow
from mmdesk.training.grammar import Ask, Lang, Skill
from mmdesk.training.lessons import MAKERS, PAGE_MAKERS
from mmdesk.training.loop import Report, own_tokenizer
from mmdesk.training.model import build_tokenizer
from mmdesk.training.pictures import Picture, sample_sign
from mmdesk.training.recipe import Recipe
from mmdesk.training.said import Lesson, Turn, worded
from mmdesk.training.shape import Fusion
from mmdesk.training.split import Split
from mmdesk.training.starter import Trainer
from mmdesk.training.tables import sample_table
from mmdesk.training.world import Scene, sample_scene

QUESTIONS = 100  # of each skill
_PAGES = {Skill.TABLE: sample_table, Skill.CHART: sample_chart, Skill.FLOW: sample_flow}
SKILLS = (*MAKERS, *_PAGES)


@dataclass(frozen=True)
class Outcome:
    """What one fusion came to: share of right answers by skill, milliseconds of a first token,
    pictures a second while training."""

    fusion: Fusion
    right: dict[Skill, float]
    first_token: float
    speed: float


def fresh_lesson(skill: Skill, number: int, seed: int) -> Lesson:
    """One question about a fresh picture; the same for all fusions."""
    rng = random.Random(f"fusion {seed} {skill.value} {number}")
    lang = (Lang.EN, Lang.ZH)[number % 2]
    ask: Ask | None = None
    picture: Picture | None = None
    scenes: tuple[Scene, ...] = ()
    while ask is None or picture is None:
        if skill in _PAGES:
            page = _PAGES[skill](rng, Split.TEST)
            picture, ask = page, PAGE_MAKERS[type(page.facts)](page, rng)
        else:
            scene = sample_sign(rng, Split.TEST) if skill is Skill.READ else sample_scene(rng)
            picture, ask, scenes = scene, MAKERS[skill](scene, rng), (scene,)
    return Lesson([picture], [Turn(worded(ask, lang, rng, scenes), (0,))])


@torch.no_grad()
def answered_rightly(trainer: Trainer, lessons: Sequence[Lesson]) -> list[bool]:
    """Whether each lesson's answer is what greedy decoding writes."""
    plan = trainer.recipe.stages[-1].plan
    encoder = Encoder(trainer.tokenizer.backend_tokenizer, plan.grid**2)
    rows = [encoder.lesson(lesson, plan.length) for lesson in lessons]
    data = joint_batch(list(lessons), rows, plan)
    data = {name: value.to(trainer.device) for name, value in data.items()}
    _, hidden, _ = trainer.learner.joint(data["pixels"], data["ids"], data["slots"])
    wanted = data["labels"][:, 1:]
    guessed = trainer.model.lm_head(hidden[:, :-1]).argmax(-1)
    right: list[bool] = ((guessed == wanted) | (wanted == IGNORE)).all(1).tolist()
    return right


def measure(trainer: Trainer, seed: int = 1, questions: int = QUESTIONS) -> dict[Skill, float]:
    """The share of right answers of each skill."""
    found = {}
    for skill in SKILLS:
        lessons = [fresh_lesson(skill, number, seed) for number in range(questions)]
        right = [
            one
            for start in range(0, questions, 25)
            for one in answered_rightly(trainer, lessons[start : start + 25])
        ]
        found[skill] = sum(right) / len(right)
    return found


def first_token(trainer: Trainer) -> float:
    """Milliseconds from one picture and a question to the first token, the best of seven."""
    lesson = fresh_lesson(Skill.COLOUR, 0, 1)
    best = float("inf")
    for _ in range(7):
        start = time.perf_counter()
        answered_rightly(trainer, [lesson])
        best = min(best, time.perf_counter() - start)
    return 1000 * best


def table(outcomes: Sequence[Outcome]) -> str:
    """The outcomes as Markdown."""
    names = [outcome.fusion.value for outcome in outcomes]
    lines = [f"| Skill | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for skill in SKILLS:
        shares = [f"{outcome.right[skill]:.0%}" for outcome in outcomes]
        lines.append(f"| {skill.value} | {' | '.join(shares)} |")
    means = [sum(o.right.values()) / len(o.right) for o in outcomes]
    lines.append(f"| mean | {' | '.join(f'{mean:.1%}' for mean in means)} |")
    lines.append(f"| first token, ms | {' | '.join(f'{o.first_token:.0f}' for o in outcomes)} |")
    lines.append(f"| pictures/s | {' | '.join(f'{o.speed:.0f}' for o in outcomes)} |")
    return "\n".join(lines)


def compare(
    recipe: Recipe, work: Path, report: Report, device: str, compiled: bool,
    questions: int = QUESTIONS, tokenizer: PreTrainedTokenizerFast | None = None,
) -> str:  # fmt: skip
    """Trains the three in `work`, one after the other, and returns the table.

    All take as many steps as the recipe's minutes allow the first one, so that the comparison is
    by what was learned from the same pictures; a stopped comparison goes on.
    """
    outcomes = []
    tokenizer = tokenizer or own_tokenizer(work, build_tokenizer)
    for fusion in (Fusion.MLP, Fusion.LINEAR, Fusion.CROSS):
        report(f"fusion: {fusion.value}")
        trainer = Trainer(
            recipe.with_fusion(fusion),
            work / fusion.value,
            report,
            device,
            compiled=compiled,
            tokenizer=tokenizer,
        )
        state = trainer.run()
        if fusion is Fusion.MLP:
            done = [
                sum(row["stage"] == n for row in state.curve) for n in range(len(recipe.stages))
            ]
            recipe = recipe.by_steps(done)
        speed = state.images / state.total_seconds
        outcomes.append(
            Outcome(fusion, measure(trainer, 1, questions), first_token(trainer), speed)
        )
        report(table(outcomes))
    return table(outcomes)
