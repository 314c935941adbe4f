"""How soon an answer begins, with what the engine has read before and without, in one process.

Each question is asked twice: where the engine remembers all that went before it, and by an engine
that remembers nothing (*cold*), which reads the whole conversation. Random weights of real shapes,
in float32: what is said means nothing, but a wrong key or value anywhere changes it.

Apart from the ratios of both, ``tokens_equal`` is the share of answers whose tokens are those that
transformers' own ``generate`` writes for the whole conversation.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from mmdesk.bench.peers import (
    SEED,
    TRIALS,
    Desk,
    Messages,
    Trial,
    photos,
    random_model,
    tokens_of,
)
from mmdesk.core.figures import Figure
from mmdesk.core.messages import Message, Picture, assistant_message, user_message
from mmdesk.core.requests import Prefill

_PHOTO = (896, 672)
_ANSWER = 16
_TYPING_S = 2.0
_LONG = (
    "Tell me what is in this picture: who is there, what they do, what stands around them, which "
    "colours there are, what is written anywhere, and what time of day it may be. Begin with what "
    "is largest, go on with what is behind it, and say where you aren't sure. Don't make anything "
    "up, and don't say more than I have asked. Thank you very much!"
)

BARS = {
    "followup": 0.1,
    "interleaved": 0.1,
    "new_picture": 1.25,
    "same_picture": 0.5,
    "regenerate": 0.05,
    "prefill_on_drop": 0.25,
}
_AGAINST = {
    "new_picture": "new_picture_alone",
    "prefill_on_drop": "same_picture_cold",
    "regenerate": "first_cold",
}
"""What is held against the time of the same conversation cold, if not that."""


def measure(rounds: int, trials: tuple[Trial, ...] = TRIALS) -> Iterator[Figure]:
    """Yield the figures of ``mmdesk bench chat``; those without a size are the worst of all sizes.

    Args:
        rounds: How often each conversation is held; once more at first, which does not count.
    """
    found = {trial.name: _measured(trial, rounds) for trial in trials}
    for name, bar in BARS.items():
        ratios = {size: _ratio(each, name) for size, each in found.items()}
        known = [ratio for ratio in ratios.values() if ratio is not None]
        worst = max(known) if len(known) == len(ratios) else None
        yield Figure(f"{name}_ratio", worst, "x", rounds, SEED, bar, lower=True)
        for size, ratio in ratios.items():
            yield Figure(f"{name}_ratio_{size}", ratio, "x", rounds, SEED, bar, lower=True)
    equal = [same for each in found.values() for same in each.equal]
    yield Figure("tokens_equal", sum(equal) / len(equal), "share", len(equal), SEED, bar=1)
    for size, each in found.items():
        later = _ratio(each, "same_picture_later")
        yield Figure(f"same_picture_later_ratio_{size}", later, "x", rounds, SEED)
        for name, ms in each.first_ms.items():
            yield Figure(f"{name}_ms_{size}", statistics.median(ms), "ms", len(ms), SEED)
        yield Figure(f"followup_prompt_{size}", each.prompt, "tokens", 1, SEED)


class _Measured:
    """What one size has taken.

    Attributes:
        first_ms: By question, the times to the first token.
        written: What ``generate`` writes to each conversation.
        equal: For each answer whether its tokens are those.
        prompt: Tokens of the follow-up's prompt.
    """

    def __init__(self) -> None:
        self.first_ms: dict[str, list[float]] = defaultdict(list)
        self.written: dict[Messages, tuple[int, ...]] = {}
        self.equal: list[bool] = []
        self.prompt = 0


def _measured(trial: Trial, rounds: int) -> _Measured:
    with tempfile.TemporaryDirectory(prefix="mmdesk-chat-") as name:
        folder = Path(name)
        pictures = list(photos(folder, _PHOTO, 3))
        desk = Desk(random_model(trial, folder), "float32")
        try:
            measured = _Measured()
            for _ in range(rounds + 1):
                _round(desk, pictures, measured)
        finally:
            desk.engine.close()
    for ms in measured.first_ms.values():
        if len(ms) > rounds:
            del ms[0]
    return measured


def _round(desk: Desk, pictures: list[Picture], measured: _Measured) -> None:
    """Hold the conversations once warm, then ask the same questions cold."""
    one, two, three = pictures
    spoken: dict[str, Messages] = {}

    def asked(name: str, *messages: Message) -> Message:
        spoken[name] = messages
        return _ask(desk, name, messages, measured)

    desk.forget()
    talk = [user_message(_LONG, (one,))]
    answer = asked("first_cold", *talk)
    asked("regenerate", *talk)
    talk += [answer, user_message("And what is behind it?")]
    answer = asked("followup", *talk)
    asked("other", user_message(_LONG, (two,)))
    talk += [answer, user_message("Is it old?")]
    answer = asked("interleaved", *talk)
    shown = user_message("And what is in this one?", (three,))
    asked("new_picture", *talk, answer, shown)
    new = user_message("What time of day is it?", (one,))
    asked("same_picture", new)
    asked("same_picture_later", user_message("Hello!"), assistant_message("Hello."), new)
    for name in ("followup", "interleaved", "new_picture", "same_picture", "same_picture_later"):
        desk.forget()
        asked(f"{name}_cold", *spoken[name])
    desk.forget()
    asked("new_picture_alone", shown)
    desk.forget()
    late = _dropped(desk, one)
    asked("prefill_on_drop", new)
    measured.first_ms["prefill_on_drop"][-1] += late


def _dropped(desk: Desk, picture: Picture) -> float:
    """Read a picture from its drop on, to the end; return how late that leaves the question, ms.

    A question that begins with what is being read waits for it (``ModelWorker``).
    """
    sent = time.perf_counter() + _TYPING_S
    desk.engine.prefill(Prefill((user_message("", (picture,)),)), lambda: False)
    return 1000 * max(0.0, time.perf_counter() - sent)


def _ask(desk: Desk, name: str, messages: Messages, measured: _Measured) -> Message:
    """Ask, note the time, and compare the tokens; return the answer."""
    finished = desk.ask(messages, _ANSWER)
    assert finished.usage is not None
    measured.first_ms[name].append(finished.usage.ttft_ms)
    if messages not in measured.written:
        generated = desk.plain(messages, _ANSWER)
        measured.written[messages] = generated.tokens
        measured.first_ms[f"{name}_generate"].append(generated.first_ms)
    measured.equal.append(tokens_of(finished) == measured.written[messages])
    if name == "followup":
        measured.prompt = finished.usage.prompt_tokens
    return replace(assistant_message(finished.text), tokens=tokens_of(finished))


def _ratio(measured: _Measured, name: str) -> float | None:
    """Return a question's time as a share of the time that it is held against."""
    against = _AGAINST.get(name, f"{name}_cold")
    if not measured.first_ms[name]:
        return None
    warm, cold = (statistics.median(measured.first_ms[each]) for each in (name, against))
    return warm / cold
