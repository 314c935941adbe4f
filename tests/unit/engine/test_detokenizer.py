"""The joined pieces equal the full decode, and no piece ends within a character."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from mmdesk.engine.detokenizer import (
    ByteLevelDetokenizer,
    WindowDetokenizer,
    detokenizer_for,
    text_so_far,
)
from tests.unit.engine.tiny_models import (
    CORPUS,
    byte_fallback_tokenizer,
    byte_level_tokenizer,
    fast,
)

EXACT = ("byte level", "byte fallback")
"""What encodes every text so that it comes back."""
KINDS = (*EXACT, "unigram")
TEXTS = (
    "Hello  world\n\n  indented, and three dots…",
    " a leading space",
    "图片里有三个红色的圆形,左上角是绿色的星形。",
    "mixed 中文 and English 😀🎉 with 👩‍👩‍👧 and 🇨🇳",
    "é è ü ñ — “quotes” ﷽ 𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
)


@lru_cache
def tokenizer(kind: str) -> PreTrainedTokenizerFast:
    if kind == "byte level":
        return fast(byte_level_tokenizer(), bos_token="<s>", eos_token="<|end|>")
    if kind == "unigram":
        return fast(unigram_tokenizer(), bos_token="<s>", eos_token="</s>", unk_token="<unk>")
    return fast(byte_fallback_tokenizer(), bos_token="<s>", eos_token="</s>", unk_token="<unk>")


def unigram_tokenizer() -> Tokenizer:
    """Return SentencePiece's unigram model as T5 and XLM-R have it: no bytes, words with "▁"."""
    made = Tokenizer(models.Unigram())
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=300,
        special_tokens=["<unk>", "<s>", "</s>"],
        unk_token="<unk>",
        initial_alphabet=sorted(set("".join(TEXTS))),
        show_progress=False,
    )
    made.train_from_iterator([*CORPUS, *TEXTS], trainer)
    return made


def pieces(kind: str, tokens: list[int]) -> list[str]:
    detokenizer = detokenizer_for(tokenizer(kind))
    return [*(detokenizer.push(token) for token in tokens), detokenizer.flush()]


def full(kind: str, tokens: list[int]) -> str:
    text = tokenizer(kind).decode(
        tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False
    )
    assert isinstance(text, str)
    return text


def test_each_tokenizer_gets_its_detokenizer() -> None:
    assert isinstance(detokenizer_for(tokenizer("byte level")), ByteLevelDetokenizer)
    assert isinstance(detokenizer_for(tokenizer("byte fallback")), WindowDetokenizer)
    assert isinstance(detokenizer_for(tokenizer("unigram")), WindowDetokenizer)


@pytest.mark.parametrize("kind", EXACT)
@pytest.mark.parametrize("text", TEXTS)
def test_text_comes_back_in_whole_characters(kind: str, text: str) -> None:
    tokens = tokenizer(kind).encode(text, add_special_tokens=False)
    assert len(tokens) > len(text.split())
    streamed = pieces(kind, tokens)
    assert "".join(streamed) == text
    assert not any("\N{REPLACEMENT CHARACTER}" in piece for piece in streamed)


@pytest.mark.parametrize("kind", EXACT)
def test_text_is_not_held_back(kind: str) -> None:
    tokens = tokenizer(kind).encode("What color is the circle?", add_special_tokens=False)
    assert all(pieces(kind, tokens)[:-1])


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_any_tokens_equal_the_full_decode(kind: str, data: st.DataObject) -> None:
    """Random ids: broken bytes, special tokens in the middle, ids beyond the vocabulary."""
    ids = st.integers(0, len(tokenizer(kind)) + 5)
    tokens = data.draw(st.lists(ids, max_size=40))
    assert "".join(pieces(kind, tokens)) == full(kind, tokens)


@pytest.mark.parametrize("kind", KINDS)
@given(text=st.text(max_size=40))
def test_any_text_equals_the_full_decode(kind: str, text: str) -> None:
    tokens = tokenizer(kind).encode(text, add_special_tokens=False)
    assert "".join(pieces(kind, tokens)) == full(kind, tokens)


@given(tokens=st.lists(st.integers(3, 258), max_size=40))
def test_bytes_alone_equal_the_full_decode(tokens: list[int]) -> None:
    """Runs of byte tokens: the hard case of byte fallback."""
    assert "".join(pieces("byte fallback", tokens)) == full("byte fallback", tokens)


@given(tokens=st.lists(st.integers(3, 258), max_size=40))
def test_a_held_back_byte_is_never_half_a_character(tokens: list[int]) -> None:
    """What is emitted before the end stays when more follows."""
    streamed = pieces("byte level", tokens)
    whole = full("byte level", tokens)
    shown = ""
    for piece in streamed:
        shown += piece
        assert whole.startswith(shown)


@pytest.mark.parametrize("kind", KINDS)
def test_the_cost_of_a_token_stays_flat(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work per token, counted in decoded tokens, is bounded: no decode of all that came before."""
    inner = tokenizer(kind)
    tokens = inner.encode("What color is the circle? 😀" * 100, add_special_tokens=False)
    detokenizer = detokenizer_for(inner)
    longest = 0
    plain = inner.decode

    def counted(ids: list[int], **options: Any) -> str | list[str]:
        nonlocal longest
        longest = max(longest, len(ids))
        return plain(ids, **options)

    monkeypatch.setattr(inner, "decode", counted)
    for token in tokens:
        detokenizer.push(token)
    assert longest <= 9


@pytest.mark.parametrize("kind", EXACT)
@pytest.mark.parametrize("text", TEXTS)
def test_a_text_that_stops_is_whole_characters(kind: str, text: str) -> None:
    tokens = tokenizer(kind).encode(text, add_special_tokens=False)
    so_far = [text_so_far(tokenizer(kind), tokens[:stop]) for stop in range(len(tokens) + 1)]
    assert all(text.startswith(each) for each in so_far)
    assert so_far == sorted(so_far, key=len)
    assert so_far[-1] == text
    # No character is four tokens behind: its bytes are.
    assert all(len(later) > len(each) for each, later in zip(so_far, so_far[4:], strict=False))


@given(data=st.data())
def test_any_tokens_that_stop_are_the_beginning_of_what_follows(data: st.DataObject) -> None:
    kind = "byte level"
    tokens = data.draw(st.lists(st.integers(0, len(tokenizer(kind)) + 5), max_size=40))
    stop = data.draw(st.integers(0, len(tokens)))
    so_far = text_so_far(tokenizer(kind), tokens[:stop])
    assert full(kind, tokens).startswith(so_far)
    assert full(kind, tokens[:stop]) in (so_far, so_far + "\N{REPLACEMENT CHARACTER}")


@pytest.mark.parametrize("made", [byte_level_tokenizer, None])
def test_tokens_that_say_places_are_shown_and_other_special_ones_are_not(made):
    """Florence-2's and Qwen2-VL's places are special tokens: without them no box is left."""
    places = ("<loc_12>", "<loc_345>", "<|box_start|>")
    inner = byte_level_tokenizer(*places, "<image>") if made else byte_fallback_tokenizer()
    inner.add_special_tokens([*places, "<image>"])
    tokenizer = fast(inner, bos_token="<s>", eos_token="<|end|>" if made else "</s>")
    said = "cat<loc_12><image><loc_345><|box_start|>"
    tokens = tokenizer.encode(said, add_special_tokens=False)
    detokenizer = detokenizer_for(tokenizer)
    text = "".join(map(detokenizer.push, tokens)) + detokenizer.flush()
    assert text.replace(" ", "").lstrip() == said.replace("<image>", "")
