"""Hostile texts make the window do nothing; where it would, the benchmark notices."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mmdesk.bench.security import text
from mmdesk.bench.security.payloads import PNG, TEMPLATES, payloads

_BROKEN = """
import sys
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QTextBrowser
from mmdesk.archive import exporting
from mmdesk.ui.chat import inline_writer, prose_style, text_view
from mmdesk.ui.message_desk import MessageDesk

leaf, encoded = inline_writer.InlineWriter._leaf, exporting.encoded

def with_images(self, cursor, token, char):
    if token.type == "image":
        cursor.insertImage(token.attrGet("src"))
    else:
        leaf(self, cursor, token, char)

inline_writer.InlineWriter._leaf = with_images
prose_style.as_plain = str
text_view.TextView.loadResource = QTextBrowser.loadResource
MessageDesk._ask_about_link = lambda desk, target: QDesktopServices.openUrl(QUrl(target))
exporting.encoded = lambda document: encoded(document).replace(b"'title'", b"")

from mmdesk.bench.security import text_window
sys.exit(text_window.main())
"""
"""Pictures are loaded, tool tips are HTML, links are followed, and exports lose something."""


def test_nothing_is_fetched_read_opened_or_changed() -> None:
    found = {each.figure: each.value for each in text.figures(25, 3)}
    assert found == dict.fromkeys(text.COUNTS, 0) or (
        sys.platform != "linux" and found["text_foreign_reads"] is None
    )


@pytest.mark.skipif(sys.platform != "linux", reason="reads are told by inotify")
def test_a_window_that_does_so_is_noticed(tmp_path: Path) -> None:
    counts = text.measured([sys.executable, "-c", _BROKEN], 18, 3, tmp_path)
    assert all(counts.values()), counts


def test_payloads_are_the_same_for_a_seed_and_name_what_is_planted(tmp_path: Path) -> None:
    made = payloads(300, 1, tmp_path)
    assert made == payloads(300, 1, tmp_path) != payloads(300, 2, tmp_path)
    assert len({each.name for each in made}) == 300 > len(TEMPLATES)
    planted = (tmp_path / PNG).as_posix()
    assert sum(planted in each.text for each in made) > 100
    assert sum(f"{each.name}.evil.example" in each.text for each in made) > 100
