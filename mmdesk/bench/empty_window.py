"""An empty PySide6 window, the peer of the start.

python -m mmdesk.bench.empty_window STARTED
"""

from __future__ import annotations

import json
import sys

from PySide6.QtWidgets import QApplication, QWidget

from mmdesk.bench.first_paint import FirstPaint, since_ms


def main() -> int:
    """Open the window, print when it reacted, end."""
    application = QApplication(sys.argv[:1])
    window = QWidget()
    window.resize(1280, 800)

    def interactive() -> None:
        print(json.dumps({"interactive_ms": since_ms(float(sys.argv[1]))}))
        application.quit()

    FirstPaint(window, interactive)
    window.show()
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
