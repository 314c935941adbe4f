"""Conversations of every kind, made from a seed, to be exported and imported."""

from __future__ import annotations

import hashlib
import random
import struct
import uuid
from dataclasses import replace
from pathlib import Path

from PIL import Image

from mmdesk.audio.flac import write_flac
from mmdesk.core.conversations import (
    ConversationSettings,
    ConversationTree,
    Entry,
    EntryStatus,
    Failure,
    Node,
    Run,
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
from mmdesk.core.requests import GenerationSettings
from mmdesk.core.speech import Recording
from mmdesk.media.canonical import write_canonical

NOW_US = 1_790_000_000_000_000
"""Microseconds since 1970: nothing is made later."""

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
        """Return a conversation with up to 13 messages in any order of versions."""
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
            settings=ConversationSettings(
                pick.choice(("", "", "Answer in Chinese.\n请用中文回答。", " ")),
                pick.choice((None, self._generation())),
            ),
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
            run=self._run() if pick.random() < 0.5 else None,
        )

    def _generation(self) -> GenerationSettings:
        pick = self._random
        seed = pick.choice((None, 0, 2**63 - 1))
        return GenerationSettings(pick.choice((0.0, 0.7)), pick.choice((1.0, 0.9)), 512, seed)

    def _run(self) -> Run:
        pick = self._random
        tokens = tuple(pick.choices((0, 7, 151_645, 2**32 - 1), k=pick.randrange(40)))
        return Run(
            settings=self._generation(),
            tokens=tokens,
            begun=pick.randrange(len(tokens) + 1),
            system_prompt=pick.choice(("", "Be brief. 简短")),
            model=pick.choice(("starter", "/models/模型")),
            sha256=pick.choice(("", "0f" * 32)),
            dtype="bfloat16",
            device=pick.choice(("CPU", "NVIDIA H100")),
            threads=pick.randrange(64),
            libraries=pick.choice(((), (("torch", "2.13.0"), ("transformers", "5.23.0")))),
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


def make_pictures(folder: Path, count: int) -> list[Picture]:
    """Write small pictures as the decoder does; each is another one."""
    found = []
    for number in range(count):
        image = Image.new("RGB", (20 + number % 50, 30), (number % 256, number // 256, 160))
        image.putpixel((number % 20, 3), (255, 255, 255))
        sha256 = write_canonical(image, folder)
        paths = (folder / f"{sha256}.png", folder / f"{sha256}.thumb.png")
        found.append(Picture(sha256, *paths, f"图 {number}.jpg", *image.size))
    return found


def make_recordings(folder: Path) -> list[Recording]:
    """Write half a second of sound, and a second."""
    samples = [(-1) ** (n // 40) * 0.3 for n in range(16_000)]
    return [
        write_flac(struct.pack(f"<{length}f", *samples[:length]), folder)
        for length in (8_000, 16_000)
    ]


def attachment_hashes(tree: ConversationTree) -> list[str]:
    """Return the SHA-256 of what the attachments' files hold."""
    parts = [part for node in tree.nodes for part in node.entry.message.parts]
    paths = [part.picture.path for part in parts if isinstance(part, ImagePart)]
    paths += [part.recording.path for part in parts if isinstance(part, AudioPart)]
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


def placeless(tree: ConversationTree) -> ConversationTree:
    """Return a tree whose files are nowhere, to be compared with one of another store."""

    def moved(part: Part) -> Part:
        if isinstance(part, ImagePart):
            return ImagePart(replace(part.picture, path=Path(), thumbnail=Path()))
        if isinstance(part, AudioPart):
            return AudioPart(replace(part.recording, path=Path()))
        return part

    nodes = []
    for node in tree.nodes:
        parts = tuple(moved(part) for part in node.entry.message.parts)
        message = replace(node.entry.message, parts=parts)
        nodes.append(replace(node, entry=replace(node.entry, message=message)))
    return replace(tree, nodes=tuple(nodes))
