"""Which of the decoder's heads look at the word that they are about to write.

Measured on words that were spoken one by one and joined, so that it is known where each is.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mmdesk.training.grammar import Lang
from mmdesk.training.speech import voices
from mmdesk.training.speech.batches import log_mel
from mmdesk.training.speech.model import FRAMES_PER_SECOND, Learner, context_frames
from mmdesk.training.speech.sentences import spoken
from mmdesk.training.speech.vocabulary import Vocabulary

_PAUSE = 0.2
_PROMPT = 3
_NEAR_BEST = 0.75


@dataclass(frozen=True)
class Joined:
    """Words spoken one by one: their sound, and for each token of the text its word's seconds."""

    text: str
    samples: NDArray[np.float32]
    spans: list[tuple[float, float]]


def joined(text: str, vocabulary: Vocabulary, voice: voices.Voice) -> Joined:
    """Speaks the words of an English sentence one by one; a mark has the place of its word."""
    tokenizer = vocabulary.tokenizer
    pieces: list[NDArray[np.float32]] = []
    spans: list[tuple[float, float]] = []
    now = 0.0
    for word in text.split():
        sound = np.pad(voices.speak(voice, word), (0, int(_PAUSE * voices.RATE)))
        seconds = len(sound) / voices.RATE
        spans += [(now, now + seconds)] * len(tokenizer.encode(" " + word))
        pieces.append(sound)
        now += seconds
    return Joined(text, np.concatenate(pieces), spans)


@torch.inference_mode()
def shares(learner: Learner, vocabulary: Vocabulary, clip: Joined) -> Tensor:
    """For each head the share of its weight that lies on the token's own word, (layers, heads)."""
    samples = torch.zeros(1, context_frames(len(clip.samples) / voices.RATE) * 320)
    samples[0, : len(clip.samples)] = torch.from_numpy(clip.samples)
    tokens = vocabulary.sequence("en", vocabulary.numbers(clip.text) or [])[:-1]
    looks: list[Tensor] = []
    device = learner.ctc.weight.device
    audio = learner.encode(log_mel(samples).to(device))
    learner.states(torch.tensor([tokens], device=device), audio, looks)
    found = torch.zeros(len(looks), looks[0].shape[1])
    for number, (start, end) in enumerate(clip.spans):
        window = slice(round(start * FRAMES_PER_SECOND), round(end * FRAMES_PER_SECOND))
        weights = torch.stack([look[0, :, _PROMPT + number, window] for look in looks])
        found += weights.float().sum(-1).cpu()
    return found / len(clip.spans)


def aligning(
    learner: Learner, vocabulary: Vocabulary, count: int = 24
) -> tuple[list[tuple[int, int]], float]:
    """The heads nearly as good as the best, (layer, head), and the best one's share."""
    rng = random.Random("heads")
    found: list[Tensor] = []
    for number in range(count):
        text = spoken(Lang.EN, rng, for_evaluation=True)
        if vocabulary.numbers(text) is None:
            continue
        name = voices.HELD_OUT_EN[number % len(voices.HELD_OUT_EN)]
        clip = joined(text, vocabulary, voices.Voice("espeak-ng", name))
        found.append(shares(learner, vocabulary, clip))
    mean = torch.stack(found).mean(0)
    best = float(mean.max())
    heads = [(int(layer), int(head)) for layer, head in (mean >= _NEAR_BEST * best).nonzero()]
    return heads, best
