"""Finding by embeddings: recall at k both ways, and classes from their names alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]
Matches = npt.NDArray[np.bool_]


def ranks(scores: Scores, right: Matches) -> npt.NDArray[np.intp]:
    """Return for each row how many wrong columns score at least as much as its best right one.

    0 is found at first; ties count against, so that a model which says the same of all finds
    nothing. Several captions of a picture: any of them is right (Karpathy and Fei-Fei 2015,
    https://arxiv.org/abs/1412.2306, section 4.2).

    Args:
        scores: (queries, gallery).
        right: The same shape, at least one true in each row.
    """
    best = np.where(right, scores, -np.inf).max(axis=1, keepdims=True)
    found: npt.NDArray[np.intp] = ((scores >= best) & ~right).sum(axis=1)
    return found


def recall(scores: Scores, right: Matches, depth: int) -> float | None:
    """Return the share of rows with a right column among the first ``depth``.

    None where the gallery has no more than ``depth``: there is nothing to find.
    """
    if scores.shape[1] <= depth:
        return None
    return float((ranks(scores, right) < depth).mean())


def classified(pictures: Scores, classes: Scores) -> list[int]:
    """Return the nearest class of each picture; both (n, width), of length 1."""
    return [int(number) for number in (pictures @ classes.T).argmax(axis=1)]


def centre(texts: Scores) -> npt.NDArray[np.float32]:
    """Return the embedding of a class from those of its prompts: their mean, of length 1.

    Radford et al. 2021, "Learning Transferable Visual Models", section 3.1.4
    (https://arxiv.org/abs/2103.00020).
    """
    mean = texts.mean(axis=0)
    found: npt.NDArray[np.float32] = mean / max(float(np.linalg.norm(mean)), 1e-12)
    return found


def prompts(label: str, *, chinese: bool) -> list[str]:
    """Return texts of a picture of a class; the bare label is one of them."""
    if chinese:
        return [f"一张{label}的照片", f"一张有{label}的图片", f"图片里是{label}", label]
    article = "an" if label[:1].lower() in "aeiou" else "a"
    return [f"a photo of {article} {label}", f"a picture of {article} {label}",
            f"a picture of {label}", label]  # fmt: skip


def matches(rows: Sequence[frozenset[int]], columns: int) -> Matches:
    """Return the (rows, columns) table of what is right."""
    found = np.zeros((len(rows), columns), dtype=np.bool_)
    for row, numbers in enumerate(rows):
        found[row, list(numbers)] = True
    return found
