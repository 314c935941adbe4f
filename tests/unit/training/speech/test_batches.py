"""Clips and batches: spoken once, heard differently each time, silent ones marked as such."""

import random
import shutil

import numpy as np
import pytest
import torch
from whisper.audio import log_mel_spectrogram

from mmdesk.training.grammar import Lang
from mmdesk.training.speech import corpus, noise, voices
from mmdesk.training.speech.batches import Mix, SpeechBatches, log_mel
from mmdesk.training.speech.model import IGNORE, context_frames
from mmdesk.training.speech.phonemes import of_clips
from mmdesk.training.speech.vocabulary import Vocabulary

needs_espeak = pytest.mark.skipif(not shutil.which("espeak-ng"), reason="needs espeak-ng")


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    corpus.make_part(folder, seed=1, number=0, size=24)
    return folder


def test_a_batch_of_spectrograms_is_whispers_own_clip_by_clip():
    loudness = torch.tensor([[0.01], [0.3], [1.0]])
    samples = torch.randn(3, 32000, generator=torch.Generator().manual_seed(1)) * loudness
    for clip, mel in zip(samples, log_mel(samples), strict=True):
        torch.testing.assert_close(mel, log_mel_spectrogram(clip))


def test_the_context_is_the_apps():
    assert [context_frames(s) for s in (0.5, 2.0, 4.0, 40.0)] == [256, 256, 328, 1500]


def test_training_never_gets_a_voice_of_the_evaluation():
    rng = random.Random(2)
    names = {voices.training_voice(lang, rng).name for lang in Lang for _ in range(3000)}
    assert voices.HELD_OUT_FLITE not in names
    assert not {name.partition("+")[2] for name in names} & set(voices.HELD_OUT_VARIANTS)


@needs_espeak
@pytest.mark.parametrize(
    ("name", "text"), [("en-us+michel", "Where is the star?"), ("cmn-latn-pinyin", "星星在哪里？")]
)
def test_speech_is_cut_to_what_is_said(name, text):
    samples = voices.speak(voices.Voice("espeak-ng", name), text)
    assert samples.dtype == np.float32
    assert 0.5 < len(samples) / voices.RATE < 3
    assert 0.1 < np.abs(samples).max() <= 1.1


def test_a_missing_synthesiser_says_what_to_install(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(voices.SynthesiserError, match="apt-get install espeak-ng"):
        voices.speak(voices.Voice("espeak-ng", "en-us"), "Hello")


@needs_espeak
def test_a_part_says_the_same_each_time(clips, tmp_path):
    corpus.make_part(tmp_path, seed=1, number=0, size=24)
    assert corpus.Corpus(tmp_path).clips == corpus.Corpus(clips).clips


def batch(clips, mix, share=(0, 1)):
    known = corpus.Corpus(clips).clips
    texts = {lang: [c.text for _, c in known if c.lang == lang.value] for lang in Lang}
    phonemes = of_clips(texts, clips / "phonemes.json")
    words = Vocabulary.of([clip.text for _, clip in known])
    return words, next(iter(SpeechBatches(clips, words, phonemes, mix, 3, share)))


@needs_espeak
def test_a_batch_teaches_what_was_said(clips):
    words, made = batch(clips, Mix(clips=6, nobody=0.0, long=0.0))
    texts = {clip.text for _, clip in corpus.Corpus(clips).clips}
    assert made["mel"].shape[:2] == (6, 80)
    for tokens, labels in zip(made["tokens"], made["labels"], strict=True):
        assert tokens[0] == words.start
        assert int(labels[0]) in words.languages.values()
        text = labels[3:][labels[3:] != IGNORE].tolist()
        assert text[-1] == words.end
        assert words.text(text) in texts


@needs_espeak
def test_recordings_of_nobody_end_at_once(clips):
    words, made = batch(clips, Mix(clips=6, nobody=1.0, long=0.0))
    assert made["labels"].shape == (6, 4)
    assert (made["labels"][:, 0] == words.no_speech).all()
    assert (made["labels"][:, 3] == words.end).all()
    assert made["lengths"].tolist() == [0] * 6


@needs_espeak
def test_processes_share_a_batch_evenly(clips):
    mix = Mix(clips=8, long=0.0)
    parts = [batch(clips, mix, (number, 2))[1] for number in (0, 1)]
    assert [len(part["mel"]) for part in parts] == [4, 4]
    assert parts[0]["mel"].shape == parts[1]["mel"].shape
    assert not torch.equal(parts[0]["mel"], parts[1]["mel"])


def test_noises_are_finite_and_of_the_length_asked_for():
    rng = np.random.default_rng(4)
    for make in noise.NOISES:
        sound = make(rng, 5000)
        assert sound.shape == (5000,)
        assert np.isfinite(sound).all()
    for _ in range(50):
        sound = noise.nobody(rng, 3000)
        assert sound.dtype == np.float32
        assert np.abs(sound).max() <= 1
