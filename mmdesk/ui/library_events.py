"""The events of :class:`~mmdesk.session.library.ModelLibrary`, as one union."""

from __future__ import annotations

from mmdesk.core.events import (
    DownloadChanged,
    LibraryFailed,
    ModelAdded,
    ModelRemoved,
    ModelsListed,
    ModelVerified,
    ServerTested,
)

LibraryEvent = (
    ModelsListed
    | ModelAdded
    | ModelRemoved
    | ModelVerified
    | DownloadChanged
    | ServerTested
    | LibraryFailed
)
