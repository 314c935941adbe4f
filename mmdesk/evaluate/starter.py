"""Asks a checkpoint the starter's questions through its own processor and scores the answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import mmdesk.engine.torchvision_first  # noqa: F401

import torch
from transformers import AutoModelForImageTextToText, AutoProcessor

from mmdesk.core.figures import Figure
from mmdesk.evaluate.starter_questions import FIRST_EIGHT, LAST_FOUR, MEASURED, Trial, trials
from mmdesk.training.grammar import Lang, Skill

MEAN_BAR, SKILL_BAR, LATER_BAR = 0.90, 0.80, 0.70
Messages = list[dict[str, Any]]


class Asker:
    """A checkpoint that answers greedily, several conversations at a time."""

    def __init__(self, model: Path, batch: int = 50) -> None:
        processors: Any = AutoProcessor
        models: Any = AutoModelForImageTextToText
        self._processor = processors.from_pretrained(model, local_files_only=True)
        self._processor.tokenizer.padding_side = "left"
        self._model = models.from_pretrained(model, local_files_only=True)
        if torch.cuda.is_available():
            self._model.to("cuda")
        self._model.eval()
        self._batch = batch

    def answer(self, chats: Sequence[Messages]) -> list[str]:
        """The answers to conversations that end with a user's turn."""
        answers: list[str] = []
        for start in range(0, len(chats), self._batch):
            answers += self._generate(list(chats[start : start + self._batch]))
        return answers

    @torch.inference_mode()
    def _generate(self, chats: list[Messages]) -> list[str]:
        inputs = self._processor.apply_chat_template(
            chats, tokenize=True, return_dict=True, return_tensors="pt",
            add_generation_prompt=True, processor_kwargs={"padding": True},
        ).to(self._model.device, self._model.dtype)  # fmt: skip
        ids = self._model.generate(**inputs, do_sample=False, max_new_tokens=160)
        new = ids[:, inputs["input_ids"].shape[1] :]
        texts: list[str] = self._processor.batch_decode(new, skip_special_tokens=True)
        return texts


def _opening(trial: Trial) -> Messages:
    text = trial.before or trial.question
    content = [{"type": "image", "image": picture} for picture in trial.pictures]
    return [{"role": "user", "content": [*content, {"type": "text", "text": text}]}]


def ask_all(asker: Asker, asked: Sequence[Trial]) -> list[Trial]:
    """The trials with answers; in a follow-up the model's own first answer stands in the chat."""
    chats = [_opening(trial) for trial in asked]
    answers = asker.answer(chats)
    later = [i for i, trial in enumerate(asked) if trial.before is not None]
    for i in later:
        chats[i].append(_text("assistant", answers[i]))
        chats[i].append(_text("user", asked[i].question))
    for i, answer in zip(later, asker.answer([chats[i] for i in later]), strict=True):
        answers[i] = answer
    return [trial.answered(answer) for trial, answer in zip(asked, answers, strict=True)]


def _text(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "content": [{"type": "text", "text": text}]}


def evaluate(model: Path, seed: int, count: int, batch: int = 50) -> Iterator[Trial]:
    """All answered trials, skill by skill, `count` each in both languages."""
    asker = Asker(model, batch)
    for skill in MEASURED:
        for lang in Lang:
            yield from ask_all(asker, trials(skill, lang, seed, count))


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0


def figures(answered: Sequence[Trial], seed: int) -> list[Figure]:
    """Accuracy per skill and language, the mean and worst of the first eight, refusals."""
    found: list[Figure] = []
    first: list[float] = []
    for skill in MEASURED:
        for lang in Lang:
            right = [t.right for t in answered if t.skill is skill and t.lang is lang]
            bar = SKILL_BAR if skill in FIRST_EIGHT else LATER_BAR if skill in LAST_FOUR else None
            name = f"{skill.value}_{lang.value}"
            found.append(Figure(name, _share(right), "share", len(right), seed, bar))
            if skill in FIRST_EIGHT:
                first.append(_share(right))
    asked = sum(t.skill in FIRST_EIGHT for t in answered)
    mean = sum(first) / len(first)
    found.append(Figure("mean_accuracy", mean, "share", asked, seed, MEAN_BAR))
    found.append(Figure("worst_skill", min(first), "share", asked, seed, SKILL_BAR))
    return [*found, *_refusals(answered, seed)]


def _refusals(answered: Sequence[Trial], seed: int) -> list[Figure]:
    wrongly = [t.refused for t in answered if t.skill is not Skill.REFUSAL]
    found = [Figure("refuses_wrongly", _share(wrongly), "share", len(wrongly), seed, None, True)]
    for kind in ("question", "picture"):
        right = [t.right for t in answered if t.skill is Skill.REFUSAL and t.kind == kind]
        found.append(Figure(f"refusal_of_{kind}", _share(right), "share", len(right), seed))
    return found
