"""Answers that point, as the tests of the evidence panel show them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QColor, QImage, QPainter

from mmdesk.core.conversations import Conversation, ConversationSummary, Entry, Run, StopReason
from mmdesk.core.events import ConversationOpened
from mmdesk.core.messages import Picture, assistant_message, user_message
from mmdesk.core.requests import GenerationSettings
from mmdesk.core.sight import Placement, SeenPicture, Sight
from tests.ui.chat.conversation_samples import USAGE
from tests.ui.conftest import Desk
from tests.ui.test_main_window import NOW

SAID = (
    "There is a yellow star beside a blue circle.\n\n```json\n"
    '[{"bbox_2d": [50, 700, 290, 950], "label": "yellow star"},\n'
    ' {"bbox_2d": [420, 380, 600, 620], "label": "blue circle"}]\n```'
)
"""In thousandths, as LLaVA's family and the starter write it."""
FRAME = Placement(160, 160, (0, 0, 160, 160), (0.0, 0.0, 480.0, 480.0))


def scene(folder: Path, name: str = "scene.png", number: int = 0, size: int = 480) -> Picture:
    """Draw a scene whose star and circle are where :data:`SAID` has them."""
    image = QImage(size, size, QImage.Format.Format_RGB32)
    image.fill(QColor("#959595"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for colour, left, top, right, bottom in (
        ("#ffd700", 50, 700, 290, 950),
        ("#4169e1", 420, 380, 600, 620),
        ("#228b22", 90, 80, 280, 270),
    ):
        painter.setBrush(QColor(colour))
        at = [value * size // 1000 for value in (left, top, right - left, bottom - top)]
        painter.drawEllipse(*at)
    painter.end()
    path = folder / name
    assert image.save(str(path))
    return Picture(str(number) * 64, path, path, name, size, size)


def seen(picture: Picture, *frames: Placement, tokens: int = 100) -> SeenPicture:
    """What a model saw of a picture; without frames it isn't known."""
    return SeenPicture(picture.sha256, picture.width, picture.height, tokens, frames)


def run_of(*pictures: SeenPicture, meant: int | None = 0, tokens: tuple[int, ...] = (5, 6)) -> Run:
    """The run of an answer about pictures."""
    sight = Sight("llava", pictures, meant)
    return Run(GenerationSettings(), tokens, model="starter", sight=sight)


def exchange(picture: Picture, said: str = SAID, number: int = 0) -> tuple[Entry, Entry]:
    """A question about a picture and its answer."""
    question = Entry(f"q{number}", user_message("What is in the picture?", (picture,)))
    answer = Entry(
        f"a{number}",
        assistant_message(said),
        stop_reason=StopReason.STOP,
        usage=USAGE,
        model="Starter",
        run=run_of(seen(picture, FRAME)),
    )
    return question, answer


def show(desk: Desk, *entries: Entry) -> None:
    """Open a conversation in the window."""
    desk.session.conversation = "c1"
    desk.session.entries = entries
    summary = ConversationSummary("c1", "What is in the picture?", NOW)
    desk.window.handle(ConversationOpened(Conversation(summary, entries)))
