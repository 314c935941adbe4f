"""How soon a follow-up is answered, beside ``transformers serve``, which reads it all again.

The same checkpoint in float32 on as many threads, taking turns. The server's time is that which its
client sees, HTTP and the picture's transport (milliseconds, on this computer) with it.
"""

from __future__ import annotations

import statistics
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from mmdesk.bench.peers import SEED, TRIALS, Desk, Messages, Trial, photos, random_model
from mmdesk.bench.serving import can_serve, transformers_serve
from mmdesk.core.figures import Figure
from mmdesk.core.messages import assistant_message, user_message
from mmdesk.models.hardware import usable_cores

_PHOTO = (896, 672)
_ANSWER = 8
_QUESTION = "Tell me what is in this picture: who is there, and what stands around them. " * 6


def measure(rounds: int, trials: tuple[Trial, ...] = TRIALS) -> Iterator[Figure]:
    """Yield the figures beside ``transformers serve``; None where it isn't installed.

    Args:
        rounds: How often each side answers; once more at first, which does not count.
    """
    for trial in trials:
        found = _measured(trial, rounds) if can_serve() else {}
        ratio = found["mmdesk"] / found["serve"] if found else None
        yield Figure(f"followup_against_serve_{trial.name}", ratio, "x", rounds, SEED)
        for side, ms in found.items():
            yield Figure(f"{side}_followup_ms_{trial.name}", ms, "ms", rounds, SEED)


def _measured(trial: Trial, rounds: int) -> dict[str, float]:
    """Return each side's median time to the first token of a follow-up, in ms."""
    first_ms: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="mmdesk-chat-") as name:
        folder = Path(name)
        model = random_model(trial, folder)
        first: Messages = (user_message(_QUESTION, tuple(photos(folder, _PHOTO, 1))),)
        desk = Desk(model, "float32")
        try:
            with transformers_serve(model, "float32", usable_cores()) as server:
                for _ in range(rounds + 1):
                    desk.forget()
                    answer = assistant_message(desk.ask(first, _ANSWER).text)
                    talk = (*first, answer, user_message("And what is behind it?"))
                    usage = desk.ask(talk, _ANSWER).usage
                    assert usage is not None
                    first_ms["mmdesk"].append(usage.ttft_ms)
                    first_ms["serve"].append(server.ask(talk, _ANSWER).first_ms)
        finally:
            desk.engine.close()
    return {side: statistics.median(ms[1:]) for side, ms in first_ms.items()}
