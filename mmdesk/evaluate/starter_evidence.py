"""Whether "Why?" shows what an answer rests on, in scenes where that is known.

Of a scene, the colour of a shape that is there once is asked. Covering that shape must lower the
answer's log-likelihood more than covering any of twenty other places of the same size.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mmdesk.canonical_picture import canonical_png
from mmdesk.core.examinations import AnswerExplained, ExplainAnswer
from mmdesk.core.figures import Figure
from mmdesk.core.messages import Message, user_message
from mmdesk.core.requests import AnswerQuestion, GenerationSettings, LoadModel
from mmdesk.core.sight import Box
from mmdesk.engine.local import LocalChatEngine
from mmdesk.training.draw import bounds, draw_scene
from mmdesk.training.world import Item, Scene, sample_scene

_OTHERS = 20
_SHARED = 0.3
"""Of the region, at most, that one of the others may cover."""
_TOKENS = 24
_BAR = 0.9
_TRIES = 1000


def figures(model: Path, seed: int, scenes: int) -> list[Figure]:
    """`scenes` of those whose question is answered rightly, and how many are."""
    engine = LocalChatEngine()
    engine.load(LoadModel(model, device="cpu"), lambda event: None)
    right = asked = first = 0
    with tempfile.TemporaryDirectory() as folder:
        for messages, box, colour, others in _asked(seed, Path(folder)):
            asked += 1
            tokens = _answer(engine, messages, colour)
            if tokens is None:
                continue
            right += 1
            first += _matters_most(engine, messages, tokens, box, others)
            if right == scenes:
                break
    engine.close()
    share = first / right if right else None
    return [
        Figure("why_covers_the_cause", share, "share", right, seed, _BAR),
        Figure("why_answered_rightly", right / asked, "share", asked, seed),
    ]


def _asked(
    seed: int, folder: Path
) -> Iterator[tuple[tuple[Message, ...], Box, str, tuple[Box, ...]]]:
    """Yield a question, where its answer lies, the colour, and places of the same size."""
    rng = random.Random(f"eval evidence {seed}")
    for number in range(_TRIES):
        scene = sample_scene(rng, count=rng.randint(2, 4))
        item = scene.items[0]
        if sum(each.shape is item.shape for each in scene.items) > 1:
            continue
        picture = canonical_png(draw_scene(scene, 1), folder / f"{number}.png")
        question = f"What colour is the {item.shape.name.lower()}?"
        box = _region(item, scene)
        others = tuple(_elsewhere(rng, box, scene) for _ in range(_OTHERS))
        yield (user_message(question, (picture,)),), box, item.colour.name.lower(), others


def _region(item: Item, scene: Scene) -> Box:
    x0, y0, x1, y1 = bounds(item, scene.width, scene.height)
    return x0 * scene.width, y0 * scene.height, x1 * scene.width, y1 * scene.height


def _elsewhere(rng: random.Random, box: Box, scene: Scene) -> Box:
    wide, high = box[2] - box[0], box[3] - box[1]
    while True:
        x, y = rng.uniform(0, scene.width - wide), rng.uniform(0, scene.height - high)
        across = max(0.0, min(box[2], x + wide) - max(box[0], x))
        down = max(0.0, min(box[3], y + high) - max(box[1], y))
        if across * down <= _SHARED * wide * high:
            return x, y, x + wide, y + high


def _answer(
    engine: LocalChatEngine, messages: tuple[Message, ...], colour: str
) -> tuple[int, ...] | None:
    settings = GenerationSettings(max_tokens=_TOKENS)
    request = AnswerQuestion("why", messages, settings)
    finished = engine.answer(request, lambda event: None, lambda: False)
    if finished.run is None or colour not in finished.text.lower():
        return None
    return finished.run.tokens


def _matters_most(
    engine: LocalChatEngine,
    messages: tuple[Message, ...],
    tokens: tuple[int, ...],
    box: Box,
    others: tuple[Box, ...],
) -> bool:
    request = ExplainAnswer("why", messages, tokens, regions=(box, *others))
    found = engine.examine(request, lambda event: None, lambda: False)
    assert isinstance(found, AnswerExplained)
    meant, *rest = (region.drop for region in found.regions)
    return meant > max(rest)
