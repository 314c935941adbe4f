"""Asks a checkpoint the starter's questions through its own processor and scores the answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import mmdesk.engine.torchvision_first  # noqa: F401

import torch
from transformers import AutoModelForImageTextToText, AutoProcessor

from mmdesk.core.figures import Figure
from mmdesk.evaluate.calibration import expected_calibration_error
from mmdesk.evaluate.pointed import average_precision, first_iou
from mmdesk.evaluate.starter_questions import MEASURED, TWELVE, Trial, trials
from mmdesk.training.grammar import Lang, Skill

MEAN_BAR, SKILL_BAR = 0.95, 0.90
IOU_BAR, AP_BAR, READ_BAR, TABLE_BAR, CHART_BAR = 0.7, 0.85, 0.9, 0.85, 0.8
ECE_BAR, REFUSES_BAR, WRONGLY_BAR = 0.05, 0.95, 0.02
LONGEST_READ = 6
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
        inputs = self._inputs(chats)
        ids = self._model.generate(**inputs, do_sample=False, max_new_tokens=256)
        new = ids[:, inputs["input_ids"].shape[1] :]
        texts: list[str] = self._processor.batch_decode(new, skip_special_tokens=True)
        return texts

    @torch.inference_mode()
    def sure(self, chats: Sequence[Messages], choices: Sequence[tuple[str, str]]) -> list[float]:
        """The probability of beginning with the first of two answers rather than the second."""
        found: list[float] = []
        for start in range(0, len(chats), self._batch):
            part = list(chats[start : start + self._batch])
            logits = self._model(**self._inputs(part)).logits[:, -1].float()
            for row, pair in zip(logits, choices[start : start + self._batch], strict=True):
                encode = self._processor.tokenizer.encode
                ids = [encode(text, add_special_tokens=False)[0] for text in pair]
                found.append(float(row[ids].softmax(-1)[0]))
        return found

    def _inputs(self, chats: list[Messages]) -> Any:
        return self._processor.apply_chat_template(
            chats, tokenize=True, return_dict=True, return_tensors="pt",
            add_generation_prompt=True, processor_kwargs={"padding": True},
        ).to(self._model.device, self._model.dtype)  # fmt: skip


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
    asked = _with_probability(asker, asked, chats)
    return [trial.answered(answer) for trial, answer in zip(asked, answers, strict=True)]


def _with_probability(
    asker: Asker, asked: Sequence[Trial], chats: Sequence[Messages]
) -> list[Trial]:
    """The trials whose answer is yes or no get the probability of the right one."""
    either = [(i, trial.choices) for i, trial in enumerate(asked)]
    numbers = [i for i, choices in either if choices is not None]
    pairs = [choices for _, choices in either if choices is not None]
    found = list(asked)
    for i, sure in zip(numbers, asker.sure([chats[i] for i in numbers], pairs), strict=True):
        found[i] = replace(asked[i], sure=sure)
    return found


def _text(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "content": [{"type": "text", "text": text}]}


def evaluate(model: Path, seed: int, count: int, batch: int = 50) -> Iterator[Trial]:
    """All answered trials, skill by skill, `count` each in both languages."""
    asker = Asker(model, batch)
    for skill in MEASURED:
        for lang in Lang:
            yield from ask_all(asker, trials(skill, lang, seed, count))


def _share(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def figures(answered: Sequence[Trial], seed: int) -> list[Figure]:
    """Accuracy per skill and language, the mean and worst of the first issue's twelve, the rest."""
    found: list[Figure] = []
    twelve: list[float] = []
    for skill in MEASURED:
        for lang in Lang:
            right = [t.right for t in answered if t.skill is skill and t.lang is lang]
            bar = SKILL_BAR if skill in TWELVE else None
            name = f"{skill.value}_{lang.value}"
            share = _share(right)
            found.append(Figure(name, share, "share", len(right), seed, bar))
            if skill in TWELVE:
                twelve.append(share or 0.0)
    asked = sum(t.skill in TWELVE for t in answered)
    mean = sum(twelve) / len(twelve)
    found.append(Figure("mean_accuracy", mean, "share", asked, seed, MEAN_BAR))
    found.append(Figure("worst_skill", min(twelve), "share", asked, seed, SKILL_BAR))
    return [*found, *_pointing(answered, seed), *_printed(answered, seed),
            _calibration(answered, seed), *_refusals(answered, seed)]  # fmt: skip


def _pointing(answered: Sequence[Trial], seed: int) -> list[Figure]:
    single = [t for t in answered if t.skill in (Skill.PLACE, Skill.POINT) and t.boxes]
    overlaps = [first_iou(t.found, t.boxes) for t in single]
    every = [(t.found, t.boxes) for t in answered if t.skill is Skill.POINT_ALL]
    precision = average_precision(every) if any(boxes for _, boxes in every) else None
    return [
        Figure("mean_iou", _share(overlaps), "IoU", len(single), seed, IOU_BAR),
        Figure("ap50", precision, "AP", len(every), seed, AP_BAR),
    ]


def _printed(answered: Sequence[Trial], seed: int) -> list[Figure]:
    words = [
        t.right
        for t in answered
        if t.skill is Skill.READ and t.printed and max(map(len, t.printed)) <= LONGEST_READ
    ]
    tables = [t.right for t in answered if t.skill is Skill.TABLE]
    charts = [t.right for t in answered if t.skill is Skill.CHART]
    return [
        Figure("read_words", _share(words), "share", len(words), seed, READ_BAR),
        Figure("read_tables", _share(tables), "share", len(tables), seed, TABLE_BAR),
        Figure("read_charts", _share(charts), "share", len(charts), seed, CHART_BAR),
    ]


def calibration(answered: Sequence[Trial]) -> tuple[list[float], list[bool]]:
    """How sure it was of yes or no, and whether rightly."""
    sure = [t.sure for t in answered if t.sure is not None]
    return [max(p, 1 - p) for p in sure], [p > 0.5 for p in sure]


def _calibration(answered: Sequence[Trial], seed: int) -> Figure:
    confidences, right = calibration(answered)
    value = expected_calibration_error(confidences, right) if right else None
    return Figure("ece", value, "ECE", len(right), seed, ECE_BAR, True)


def _refusals(answered: Sequence[Trial], seed: int) -> list[Figure]:
    asked = [t for t in answered if t.skill is Skill.REFUSAL]
    wrongly = [t.refused for t in answered if t.skill is not Skill.REFUSAL]
    right = [t.right for t in asked]
    found = [
        Figure("refuses", _share(right), "share", len(right), seed, REFUSES_BAR),
        Figure("refuses_wrongly", _share(wrongly), "share", len(wrongly), seed, WRONGLY_BAR, True),
    ]
    for kind in ("question", "picture"):
        right = [t.right for t in asked if t.kind == kind]
        found.append(Figure(f"refusal_of_{kind}", _share(right), "share", len(right), seed))
    return found
