"""A tiny run: the loss falls, a stopped run goes on, and what is exported loads everywhere."""

import json
import shutil
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file
from transformers import WhisperForConditionalGeneration
from whisper.model import Whisper

from mmdesk.speech.huggingface import check_weights, openai_name, read_dimensions
from mmdesk.training.speech import corpus, export, heads, voices
from mmdesk.training.speech.batches import Mix
from mmdesk.training.speech.model import Learner, Size, attend, guide_loss
from mmdesk.training.speech.recipe import CPU, Stage
from mmdesk.training.speech.trainer import SpeechTrainer
from mmdesk.training.speech.vocabulary import WHISPER_TOKENS, Vocabulary

TINY = Size(width=16, heads=2, encoder_layers=1, decoder_layers=2, text_context=64)
MIX = Mix(clips=4, long=0.0, tight=1.0)
STAGES = (Stage(0.5, MIX, ctc=0.3, guide=1.0), Stage(1.0, MIX, ctc=0.3))
RECIPE = replace(CPU, size=TINY, stages=STAGES, warmup=2, processes=1).within_steps(6)
needs_espeak = pytest.mark.skipif(not shutil.which("espeak-ng"), reason="needs espeak-ng")


@pytest.fixture(scope="module")
def words():
    return Vocabulary.of(["Where is the star?", "How many red circles are there?", "星星在哪里？"])


@pytest.fixture
def work(tmp_path):
    (tmp_path / "clips").mkdir()
    corpus.make_part(tmp_path / "clips", seed=1, number=0, size=16)
    return tmp_path


def trainer(work, recipe=RECIPE):
    clips = corpus.Corpus(work / "clips").clips
    words = Vocabulary.of([clip.text for _, clip in clips])
    return SpeechTrainer(recipe, work, lambda line: None, vocabulary=words)


@needs_espeak
def test_a_run_learns_and_goes_on_where_it_stopped(work):
    first = trainer(work)
    before = first.averaged.whisper.encoder.conv1.weight.clone()
    assert first.run().step == 6
    assert not torch.equal(first.averaged.whisper.encoder.conv1.weight, before)
    again = trainer(work, RECIPE.within_steps(8))
    assert again.state.step == 6
    for mine, theirs in zip(again.learner.parameters(), first.learner.parameters(), strict=True):
        assert torch.equal(mine, theirs)
    assert again.run().step == 8


@needs_espeak
def test_the_bias_column_stays_one(work):
    learner = trainer(work)
    learner.run()
    norm = learner.learner.whisper.decoder.ln
    assert float(norm.weight[-1].detach()) == 0
    assert float(norm.bias[-1].detach()) == 1


def test_cut_attention_is_whispers_own(words):
    torch.manual_seed(1)
    block = Learner(TINY, len(words), 5).whisper.decoder.blocks[0]
    x, audio = torch.randn(2, 5, 16), torch.randn(2, 9, 16)
    torch.testing.assert_close(attend(block.cross_attn, x, audio), block.cross_attn(x, audio)[0])


def test_looking_at_the_right_place_costs_less():
    words, spans = torch.tensor([4]), torch.tensor([[0.0, 40.0]])
    right = torch.zeros(1, 1, 8, 60)
    for token in range(4):
        right[0, 0, 3 + token, 10 * token + 5] = 1
    assert guide_loss([right], spans, words) < 0.05
    assert guide_loss([right.flip(-1)], spans, words) > 0.5


@pytest.fixture
def exported(words, tmp_path):
    torch.manual_seed(2)
    learner = Learner(TINY, len(words), 5, dropout=0.0).eval()
    torch.nn.init.normal_(learner.whisper.decoder.token_embedding.weight, std=0.5)
    learner.half().float()
    export.export(learner, words, [(1, 0)], tmp_path)
    return learner, tmp_path


@torch.inference_mode()
def test_both_libraries_read_the_same_model(words, exported):
    learner, folder = exported
    hugging = WhisperForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
    openai = Whisper(TINY.dimensions(WHISPER_TOKENS))
    weights = load_file(folder / "model.safetensors")
    openai.load_state_dict({openai_name(n): t.float() for n, t in weights.items()})
    mel, tokens = torch.randn(1, 80, 3000), torch.tensor([[50258, 50259, 50359, 50363]])
    theirs = openai.eval()(mel, tokens)
    torch.testing.assert_close(hugging(mel, decoder_input_ids=tokens).logits, theirs,
                               rtol=1e-3, atol=1e-3)  # fmt: skip
    numbers = [[words.ids.index(int(token)) for token in tokens[0]]]
    own = learner.logits(learner.states(torch.tensor(numbers), learner.encode(mel)))
    torch.testing.assert_close(theirs[..., list(words.ids)], own, rtol=1e-3, atol=1e-3)
    never = torch.ones(WHISPER_TOKENS, dtype=torch.bool)
    never[list(words.ids)] = False
    torch.testing.assert_close(
        theirs[..., never], torch.full_like(theirs[..., never], export.NEVER)
    )


def test_the_apps_loader_takes_the_folder(exported):
    _, folder = exported
    dimensions = read_dimensions(folder)
    assert check_weights(folder, dimensions) == ("model.safetensors",)
    settings = json.loads((folder / "generation_config.json").read_text())
    assert settings["lang_to_id"] == {"<|en|>": 50259, "<|zh|>": 50260}
    assert settings["alignment_heads"] == [[1, 0]]


@needs_espeak
def test_heads_are_measured_where_words_are(words):
    clip = heads.joined("Where is the star?", words, voices.Voice("espeak-ng", "en-us"))
    assert len(clip.spans) == len(words.numbers(clip.text))
    assert clip.spans[-1][1] == pytest.approx(len(clip.samples) / voices.RATE)
    found = heads.shares(Learner(TINY, len(words), 5), words, clip)
    assert found.shape == (2, 2)
    assert ((found > 0) & (found < 1)).all()
