"""The speech model while it learns: openai-whisper's own modules with a vocabulary of used tokens.

Of Whisper's 51,865 token embeddings the sentences use about a thousand, so only those are trained;
`export` puts them back at their places.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional
from whisper.model import ModelDimensions, MultiHeadAttention, Whisper

FRAMES_PER_SECOND = 50
FULL_CONTEXT = 1500
IGNORE = -100


@dataclass(frozen=True)
class Size:
    """Layers and widths; everything else is Whisper's."""

    width: int = 144
    heads: int = 3
    encoder_layers: int = 4
    decoder_layers: int = 2
    text_context: int = 448

    def dimensions(self, vocabulary: int) -> ModelDimensions:
        """The same as openai-whisper states it."""
        return ModelDimensions(
            80, FULL_CONTEXT, self.width, self.heads, self.encoder_layers,
            vocabulary, self.text_context, self.width, self.heads, self.decoder_layers,
        )  # fmt: skip


class Learner(nn.Module):
    """A Whisper of `vocabulary` tokens, with a CTC head on its encoder that is thrown away later.

    The last value of every final decoder state is held at 1, so that the last column of the token
    embedding is a bias of the logits: tokens that were never used get one that can't win.
    """

    def __init__(self, size: Size, vocabulary: int, phonemes: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.size = size
        self.whisper = Whisper(size.dimensions(vocabulary))
        self.ctc = nn.Linear(size.width, phonemes + 1)
        self.dropout = nn.Dropout(dropout)
        self._start()

    def _start(self) -> None:
        decoder = self.whisper.decoder
        nn.init.normal_(decoder.token_embedding.weight, std=0.05)
        nn.init.normal_(decoder.positional_embedding, std=0.02)
        for name, weight in self.named_parameters():
            if weight.ndim == 2 and name.endswith(("out.weight", "mlp.2.weight")):
                nn.init.normal_(weight, std=0.02)
        with torch.no_grad():
            decoder.token_embedding.weight[:, -1] = 0
            decoder.ln.weight[-1], decoder.ln.bias[-1] = 0, 1
        for parameter in (decoder.ln.weight, decoder.ln.bias):
            parameter.register_hook(_without_last)

    def encode(self, mel: Tensor) -> Tensor:
        """Audio features (batch, frames, width) of a spectrogram (batch, 80, 2 * frames).

        As `Whisper.encoder`, with the positions cut to the frames that there are.
        """
        encoder = self.whisper.encoder
        x = functional.gelu(encoder.conv1(mel))
        x = functional.gelu(encoder.conv2(x)).permute(0, 2, 1)
        x = x + encoder.positional_embedding[: x.shape[1]]
        for block in encoder.blocks:
            x = x + attend(block.attn, block.attn_ln(x))
            x = x + block.mlp(block.mlp_ln(x))
        features: Tensor = encoder.ln_post(x)
        return features

    def states(self, tokens: Tensor, audio: Tensor, looks: list[Tensor] | None = None) -> Tensor:
        """Final decoder states (batch, tokens, width).

        looks: Gets each layer's weights on the audio, (batch, heads, tokens, frames).
        """
        decoder = self.whisper.decoder
        x = decoder.token_embedding(tokens) + decoder.positional_embedding[: tokens.shape[1]]
        x = self.dropout(x)
        for block in decoder.blocks:
            x = x + self.dropout(attend(block.attn, block.attn_ln(x), mask=decoder.mask))
            x = x + self.dropout(
                attend(block.cross_attn, block.cross_attn_ln(x), audio, keep=looks)
            )
            x = x + self.dropout(block.mlp(block.mlp_ln(x)))
        states: Tensor = decoder.ln(x)
        return states

    def logits(self, states: Tensor) -> Tensor:
        """Scores over the compact vocabulary."""
        return functional.linear(states, self.whisper.decoder.token_embedding.weight)

    def forward(self, mel: Tensor, tokens: Tensor) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Decoder states, phoneme scores (batch, frames, phonemes + 1), and `states`' looks."""
        audio = self.encode(mel)
        looks: list[Tensor] = []
        return self.states(tokens, audio, looks), self.ctc(audio), looks


def _without_last(gradient: Tensor) -> Tensor:
    gradient = gradient.clone()
    gradient[-1] = 0
    return gradient


def ctc_loss(scores: Tensor, targets: Tensor, lengths: Tensor) -> Tensor:
    """Mean connectionist temporal classification loss per target token; class 0 is the blank.

    scores: (batch, frames, classes); targets: (batch, longest), padded; lengths: (batch,).
    """
    chances = functional.log_softmax(scores.float(), -1).transpose(0, 1)
    frames = torch.full((scores.shape[0],), scores.shape[1], dtype=torch.long)
    return functional.ctc_loss(chances, targets, frames, lengths, blank=0, zero_infinity=True)


def next_token_loss(learner: Learner, states: Tensor, labels: Tensor, smoothing: float) -> Tensor:
    """Mean cross-entropy of the labels that are not IGNORE."""
    wanted = labels != IGNORE
    scores = learner.logits(states[wanted]).float()
    return functional.cross_entropy(scores, labels[wanted], label_smoothing=smoothing)


def attend(
    layer: MultiHeadAttention,
    x: Tensor,
    audio: Tensor | None = None,
    mask: Tensor | None = None,
    keep: list[Tensor] | None = None,
) -> Tensor:
    """What `layer(x, audio, mask)` gives, without the float32 copies of its attention weights.

    In bf16 on a CPU the layer's own way is half as fast, the fused one slower still.
    """
    source = x if audio is None else audio
    heads = layer.n_head
    q = layer.query(x).unflatten(-1, (heads, -1)).transpose(1, 2)
    k = layer.key(source).unflatten(-1, (heads, -1)).permute(0, 2, 3, 1)
    v = layer.value(source).unflatten(-1, (heads, -1)).transpose(1, 2)
    scores = (q * q.shape[-1] ** -0.5) @ k
    if mask is not None:
        scores = scores + mask[: scores.shape[-2], : scores.shape[-1]].to(scores.dtype)
    weights = functional.softmax(scores, -1, dtype=scores.dtype)
    if keep is not None:
        keep.append(weights)
    mixed: Tensor = layer.out((weights @ v).transpose(1, 2).flatten(2))
    return mixed


def guide_loss(looks: list[Tensor], spans: Tensor, words: Tensor, width: float = 0.12) -> Tensor:
    """How much of the first head's weight, in each layer, lies far from where the token should be.

    Speech runs evenly enough for a start: token i of n is about i/n of the way (Tachibana et al.
    2018, guided attention). spans: (batch, 2), first and last frame of the speech; words: (batch,),
    text tokens. The fourth input token is the one that asks for the first word.
    """
    tokens, frames = looks[0].shape[-2:]
    asked = torch.arange(tokens, device=spans.device) - 3
    inside = (asked >= 0) & (asked < words[:, None])
    due = (asked + 0.5) / words[:, None].clamp(min=1)
    long = (spans[:, 1] - spans[:, 0]).clamp(min=1)[:, None]
    at = (torch.arange(frames, device=spans.device) - spans[:, :1]) / long
    far = 1 - torch.exp(-((at[:, None] - due[:, :, None]) ** 2) / (2 * width**2))
    strays = torch.stack([(look[:, 0].float() * far).sum(-1) for look in looks])
    return (strays * inside).sum() / (len(looks) * inside.sum()).clamp(min=1)


def context_frames(seconds: float) -> int:
    """Encoder frames that the app gives to a recording: 2.56 s of silence follow it."""
    return min(FULL_CONTEXT, max(256, math.ceil(FRAMES_PER_SECOND * seconds) + 128))
