"""How fast an answer is written while a window shows it, beside the same without a window.

Each side is a process of its own with everything below the window in it (:mod:`mmdesk.compose`);
the model is in their child process, as always. Two models: the starter, whose tokens come so fast
that showing them is the most work there can be, and a larger one, which needs the memory bandwidth.

python -m mmdesk.bench.open_window window|headless TOKENS MODEL
"""

from __future__ import annotations

import json
import os
import queue
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mmdesk import cli, compose, paths
from mmdesk.core.events import Event, ModelFailed, ModelReady, TurnFailed, TurnFinished
from mmdesk.core.figures import Figure
from mmdesk.core.requests import GenerationSettings
from mmdesk.display import display_missing
from mmdesk.settings import Settings

BAR = 0.95
SIDES = ("window", "headless")
STARTER = "starter"
_QUESTION = "What is in the picture?"
_PATIENCE_S = 300
_SEED = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A model that never ends its answer, and how long that is to be."""

    name: str
    model: Path
    tokens: int


def measure(rounds: int, tokens: dict[str, int] | None = None) -> Iterator[Figure]:
    """Yield the figures of a window beside none; ``window_open_ratio`` is the worst of all.

    Args:
        rounds: How often each side answers; once more at first, which does not count.
        tokens: Of each answer, by model.
    """
    platform = "offscreen" if _offscreen() else "display"
    rates: dict[tuple[str, str], float] = {}
    with tempfile.TemporaryDirectory(prefix="mmdesk-window-") as name:
        asked = list(_models(Path(name), tokens or {STARTER: 2000, "250m": 150}))
        for each in asked:
            rates |= {(each.name, side): rate for side, rate in _take_turns(each, rounds)}
    ratios = {
        each.name: rates[each.name, "window"] / rates[each.name, "headless"] for each in asked
    }
    yield Figure("window_open_ratio", min(ratios.values()), "x", rounds, _SEED, BAR)
    for model, ratio in ratios.items():
        yield Figure(f"window_open_ratio_{model}", ratio, "x", rounds, _SEED, BAR)
    for (model, side), rate in rates.items():
        label = f"{side}_{platform}" if side == "window" else side
        yield Figure(f"{label}_{model}", rate, "tokens/s", rounds, _SEED)


def _offscreen() -> bool:
    return display_missing() or os.environ.get("QT_QPA_PLATFORM") == "offscreen"


def _models(folder: Path, tokens: dict[str, int]) -> Iterator[Asked]:
    from mmdesk.bench.endless import make_endless
    from mmdesk.bench.peers import TRIALS, random_model

    yield Asked(STARTER, make_endless(paths.starter(), folder / STARTER), tokens[STARTER])
    for trial in TRIALS:
        if trial.name in tokens:
            yield Asked(trial.name, random_model(trial, folder), tokens[trial.name])


def _take_turns(asked: Asked, rounds: int) -> Iterator[tuple[str, float]]:
    """Yield each side's median, in tokens a second."""
    rates: dict[str, list[float]] = {side: [] for side in SIDES}
    for number in range(rounds + 1):
        # Whoever is second finds the caches of the first: they change places.
        for side in SIDES if number % 2 else reversed(SIDES):
            rates[side].append(answered(asked, side))
    for side, each in rates.items():
        yield side, statistics.median(each[1:])


def answered(asked: Asked, side: str) -> float:
    """Have one side answer in a process and a home of its own; return its tokens a second."""
    with tempfile.TemporaryDirectory(prefix="mmdesk-bench-") as home:
        environment = os.environ | {"MMDESK_HOME": home}
        if display_missing():
            environment["QT_QPA_PLATFORM"] = "offscreen"
        module = "mmdesk.bench.open_window"
        finished = subprocess.run(
            [sys.executable, "-m", module, side, str(asked.tokens), str(asked.model)],
            env=environment,
            stdout=subprocess.PIPE,
            timeout=_PATIENCE_S,
            check=True,
            text=True,
        )
    rate: float = json.loads(finished.stdout.splitlines()[-1])
    return rate


def main() -> int:
    """Be one side and print its tokens a second as JSON."""
    side, tokens, model = sys.argv[1:]
    answer = _Answer(model, int(tokens))
    if side == "window":
        _in_window(answer, model)
    else:
        _without_window(answer, model)
    assert answer.rate is not None, "the answer failed"
    print(json.dumps(answer.rate))
    return 0


class _Answer:
    """Asks once the model is there."""

    def __init__(self, model: str, tokens: int) -> None:
        self.rate: float | None = None
        self._model = model
        self._tokens = tokens

    def take(self, event: Event, core: compose.Application, end: Callable[[], None]) -> None:
        if isinstance(event, ModelReady):
            generation = GenerationSettings(max_tokens=self._tokens)
            core.use(Settings(model=self._model, generation=generation))
            core.session.attach([sorted(paths.samples().glob("*.png"))[0]])
            core.session.submit(_QUESTION)
        elif isinstance(event, TurnFinished):
            assert event.usage is not None
            assert event.usage.completion_tokens == self._tokens
            self.rate = event.usage.tokens_per_second
            end()
        elif isinstance(event, ModelFailed | TurnFailed):
            print(f"{event.error}", file=sys.stderr)
            end()


def _in_window(answer: _Answer, model: str) -> None:
    from mmdesk import app

    def begin(application: app.WindowApplication) -> None:
        def take(event: Event) -> None:
            answer.take(event, application.core, application.qt.quit)

        application.pump.add_handler(take)

    app.run(cli.parse(["--model", model]), on_start=begin)


def _without_window(answer: _Answer, model: str) -> None:
    """Do what ``mmdesk ask`` does: take each event as it comes."""
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    core = compose.build(events.put, Settings(model=model))
    ended = False

    def end() -> None:
        nonlocal ended
        ended = True

    core.start()
    core.session.prepare_model()
    try:
        while not ended:
            for event in core.session.handle(events.get()):
                answer.take(event, core, end)
            core.session.tick()
    finally:
        core.close()


if __name__ == "__main__":
    sys.exit(main())
