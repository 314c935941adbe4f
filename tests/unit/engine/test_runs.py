"""An answer says how it was computed, and so it can be computed again."""

from __future__ import annotations

import platform
from importlib.metadata import version

import pytest
import torch

import mmdesk
from mmdesk.core.conversations import Run, StopReason
from mmdesk.core.events import TextDelta, TurnFinished
from mmdesk.core.requests import AnswerQuestion, Begun, GenerationSettings
from mmdesk.engine.local import LocalChatEngine
from tests.unit.engine.conftest import PictureMaker
from tests.unit.engine.conversing import ask, talk

QUESTION = talk("What color is the circle?")


def run_of(finished: TurnFinished) -> Run:
    assert finished.run is not None
    return finished.run


def test_a_run_says_how(engine: LocalChatEngine) -> None:
    finished, _ = ask(engine, QUESTION, max_tokens=9)
    run = run_of(finished)
    assert run.settings == GenerationSettings(max_tokens=9)
    assert finished.usage is not None
    assert len(run.tokens) == finished.usage.completion_tokens == 9
    assert engine._loaded is not None
    info = engine._loaded.info
    assert (run.begun, run.dtype, run.device) == (0, info.dtype, info.device)
    assert run.threads == torch.get_num_threads()
    libraries = dict(run.libraries)
    assert libraries["mmdesk"] == mmdesk.__version__
    assert libraries["python"] == platform.python_version()
    for name in ("torch", "torchvision", "transformers", "tokenizers", "numpy", "pillow"):
        assert libraries[name] == version(name)
    assert len(libraries) == len(run.libraries) == 8
    assert (run.model, run.sha256, run.system_prompt) == ("", "", ""), "the session knows these"


def test_its_tokens_are_the_text(engine: LocalChatEngine, picture: PictureMaker) -> None:
    finished, _ = ask(engine, talk(("What?", (picture("red"),))), max_tokens=40)
    assert engine._loaded is not None
    processor = engine._loaded.processor
    read = processor.tokenizer.decode(run_of(finished).tokens, skip_special_tokens=True)
    assert read.rstrip("\N{REPLACEMENT CHARACTER}") == finished.text


def test_a_seed_is_drawn_where_it_counts(engine: LocalChatEngine) -> None:
    seeds = [run_of(ask(engine, QUESTION, temperature=1.0)[0]).settings.seed for _ in range(3)]
    assert len(set(seeds)) == 3
    for seed in seeds:
        assert seed is not None
        assert 0 <= seed < 2**63
    assert run_of(ask(engine, QUESTION)[0]).settings.seed is None
    chosen, _ = ask(engine, QUESTION, temperature=1.0, seed=7)
    assert run_of(chosen).settings.seed == 7


@pytest.mark.parametrize("seed", [None, 0, 2**63 - 1, 2**70, -3])
def test_the_same_run_gives_the_same_tokens(engine: LocalChatEngine, seed: int | None) -> None:
    first, _ = ask(engine, QUESTION, temperature=1.3, top_p=0.9, seed=seed)
    ask(engine, QUESTION, temperature=1.3)
    request = AnswerQuestion("again", QUESTION, run_of(first).settings)
    again = engine.answer(request, lambda event: None, lambda: False)
    assert run_of(again) == run_of(first)
    assert again.text == first.text


def test_a_sampled_answer_that_was_gone_on_with(engine: LocalChatEngine) -> None:
    first, _ = ask(engine, QUESTION, temperature=1.3, max_tokens=6)
    begun = run_of(first).tokens
    settings = GenerationSettings(temperature=1.3, max_tokens=10)
    request = AnswerQuestion("more", QUESTION, settings, begun=Begun(first.text, begun))
    more = run_of(engine.answer(request, lambda event: None, lambda: False))
    assert (more.begun, more.tokens[: len(begun)]) == (len(begun), begun)
    assert len(more.tokens) <= len(begun) + 10, "a drawn answer may end by itself before that"
    again = AnswerQuestion(
        "again", QUESTION, more.settings, begun=Begun(first.text, more.tokens[: more.begun])
    )
    assert run_of(engine.answer(again, lambda event: None, lambda: False)) == more


def test_a_stopped_answer_has_the_tokens_it_came_to(engine: LocalChatEngine) -> None:
    whole, _ = ask(engine, QUESTION, max_tokens=24)
    seen: list[object] = []
    stopped, _ = ask(
        engine,
        QUESTION,
        emit=seen.append,
        cancelled=lambda: sum(isinstance(event, TextDelta) for event in seen) > 3,
    )
    assert stopped.stop_reason is StopReason.CANCELLED
    tokens = run_of(stopped).tokens
    assert 0 < len(tokens) < 24
    assert tokens == run_of(whole).tokens[: len(tokens)]


@pytest.mark.parametrize("tokens", [(), (400, 401)])
def test_stopped_before_it_began(engine: LocalChatEngine, tokens: tuple[int, ...]) -> None:
    request = AnswerQuestion("turn", QUESTION, begun=Begun("Yes", tokens))
    stopped = engine.answer(request, lambda event: None, lambda: True)
    assert stopped.stop_reason is StopReason.CANCELLED
    assert (run_of(stopped).tokens, run_of(stopped).begun) == (tokens, len(tokens))
