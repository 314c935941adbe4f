"""Connections that leave a process: what for, and to whom."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from mmdesk.core.values import value

if TYPE_CHECKING:
    from datetime import datetime


class Purpose(Enum):
    """What a connection may be for; there is nothing else."""

    DOWNLOAD = auto()
    """Models are listed or fetched from a hub."""
    SERVER = auto()
    """A server that the person has added answers, or says which models it has."""


@value
class Connection:
    """One that was begun, whatever became of it.

    Attributes:
        host: Who was really spoken to, or whose name was looked up: perhaps a proxy.
        wanted: Who was to be reached.
        at: When, with a time zone.
    """

    host: str
    wanted: str
    purpose: Purpose
    at: datetime
