"""How much a server may send, and how long it may take."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one exchange with a server.

    Attributes:
        poll_s: How often a wait looks whether it was cancelled.
        connect_s: For the TCP connection, and as long again for the TLS handshake.
        list_s, list_bytes: For the list of models.
        first_s: Until the answer's first text: the server may have to load the model.
        idle_s: From one piece of text to the next.
        after_s: From the answer's end to the figures that may follow it.
        total_s: For the whole answer.
        stream_bytes: Of the whole answer, as it comes.
        event_bytes: Of one event or line.
        answer_chars: Of the answer's text.
        error_bytes: Of what a refusal says; the rest is not read.
        models, model_chars: Of a list of models; what is beyond is left out.
    """

    poll_s: float = 0.1
    connect_s: float = 8.0
    list_s: float = 10.0
    list_bytes: int = 2 * MEGABYTE
    first_s: float = 600.0
    idle_s: float = 120.0
    after_s: float = 5.0
    total_s: float = 3600.0
    stream_bytes: int = 64 * MEGABYTE
    event_bytes: int = MEGABYTE
    answer_chars: int = 1_000_000
    error_bytes: int = 64 * 1024
    models: int = 1000
    model_chars: int = 200
