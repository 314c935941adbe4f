"""Where the window finds what it shows and keeps."""

from __future__ import annotations

from pathlib import Path

from mmdesk.core.values import value


@value
class Places:
    """Files and folders that the window uses.

    Attributes:
        geometry: Qt's INI file for the window's place and size.
        notices: The third-party notices, where they are installed.
    """

    log: Path
    starter: Path
    starter_speech: Path
    starter_clip: Path
    samples: Path
    icon: Path
    geometry: Path
    notices: Path | None = None
