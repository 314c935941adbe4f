"""Faults in the model's process, two of them."""

from __future__ import annotations

import sys

import pytest

from mmdesk.bench.security import faults


@pytest.mark.skipif(sys.platform == "win32", reason="faults are made by POSIX means")
@pytest.mark.usefixtures("tidy")
def test_two_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    some = {name: faults._FAULTS[name] for name in ("segmentation fault", "kill")}
    monkeypatch.setattr(faults, "_FAULTS", some)
    figures = {each.figure: each for each in faults.figures(2)}
    assert figures["faults_text_lost"].value == 0
    assert figures["faults_unanswered"].value == 0
    assert {figures[name].n for name in ("faults_text_lost", "faults_late")} == {2}


@pytest.mark.skipif(sys.platform == "win32", reason="faults are made by POSIX means")
@pytest.mark.usefixtures("tidy")
def test_text_that_is_lost_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults._Application, "trial", lambda *_: (False, None))
    figures = {each.figure: each for each in faults.figures(3)}
    assert figures["faults_text_lost"].value == 3
    assert figures["faults_unanswered"].value == 3
