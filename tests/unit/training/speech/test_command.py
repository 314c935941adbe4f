"""`mmdesk train starter-speech`: its options reach the recipe, and what is missing is said."""

import argparse
from pathlib import Path

import pytest

from mmdesk import paths
from mmdesk.training import command, starter_speech
from mmdesk.training.speech.recipe import CPU, GPU
from mmdesk.training.speech.voices import SynthesiserError


def run(*words):
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(["starter-speech", *words]))


@pytest.fixture
def made(monkeypatch):
    calls = []
    monkeypatch.setattr(starter_speech, "make", lambda *args: calls.append(args))
    return calls


def test_options_change_the_recipe(made, tmp_path, capsys):
    work, out = str(tmp_path / "w"), str(tmp_path / "o")
    options = ["--work", work, "--out", out, "--device", "cpu", "--seed", "3", "--threads", "4"]
    assert run(*options, "--steps", "7", "--clips", "9") == 0
    recipe, *rest, _, device = made[0]
    assert (recipe.seed, recipe.processes, recipe.steps, recipe.clips) == (3, 4, 7, 9)
    assert [rest[0], rest[1], device] == [Path(work), Path(out), "cpu"]
    assert "mmdesk eval starter-speech" in capsys.readouterr().out


def test_a_gpu_gets_its_own_recipe_and_cores_for_its_batches(made):
    run("--device", "cuda", "--threads", "8", "--minutes", "5")
    recipe, _, out, *_ = made[0]
    assert (recipe.processes, recipe.workers, recipe.minutes) == (1, 7, 5)
    assert recipe.size == GPU.size
    assert out == paths.starter_speech()


def test_a_missing_synthesiser_is_one_sentence(monkeypatch, capsys):
    def missing(*args):
        raise SynthesiserError("needs espeak-ng")

    monkeypatch.setattr(starter_speech, "make", missing)
    assert run("--device", "cpu") == 2
    assert capsys.readouterr().err == "mmdesk train: needs espeak-ng\n"


def test_a_stopped_run_says_how_to_go_on(monkeypatch, capsys, tmp_path):
    def stopped(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(starter_speech, "make", stopped)
    assert run("--device", "cpu", "--work", str(tmp_path)) == 130
    assert str(tmp_path) in capsys.readouterr().out


def test_stages_end_in_order():
    ends = [stage.until for stage in CPU.stages]
    assert ends == sorted(ends)
    assert ends[-1] == 1
