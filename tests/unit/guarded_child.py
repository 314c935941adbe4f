"""A child that tries to get out."""

from __future__ import annotations

import socket
from multiprocessing.connection import Connection


def reach(connection: Connection, port: int) -> None:
    """Say what becomes of a connection."""
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError as error:
        connection.send(type(error).__name__)
    else:
        connection.send("connected")
