"""The whole way from nothing to a checkpoint, two processes learning together."""

import json
import shutil
from dataclasses import replace

import pytest

from mmdesk.speech.huggingface import check_weights, read_dimensions
from mmdesk.training import starter_speech
from mmdesk.training.speech import corpus, heads
from mmdesk.training.speech.batches import Mix
from mmdesk.training.speech.model import Size
from mmdesk.training.speech.recipe import CPU, Stage
from mmdesk.training.speech.vocabulary import Vocabulary

TINY = Size(width=16, heads=2, encoder_layers=1, decoder_layers=1, text_context=64)
STAGES = (Stage(0.5, Mix(clips=4, long=0.0), 0.3, 1.0), Stage(1.0, Mix(clips=4, long=0.5), 0.3))
RECIPE = replace(CPU, size=TINY, stages=STAGES, clips=8, warmup=1).within_steps(4)


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="needs espeak-ng")
def test_two_processes_make_one_model(tmp_path, monkeypatch):
    monkeypatch.setattr(corpus, "PART", 8)
    work, out = tmp_path / "work", tmp_path / "out"
    lines: list[str] = []
    (work / "clips").mkdir(parents=True)
    corpus.make_part(work / "clips", RECIPE.seed, 0, 8)
    words = Vocabulary.of([clip.text for _, clip in corpus.Corpus(work / "clips").clips])
    (work / "vocabulary.json").write_text(json.dumps(words.ids))
    monkeypatch.setattr(heads, "aligning", lambda *args: ([(0, 1)], 0.5))
    starter_speech.make(RECIPE, work, out, lines.append, "cpu")
    assert check_weights(out, read_dimensions(out)) == ("model.safetensors",)
    assert lines[-1].startswith("heads that align: [(0, 1)]")
    assert f"going on from step {RECIPE.steps}" in lines
