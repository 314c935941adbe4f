"""The tokenizer, the template and the saved checkpoint work as any other's."""

import random
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor

from mmdesk.training import model as parts
from mmdesk.training import questions, relations
from mmdesk.training.batches import IGNORE, Encoder, JointBatches, Plan, looks
from mmdesk.training.grammar import Lang, refusal
from mmdesk.training.lessons import (
    DEFAULT_MIX,
    Lesson,
    Said,
    Turn,
    one_picture,
    pointed,
    two_picture,
)
from mmdesk.training.world import Background, Colour, Item, Scene, Shape, Size

SHAPE = parts.Shape(
    vision_width=32, vision_layers=1, vision_heads=2,
    text_width=32, text_layers=1, text_heads=2, text_inner=48,
)  # fmt: skip


@pytest.fixture(scope="module")
def tokenizer():
    return parts.build_tokenizer(pictures=60, size=900)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, tokenizer) -> Path:
    out: Path = tmp_path_factory.mktemp("checkpoint")
    torch.manual_seed(1)
    model = parts.build_model(len(tokenizer), SHAPE)
    parts.save(model, parts.build_processor(tokenizer, SHAPE), out)
    return out


@pytest.mark.parametrize(
    "text",
    ["What colour is it?", "图里有几个圆形？", refusal(Lang.EN), refusal(Lang.ZH), "naïve 🙂\n\tП",
     "def f(x):\n    return x", "1234"],
)  # fmt: skip
def test_any_text_survives_the_tokenizer(tokenizer, text):
    ids = tokenizer(text, add_special_tokens=False).input_ids
    assert tokenizer.decode(ids) == text


def test_chinese_is_not_swallowed_by_the_sentence(tokenizer):
    ids = tokenizer("有几个圆形", add_special_tokens=False).input_ids
    assert len(ids) >= 5


def test_a_lesson_is_tokenised_as_the_chat_template_does_it(folder):
    """Training and use must agree to the token, or the model is asked in a foreign format."""
    processor = AutoProcessor.from_pretrained(folder, local_files_only=True)
    turns = [
        Turn(Said("What color is the circle?", "It is red."), (0, 1)),
        Turn(Said("还有呢？", "没有。")),
        Turn(Said("And this?", "A star."), (2,), False),
    ]
    picture = Image.new("RGB", (100, 60))
    lesson = Lesson([picture] * 3, turns, "Answer briefly.")
    row = Encoder(processor.tokenizer.backend_tokenizer, 81).lesson(lesson, 400)
    ids, labels = torch.tensor(row.ids), torch.tensor(row.labels)
    chat: list[dict[str, Any]] = [{"role": "system", "content": "Answer briefly."}]
    for turn in turns:
        images = [{"type": "image", "image": picture} for _ in turn.pictures]
        text = [{"type": "text", "text": turn.said.question}]
        content = images + text if turn.picture_first else text + images
        chat.append({"role": "user", "content": content})
        chat.append({"role": "assistant", "content": [{"type": "text", "text": turn.said.answer}]})
    made = processor.apply_chat_template(chat, tokenize=True, return_dict=True, return_tensors="pt")
    wanted = made["input_ids"][0].tolist()
    assert ids[: len(wanted)].tolist() == wanted
    assert set(ids[len(wanted) :].tolist()) <= {parts.PAD}
    assert made["pixel_values"].shape == (3, 3, 144, 144)
    answers = processor.tokenizer.decode(ids[labels != IGNORE])
    assert answers == "It is red.<|end|>没有。<|end|>A star.<|end|>"


def test_a_saved_checkpoint_answers_through_the_auto_classes(folder):
    processor = AutoProcessor.from_pretrained(folder, local_files_only=True)
    model: Any = AutoModelForImageTextToText.from_pretrained(folder, local_files_only=True)
    content = [{"type": "image", "image": Image.new("RGB", (90, 50), "red")},
               {"type": "text", "text": "hello"}]  # fmt: skip
    inputs = processor.apply_chat_template(
        [{"role": "user", "content": content}],
        tokenize=True, return_dict=True, return_tensors="pt", add_generation_prompt=True,
    ).to(model.dtype)  # fmt: skip
    assert inputs["input_ids"][0, -1] == parts.ASSISTANT
    ids = model.generate(**inputs, max_new_tokens=3)
    assert ids.shape[1] > inputs["input_ids"].shape[1]
    assert model.generation_config.do_sample is False
    assert model.generation_config.eos_token_id == parts.END


def test_batches_are_the_same_for_the_same_number(tokenizer):
    plan = Plan(3, singles=3, doubles=2)
    data = JointBatches(plan, tokenizer.backend_tokenizer, DEFAULT_MIX, 10)
    one, again, other = data[4], data[4], data[5]
    assert all(torch.equal(one[name], again[name]) for name in one)
    assert not torch.equal(one["pixels"], other["pixels"])
    assert one["pixels"].shape == (7, 144, 144, 3)
    assert one["ids"].shape == one["labels"].shape == (5, plan.length)
    assert len(one["slots"]) == 7 * 81
    answered = one["labels"] != IGNORE
    assert torch.equal(one["labels"][answered], one["ids"][answered])


def test_an_answer_is_read_from_the_patches_of_what_is_asked_about(tokenizer):
    """The look mask of "where is the star?" covers the star's patches in the right picture."""
    encoder = Encoder(tokenizer.backend_tokenizer, 81)
    back = Background(Colour.WHITE, (255, 255, 255), (255, 255, 255))
    star = Item(Shape.STAR, Colour.RED, (255, 0, 0), 5 / 6, 1 / 6, Size.BIG, 0.3)
    circle = Item(Shape.CIRCLE, Colour.RED, (255, 0, 0), 1 / 6, 5 / 6, Size.BIG, 0.3)
    scenes = [Scene(300, 300, back, (circle,)), Scene(300, 300, back, (star,))]
    said = Said("Where is the star?", "Top right.", (star,))
    lesson = Lesson([*scenes], [Turn(said, (0, 1))])
    row = encoder.lesson(lesson, 272)
    found = looks([lesson], [row], Plan(1))
    assert set(found["look"][:, 1].tolist()) == {0}
    first = int(found["look"][0, 0])
    assert row.ids[first] == parts.ASSISTANT
    covered = found["look_mask"][0].nonzero()[:, 0] - row.ids.index(parts.IMAGE) - 81
    rows, columns = covered // 9, covered % 9
    assert (covered >= 0).all()
    assert {0, 1} <= set(rows.tolist()) <= {0, 1, 2}
    assert {6, 7, 8} >= set(columns.tolist()) >= {7}


def test_what_a_question_points_at():
    back = Background(Colour.WHITE, (255, 255, 255), (255, 255, 255))
    circle = Item(Shape.CIRCLE, Colour.RED, (255, 0, 0), 1 / 6, 1 / 6, Size.BIG, 0.3)
    star = Item(Shape.STAR, Colour.BLUE, (0, 0, 255), 5 / 6, 1 / 6, Size.BIG, 0.3)
    scene = Scene(300, 300, back, (circle, star))
    for seed in range(300):
        ask = relations.relation(scene, random.Random(seed))
        if ask is not None and ask.kind == "left_of":
            items, others = pointed(ask, (scene,))
            assert {items, others} == {(circle,), (star,)}
            assert items[0].shape is ask.slots["noun"].shape
    ask = questions.count_all(scene, random.Random(1))
    assert pointed(ask, (scene,)) == ((circle, star), ())
    assert pointed(questions.background(scene, random.Random(1)), (scene,)) == ((), ())


def test_lessons_cover_what_a_conversation_can_be():
    single = [one_picture(random.Random(i), DEFAULT_MIX, 0.1) for i in range(80)]
    assert any(lesson.system for lesson in single)
    assert any(not lesson.turns[0].pictures for lesson in single)  # a question before a picture
    assert any(isinstance(lesson.pictures[0], Image.Image) for lesson in single)
    double = [two_picture(random.Random(i), DEFAULT_MIX, 0.1) for i in range(40)]
    assert {lesson.turns[0].pictures for lesson in double} == {(0, 1), (0,)}
    for lesson in double:
        assert [p for turn in lesson.turns for p in turn.pictures] == [0, 1]
