"""The tokenizer, the template and the saved checkpoint work as any other's."""

import random
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor

from mmdesk.training import model as parts
from mmdesk.training import pointing, questions, reading, relations
from mmdesk.training.batches import IGNORE, Encoder, JointBatches, Plan
from mmdesk.training.grammar import Lang, refusal
from mmdesk.training.lessons import DEFAULT_MIX, one_picture, two_picture
from mmdesk.training.looks import looks
from mmdesk.training.printed import Region
from mmdesk.training.said import Lesson, Said, Turn, pointed, worded
from mmdesk.training.world import Background, Colour, Item, Scene, Shape, Size, sample_scene

SHAPE = parts.Shape(
    stem=(16, 16, 24), vision_width=32, vision_layers=1, vision_heads=2,
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


def test_a_printed_word_is_spelled_and_a_box_is_short(tokenizer):
    """One letter a token is what lets each be looked up in the picture; short boxes are fast."""
    spelled = tokenizer("It says “Coffee12”.", add_special_tokens=False).input_ids
    letters = [tokenizer.decode([n]) for n in spelled]
    start = letters.index("C")
    assert letters[start : start + 8] == list("Coffee12")
    box = '[{"bbox_2d": [120, 130, 210, 240], "label": "red circle"}]'
    assert tokenizer.decode(tokenizer(box, add_special_tokens=False).input_ids) == box
    assert len(tokenizer(box, add_special_tokens=False).input_ids) <= 28


def test_letters_and_boxes_are_looked_up_one_by_one(tokenizer):
    """Each letter's token looks at its letter; the numbers of a box at its item."""
    encoder = Encoder(tokenizer.backend_tokenizer, 81)
    rng = random.Random(4)
    scene = sample_scene(rng, count=3, words=1, size=(400, 400))
    ask = next(a for a in (reading.read(scene, rng) for _ in range(99)) if a and a.kind == "read")
    read = worded(ask, Lang.EN, rng, (scene,))
    every = next(a for a in (pointing.point_all(scene, rng) for _ in range(99)) if a and a.items)
    lesson = Lesson([scene], [Turn(read, (0,)), Turn(worded(every, Lang.EN, rng, (scene,)))])
    row = encoder.lesson(lesson, 400)
    text = scene.words[0].text
    spots = {look.position: look.items[0] for look in row.looks if len(look.items) == 1}
    spelled = [n for n, look in spots.items() if isinstance(look, Region)]
    assert tokenizer.decode([row.ids[n + 1] for n in sorted(spelled)]) == text
    middles = [sum(spots[n].box[::2]) for n in sorted(spelled)]
    assert middles == sorted(middles)
    boxed = [n for n, look in spots.items() if isinstance(look, Item) and n > max(spelled) + 2]
    assert len(boxed) >= 20 * len(every.items)
    assert {id(spots[n]) for n in boxed} == {id(item) for item in every.items}
    found = looks([lesson], [row], 400, 9)
    assert found["look_mask"].any(1).all()


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
    found = looks([lesson], [row], 272, 9)
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


def test_printed_lessons_have_every_kind_of_picture():
    single = [one_picture(random.Random(i), DEFAULT_MIX, 0.1, True) for i in range(120)]
    kinds = {type(getattr(lesson.pictures[0], "facts", None)).__name__ for lesson in single}
    assert {"Table", "Chart", "Flow"} < kinds
    assert any(getattr(lesson.pictures[0], "words", ()) for lesson in single)
    assert sum(lesson.system is not None for lesson in single) > 10


def test_lessons_cover_what_a_conversation_can_be():
    single = [one_picture(random.Random(i), DEFAULT_MIX, 0.1) for i in range(80)]
    assert any(lesson.system for lesson in single)
    assert any(not lesson.turns[0].pictures for lesson in single)  # a question before a picture
    assert any(isinstance(lesson.pictures[0], Image.Image) for lesson in single)
    double = [two_picture(random.Random(i), DEFAULT_MIX, 0.1) for i in range(40)]
    assert {lesson.turns[0].pictures for lesson in double} == {(0, 1), (0,)}
    for lesson in double:
        assert [p for turn in lesson.turns for p in turn.pictures] == [0, 1]
