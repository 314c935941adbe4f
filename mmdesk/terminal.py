"""What may be written to a terminal."""

from __future__ import annotations

CONTROLS = {
    code: "\ufffd" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"
}
"""For ``str.translate``: what a terminal would take as a command becomes a mark. Neither a model's
text nor a file's name is to be trusted."""
