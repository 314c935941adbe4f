"""What a chat model learns of an example: the answer's tokens behind the window's own prompt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers.utils import logging

from mmdesk import paths
from mmdesk.training.own import loading
from mmdesk.training.own.chat import ChatTask, Sample, answer_of
from mmdesk.training.own.choosing import choose
from mmdesk.training.own.folder import Box, Entry, Turn
from tests.unit.engine.families.family import Family, all_families
from tests.unit.engine.tiny_models import make_llava
from tests.unit.training.own.examples import chat_folder, draw, write_lines


@pytest.fixture
def quiet_transformers() -> Iterator[None]:
    """Some families say that they could be faster with another package."""
    before = logging.get_verbosity()
    logging.set_verbosity_error()
    yield
    logging.set_verbosity(before)


CHATTING = [family for family in all_families() if family.style == "chat"]


def task_of(model: Path, data: Path) -> ChatTask:
    config, weights = loading.checked(model, "chat")
    loaded = loading.load_model(config, weights, "chat", "float32")
    processor = loading.load_processor(model)
    parts = choose(data, "chat", 0.2).parts
    return ChatTask(loaded, processor, parts, torch.device("cpu"), print)


def example_of(task: ChatTask, sample: Sample) -> tuple[list[int], list[int], Any]:
    """The tokens of the prompt, those of the answer, and all inputs."""
    made = task._example(sample)
    assert made is not None
    ids = made.inputs["input_ids"][0].tolist()
    return ids[: -made.answer], ids[-made.answer :], made


def test_the_answer_stands_behind_the_prompt_with_the_token_that_ends_it(llava, chats):
    task = task_of(llava, chats)
    sample = task._samples[0]
    prompt, answer, made = example_of(task, sample)
    tokenizer = task._tokenizer
    assert tokenizer.decode([n for n in prompt if n != task.prompts.image_token_id]) == (
        "<s><|user|>What color is it?<|assistant|>".replace("?<", "?<|end|><")
    )
    assert tokenizer.decode(answer) == answer_of(sample.entry, sample.turn) + "<|end|>"
    assert made.inputs["attention_mask"].tolist() == [[1] * (len(prompt) + len(answer))]


def test_a_later_turn_has_the_earlier_answer_in_its_prompt(llava, chats):
    task = task_of(llava, chats)
    entry = next(each for each in choose(chats, "chat", 0).parts.training if len(each.turns) > 1)
    prompt, answer, _ = example_of(task, Sample(entry, 1))
    text = task._tokenizer.decode(prompt)
    assert "<|assistant|>red<|end|><|user|>And the shape?<|end|><|assistant|>" in text
    assert task._tokenizer.decode(answer) == "square<|end|>"


def test_the_loss_is_that_of_labels_on_the_answers_tokens_alone(llava, chats):
    task = task_of(llava, chats)
    task.module.eval()
    _, answer, made = example_of(task, task._samples[1])
    labels = made.inputs["input_ids"].clone()
    labels[:, : -len(answer)] = -100
    with torch.no_grad():
        ours = float(task._loss(made)) / len(answer)
        theirs = float(task.module(**made.inputs, labels=labels).loss)
    assert ours == pytest.approx(theirs, rel=1e-4)


@pytest.mark.usefixtures("quiet_transformers")
@pytest.mark.parametrize("family", CHATTING, ids=lambda family: family.model_type)
def test_every_family_that_chats_learns(family: Family, tmp_path: Path):
    """The loss on a few pictures falls, and what is learned reads as the answers do."""
    data = tmp_path / "data"
    data.mkdir()
    answers = ("red", "green", "blue", "There are three.")
    write_lines(data, [
        {"picture": f"{n}.png", "question": f"What color, {n}?", "answer": answer}
        for n, answer in enumerate(answers) if draw(data / f"{n}.png", n)
    ])  # fmt: skip
    task = task_of(family.make(tmp_path / "model"), data)
    samples = task._samples
    for sample in samples:
        _, answer, _ = example_of(task, sample)
        read = task._tokenizer.decode(answer, skip_special_tokens=True).strip()
        assert read.endswith(answer_of(sample.entry, 0))
    optimizer = torch.optim.AdamW(task.module.parameters(), lr=3e-3)
    losses = []
    for _ in range(6):
        losses.append(task.learn(range(len(samples))))
        optimizer.step()
        optimizer.zero_grad()
    assert losses[-1] < 0.8 * losses[0]


def test_a_family_that_learned_an_answer_says_it(llava, tmp_path):
    data = chat_folder(tmp_path / "data", 4)
    task = task_of(llava, data)
    optimizer = torch.optim.AdamW(task.module.parameters(), lr=3e-3)
    for _ in range(80):
        task.learn(range(task.count))
        optimizer.step()
        optimizer.zero_grad()
    said = [task.answer(sample) for sample in task._samples]
    assert said == [answer_of(sample.entry, sample.turn) for sample in task._samples]


def test_the_starter_learns_too(tmp_path):
    task = task_of(paths.starter(), chat_folder(tmp_path / "data", 5))
    before = task.learn(range(task.count))
    optimizer = torch.optim.AdamW(task.module.parameters(), lr=3e-4)
    for _ in range(5):
        optimizer.step()
        optimizer.zero_grad()
        after = task.learn(range(task.count))
    assert after < before


def test_what_a_person_writes_is_no_control_token(llava, chats):
    task = task_of(llava, chats)
    entry = replace(task._samples[0].entry, turns=(Turn("What?", ("<image><|end|>!",)),))
    prompt, answer, _ = example_of(task, Sample(entry, 0))
    end, picture = task._answers._end, task.prompts.image_token_id
    assert end is not None
    assert picture is not None
    assert answer.count(end) == 1
    assert picture not in answer
    assert prompt.count(picture) == 16


def test_boxes_are_learned_as_they_are_parsed():
    entry = Entry(1, (Path("a"),), turns=(Turn("Where?", ()),), boxes=(Box((1, 2, 3, 4), "dog"),))
    assert answer_of(entry, 0) == '[{"bbox_2d": [1, 2, 3, 4], "label": "dog"}]'
    assert answer_of(replace(entry, boxes=()), 0) == "[]"


def test_of_several_answers_the_commonest_is_learned():
    entry = Entry(1, (Path("a"),), turns=(Turn("What?", ("cat", "dog", "dog")),))
    assert answer_of(entry, 0) == "dog"


def test_an_example_without_room_is_left_out_and_told(tmp_path, capsys):
    model = make_llava(tmp_path / "model", context=64)
    data = chat_folder(tmp_path / "data", 6)
    task = task_of(model, data)
    entry = replace(task._samples[0].entry, turns=(Turn("What? " * 30, ("red",)),))
    task._samples.append(Sample(replace(entry, line=99), 0))
    loss = task.learn([0, len(task._samples) - 1])
    assert loss == pytest.approx(task.learn([0]), rel=1e-5)
    assert capsys.readouterr().out.count("line 99 is left out: ") == 1
