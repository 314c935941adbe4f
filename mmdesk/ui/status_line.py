"""The quiet line at the bottom: is the model ready, where does it run, how fast was it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton

from mmdesk.core.conversations import Usage
from mmdesk.core.events import LoadStage, ModelFailed, ModelInfo, ModelLoading
from mmdesk.core.values import value
from mmdesk.ui.controls import as_plain, plain_label, restyle
from mmdesk.ui.model_words import DOT, DTYPES
from mmdesk.ui.translate import phrase_text

HEIGHT = 28
_NARROW = 720
"""Px under which the speed of the last answer makes room."""


@value
class Resting:
    """The shown conversation's model isn't in memory; ``loaded`` names the one that is."""

    loaded: str = ""


@value
class Remote:
    """It is a server's; ``near`` tells that the server is on this computer."""

    host: str
    near: bool


ModelState = ModelLoading | ModelInfo | ModelFailed | Resting | Remote


class StatusLine(QFrame):
    """28 px high; shows, asks nothing.

    Attributes:
        connections: How many there were; a click asks which.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("statusLine")
        self.setFixedHeight(HEIGHT)
        self._state: ModelState = Resting()
        self._usage: Usage | None = None
        self._dot = plain_label("modelDot", "●")
        self.model = plain_label("modelStatus")
        self.progress = QProgressBar()
        self.progress.setObjectName("loadProgress")
        self.progress.setFixedWidth(120)
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.hide()
        self._where = plain_label("modelPlace")
        self._speed = plain_label("answerSpeed")
        self._speed.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.connections = QPushButton()
        self.connections.setObjectName("connectionCount")
        self.connections.setProperty("flat", True)
        self.connections.setCursor(Qt.CursorShape.PointingHandCursor)
        self._connected, self._sealed = 0, False
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 10, 1)
        row.setSpacing(6)
        row.addWidget(self._dot)
        row.addWidget(self.model)
        row.addWidget(self.progress)
        row.addSpacing(12)
        row.addWidget(self._where)
        row.addStretch(1)
        row.addWidget(self._speed)
        row.addSpacing(12)
        row.addWidget(self.connections)

    def show_model(self, state: ModelState) -> None:
        """Show what the shown conversation's model is doing."""
        self._state = state
        self._refresh()

    def show_usage(self, usage: Usage | None) -> None:
        """Show how fast the last answer was; None clears it."""
        self._usage = usage
        self._refresh()

    def show_connections(self, count: int, *, sealed: bool) -> None:
        """Show how many connections were opened; sealed, there can be none."""
        self._connected, self._sealed = count, sealed
        self._refresh_connections()

    def loading_text(self) -> str:
        """Return what loading is at ("loading weights 41 %"), or nothing when it isn't."""
        if not isinstance(self._state, ModelLoading):
            return ""
        stage = {
            LoadStage.STARTING: self.tr("starting"),
            LoadStage.CHECKING: self.tr("checking the model"),
            LoadStage.PROCESSOR: self.tr("loading the processor"),
            LoadStage.WEIGHTS: self.tr("loading weights"),
            LoadStage.WARMING: self.tr("warming up"),
        }[self._state.stage]
        if self._state.fraction is None:
            return stage
        return f"{stage} {round(self._state.fraction * 100)} %"

    def retranslate(self) -> None:
        """Set every text anew."""
        self.progress.setAccessibleName(self.tr("Loading the model"))
        self._refresh()
        self._refresh_connections()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the speed out where there is no room for it."""
        super().resizeEvent(event)
        self._speed.setVisible(self.width() >= _NARROW)

    def _refresh_connections(self) -> None:
        text = self.tr("1 connection since start")
        if self._connected != 1:
            text = self.tr("%n connections since start", "", self._connected)
        hint = self.tr("Show which connections mmdesk has opened")
        if self._sealed:
            text = self.tr("Sealed")
            hint = self.tr("No process of mmdesk can open an internet connection.")
        self.connections.setText(text)
        self.connections.setToolTip(hint)
        self.connections.setAccessibleName(text)
        self.connections.setAccessibleDescription(hint)
        restyle(self.connections, "state", "remote" if self._connected else "none")

    def _refresh(self) -> None:
        state, text, where, hint = self._describe()
        for label in (self._dot, self.model):
            restyle(label, "state", state)
        self.model.setText(text)
        self.model.setToolTip(as_plain(hint))
        self.model.setAccessibleName(self.tr("Model: {name}").format(name=text))
        self._where.setText(where)
        loading = isinstance(self._state, ModelLoading)
        self.progress.setVisible(loading)
        if isinstance(self._state, ModelLoading):
            self.progress.setValue(round((self._state.fraction or 0.0) * 1000))
        self._speed.setText(self._speed_text())

    def _describe(self) -> tuple[str, str, str, str]:
        """Return the state's name, what to say, where it runs and the tool tip."""
        if isinstance(self._state, ModelInfo):
            dtype = DTYPES.get(self._state.dtype, self._state.dtype)
            where = f"{self._state.device.upper()} · {dtype}"
            return "ready", self.tr("Ready"), where, str(self._state.path)
        if isinstance(self._state, ModelFailed):
            return "failed", self.tr("Failed"), "", phrase_text(self._state.error.message_phrase)
        if isinstance(self._state, ModelLoading):
            return "loading", self._loading_percent(), "", self.loading_text()
        if isinstance(self._state, Remote):
            if self._state.near:
                return "ready", self.tr("Server on this computer"), self._state.host, ""
            return "remote", f"{self.tr('Remote')}{DOT}{self._state.host}", "", ""
        hint = ""
        if self._state.loaded:
            hint = self.tr("{name} is in memory now.").replace("{name}", self._state.loaded)
        return "none", self.tr("Loads with your next question"), "", hint

    def _loading_percent(self) -> str:
        if not isinstance(self._state, ModelLoading) or self._state.fraction is None:
            return self.tr("Loading…")
        return self.tr("Loading {percent} %").format(percent=round(self._state.fraction * 100))

    def _speed_text(self) -> str:
        if self._usage is None:
            return ""
        first = self.tr("first word {seconds} s").format(
            seconds=f"{self._usage.ttft_ms / 1000:.2f}"
        )
        if self._usage.completion_tokens < 2:
            return first
        rate = self.tr("{rate} tokens/s").format(rate=f"{self._usage.tokens_per_second:.0f}")
        return f"{rate} · {first}"
