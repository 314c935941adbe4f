"""What in a picture an answer rests on: cover a region, and see whether it is still as probable.

Occlusion sensitivity (Zeiler and Fergus 2014, arXiv 1311.2901) with the answer's log-likelihood in
the place of a class's score. It is about cause: a region counts if the answer needs it. What covers
a region has the colour around it, so that a thing is gone and no other is there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image

from mmdesk.core.examinations import (
    AnswerExplained,
    ExaminationProgressed,
    ExplainAnswer,
    Region,
)
from mmdesk.core.messages import Message, Picture, pictures_of
from mmdesk.core.protocols import EventSink
from mmdesk.core.sight import Box
from mmdesk.engine.continuing import inputs_with, with_possible_tokens
from mmdesk.engine.evidence.scores import log_probabilities, read_logits
from mmdesk.engine.loading import LoadedModel

Window = tuple[int, int, int, int]
"""First column and row, and the ones behind the last."""

_CELLS = 64
"""In a picture's grid, about: a cell is an eighth of the side."""
_RING = 0.04
"""Of the picture's shorter side: how far around a region its colours are taken from."""


def explain_answer(
    loaded: LoadedModel,
    request: ExplainAnswer,
    emit: EventSink,
    cancelled: Callable[[], bool],
) -> AnswerExplained | None:
    """Cover each region in turn; None where ``cancelled``, asked before each, ended it.

    Raises:
        MmdeskError: as answering the question would.
    """
    messages = with_possible_tokens(loaded.model, loaded.processor, request.messages)
    picture = pictures_of(messages)[request.image]
    columns, rows = (0, 0) if request.regions else grid(picture.width, picture.height)
    windows = request.regions or tuple(
        _box(window, picture, columns, rows) for window in windows_of(columns, rows)
    )
    scorer = _Scorer(loaded, messages, request)
    whole = scorer.likelihood(None)
    drops = []
    for number, box in enumerate(windows):
        if cancelled():
            return None
        emit(ExaminationProgressed(request.id, number, len(windows)))
        drops.append(whole - scorer.likelihood(box))
    if request.regions:
        regions = tuple(map(Region, windows, drops))
    else:
        regions = _heat(drops, picture, columns, rows)
    return AnswerExplained(request.id, regions, whole, columns, rows)


def grid(width: int, height: int) -> tuple[int, int]:
    """Return columns and rows of about square cells."""
    columns = round(math.sqrt(_CELLS * width / height))
    columns = min(_CELLS, max(1, columns))
    return columns, max(1, round(_CELLS / columns))


def windows_of(columns: int, rows: int) -> list[Window]:
    """Return windows of two by two cells, each a cell further on: a cell alone hides too little."""
    wide, high = min(2, columns), min(2, rows)
    return [
        (column, row, column + wide, row + high)
        for row in range(rows - high + 1)
        for column in range(columns - wide + 1)
    ]


def _heat(drops: Sequence[float], picture: Picture, columns: int, rows: int) -> tuple[Region, ...]:
    """Return the cells, row by row, each with the mean drop of the windows that hide it."""
    sums = np.zeros((rows, columns))
    counts = np.zeros((rows, columns))
    for (x0, y0, x1, y1), drop in zip(windows_of(columns, rows), drops, strict=True):
        sums[y0:y1, x0:x1] += drop
        counts[y0:y1, x0:x1] += 1
    heat = sums / counts
    return tuple(
        Region(_box((x, y, x + 1, y + 1), picture, columns, rows), float(heat[y, x]))
        for y in range(rows)
        for x in range(columns)
    )


def _box(window: Window, picture: Picture, columns: int, rows: int) -> Box:
    wide, high = picture.width / columns, picture.height / rows
    x0, y0, x1, y1 = window
    return x0 * wide, y0 * high, x1 * wide, y1 * high


def covered(image: Image.Image, box: Box) -> Image.Image:
    """Return a picture with a region covered by the colour that prevails around it.

    Args:
        box: In pixels of the picture.
    """
    x0, y0 = math.floor(box[0]), math.floor(box[1])
    x1, y1 = math.ceil(box[2]), math.ceil(box[3])
    ring = max(2, round(_RING * min(image.size)))
    left, top = max(0, x0 - ring), max(0, y0 - ring)
    right, bottom = min(image.width, x1 + ring), min(image.height, y1 + ring)
    near = np.asarray(image.crop((left, top, right, bottom)))
    outside = np.ones(near.shape[:2], bool)
    outside[y0 - top : y1 - top, x0 - left : x1 - left] = False
    colours = near[outside] if outside.any() else near.reshape(-1, 3)
    prevailing = tuple(int(each) for each in np.median(colours, axis=0))
    result = image.copy()
    result.paste(prevailing, (x0, y0, x1, y1))
    return result


class _Scorer:
    """Scores what was asked about of an answer, with a region of one picture covered."""

    def __init__(
        self, loaded: LoadedModel, messages: tuple[Message, ...], request: ExplainAnswer
    ) -> None:
        self._loaded, self._messages = loaded, messages
        self._image, self._tokens = request.image, request.tokens
        self._asked = slice(request.first, request.last)
        self._original: Image.Image | None = None
        """Decoded once for all regions."""

    def likelihood(self, box: Box | None) -> float:
        """Return the logarithm of the probability; None covers nothing."""

        def edited(number: int, image: Image.Image) -> Image.Image:
            if box is None or number != self._image:
                return image
            if self._original is None:
                self._original = image.copy()
            return covered(self._original, box)

        model = self._loaded.model
        prompt = self._loaded.prompts.build(self._messages, 1, lambda *_: None, edited=edited)
        inputs = inputs_with(model, prompt, self._tokens).to(model.device, dtype=model.dtype)
        logits = read_logits(model, dict(inputs), len(self._tokens))
        return float(log_probabilities(logits, self._tokens)[self._asked].sum())
