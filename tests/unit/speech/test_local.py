"""Requests from their samples to the transcript, through the whole of the package."""

from __future__ import annotations

import math
import pickle
import struct
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from mmdesk.core.errors import (
    SpeechLanguageUnknown,
    SpeechModelNeedsPackage,
    SpeechOutOfMemory,
    SpeechTooLong,
)
from mmdesk.core.speech import SAMPLE_RATE
from mmdesk.speech import transcription
from mmdesk.speech.checkpoint import read_checkpoint
from mmdesk.speech.decoding import Decoded, Vocabulary
from mmdesk.speech.loading import load_speech_model
from mmdesk.speech.local import LocalTranscriber
from mmdesk.speech.transcription import Recognizer
from tests.unit.speech.conftest import PinnedFile
from tests.unit.speech.tiny_whispers import ask, voice


@pytest.fixture(scope="module")
def recognizer(openai_file: PinnedFile) -> Recognizer:
    """The tiny model, which must write twelve tokens that are a word each; nothing is retried."""
    path, pinned = openai_file
    request = ask(path, b"").model
    model = load_speech_model(read_checkpoint(path, pinned), request)
    vocabulary = Vocabulary.of(model)
    encoding = model.tokenizer("en").encoding
    for token in range(vocabulary.end + 1):
        if token == vocabulary.end or encoding.decode_single_token_bytes(token)[:1] != b" ":
            vocabulary.forbidden[token] = vocabulary.forbidden_first[token] = -torch.inf
    return Recognizer(model, replace(vocabulary, limit=12), retries=False)


def never() -> None:
    """Nobody cancels."""


def test_a_final_transcript(recognizer: Recognizer, openai_file: PinnedFile) -> None:
    request = ask(openai_file.path, voice(2.0))
    heard = recognizer.transcribe(request, never)
    assert heard == recognizer.transcribe(request, never)
    assert heard.model == "whisper-tiny-random"
    assert not heard.full_context
    (segment,) = heard.segments
    assert (segment.start, segment.end) == (0.0, 2.0)
    assert segment.text == "".join(word.text for word in segment.words)
    assert segment.text.startswith(" ")
    assert heard.text == segment.text.strip() != ""
    assert all(0 < word.probability <= 1 and word.start is None for word in heard.words)
    assert heard.log_probability < 0 < heard.no_speech < 1
    assert pickle.loads(pickle.dumps(heard)) == heard


def test_word_times(recognizer: Recognizer, openai_file: PinnedFile) -> None:
    request = ask(openai_file.path, voice(2.0))
    plain = recognizer.transcribe(request, never)
    timed = recognizer.transcribe(replace(request, word_times=True), never)
    assert timed.text == plain.text
    times = [time for word in timed.words for time in (word.start, word.end)]
    flat = [time for time in times if time is not None]
    assert len(flat) == len(times) == 24
    assert flat == sorted(flat)
    assert flat[0] >= 0
    assert flat[-1] <= 2.0
    assert (timed.segments[0].start, timed.segments[0].end) == (flat[0], flat[-1])


def test_a_partial_transcript_has_no_words(recognizer: Recognizer, openai_file: PinnedFile) -> None:
    request = ask(openai_file.path, voice(2.0), final=False)
    heard = recognizer.transcribe(request, never)
    assert heard.text
    assert heard.words == ()
    # The draft of an earlier part changes the time, not the text.
    recognizer.transcribe(replace(request, samples=voice(1.0)), never)
    assert recognizer.transcribe(request, never).text == heard.text
    final = recognizer.transcribe(ask(openai_file.path, voice(2.0)), never)
    assert final.text == heard.text


def test_full_context_on_request(recognizer: Recognizer, openai_file: PinnedFile) -> None:
    for final in (True, False):
        request = ask(openai_file.path, voice(1.0), cut_context=False, final=final)
        assert recognizer.transcribe(request, never).full_context


def test_a_poor_text_is_written_again_on_full_context(
    openai_file: PinnedFile, transcriber: LocalTranscriber
) -> None:
    request = ask(openai_file.path, voice(1.0))
    heard = transcriber.transcribe(request)
    assert heard.log_probability < -1  # random weights are sure of nothing
    assert heard.full_context
    assert heard == transcriber.transcribe(request)
    assert not transcriber.transcribe(replace(request, final=False)).full_context


@pytest.mark.parametrize(
    ("changes", "failed", "to_sample"),
    [
        ({}, False, False),
        ({"ended": False}, True, False),
        ({"looping": True}, True, True),
        ({"tokens": (1029,) * 60, "log_probabilities": (-0.1,) * 61}, True, True),
        ({"log_probabilities": (-3.0,) * 5}, True, True),
        ({"log_probabilities": (-3.0,) * 5, "no_speech": 0.9}, True, False),
    ],
)
def test_what_is_tried_again(
    recognizer: Recognizer, changes: dict, failed: bool, to_sample: bool
) -> None:
    good = Decoded("en", (440, 3092, 307, 2182), (-0.1,) * 5, True, False, 0.1)
    decoded = replace(good, **changes)
    assert recognizer._failed(decoded) is failed
    assert recognizer._to_sample(decoded) is to_sample


def test_no_samples_only_load(openai_file: PinnedFile, transcriber: LocalTranscriber) -> None:
    heard = transcriber.transcribe(ask(openai_file.path, b""))
    assert heard.segments == ()
    assert heard.text == ""
    assert heard.model == "whisper-tiny-random"


@pytest.mark.parametrize(
    "samples",
    [
        bytes(4 * SAMPLE_RATE),
        struct.pack("<f", math.nan) * 5000,
        struct.pack("<f", 1e38) * 5000,
        struct.pack("<f", 0.5),
        struct.pack("<f", 0.5) + b"\1\2\3",
        b"\1",
    ],
    ids=["silence", "nan", "huge", "one", "odd", "less than one"],
)
@pytest.mark.parametrize("word_times", [False, True])
def test_ugly_samples(
    recognizer: Recognizer, openai_file: PinnedFile, samples: bytes, word_times: bool
) -> None:
    heard = recognizer.transcribe(ask(openai_file.path, samples, word_times=word_times), never)
    assert math.isfinite(heard.log_probability)
    assert 0 <= heard.no_speech <= 1
    assert all(0 <= (word.start or 0) <= (word.end or 0) <= 1.0 for word in heard.words)


def test_the_chat_model_keeps_its_number_of_threads(openai_file: PinnedFile) -> None:
    """It is the whole process's: a recording in between changes no answer's last digits."""
    transcriber = LocalTranscriber(openai_file.pinned)
    request = ask(openai_file.path, voice(1.0))
    request = replace(request, model=replace(request.model, threads=2))
    during: list[int] = []

    def cancelled() -> bool:
        during.append(torch.get_num_threads())
        return False

    for _ in range(2):  # the first one loads the model
        assert transcriber.transcribe(request, cancelled)
    assert set(during) == {2}
    assert torch.get_num_threads() == 1


def test_thirty_seconds_and_no_more(recognizer: Recognizer, openai_file: PinnedFile) -> None:
    whole = bytes(4 * 30 * SAMPLE_RATE)
    assert recognizer.transcribe(ask(openai_file.path, whole), never).full_context
    with pytest.raises(SpeechTooLong) as caught:
        recognizer.transcribe(ask(openai_file.path, whole + bytes(4 * SAMPLE_RATE)), never)
    assert "31.0 seconds" in caught.value.message
    assert "up to 30" in caught.value.message


def test_languages(folder: Path, english_file: PinnedFile) -> None:
    two = LocalTranscriber()
    assert two.transcribe(ask(folder, voice(1), final=False)).language in ("en", "zh")
    heard = two.transcribe(ask(folder, voice(1), final=False, language="zh"))
    assert heard.language == "zh"
    with pytest.raises(SpeechLanguageUnknown) as caught:
        two.transcribe(ask(folder, voice(1), language="de"))
    assert "tiny-whisper does not know German" in caught.value.message
    with pytest.raises(SpeechLanguageUnknown):
        two.transcribe(ask(folder, voice(1), language="klingon"))
    english = LocalTranscriber(english_file.pinned)
    assert english.transcribe(ask(english_file.path, voice(1), final=False)).language == "en"
    with pytest.raises(SpeechLanguageUnknown):
        english.transcribe(ask(english_file.path, voice(1), language="zh"))


def test_cancelled_before_the_first_token(
    openai_file: PinnedFile, transcriber: LocalTranscriber
) -> None:
    assert transcriber.transcribe(ask(openai_file.path, voice(2)), lambda: True) is None


def test_cancelled_between_tokens(openai_file: PinnedFile, transcriber: LocalTranscriber) -> None:
    calls: list[None] = []

    def cancelled() -> bool:
        calls.append(None)
        return len(calls) > 9

    assert transcriber.transcribe(ask(openai_file.path, voice(2)), cancelled) is None
    assert len(calls) == 10
    assert transcriber.transcribe(ask(openai_file.path, voice(2), final=False)).text


def test_another_model_replaces_the_first(folder: Path, openai_file: PinnedFile) -> None:
    transcriber = LocalTranscriber(openai_file.pinned)
    first = transcriber.transcribe(ask(openai_file.path, voice(1), final=False))
    second = transcriber.transcribe(ask(folder, voice(1), final=False))
    assert (first.model, second.model) == ("whisper-tiny-random", "tiny-whisper")


def test_every_dtype(folder: Path) -> None:
    for dtype in ("auto", "bfloat16", "float16"):
        request = ask(folder, voice(1), final=False, dtype=dtype)
        assert LocalTranscriber().transcribe(request).text


def test_out_of_memory_is_said_and_survived(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    transcriber = LocalTranscriber()
    assert transcriber.transcribe(ask(folder, voice(1), final=False)).text

    def exhausted(*_: object) -> torch.Tensor:
        return torch.empty(2**60)

    with monkeypatch.context() as patch:
        patch.setattr(transcription, "encode", exhausted)
        with pytest.raises(SpeechOutOfMemory) as caught:
            transcriber.transcribe(ask(folder, voice(1)))
    assert "CPU" in caught.value.message
    assert transcriber.transcribe(ask(folder, voice(1), final=False)).text


def test_a_bug_is_no_lack_of_memory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("shapes differ")

    monkeypatch.setattr(transcription, "encode", broken)
    with pytest.raises(RuntimeError, match="shapes differ"):
        LocalTranscriber().transcribe(ask(folder, voice(1)))


def test_a_missing_package_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for module in ("mmdesk.speech.loading", "mmdesk.speech.transcription"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, "whisper.model", None)
    with pytest.raises(SpeechModelNeedsPackage) as caught:
        LocalTranscriber().transcribe(ask(folder, b""))
    assert "whisper" in caught.value.message
