"""The examples' pictures, decoded in the app's limited process as the window would."""

from __future__ import annotations

from pathlib import Path

from mmdesk import compose
from mmdesk.core.errors import NotMedia
from mmdesk.core.messages import Picture

_MOST = 200
"""Decoded pictures that lie on the disk at once."""


class Pictures:
    """Decodes pictures, each once as long as its examples stand together."""

    def __init__(self) -> None:
        self._reader = compose.media_reader()
        self._seen: dict[Path, Picture] = {}

    def get(self, path: Path) -> Picture:
        """Return a picture as the model gets it. Raises ``MediaError``."""
        known = self._seen.get(path)
        if known is not None:
            return known
        found = self._reader.read(path)
        if not isinstance(found, Picture):
            raise NotMedia(name=path.name)
        self._seen[path] = found
        return found

    def tidy(self) -> None:
        """Remove what was decoded, if that is much. What :meth:`get` returned may be gone."""
        if len(self._seen) > _MOST:
            self.close()
            self._reader = compose.media_reader()

    def close(self) -> None:
        """End the process and remove what it wrote."""
        self._seen.clear()
        self._reader.close()
