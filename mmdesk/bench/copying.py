"""What looking up saves where an answer repeats earlier text, and costs where it doesn't.

Random weights copy nothing. So it is told, as earlier text, what the model is going to write: all
of it (a copy), or with each tenth token another one (an edit), or nothing (other text). The model
computes what it always does; the tokens must be the same.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from mmdesk.bench.peers import SEED, TRIALS, Desk, Trial, random_model
from mmdesk.core.figures import Figure
from mmdesk.core.messages import user_message
from mmdesk.engine.decoding import Ahead
from mmdesk.engine.kv_cache import new_cache
from mmdesk.engine.lookup import CHECKS, Lookup
from mmdesk.engine.token_step import TokenStep
from mmdesk.models.hardware import usable_cores

_PROMPT = (user_message("Write down, as exactly as you can, what is written in the picture. " * 4),)
_TOKENS = 96
_EACH = 10
"""Of an edited text, that one token in so many is another one."""
_KINDS = ("copy", "edit", "other")


@dataclass(frozen=True, slots=True)
class _Written:
    tokens: tuple[int, ...]
    seconds: float
    accepted: float
    """Of the proposed tokens, which share was right; 0 where none was."""


class _Counting(Lookup):
    """Counts what it proposes."""

    proposals = accepted = 0

    def proposed(self) -> list[int]:
        found = super().proposed()
        self.proposals += len(found)
        return found

    def checked(self, accepted: int) -> None:
        self.accepted += accepted
        super().checked(accepted)


def measure(
    rounds: int, trials: tuple[Trial, ...] = TRIALS, tokens: int = _TOKENS
) -> Iterator[Figure]:
    """Yield the figures; ``lookup_speedup`` is the least of all copies."""
    found = {
        (dtype, trial.name): each
        for trial in trials
        for dtype, each in _measured(trial, rounds, tokens)
    }
    least = min(speedups["copy"] for speedups, _, _ in found.values())
    yield Figure("lookup_speedup", least, "x", rounds, SEED)
    equal = all(same for _, _, same in found.values())
    yield Figure("lookup_tokens_equal", float(equal), "share", len(found), SEED, 1.0)
    for (dtype, size), (speedups, accepted, _) in found.items():
        for kind, speedup in speedups.items():
            label = f"{kind}_{dtype}_{size}"
            yield Figure(f"lookup_speedup_{label}", speedup, "x", rounds, SEED)
            yield Figure(f"lookup_accepted_{label}", accepted[kind], "share", rounds, SEED)


def _measured(
    trial: Trial, rounds: int, tokens: int
) -> Iterator[tuple[str, tuple[dict[str, float], dict[str, float], bool]]]:
    """Yield by precision: speed-ups and accepted shares by kind, and whether tokens were equal."""
    with tempfile.TemporaryDirectory(prefix="mmdesk-lookup-") as name:
        path = random_model(trial, Path(name))
        threads = torch.get_num_threads()
        for dtype in CHECKS:
            desk = Desk(path, dtype)
            try:
                torch.set_num_threads(usable_cores())
                yield dtype, _beside_plain(desk, dtype, rounds, tokens)
            finally:
                desk.engine.close()
                torch.set_num_threads(threads)


def _beside_plain(
    desk: Desk, dtype: str, rounds: int, tokens: int
) -> tuple[dict[str, float], dict[str, float], bool]:
    plain = _write(desk, tokens, None)
    edited = list(plain.tokens)
    edited[::_EACH] = [token + 1 for token in edited[::_EACH]]
    before = {"copy": list(plain.tokens), "edit": edited, "other": []}
    ratios: dict[str, list[float]] = defaultdict(list)
    accepted, equal = {}, True
    for _ in range(rounds):
        alone = _write(desk, tokens, None).seconds
        for kind in _KINDS:
            text = before[kind] + _prompt(desk, tokens)
            lookup = _Counting(text, CHECKS[dtype], len(text) + tokens)
            written = _write(desk, tokens, lookup)
            ratios[kind].append(alone / written.seconds)
            accepted[kind] = written.accepted
            equal = equal and written.tokens == plain.tokens
    return {kind: statistics.median(each) for kind, each in ratios.items()}, accepted, equal


def _prompt(desk: Desk, tokens: int) -> list[int]:
    inputs = desk.loaded.prompts.build(_PROMPT, tokens, lambda *_: None).inputs
    found: list[int] = inputs["input_ids"][0].tolist()
    return found


@torch.inference_mode()
def _write(desk: Desk, tokens: int, lookup: _Counting | None) -> _Written:
    model: Any = desk.loaded.model
    cache = new_cache(model)
    prompt = torch.tensor([_prompt(desk, tokens)])
    row = model(input_ids=prompt, past_key_values=cache, logits_to_keep=1).logits[:, -1]
    ahead = Ahead(TokenStep(model), cache, lookup)
    written = []
    started = time.perf_counter()
    for _ in range(tokens):
        token = row.argmax(dim=-1)
        written.append(int(token))
        row = ahead.behind(token)
    seconds = time.perf_counter() - started
    share = lookup.accepted / lookup.proposals if lookup and lookup.proposals else 0.0
    return _Written(tuple(written), seconds, share)
