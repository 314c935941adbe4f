"""The quiet line at the bottom: is the model ready, where does it run, how fast was it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar

from mmdesk.core.conversations import Usage
from mmdesk.core.events import LoadStage, ModelFailed, ModelInfo, ModelLoading
from mmdesk.core.values import value
from mmdesk.ui.controls import plain_label, restyle
from mmdesk.ui.model_words import DOT, DTYPES
from mmdesk.ui.translate import phrase_text

HEIGHT = 28


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
    """28 px high; shows, asks nothing."""

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
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 1)
        row.setSpacing(6)
        row.addWidget(self._dot)
        row.addWidget(self.model)
        row.addWidget(self.progress)
        row.addSpacing(12)
        row.addWidget(self._where)
        row.addStretch(1)
        row.addWidget(self._speed)

    def show_model(self, state: ModelState) -> None:
        """Show what the shown conversation's model is doing."""
        self._state = state
        self._refresh()

    def show_usage(self, usage: Usage | None) -> None:
        """Show how fast the last answer was; None clears it."""
        self._usage = usage
        self._refresh()

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

    def _refresh(self) -> None:
        state, text, where, hint = self._describe()
        for label in (self._dot, self.model):
            restyle(label, "state", state)
        self.model.setText(text)
        self.model.setToolTip(hint)
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
