"""Our encoder, decoder and loading against openai-whisper's and transformers' own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import whisper
from transformers import WhisperForConditionalGeneration

from mmdesk.core.requests import SpeechModel
from mmdesk.speech.checkpoint import read_checkpoint
from mmdesk.speech.decoder import DecoderState, Heard, listen
from mmdesk.speech.decoding import Decoded, Pass, Vocabulary, decode, repeated
from mmdesk.speech.encoder import encode
from mmdesk.speech.features import cut_frames, mel_spectrogram, read_samples
from mmdesk.speech.loading import LoadedSpeechModel, load_speech_model
from tests.unit.speech.conftest import PinnedFile
from tests.unit.speech.tiny_whispers import voice

FULL = 1500


def nothing() -> None:
    """Nobody cancels."""


@pytest.fixture(scope="module", params=["multilingual", "english"])
def model(request, openai_file: PinnedFile, english_file: PinnedFile) -> LoadedSpeechModel:
    path, pinned = openai_file if request.param == "multilingual" else english_file
    return load_speech_model(read_checkpoint(path, pinned), SpeechModel(path, "cpu", "float32"))


@pytest.fixture(scope="module")
def heard(model: LoadedSpeechModel) -> Heard:
    return hear(model, voice(2.5))


@torch.inference_mode()
def hear(model: LoadedSpeechModel, samples: bytes, frames: int = FULL) -> Heard:
    spectrogram = mel_spectrogram(read_samples(samples), 80, frames)
    encoded = encode(model.network.encoder, spectrogram, torch.float32, nothing)
    return listen(model.network.decoder, encoded, torch.float32)


@torch.inference_mode()
def write(model: LoadedSpeechModel, heard: Heard, how: Pass, limit: int = 60) -> Decoded:
    vocabulary = replace(Vocabulary.of(model), limit=limit)
    return decode(DecoderState(model.network.decoder, heard), vocabulary, how, nothing)


def test_the_spectrogram_is_whispers() -> None:
    samples = read_samples(voice(3.3))
    padded = whisper.log_mel_spectrogram(samples, 80, padding=480_000)
    assert torch.equal(mel_spectrogram(samples, 80, FULL), padded[:, :3000])
    cut = mel_spectrogram(samples, 80, 300)
    assert cut.shape == (80, 600)
    torch.testing.assert_close(cut, padded[:, :600], rtol=0, atol=1e-6)
    whole = read_samples(voice(30.0))
    reference = whisper.log_mel_spectrogram(whole, 80, padding=480_000)[:, :3000]
    assert torch.equal(mel_spectrogram(whole, 80, FULL), reference)


@pytest.mark.parametrize(
    ("seconds", "frames"), [(0.0, 256), (1.0, 256), (3.0, 278), (3.01, 279), (28.0, 1500)]
)
def test_the_context_follows_the_speech(seconds: float, frames: int) -> None:
    assert cut_frames(read_samples(voice(seconds)), FULL) == frames
    assert cut_frames(read_samples(voice(seconds)), 100) == 100


def test_what_is_no_number_is_silence() -> None:
    raw = np.array([np.nan, np.inf, -np.inf, 2, -3, 0.5], dtype="<f4").tobytes()
    assert read_samples(raw + b"\1\2").tolist() == [0, 0, 0, 1, -1, 0.5]


def test_the_encoder_is_whispers(model: LoadedSpeechModel) -> None:
    spectrogram = mel_spectrogram(read_samples(voice(2)), 80, FULL)
    with torch.inference_mode():
        ours = encode(model.network.encoder, spectrogram, torch.float32, nothing)
        theirs = model.network.encoder(spectrogram.unsqueeze(0))
    assert torch.equal(ours, theirs)


def test_greedy_tokens_are_whispers(model: LoadedSpeechModel) -> None:
    vocabulary = Vocabulary.of(model)
    specials = range(vocabulary.end + 1, model.dimensions.n_vocab)
    languages = ("en", "zh") if model.dimensions.multilingual else ("en",)
    for seed, language in enumerate(languages):
        samples = voice(2.5, seed)
        options = whisper.DecodingOptions(
            language=language,
            without_timestamps=True,
            fp16=False,
            sample_len=60,
            suppress_tokens=[-1, *specials],
        )
        spectrogram = mel_spectrogram(read_samples(samples), 80, FULL)
        theirs = whisper.decode(model.network, spectrogram, options)
        assert isinstance(theirs, whisper.DecodingResult)
        ours = write(model, hear(model, samples), Pass(language))
        assert list(ours.tokens) == theirs.tokens
        assert len(set(ours.tokens)) > 3
        assert ours.no_speech == pytest.approx(theirs.no_speech_prob, rel=1e-4)
        # Ours is before what is forbidden is taken out, so it is never surer.
        assert ours.log_probability <= theirs.avg_logprob + 1e-4


def test_the_language_is_whispers_guess(model: LoadedSpeechModel) -> None:
    if not model.dimensions.multilingual:
        pytest.skip("there is nothing to detect")
    for seed in range(3):
        spectrogram = mel_spectrogram(read_samples(voice(2.5, seed)), 80, FULL)
        _, chances = model.network.detect_language(spectrogram)
        assert isinstance(chances, dict)
        found = write(model, hear(model, voice(2.5, seed)), Pass(), limit=2).language
        assert found == max(chances, key=lambda code: chances[code])
        known = replace(model, languages=("fi", "ja"))
        found = write(known, hear(model, voice(2.5, seed)), Pass(), limit=2).language
        assert found == max(("fi", "ja"), key=chances.__getitem__)


def test_a_detected_language_writes_the_same_text(model: LoadedSpeechModel, heard: Heard) -> None:
    detected = write(model, heard, Pass())
    given = write(model, heard, Pass(detected.language))
    assert detected.tokens == given.tokens
    assert detected.no_speech == pytest.approx(given.no_speech, rel=1e-4)


@pytest.mark.parametrize("kept", [0, 1, 5, 30])
def test_a_draft_changes_nothing(model: LoadedSpeechModel, heard: Heard, kept: int) -> None:
    plain = write(model, heard, Pass())
    wrong = (plain.tokens[0] + 1, 11, 12)
    for language in (plain.language, "fi" if model.dimensions.multilingual else "en"):
        draft = replace(plain, tokens=plain.tokens[:kept] + wrong, language=language)
        again = write(model, heard, Pass(draft=draft))
        assert again.tokens == plain.tokens
        assert again.language == plain.language
        assert again.log_probabilities == pytest.approx(plain.log_probabilities, abs=1e-3)
    whole = write(model, heard, Pass(draft=plain))
    assert whole.tokens == plain.tokens


def test_sampling_is_the_same_every_time(model: LoadedSpeechModel, heard: Heard) -> None:
    for temperature in (0.2, 1.0):
        first, second = (
            write(model, heard, Pass(temperature=temperature), limit=14) for _ in range(2)
        )
        assert first == second
        assert first.tokens != write(model, heard, Pass(), limit=14).tokens or temperature < 1


def test_loops_are_broken_off(model: LoadedSpeechModel, heard: Heard) -> None:
    vocabulary = Vocabulary.of(model)
    only = torch.full_like(vocabulary.forbidden, -torch.inf)
    only[1000] = 0.0
    stuck = replace(vocabulary, forbidden=only, forbidden_first=only)
    state = DecoderState(model.network.decoder, heard)
    with torch.inference_mode():
        decoded = decode(state, stuck, Pass(stop_loops=True), nothing)
    assert decoded.looping
    assert not decoded.ended
    assert decoded.tokens == (1000,)
    assert len(decoded.log_probabilities) == 1


def test_what_counts_as_a_loop() -> None:
    assert repeated([7] * 15) == 0
    assert repeated([7] * 16) == 15
    assert repeated([1, 2, 3] * 5) == 0
    assert repeated([9, *[1, 2, 3] * 6]) > 0
    assert repeated(list(range(200))) == 0


def test_no_token_is_invented_beyond_the_limit(model: LoadedSpeechModel, heard: Heard) -> None:
    decoded = write(model, heard, Pass(), limit=224)
    assert len(decoded.tokens) <= 224
    assert decoded.ended == (len(decoded.log_probabilities) == len(decoded.tokens) + 1)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_folder_gives_transformers_logits(folder: Path, dtype: str) -> None:
    loaded = load_speech_model(read_checkpoint(folder), SpeechModel(folder, "cpu", dtype))
    reference = WhisperForConditionalGeneration.from_pretrained(folder, dtype="float32").eval()
    spectrogram = mel_spectrogram(read_samples(voice(2)), 80, FULL)
    tokens = [50258, 50259, 50359, 50363, 440, 3092, 307]
    with torch.inference_mode():
        encoded = encode(loaded.network.encoder, spectrogram, loaded.placement.dtype, nothing)
        state = DecoderState(
            loaded.network.decoder,
            listen(loaded.network.decoder, encoded, loaded.placement.dtype),
        )
        ours = state.logits(state.advance(tokens))
        theirs = reference(
            input_features=spectrogram[None], decoder_input_ids=torch.tensor([tokens])
        ).logits[0]
    rtol, atol = (1e-3, 1e-3) if dtype == "float32" else (0.2, 0.6)
    torch.testing.assert_close(ours, theirs, rtol=rtol, atol=atol)


def test_attention_is_whispers(model: LoadedSpeechModel, heard: Heard) -> None:
    tokens = [*Vocabulary.of(model).prompt("en"), 440, 3092, 307]
    spectrogram = mel_spectrogram(read_samples(voice(2.5)), 80, FULL)
    seen: dict[int, torch.Tensor] = {}
    hooks = [
        block.cross_attn.register_forward_hook(
            lambda _module, _inputs, outputs, layer=layer: seen.update({layer: outputs[1][0]})
        )
        for layer, block in enumerate(model.network.decoder.blocks)
    ]
    with torch.inference_mode(), whisper.model.disable_sdpa():
        model.network(spectrogram[None], torch.tensor([tokens]))
        ours = DecoderState(model.network.decoder, heard).attention(tokens, ((1, 2), (0, 3)))
    for hook in hooks:
        hook.remove()
    torch.testing.assert_close(ours, torch.stack([seen[1][2], seen[0][3]]), rtol=1e-3, atol=1e-3)


def test_more_tokens_than_positions(model: LoadedSpeechModel, heard: Heard) -> None:
    state = DecoderState(model.network.decoder, heard)
    with pytest.raises(ValueError, match="do not fit"), torch.inference_mode():
        state.advance(range(449))
