"""Generated conversations of any length: plain ones, and ones of code, tables and formulas."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter

from mmdesk.core.conversations import ConversationTree, Entry, Node, StopReason, Usage
from mmdesk.core.messages import Picture, assistant_message, user_message

_TEXT = "the red circle stands left of a blue square and 图里 有 三个 圆形 below it"
_WORDS = tuple(_TEXT.split())
_SIDE = 512
"""Px of a thumbnail, the largest that mmdesk makes."""


def entries(
    folder: Path, messages: int, pictures: int, *, heavy: bool, seed: int = 0
) -> tuple[Entry, ...]:
    """Return ``messages`` messages, questions and answers in turn.

    Args:
        folder: Where the pictures are written; each one is another file.
        pictures: Their number, spread over the questions, the last one's included.
        heavy: Whether answers have headings, lists, code, tables and formulas.
    """
    dice = random.Random(seed)
    questions = (messages + 1) // 2
    made: list[Entry] = []
    drawn = _pictures(folder, pictures, dice)
    for number in range(questions):
        share = pictures * (number + 1) // questions - pictures * number // questions
        shown = tuple(next(drawn) for _ in range(share))
        made.append(Entry(f"q{number}", user_message(_sentence(dice, number), shown)))
        text = _heavy(dice, number) if heavy else _plain(dice)
        usage = Usage(900, len(text) // 4, 180.0, 64.0)
        made.append(
            Entry(
                f"a{number}",
                assistant_message(text),
                stop_reason=StopReason.STOP,
                usage=usage,
                model="Starter",
            )
        )
    return tuple(made[:messages])


def tree(name: str, shown: tuple[Entry, ...]) -> ConversationTree:
    """Return a conversation of these messages, to be kept in a store under an id of ``name``."""
    nodes = []
    parent = None
    for number, entry in enumerate(shown):
        own = replace(entry, id=f"{name}-{entry.id}")
        nodes.append(Node(own, parent, number + 1))
        parent = own.id
    return ConversationTree(name, name, 1, len(nodes) + 1, leaf=parent, nodes=tuple(nodes))


def _pictures(folder: Path, count: int, dice: random.Random) -> Iterator[Picture]:
    """Write pictures as the decoder does: noise in them, so that reading one costs its price."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        image = QImage(dice.randbytes(64 * 64 * 4), 64, 64, QImage.Format.Format_RGB32)
        smooth = Qt.TransformationMode.SmoothTransformation
        keep = Qt.AspectRatioMode.IgnoreAspectRatio
        photo = image.scaled(_SIDE, round(_SIDE * dice.uniform(0.6, 1)), keep, smooth)
        painter = QPainter(photo)
        painter.setBrush(QColor(dice.choice(["#b8322a", "#2a62b8", "#c79a00"])))
        painter.drawEllipse(QRectF(120, 80, 160, 160))
        painter.end()
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, b"png").write(photo)
        sha256 = hashlib.sha256(data.data()).hexdigest()
        path = folder / f"{sha256}.png"
        path.write_bytes(data.data())
        yield Picture(sha256, path, path, f"photo {number}.jpg", photo.width(), photo.height())


def _sentence(dice: random.Random, number: int) -> str:
    return f"{number}: " + " ".join(dice.choices(_WORDS, k=dice.randint(4, 30))) + "?"


def _plain(dice: random.Random) -> str:
    paragraphs = dice.randint(1, 4)
    return "\n\n".join(" ".join(dice.choices(_WORDS, k=60)) + "." for _ in range(paragraphs))


def _heavy(dice: random.Random, number: int) -> str:
    code = "\n".join(
        f"    if width[{line}] > {dice.randint(1, 999)}:  # {dice.choice(_WORDS)}"
        for line in range(dice.randint(10, 40))
    )
    rows = "\n".join(
        f"| {dice.choice(_WORDS)} | {dice.randint(0, 99)} | **{dice.choice(_WORDS)}** | $x_{row}$ |"
        for row in range(dice.randint(4, 12))
    )
    points = "\n".join(f"{point}. {' '.join(dice.choices(_WORDS, k=12))}" for point in range(1, 6))
    return f"""## Answer {number}

{_plain(dice)}

```python
def keep(width: list[int]) -> bool:
{code}
    return True
```

{points}

| Shape | Count | Colour | Where |
|:------|------:|--------|-------|
{rows}

The area is $A = \\pi r^2$, and

$$\\sum_{{i=1}}^{{n}} x_i = \\frac{{n(n+1)}}{{2}}$$

> {" ".join(dice.choices(_WORDS, k=20))}

{_plain(dice)}
"""
