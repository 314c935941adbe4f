"""What an empty conversation shows: where to drop, samples that ask a real question."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeySequence, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from mmdesk.core.values import value
from mmdesk.ui.controls import LinkSentence, plain_label
from mmdesk.ui.theme import theme
from mmdesk.ui.viewport import clear_viewport

logger = logging.getLogger(__name__)

_AREA_WIDTH = 420
_AREA_HEIGHT = 190
_AREA_LEAST = 76
_EDGE = 8
_ROOMY = 430
_CARD = (132, 128)
_THUMB = (114, 84)
_MOST_SAMPLES = 3


@value
class Sample:
    """A question about pictures that ship with mmdesk."""

    title: str
    pictures: tuple[Path, ...]
    question: str


def load_samples(folder: Path, language: str) -> tuple[Sample, ...]:
    """Read ``samples.json``; one that is missing, broken or lacks its pictures is left out."""
    try:
        document = json.loads((folder / "samples.json").read_text(encoding="utf-8"))
        key = "zh" if language.startswith("zh") else "en"
        samples = [_sample(folder, entry, key) for entry in document]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        logger.info("no sample pictures in %s", folder, exc_info=True)
        return ()
    return tuple(each for each in samples if all(path.is_file() for path in each.pictures))


def _sample(folder: Path, entry: dict[str, object], key: str) -> Sample:
    titles, questions, names = entry["title"], entry["question"], entry["pictures"]
    if not (isinstance(titles, dict) and isinstance(questions, dict) and isinstance(names, list)):
        raise TypeError("a sample has a title, pictures and a question")
    return Sample(titles[key], tuple(folder / name for name in names), questions[key])


class FirstStart(QScrollArea):
    """The drop area, the samples, and one line about the model."""

    filesWanted = Signal()
    modelWanted = Signal()
    sampleChosen = Signal(object)
    """A :class:`Sample`."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("firstStart")
        self._fits = 0
        self._is_starter = True
        self._talk_keys = QKeySequence("F9")
        self._area = _DropArea()
        self._area.choose.activated.connect(self.filesWanted)
        self._cards = QHBoxLayout()
        self._cards.setSpacing(12)
        self._voice_line = plain_label("voiceLine", wrap=True)
        self._voice_line.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._voice_line.setProperty("quiet", True)
        self._line = LinkSentence("starterLine")
        self._line.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._line.activated.connect(self.modelWanted)
        content = QWidget()
        column = self._column = QVBoxLayout(content)
        column.setContentsMargins(16, _EDGE, 16, _EDGE)
        centre = Qt.AlignmentFlag.AlignHCenter
        column.addStretch(1)
        column.addWidget(self._area, 0, centre)
        column.addLayout(self._cards)
        column.addWidget(self._voice_line)
        column.addWidget(self._line, 0, centre)
        column.addStretch(1)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        clear_viewport(self)
        self.setWidget(content)
        content.setAutoFillBackground(False)

    def show_samples(self, samples: Sequence[Sample]) -> None:
        """Show up to three cards."""
        while (item := self._cards.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self._cards.addStretch(1)
        for sample in samples[:_MOST_SAMPLES]:
            card = SampleCard(sample)
            card.chosen.connect(self.sampleChosen)
            self._cards.addWidget(card)
        self._cards.addStretch(1)

    def use_starter(self, is_starter: bool) -> None:
        """Whether the starter is the model: the line below says what it can do."""
        self._is_starter = is_starter
        self._line.setVisible(is_starter)

    def use_talk_keys(self, keys: QKeySequence) -> None:
        """Tell which keys are held to talk; none, and the microphone button is named."""
        self._talk_keys = keys
        self._say_voice()

    def fit_height(self, height: int) -> None:
        """Make the drop area lower where the window is."""
        self._line.set_width(_AREA_WIDTH + 40)
        spacing = 22 if height > _ROOMY else 10
        self._column.setSpacing(spacing)
        line = self._line.height() if self._is_starter else 0
        cards = _CARD[1] if self._cards.count() > 2 else 0
        voice = self._voice_line.sizeHint().height()
        spare = height - line - voice - cards - 3 * spacing - 2 * _EDGE
        self._area.setFixedHeight(max(_AREA_LEAST, min(_AREA_HEIGHT, spare)))

    def show_fit(self, billions: int) -> None:
        """Tell how many parameters, in billions, this computer could run; 0 is not known."""
        self._fits = billions
        self.retranslate()

    def retranslate(self) -> None:
        """Set every text anew."""
        self._area.retranslate()
        self._say_voice()
        sentence = self.tr(
            "You are using the starter model: it knows drawn shapes, colours and counting, and "
            "needs no download. For photos, {link}."
        )
        if self._fits:
            sentence = self.tr(
                "You are using the starter model: it knows drawn shapes, colours and counting, "
                "and needs no download. For photos, {link}: this computer fits up to "
                "{billions} B parameters."
            ).replace("{billions}", str(self._fits))
        self._line.say(sentence, self.tr("choose a larger model"))

    def _say_voice(self) -> None:
        keys = self._talk_keys.toString(QKeySequence.SequenceFormat.NativeText)
        held = self.tr("You can also ask by voice: hold {keys} and speak.").replace("{keys}", keys)
        pressed = self.tr("You can also ask by voice: press the microphone and speak.")
        self._voice_line.setText(held if keys else pressed)


class _DropArea(QFrame):
    """The dashed area; the whole window takes drops, this says so."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("dropArea")
        self.setFixedSize(_AREA_WIDTH, _AREA_HEIGHT)
        self._title = plain_label("dropTitle")
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.choose = LinkSentence("dropLine")
        self.choose.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setSpacing(6)
        column.addStretch(1)
        column.addWidget(self._title)
        column.addWidget(self.choose)
        column.addStretch(1)
        theme().changed.connect(self.update)

    def retranslate(self) -> None:
        self._title.setText(self.tr("Drop a picture here"))
        self.choose.say(self.tr("or paste it with Ctrl+V, or {link}"), self.tr("choose a file"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(theme().tokens.line), 2)
        pen.setDashPattern([3, 3])
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 16, 16)


class SampleCard(QToolButton):
    """A sample's pictures and title; a click asks its question."""

    chosen = Signal(object)

    def __init__(self, sample: Sample) -> None:
        super().__init__()
        self.setObjectName("sampleCard")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedSize(*_CARD)
        self.setAccessibleName(f"{sample.title}: {sample.question}")
        self.setToolTip(sample.question)
        self._sample = sample
        thumb = self._thumb = QLabel()
        thumb.setFixedSize(*_THUMB)
        self._drawn = False
        title = plain_label("sampleTitle", sample.title)
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(9, 9, 9, 8)
        column.setSpacing(6)
        column.addWidget(thumb, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(title)
        for part in (thumb, title):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.clicked.connect(self._choose)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the pictures after the first paint: reading them takes longer than all of it."""
        super().paintEvent(event)
        if not self._drawn:
            self._drawn = True
            QTimer.singleShot(0, self, self._draw)

    def _draw(self) -> None:
        self._thumb.setPixmap(_side_by_side(self._sample.pictures, self.devicePixelRatioF()))

    def _choose(self) -> None:
        self.chosen.emit(self._sample)


def _side_by_side(paths: Sequence[Path], ratio: float) -> QPixmap:
    """Return the pictures beside each other, cropped to one thumbnail with round corners."""
    width, height = (round(side * ratio) for side in _THUMB)
    made = QPixmap(width, height)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHints(
        QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
    )
    outline = QPainterPath()
    outline.addRoundedRect(QRectF(0, 0, width, height), 6 * ratio, 6 * ratio)
    painter.setClipPath(outline)
    shown = list(paths[:2])
    gap = round(3 * ratio) if len(shown) > 1 else 0
    each = (width - gap * (len(shown) - 1)) // max(1, len(shown))
    for index, path in enumerate(shown):
        box = QRectF(index * (each + gap), 0, each, height)
        _paint_cover(painter, QPixmap(str(path)), box)
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


def _paint_cover(painter: QPainter, pixmap: QPixmap, box: QRectF) -> None:
    """Fill ``box`` with the middle of a picture."""
    if pixmap.isNull():
        return
    scale = max(box.width() / pixmap.width(), box.height() / pixmap.height())
    width, height = box.width() / scale, box.height() / scale
    source = QRectF((pixmap.width() - width) / 2, (pixmap.height() - height) / 2, width, height)
    painter.drawPixmap(box, pixmap, source)
