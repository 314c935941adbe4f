"""Where links lead: which of them can be asked for, and how their targets are written."""

from __future__ import annotations

import re

from PySide6.QtCore import QUrl

from mmdesk.core.links import link_of

_OPENED = re.compile(r"(https?://|mailto:)", re.IGNORECASE)


def is_link(target: str) -> bool:
    """Tell whether it can be asked for: what isn't is shown as text, with its target."""
    return bool(_OPENED.match(target)) and QUrl(target).isValid()


def canonical(target: str) -> str:
    """Return a target as it would be handed on, in ASCII; as it stands where it is no address."""
    url = QUrl(target)
    return url.toEncoded().toStdString() if url.isValid() else target


def described(target: str) -> str:
    """Return a target as it would be handed on, and its host with Punycode decoded below."""
    link = link_of(canonical(target))
    return f"{link.target}\n{link.host} ({link.readable})" if link.readable else link.target
