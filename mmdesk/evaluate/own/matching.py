"""How well a contrastive model puts a person's pictures and texts together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mmdesk.core.claims import has_han
from mmdesk.core.errors import MmdeskError
from mmdesk.core.figures import Figure
from mmdesk.evaluate.own.pictures import Pictures
from mmdesk.evaluate.retrieval import centre, classified, matches, prompts, recall
from mmdesk.training.own.folder import Entry

if TYPE_CHECKING:
    from mmdesk.evaluate.matcher import Matcher

DEPTHS = (1, 5, 10)
Rows = npt.NDArray[np.float32]


@dataclass(slots=True)
class Embedded:
    """Pictures as the model sees them.

    Attributes:
        rows: By picture, (width,) of length 1; a picture that can't be read has none.
        problems: By picture, why it can't be read.
    """

    rows: dict[Path, Rows] = field(default_factory=dict)
    problems: dict[Path, MmdeskError] = field(default_factory=dict)

    @property
    def seen(self) -> set[Path]:
        """Whatever it was tried with."""
        return {*self.rows, *self.problems}


def load(path: Path, device: str) -> Matcher:
    """Return the model in a folder. Raises ``ModelError``."""
    from mmdesk.evaluate.matcher import Matcher

    return Matcher(path, device=device)


def embed(matcher: Matcher, pictures: Pictures, path: Path, found: Embedded) -> None:
    """Add a picture to ``found``."""
    from PIL import Image

    try:
        with Image.open(pictures.get(path).path, formats=("PNG",)) as image:
            found.rows[path] = matcher.pictures([image.convert("RGB")])[0]
    except MmdeskError as error:
        found.problems[path] = error
    pictures.tidy()


def figures(
    matcher: Matcher, found: Embedded, entries: Sequence[Entry], seed: int | None
) -> list[Figure]:
    """Return recall of captions both ways, zero-shot accuracy of labels, whichever there are.

    Pictures that couldn't be read are found by nothing and find nothing.
    """
    seen = [entry for entry in entries if entry.pictures and entry.pictures[0] in found.seen]
    figures = _recalls(matcher, found, seen, seed)
    labelled = [entry for entry in seen if entry.label is not None]
    figures += _zero_shot(matcher, found, labelled, seed)
    lost = len(found.problems)
    of = f"of {len(found.seen)}"
    figures.append(Figure("unanswered", lost, of, len(found.seen), seed, lower=True))
    return figures


def _recalls(
    matcher: Matcher, found: Embedded, entries: Sequence[Entry], seed: int | None
) -> list[Figure]:
    captions: dict[bool, dict[str, set[Path]]] = {False: {}, True: {}}
    for entry in entries:
        for text in entry.captions:
            captions[has_han(text)].setdefault(text, set()).add(entry.pictures[0])
    parts = [(ending, texts) for ending, texts in
             (("_en", captions[False]), ("_zh", captions[True])) if texts]  # fmt: skip
    if len(parts) == 1:
        parts = [("", parts[0][1])]
    figures = []
    for ending, texts in parts:
        for direction, scores, right in _tables(matcher, found, texts):
            for depth in DEPTHS:
                name = f"recall_at_{depth}_{direction}{ending}"
                value = recall(scores, right, depth)
                figures.append(Figure(name, value, "share", len(scores), seed))
    return figures


def _tables(
    matcher: Matcher, found: Embedded, captions: dict[str, set[Path]]
) -> list[tuple[str, Rows, npt.NDArray[np.bool_]]]:
    """Return scores and what is right for both directions: rows look for columns.

    A caption that stands at several pictures is one text, and right for each of them.
    """
    paths = list(dict.fromkeys(path for own in captions.values() for path in sorted(own)))
    numbers = {path: number for number, path in enumerate(paths)}
    right = matches(
        [frozenset(numbers[path] for path in own) for own in captions.values()], len(paths)
    )
    texts = matcher.texts(list(captions))
    scores = np.full((len(captions), len(paths)), -np.inf, dtype=np.float32)
    for path, number in numbers.items():
        if path in found.rows:
            scores[:, number] = texts @ found.rows[path]
    return [("i2t", scores.T, right.T), ("t2i", scores, right)]


def _zero_shot(
    matcher: Matcher, found: Embedded, entries: Sequence[Entry], seed: int | None
) -> list[Figure]:
    labels = sorted({entry.label for entry in entries if entry.label is not None})
    if not labels:
        return []
    if len(labels) < 2:  # which nothing could be told from
        return [Figure("zero_shot", None, "share", len(entries), seed)]
    classes = np.stack(
        [centre(matcher.texts(prompts(label, chinese=has_han(label)))) for label in labels]
    )
    right = 0
    for entry in entries:
        row = found.rows.get(entry.pictures[0])
        if row is not None:
            right += labels[classified(row[None], classes)[0]] == entry.label
    return [Figure("zero_shot", right / len(entries), "share", len(entries), seed)]
