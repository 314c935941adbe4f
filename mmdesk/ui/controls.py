"""Small controls that the window is made of: named, reachable, and dressed by the theme."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShowEvent
from PySide6.QtWidgets import QLabel, QToolButton, QWidget

from mmdesk.ui.icons import icon
from mmdesk.ui.theme import theme


class IconButton(QToolButton):
    """A button that shows only an icon; its name is in the tool tip and for screen readers."""

    def __init__(
        self,
        object_name: str,
        icon_name: str,
        *,
        role: str = "muted",
        side: int = 34,
        glyph: int = 20,
    ) -> None:
        """``role`` is the token that colours the glyph, or a colour; sizes are in px."""
        super().__init__()
        self.setObjectName(object_name)
        self.setProperty("flat", True)
        self.setFixedSize(side, side)
        self.setIconSize(QSize(glyph, glyph))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._icon_name, self._role = icon_name, role
        theme().changed.connect(self._tint)

    def describe(self, name: str, keys: QKeySequence | None = None) -> None:
        """Give the button its name, and the keys that do the same."""
        self.setAccessibleName(name)
        shown = keys.toString(QKeySequence.SequenceFormat.NativeText) if keys else ""
        self.setToolTip(as_plain(f"{name} ({shown})" if shown else name))

    def show_icon(self, icon_name: str, role: str) -> None:
        """Show another icon, or the same in another colour."""
        if (icon_name, role) != (self._icon_name, self._role):
            self._icon_name, self._role = icon_name, role
            self._tint()

    def showEvent(self, event: QShowEvent) -> None:
        """Draw the glyph, which a button that isn't seen does without."""
        super().showEvent(event)
        self._tint()

    def _tint(self) -> None:
        if self.isVisible():
            colour = getattr(theme().tokens, self._role, self._role)
            self.setIcon(icon(self._icon_name, colour, self.iconSize().width()))


class LinkSentence(QLabel):
    """A sentence with one link in it, in a colour of the theme; Tab and Enter reach the link."""

    activated = Signal()

    def __init__(self, object_name: str, *, role: str = "accent", underline: bool = False) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._role, self._underline = role, underline
        self._sentence, self._link = "{link}", ""
        self._width = 0
        self.linkActivated.connect(lambda _target: self.activated.emit())
        theme().changed.connect(self._render)

    @property
    def plain(self) -> str:
        """The sentence as it reads."""
        return self._sentence.replace("{link}", self._link)

    def say(self, sentence: str, link: str) -> None:
        """Show ``sentence`` with its ``{link}`` replaced by the link's text."""
        self._sentence, self._link = sentence, link
        self.setAccessibleName(self.plain)
        self._render()

    def one_line_width(self) -> int:
        """Return the pixels that the sentence takes on one line."""
        self.ensurePolished()
        return self.fontMetrics().horizontalAdvance(self.plain) + 4

    def set_width(self, width: int) -> None:
        """Wrap at ``width`` px and take the height that this needs; layouts guess it wrong."""
        self._width = width
        self.ensurePolished()
        self.setMaximumWidth(width)
        self.setMinimumHeight(0)  # heightForWidth never asks for less
        self.setFixedHeight(self.heightForWidth(width))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return the width to wrap at, where one was set."""
        return QSize(self._width, self.height()) if self._width else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Let the window become narrower."""
        return QSize(60, super().minimumSizeHint().height())

    def _render(self) -> None:
        colour = getattr(theme().tokens, self._role)
        line = "underline" if self._underline else "none"
        style = f"color: {colour}; text-decoration: {line};"
        anchor = f'<a href="#" style="{style}">{_escaped(self._link)}</a>'
        self.setText(_escaped(self._sentence).replace("{link}", anchor))
        if self._width:
            self.set_width(self._width)


def plain_label(object_name: str, text: str = "", *, wrap: bool = False) -> QLabel:
    """Return a label that never reads its text as HTML: names of files are foreign."""
    label = QLabel(text)
    label.setObjectName(object_name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wrap)
    return label


def as_plain(text: str) -> str:
    """Return a tool tip that Qt can't take for HTML, which reads files: names are foreign."""
    return text.replace("<", "‹").replace(">", "›")


def _escaped(text: str) -> str:
    """Return text as HTML has it; the window would wait for :mod:`html` to read its entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet selects on, and apply the sheet anew."""
    if (widget.property(name) or False) == (value or False):  # nothing selects on what is unset
        return
    widget.setProperty(name, value)
    if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):  # else the sheet is to come
        # Its style, asked for in Python, would bring hundreds of names with it from C++.
        QCoreApplication.sendEvent(widget, QEvent(QEvent.Type.Polish))
        widget.update()
