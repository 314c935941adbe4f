"""What waits until a window stands."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from mmdesk.ui.first_paint import after_first_paint


class _Watch(QObject):
    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.painted = False
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.painted = self.painted or event.type() is QEvent.Type.Paint
        return False


def test_it_comes_once_after_the_paint(qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    watch, calls = _Watch(window), []
    after_first_paint(window, lambda: calls.append(watch.painted))
    window.show()
    qtbot.waitUntil(lambda: calls == [True])
    window.update()
    qtbot.wait(50)
    assert calls == [True]


def test_a_window_that_opens_minimised_is_not_waited_for(qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    watch, calls = _Watch(window), []
    after_first_paint(window, lambda: calls.append(watch.painted))
    window.showMinimized()
    qtbot.waitUntil(lambda: len(calls) == 1)
