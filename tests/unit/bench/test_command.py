"""``mmdesk bench``: what it runs, prints and draws."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from mmdesk.bench import command, fit
from mmdesk.core.errors import PlotUnwritable
from mmdesk.core.figures import Figure

FIGURES = (
    Figure("fit_error_tiny", 0.1, "", 1, 0, 0.15, lower=True),
    Figure("fit_peak_tiny", 100.0, "MiB", 1, 0),
)


@pytest.fixture
def _measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit, "measure", lambda: iter(FIGURES))


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(words)


@pytest.mark.usefixtures("_measured")
def test_figures_are_printed_and_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plot = tmp_path / "fit.svg"
    assert command.run(parsed("fit", "--json", "--plot", str(plot))) == 0
    printed = [json.loads(line)["figure"] for line in capsys.readouterr().out.splitlines()]
    assert printed == ["fit_error_tiny", "fit_peak_tiny"]
    drawn = plot.read_text(encoding="utf-8")
    assert "mmdesk bench fit" in drawn
    assert "fit_error_tiny" in drawn
    assert "fit_peak_tiny" not in drawn


def test_a_plot_that_cannot_be_written_is_said_before_anything_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measure() -> Iterator[Figure]:
        raise AssertionError("was measured")
        yield

    monkeypatch.setattr(fit, "measure", measure)
    with pytest.raises(PlotUnwritable):
        command.run(parsed("fit", "--plot", str(tmp_path / "absent" / "fit.png")))


@pytest.mark.parametrize("name", command._BENCHES)
def test_each_benchmark_has_a_name_and_is_told_of(name: str) -> None:
    assert parsed(name, "--n", "3").name == name
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    assert f" {name}: " in " ".join(parser.format_help().split())
