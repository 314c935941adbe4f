"""The speech evaluation counts what it should, on sentences and voices kept for it."""

import argparse
import shutil

import numpy as np
import pytest

from mmdesk import paths
from mmdesk.core.speech import Segment, Transcript
from mmdesk.evaluate import command, spoken
from mmdesk.evaluate.spoken import EN, OTHER, ZH, Said
from mmdesk.evaluate.starter_speech import Ear, Heard, errors, figures, listen
from mmdesk.training.grammar import Lang
from mmdesk.training.speech import voices
from mmdesk.training.speech.sentences import held_out

SILENCE = np.zeros(1600, np.float32)


def heard(text, wrote, group=EN, voice="en-us+michel", language="en", full=None):
    return Heard(Said(group, voice, text, SILENCE), wrote, language, full)


def test_figures():
    found = [
        heard("Where is it?", "Where is it?", full="Where is it?"),
        heard("Is it red?", "Is it blue?", voice="en-gb+max", full="Is it red?"),
        heard("Is it red?", "Is it?", group=OTHER, voice="rms"),
        heard("它在哪里？", "它在那里？", group=ZH, language="en"),
    ]
    values = {figure.figure: figure.value for figure in figures(found, 1)}
    assert values == {
        "wer_en": pytest.approx(1 / 6),
        "wer_en-us+michel": 0,
        "wer_en-gb+max": pytest.approx(1 / 3),
        "exact_en": 0.5,
        "wer_en_other_synthesiser": pytest.approx(1 / 3),
        "cer_zh": pytest.approx(1 / 4),
        "exact_zh": 0,
        "language_right": pytest.approx(2 / 3),
        "short_equals_full": 0.5,
    }


def test_the_sentences_are_different_ones_that_training_does_not_have():
    for lang in Lang:
        texts = spoken.texts(lang, 50, 1)
        assert len(set(texts)) == 50
        assert all(held_out(text) for text in texts)
        assert texts == spoken.texts(lang, 50, 1)


class Deaf(Ear):
    """An ear that always writes the same."""

    def __init__(self):
        """Needs no model."""

    def hear(self, samples, *, cut=True):
        text = "What?" if cut else "Full."
        return Transcript("en", (Segment(0, 1, text),))


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="needs espeak-ng")
def test_every_sentence_is_heard_by_every_voice_and_once_on_the_full_context(monkeypatch):
    monkeypatch.setattr(voices, "speak", lambda voice, text: np.ones(800, np.float32) / 9)
    found = list(listen(Deaf(), 8, 1))
    english = [one for one in found if one.said.group == EN]
    assert len(english) == 32
    assert len({(one.said.voice, one.said.text) for one in english}) == 32
    full = [one.said.text for one in english if one.full == "Full."]
    assert sorted(full) == sorted(spoken.texts(Lang.EN, 8, 1))
    chinese = [one for one in found if one.said.group == ZH]
    assert len(chinese) == 8
    assert {one.full for one in chinese} == {"Full."}


def test_silences_are_quiet_about_words():
    made = list(spoken.silences(5, 1))
    assert len(made) == 5
    assert all(1 <= len(sound) / 16000 <= 8 for sound in made)


def parsed(*args):
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(["starter-speech", *args])


def test_a_missing_model_is_said(tmp_path, capsys):
    assert command.run(parsed("--model", str(tmp_path))) == 2
    assert "no checkpoint in" in capsys.readouterr().err


def test_a_missing_synthesiser_is_said(tmp_path, capsys, monkeypatch):
    (tmp_path / "config.json").write_text("{}")
    monkeypatch.setenv("PATH", "")
    assert command.run(parsed("--model", str(tmp_path))) == 2
    assert "apt-get install espeak-ng" in capsys.readouterr().err


shipped = pytest.mark.skipif(
    not (paths.starter_speech() / "model.safetensors").is_file() or not shutil.which("espeak-ng"),
    reason="needs the shipped speech model and espeak-ng",
)


@shipped
def test_the_shipped_model_writes_most_of_a_few_new_sentences():
    ear = Ear(paths.starter_speech(), "cpu")
    said = [one for one in spoken.clips(3, 7) if one.group == EN]
    found = [heard(one.text, ear.hear(one.samples).text) for one in said]
    rate = errors(found)
    assert rate is not None
    assert rate < 0.35


@shipped
def test_the_shipped_model_hears_nobody_in_noise():
    ear = Ear(paths.starter_speech(), "cpu")
    assert not any(ear.would_send(sound) for sound in spoken.silences(6, 3))
