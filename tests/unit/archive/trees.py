"""Conversations of every kind, made from a seed."""

from __future__ import annotations

import random
import uuid
from dataclasses import replace

from mmdesk.core.conversations import (
    ConversationTree,
    Entry,
    EntryStatus,
    Failure,
    Node,
    StopReason,
    Usage,
)
from mmdesk.core.errors import PromptTooLong, SoundTooLong
from mmdesk.core.messages import (
    AudioPart,
    ImagePart,
    Message,
    Part,
    Picture,
    Role,
    TextPart,
    TranscriptPart,
)
from mmdesk.core.phrases import Phrase
from mmdesk.core.speech import Recording
from tests.unit.archive.conftest import NOW_US

_TEXTS = (
    "What is this?", "这张图里有什么？", "a\n\n```py\nprint('{x}')\n```\n", "", " ", "\0 nul",
    "🦊" * 9, '"quoted" \\ back', "العربية", "é e\u0301", "line\r\nline", "x" * 5000,
    "{template}",
    "</script>",
)  # fmt: skip
_TITLES = ("Holiday", "海边的照片", "a/b\\c: d?", "CON", "...", "…", "T" * 60, "  ")
_NOTES = (
    Phrase("Only the first of its {count} frames is used.", {"count": 3}),
    Phrase("“{name}” was shown smaller.", {"name": "图\ud800.png"}),
    SoundTooLong(name="a", hours=1.5, limit=4).message_phrase,
)


class Maker:
    """Makes trees; the same seed makes the same ones."""

    def __init__(self, seed: int, pictures: list[Picture], recordings: list[Recording]) -> None:
        self._random = random.Random(seed)
        self._pictures = pictures
        self._recordings = recordings

    def tree(self) -> ConversationTree:
        pick = self._random
        nodes: list[Node] = []
        for number in range(pick.randrange(1, 14)):
            parent = pick.choice(nodes).entry.id if nodes and pick.random() < 0.9 else None
            nodes.append(Node(self._entry(number), parent, NOW_US - pick.randrange(10**15)))
        created = NOW_US - pick.randrange(10**12)
        return ConversationTree(
            id=self._id(),
            title=pick.choice(_TITLES),
            created_us=created,
            updated_us=created + pick.randrange(NOW_US - created + 1),
            named=pick.random() < 0.5,
            model=pick.choice((None, "starter", "/models/模型", "https://a.example/v1#org/m")),
            leaves=pick.random() < 0.3,
            pinned=pick.random() < 0.3,
            folder=pick.choice(("", "Work", "旅行")),
            leaf=pick.choice(nodes).entry.id,
            nodes=tuple(nodes),
        )

    def _id(self) -> str:
        return uuid.UUID(int=self._random.getrandbits(128)).hex

    def _entry(self, number: int) -> Entry:
        pick = self._random
        if number == 0 and pick.random() < 0.2:
            return Entry(self._id(), Message(Role.SYSTEM, (TextPart("Be brief."),)))
        if pick.random() < 0.5:
            return Entry(self._id(), Message(Role.USER, self._question()))
        error = PromptTooLong(tokens=9000, picture_tokens=7, pictures=1, limit=8192)
        failure = Failure(error.kind, error.message_phrase, error.hint_phrase)
        return Entry(
            id=self._id(),
            message=Message(Role.ASSISTANT, (TextPart(pick.choice(_TEXTS)),)),
            status=pick.choice([each for each in EntryStatus if each is not EntryStatus.STREAMING]),
            stop_reason=pick.choice([None, *StopReason]),
            usage=pick.choice((None, Usage(pick.randrange(9999), 7, pick.random() * 1e3, 0.1))),
            failure=pick.choice((None, failure)),
            model=pick.choice(("", "Starter", "Qwen3-VL-2B")),
            notes=tuple(pick.sample(_NOTES, pick.randrange(3))),
        )

    def _question(self) -> tuple[Part, ...]:
        pick = self._random
        parts: list[Part] = []
        for picture in pick.sample(self._pictures, pick.randrange(3)):
            notes = tuple(pick.sample(_NOTES, pick.randrange(2)))
            name = pick.choice(("图 1.png", "", "../../x", picture.name))
            parts.append(ImagePart(replace(picture, name=name, notes=notes)))
        if pick.random() < 0.2:
            parts.append(TranscriptPart("talk.mp3", "[0:01] 你好\n[0:02] hi", 3723.25, "zh"))
        parts.append(TextPart(pick.choice(_TEXTS)))
        if pick.random() < 0.2:
            recording = pick.choice(self._recordings)
            parts.append(AudioPart(replace(recording, name=pick.choice(("", "a.wav")))))
        return tuple(parts)
