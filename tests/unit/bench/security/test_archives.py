"""The benchmark of hostile archives, each kind once but those of sixty megabytes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mmdesk.bench.durability.contents import quiet
from mmdesk.bench.security import archives, hostile_archives
from mmdesk.bench.security.archives import Trials
from mmdesk.bench.security.hostile_archives import KINDS, Ground

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links and FIFOs")

SEED = 5
HEAVY = {"_many", "_long_text", "_many_messages", "_bomb", "_inline"}


def test_no_archive_does_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = tuple(each for each in KINDS if each.__name__ not in HEAVY)
    monkeypatch.setattr(hostile_archives, "KINDS", kinds)
    monkeypatch.setattr(archives, "_COMMAND_EVERY", 13)
    found = {each.figure: each.value for each in archives.figures(len(kinds), SEED)}
    assert found.pop("archives_by_command") == 3
    assert len(kinds) // 2 < (found.pop("archives_refused") or 0) < len(kinds)
    if sys.platform == "linux":
        assert (found.pop("archives_worst_mb") or 0) < 1000
        assert found.pop("archives_over_memory") == 0
    assert found == {"archives_writes_outside": 0, "archives_without_sentence": 0}


def test_harm_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def writing(self: Trials) -> None:
        (tmp_path / "root" / "outside" / "canary.png").write_bytes(b"another")

    def failing(self: Trials) -> None:
        raise KeyError("x")

    def nothing(ground: Ground) -> None:
        pass

    with quiet():
        trials = Trials(tmp_path / "root", SEED)
        try:
            for number, deed in enumerate((writing, failing), 1):
                monkeypatch.setattr(Trials, "_import", deed)
                trials.run("a", nothing, SEED, number)
        finally:
            trials.close()
    assert (trials.counted.outside, trials.counted.speechless) == (1, 1)
