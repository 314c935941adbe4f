"""Conversations and answers that the chat pane's tests show."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QColor, QImage

from mmdesk.core.conversations import Entry, StopReason, Usage
from mmdesk.core.messages import Picture, assistant_message, user_message
from mmdesk.core.phrases import Phrase

USAGE = Usage(prompt_tokens=120, completion_tokens=31, ttft_ms=180.0, tokens_per_second=64.2)

MIXED = """## What it does

It keeps **wide** pictures, see [the docs](https://example.org/a "Title").

```python
def keep(width: int) -> bool:
    return width > 480
```

1. first
2. second
   - nested

> a quotation

| Shape | Count |
|:------|------:|
| circle | 2 |
| 菱形 | 12 |

It costs $5 and $6, and $E=mc^2$ holds.
"""


def picture(folder: Path, name: str, width: int = 480, height: int = 480) -> Picture:
    """Write a picture and return it."""
    path = folder / name
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#228b22"))
    assert image.save(str(path))
    return Picture("0" * 64, path, path, name, width, height, (Phrase("first of {n}", {"n": 12}),))


def conversation(turns: int) -> tuple[Entry, ...]:
    """Return ``turns`` questions with their answers."""
    entries = []
    for number in range(turns):
        entries.append(Entry(f"q{number}", user_message(f"question {number}")))
        entries.append(
            Entry(
                f"a{number}",
                assistant_message(f"answer {number}\n\n{MIXED}"),
                usage=USAGE,
                stop_reason=StopReason.STOP,
                model="Starter",
            )
        )
    return tuple(entries)
