"""How long the store takes to open a very long conversation."""

from __future__ import annotations

import random
import statistics
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from mmdesk.bench.durability.contents import Place, sentence
from mmdesk.bench.durability.trees import NOW_US, make_pictures
from mmdesk.core.conversations import ConversationTree, Entry, Node
from mmdesk.core.figures import Figure
from mmdesk.core.messages import Message, Picture, assistant_message, user_message

_OPENED = 20
"""Times; the median is told, since other work on the computer is none of the store's."""
_PICTURES = 4
"""One in so many messages."""


def measure(messages: int, seed: int, folder: Path) -> Figure:
    """Open a conversation of ``messages`` messages, every fourth of which has a picture."""
    chance = random.Random(seed)
    made = folder / "pictures"
    made.mkdir()
    store = Place(folder / "long").open()
    try:
        tree = _conversation(messages, make_pictures(made, messages // _PICTURES), chance)
        store.add_tree(tree)
        times = []
        for _ in range(_OPENED):
            start = time.perf_counter()
            found = store.conversation(tree.id)
            times.append(1000 * (time.perf_counter() - start))
            assert len(found.entries) == messages
    finally:
        store.close()
    value = statistics.median(times)
    return Figure("open_conversation_ms", value, "ms", _OPENED, seed, bar=60, lower=True)


def _conversation(
    messages: int, pictures: list[Picture], chance: random.Random
) -> ConversationTree:
    nodes: list[Node] = []
    left = iter(pictures)
    for number, message in enumerate(_messages(messages, left, chance)):
        parent = nodes[-1].entry.id if nodes else None
        nodes.append(Node(Entry(f"m{number}", message), parent, NOW_US + number))
    leaf = nodes[-1].entry.id
    identity = uuid.UUID(int=chance.getrandbits(128)).hex
    return ConversationTree(identity, "long", NOW_US, NOW_US, leaf=leaf, nodes=tuple(nodes))


def _messages(count: int, pictures: Iterator[Picture], chance: random.Random) -> Iterator[Message]:
    for number in range(count):
        text = sentence(chance, chance.randint(5, 60))
        if number % 2:
            yield assistant_message(text)
        else:
            picture = (next(pictures),) if number % _PICTURES == 0 else ()
            yield user_message(text, picture)
