"""Captions against those that people wrote: BLEU and CIDEr-D."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from mmdesk.core.errors import MeasureNeedsPackage

LONGEST = 4
"""Words of an n-gram."""
SIGMA = 6.0
"""Of the penalty for another length, in words."""
_TOKENS = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3400-\u9fff\uf900-\ufaff]+(?:'\w+)?")
_Gram = tuple[str, ...]
_Weights = tuple[dict[_Gram, float], ...]


def bleu(candidates: Sequence[str], references: Sequence[Sequence[str]], *, chinese: bool) -> float:
    """Return the BLEU of all captions together, 0 to 100.

    Papineni et al. 2002 (https://aclanthology.org/P02-1040) as sacrebleu computes it (Post 2018,
    https://aclanthology.org/W18-6319): up to 4-grams, exponential smoothing, its tokeniser ``13a``
    or, for Chinese, ``zh``.

    Args:
        references: Of each picture, at least one.

    Raises:
        MeasureNeedsPackage: sacrebleu isn't there.
    """
    try:
        from sacrebleu.metrics.bleu import BLEU
    except ImportError as error:
        raise MeasureNeedsPackage(package=error.name or "sacrebleu", what="BLEU") from error
    most = max(map(len, references))
    streams: Any = [[_nth(each, number) for each in references] for number in range(most)]
    metric = BLEU(tokenize="zh" if chinese else "13a")
    return float(metric.corpus_score(list(candidates), streams).score)


def _nth(references: Sequence[str], number: int) -> str | None:
    return references[number] if number < len(references) else None


def cider(candidates: Sequence[str], references: Sequence[Sequence[str]]) -> list[float]:
    """Return the CIDEr-D of each caption, 0 to 10.

    Vedantam et al. 2015, "CIDEr: Consensus-based Image Description Evaluation", sections 4 and 6
    (https://arxiv.org/abs/1411.5726), as in coco-caption: n-grams of 1 to 4 words, weighted by
    term frequency times log(pictures / pictures whose references have it); the caption's weights
    clipped at the reference's; cosine similarity times exp(-(difference in length)^2 / (2 * 6^2));
    mean over the lengths of n-grams and the references; times 10. With one picture every weight is
    log(1) = 0, and so is the score.

    coco-caption cuts words by the Penn Treebank's rules; here see :func:`tokens`.

    Args:
        references: Of each picture, at least one; what is frequent is told from them.
    """
    counted = [[grams(tokens(text)) for text in each] for each in references]
    pictures: Counter[_Gram] = Counter()
    for each in counted:
        pictures.update(set().union(*each))
    whole = math.log(len(references)) if references else 0.0
    rarity = {gram: whole - math.log(number) for gram, number in pictures.items()}
    return [
        _consensus(tokens(candidate), [tokens(text) for text in texts], rarity, whole)
        for candidate, texts in zip(candidates, references, strict=True)
    ]


def tokens(text: str) -> list[str]:
    """Return the words in lower case without punctuation; of Chinese the characters."""
    return _TOKENS.findall(unicodedata.normalize("NFKC", text).replace("’", "'").lower())


def grams(words: Sequence[str]) -> Counter[_Gram]:
    """Return how often each n-gram of 1 to 4 words occurs."""
    return Counter(
        tuple(words[start : start + length])
        for length in range(1, LONGEST + 1)
        for start in range(len(words) - length + 1)
    )


def _consensus(
    candidate: Sequence[str],
    references: Sequence[Sequence[str]],
    rarity: Mapping[_Gram, float],
    unknown: float,
) -> float:
    own = _weights(candidate, rarity, unknown)
    total = 0.0
    for reference in references:
        other = _weights(reference, rarity, unknown)
        penalty = math.exp(-((len(candidate) - len(reference)) ** 2) / (2 * SIGMA**2))
        total += penalty * sum(map(_similarity, own, other)) / LONGEST
    return 10 * total / len(references)


def _weights(words: Sequence[str], rarity: Mapping[_Gram, float], unknown: float) -> _Weights:
    """Return the weight of each n-gram, by its length; those of no reference are the rarest."""
    found: _Weights = tuple({} for _ in range(LONGEST))
    for gram, number in grams(words).items():
        found[len(gram) - 1][gram] = number * rarity.get(gram, unknown)
    return found


def _similarity(own: Mapping[_Gram, float], other: Mapping[_Gram, float]) -> float:
    norms = math.hypot(*own.values()) * math.hypot(*other.values())
    if not norms:
        return 0.0
    return sum(min(weight, other.get(gram, 0.0)) * other.get(gram, 0.0)
               for gram, weight in own.items()) / norms  # fmt: skip
