"""Probabilities are the model's own; what is covered matters as much as the answer needs it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from mmdesk import paths
from mmdesk.core.choices import Choice
from mmdesk.core.examinations import (
    AnswerExplained,
    AnswerScored,
    ExaminationProgressed,
    ExplainAnswer,
    InspectPicture,
    PictureInspected,
    ScoreAnswer,
)
from mmdesk.core.messages import Message, Picture
from mmdesk.core.requests import LoadModel
from mmdesk.engine.detokenizer import text_so_far
from mmdesk.engine.evidence.occlusion import covered, grid, windows_of
from mmdesk.engine.evidence.sight import meant_picture
from mmdesk.engine.local import LocalChatEngine
from mmdesk.engine.prompt import tokenizer_of
from tests.unit.engine.conftest import PictureMaker
from tests.unit.engine.conversing import ask, talk
from tests.unit.engine.families.test_sight import picture_of


def never() -> bool:
    return False


def score(engine: LocalChatEngine, messages: tuple[Message, ...], **more: object) -> AnswerScored:
    scored = engine.examine(ScoreAnswer("s", messages, **more), lambda event: None, never)  # type: ignore[arg-type]
    assert isinstance(scored, AnswerScored)
    return scored


def plain_logits(
    engine: LocalChatEngine, messages: tuple[Message, ...], tokens: tuple[int, ...]
) -> torch.Tensor:
    """The logits before each token, by one plain forward pass of everything."""
    loaded = engine._loaded
    assert loaded is not None
    inputs = loaded.prompts.build(messages, 1, lambda *_: None).inputs
    ids = torch.cat([inputs["input_ids"], torch.tensor([tokens])], dim=1)
    with torch.inference_mode():
        logits = loaded.model(
            input_ids=ids, pixel_values=inputs.get("pixel_values"),
            attention_mask=torch.ones_like(ids),
        ).logits[0]  # fmt: skip
    found: torch.Tensor = logits[-len(tokens) - 1 : -1].double()
    return found


@pytest.mark.parametrize("question", ["What is it?", "图里有什么？🙂"])
def test_probabilities_are_the_softmax_of_the_models_logits(
    engine: LocalChatEngine, picture: PictureMaker, question: str
) -> None:
    messages = talk((question, (picture(),)))
    finished, _ = ask(engine, messages, temperature=1.5, seed=3)
    assert finished.run is not None
    tokens = finished.run.tokens
    scored = score(engine, messages, tokens=tokens)
    logits = plain_logits(engine, messages, tokens)
    expected = logits.softmax(-1)
    for number, each in enumerate(scored.tokens):
        assert each.probability == pytest.approx(float(expected[number, tokens[number]]), abs=1e-5)
        best = expected[number].topk(4).values.tolist()
        assert [a.probability for a in each.alternatives] == pytest.approx(best, abs=1e-5)


def test_tokens_know_their_characters_whatever_the_script(engine: LocalChatEngine) -> None:
    """An emoji is several tokens: all but the one that completes it have no character."""
    loaded = engine._loaded
    assert loaded is not None
    tokenizer = tokenizer_of(loaded.processor)
    said = "Two 🐱🐱, 两只猫!"
    tokens = tuple(tokenizer(said, add_special_tokens=False)["input_ids"])
    assert len(tokens) > len(said.encode()) // 4
    scored = score(engine, talk("What?"), tokens=tokens)
    assert "".join(said[each.start : each.end] for each in scored.tokens) == said
    for number, each in enumerate(scored.tokens):
        assert text_so_far(tokenizer, tokens[: number + 1]).startswith(said[: each.end])


def test_choices_share_what_the_model_gives_them(
    engine: LocalChatEngine, picture: PictureMaker
) -> None:
    messages = talk(("Is it red?", (picture(),)))
    scored = score(
        engine, messages, tokens=(5,), choices=(Choice("Y", "yes"), Choice("N", "no, it is blue"))
    )
    loaded = engine._loaded
    assert loaded is not None
    chances = []
    for text in ("yes", "no, it is blue"):
        ids = tokenizer_of(loaded.processor)(text, add_special_tokens=False)["input_ids"]
        logits = plain_logits(engine, messages, tuple(ids)).log_softmax(-1)
        chances.append(float(sum(logits[n, each] for n, each in enumerate(ids))))
    expected = torch.tensor(chances).softmax(0).tolist()
    assert [each.text for each in scored.choices] == ["Y", "N"]
    assert [each.probability for each in scored.choices] == pytest.approx(expected, abs=1e-4)
    assert sum(each.probability for each in scored.choices) == pytest.approx(1)


def test_answers_are_the_same_after_a_look(engine: LocalChatEngine, picture: PictureMaker) -> None:
    messages = talk(("What is it?", (picture("blue"),)))
    before, _ = ask(engine, messages)
    assert before.run is not None
    score(engine, messages, tokens=before.run.tokens)
    after, _ = ask(engine, messages)
    assert after.text == before.text


def test_what_the_model_saw_comes_as_files(engine: LocalChatEngine, picture: PictureMaker) -> None:
    wide = picture("green", (150, 40))
    found = engine.examine(InspectPicture("i", wide), lambda event: None, never)
    assert isinstance(found, PictureInspected)
    assert found.seen.width == 150
    assert found.seen.tokens == 16
    assert found.seen.unseen == pytest.approx(1 - 40 / 150, abs=0.05)
    assert [data[:8] for data in found.frames] == [b"\x89PNG\r\n\x1a\n"]


def test_regions_are_covered_with_the_colour_around_them() -> None:
    image = Image.new("RGB", (60, 40), "white")
    ImageDraw.Draw(image).rectangle((20, 10, 30, 20), fill="red")
    hidden = np.asarray(covered(image, (19.5, 9.5, 31, 21)))
    assert (hidden == 255).all()
    assert (np.asarray(covered(image, (0, 0, 60, 40))) == (255, 255, 255)).all()
    assert np.asarray(image)[15, 25].tolist() == [255, 0, 0]


@pytest.mark.parametrize("size", [(640, 480), (33, 3000), (5000, 20), (1, 1)])
def test_every_cell_of_a_grid_is_hidden_by_a_window(size: tuple[int, int]) -> None:
    columns, rows = grid(*size)
    assert 1 <= columns * rows <= 128
    hidden = np.zeros((rows, columns), int)
    for x0, y0, x1, y1 in windows_of(columns, rows):
        hidden[y0:y1, x0:x1] += 1
    assert hidden.min() >= 1


def scene(folder: Path) -> Picture:
    image = Image.new("RGB", (400, 300), (150, 150, 150))
    draw = ImageDraw.Draw(image)
    draw.ellipse((40, 40, 120, 120), fill=(220, 30, 40))
    draw.polygon([(300, 180), (350, 260), (250, 260)], fill=(40, 90, 220))
    return picture_of(image, folder, "scene")


def test_the_answer_rests_on_what_it_is_about(tmp_path: Path) -> None:
    """The starter says which colour the circle has: without the circle it would not."""
    engine = LocalChatEngine()
    engine.load(LoadModel(paths.starter(), device="cpu"), lambda event: None)
    messages = talk(("What colour is the circle?", (scene(tmp_path),)))
    finished, _ = ask(engine, messages, max_tokens=20)
    assert "red" in finished.text
    assert finished.run is not None
    told: list[object] = []
    request = ExplainAnswer("e", messages, finished.run.tokens)
    found = engine.examine(request, told.append, never)
    assert isinstance(found, AnswerExplained)
    strongest = max(found.regions, key=lambda region: region.drop)
    x, y = ((strongest.box[n] + strongest.box[n + 2]) / 2 for n in (0, 1))
    assert 40 <= x <= 120
    assert 40 <= y <= 120
    assert len(found.regions) == found.columns * found.rows
    assert len(told) == (found.columns - 1) * (found.rows - 1)
    assert told[0] == ExaminationProgressed("e", 0, len(told))
    regions = ((40.0, 40.0, 120.0, 120.0), (250.0, 180.0, 350.0, 260.0))
    both = engine.examine(
        ExplainAnswer("r", messages, finished.run.tokens, regions=regions), told.append, never
    )
    assert isinstance(both, AnswerExplained)
    assert both.regions[0].drop > max(1.0, 5 * both.regions[1].drop)
    assert engine.examine(request, told.append, lambda: True) is None
    engine.close()


@pytest.mark.parametrize(
    ("turns", "meant"),
    [
        (("What?",), None),
        ((("What?", 1),), 0),
        ((("What?", 2),), None),
        ((("What is in picture 2?", 2),), 1),
        ((("第二张图里有什么？", 2),), 1),
        ((("What is in the first image?", 2),), 0),
        ((("Compare picture 1 and picture 2.", 2),), None),
        ((("What is in picture 7?", 2),), None),
        ((("What?", 2), "This.", ("And here?", 1), "That.", "Where?"), 2),
        ((("What?", 1), "This.", ("And here?", 2), "That.", "In photo #2?"), 2),
    ],
)
def test_which_picture_is_meant(
    picture: PictureMaker, turns: tuple[str | tuple[str, int], ...], meant: int | None
) -> None:
    one = picture()
    said = [each if isinstance(each, str) else (each[0], (one,) * each[1]) for each in turns]
    assert meant_picture(talk(*said)) == meant
