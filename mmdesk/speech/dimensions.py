"""How large a Whisper is, and which tensors it has then; needs no torch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mmdesk.core.languages import LANGUAGES
from mmdesk.speech.official import AlignmentHeads

FRAMES_PER_SECOND = 50
"""Encoder positions: a mel frame every 10 ms, halved by the second convolution."""
_ENGLISH_VOCABULARY = 51864
_MULTILINGUAL_VOCABULARIES = (51865, 51866)  # the second has Cantonese
_MEL_BANDS = (80, 128)
_BOUNDS = {
    "n_audio_ctx": (1, 1500),
    "n_audio_state": (4, 8192),
    "n_audio_layer": (1, 128),
    "n_text_ctx": (16, 4096),
    "n_text_state": (4, 8192),
    "n_text_layer": (1, 128),
}

Shapes = dict[str, tuple[int, ...]]
_Shape = tuple[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Dimensions:
    """The fields of ``whisper.model.ModelDimensions``, by the same names."""

    n_mels: int
    n_audio_ctx: int
    n_audio_state: int
    n_audio_head: int
    n_audio_layer: int
    n_vocab: int
    n_text_ctx: int
    n_text_state: int
    n_text_head: int
    n_text_layer: int

    @property
    def multilingual(self) -> bool:
        """Whether it knows more than English."""
        return self.n_vocab != _ENGLISH_VOCABULARY

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that the vocabulary has a token for, as Whisper's codes."""
        if not self.multilingual:
            return ("en",)
        return tuple(LANGUAGES)[: self.n_vocab - _MULTILINGUAL_VOCABULARIES[0] + 99]

    @property
    def seconds(self) -> float:
        """How much sound the encoder takes."""
        return self.n_audio_ctx / FRAMES_PER_SECOND

    @property
    def default_alignment_heads(self) -> AlignmentHeads:
        """All heads of the decoder's second half, as openai-whisper has it."""
        layers = range(self.n_text_layer // 2, self.n_text_layer)
        return tuple((layer, head) for layer in layers for head in range(self.n_text_head))

    def complaint(self) -> str | None:
        """Say what no Whisper has, as part of a sentence; None where all is sensible."""
        if self.n_vocab not in (_ENGLISH_VOCABULARY, *_MULTILINGUAL_VOCABULARIES):
            return f"a vocabulary of {self.n_vocab} tokens is none of Whisper's"
        if self.n_mels not in _MEL_BANDS:
            return f"{self.n_mels} mel bands are not Whisper's 80 or 128"
        for name, (least, most) in _BOUNDS.items():
            value = getattr(self, name)
            if not least <= value <= most:
                return f"{name} is {value}"
        if self.n_audio_state != self.n_text_state:
            return (
                f"encoder and decoder differ in width ({self.n_audio_state}, {self.n_text_state})"
            )
        heads = (self.n_audio_head, self.n_text_head)
        if any(count < 1 or self.n_text_state % count for count in heads) or self.n_text_state % 2:
            return f"a width of {self.n_text_state} can't be shared by {heads} heads"
        return None

    def shapes(self) -> Shapes:
        """Return the tensors of openai-whisper's state dict."""
        width = self.n_audio_state
        shapes: Shapes = {
            "encoder.positional_embedding": (self.n_audio_ctx, width),
            "encoder.conv1.weight": (width, self.n_mels, 3),
            "encoder.conv1.bias": (width,),
            "encoder.conv2.weight": (width, width, 3),
            "encoder.conv2.bias": (width,),
            "decoder.positional_embedding": (self.n_text_ctx, width),
            "decoder.token_embedding.weight": (self.n_vocab, width),
        }
        shapes.update(_layer_norm("encoder.ln_post", width))
        shapes.update(_layer_norm("decoder.ln", width))
        for layer in range(self.n_audio_layer):
            shapes.update(_block(f"encoder.blocks.{layer}", width, ("attn",)))
        for layer in range(self.n_text_layer):
            shapes.update(_block(f"decoder.blocks.{layer}", width, ("attn", "cross_attn")))
        return shapes


def _block(name: str, width: int, attentions: tuple[str, ...]) -> Iterator[_Shape]:
    for attention in attentions:
        for part in ("query", "key", "value", "out"):
            yield f"{name}.{attention}.{part}.weight", (width, width)
            if part != "key":
                yield f"{name}.{attention}.{part}.bias", (width,)
        yield from _layer_norm(f"{name}.{attention}_ln", width)
    yield f"{name}.mlp.0.weight", (4 * width, width)
    yield f"{name}.mlp.0.bias", (4 * width,)
    yield f"{name}.mlp.2.weight", (width, 4 * width)
    yield f"{name}.mlp.2.bias", (width,)
    yield from _layer_norm(f"{name}.mlp_ln", width)


def _layer_norm(name: str, width: int) -> Iterator[_Shape]:
    yield f"{name}.weight", (width,)
    yield f"{name}.bias", (width,)
