"""One display for all end-to-end tests, and a home for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from mmdesk import paths
from mmdesk.bench.endless import make_endless
from tests.end2end.desktop import Desktop, Display
from tests.peer import transformers_serve

OpenDesktop = Callable[..., Desktop]
_PORTAUDIO = re.compile(r"Expression '.*' failed in 'src/hostapi/")
"""What PortAudio's own thread prints when its device goes away; nothing can keep it from it."""


@pytest.fixture(scope="session")
def display() -> Iterator[Display]:
    display = Display()
    yield display
    display.close()


@pytest.fixture
def open_desktop(display: Display, home: Path) -> Iterator[OpenDesktop]:
    """Open the application; whatever it wrote to standard error fails the test."""
    opened: list[Desktop] = []

    def open_one(
        arguments: Sequence[str] = (),
        prefix: Sequence[str] = (),
        environment: dict[str, str] | None = None,
    ) -> Desktop:
        opened.append(Desktop(display, home, arguments, prefix, environment))
        return opened[-1]

    yield open_one
    for desktop in opened:
        desktop.close()
    log = home / "state" / "mmdesk.log"
    noise = [line for line in log.read_text().splitlines() if _is_bad(line)]
    assert not noise, "\n".join(noise)
    said = (home / "stderr.txt").read_text().splitlines()
    assert not [line for line in said if not _PORTAUDIO.match(line)]


@pytest.fixture(scope="session")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that holds the starter, by its address."""
    with transformers_serve(paths.starter(), tmp_path_factory.mktemp("peer")) as url:
        yield url


@pytest.fixture(scope="session")
def endless_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter without an end token: an answer that is still on its way when it matters."""
    return make_endless(paths.starter(), tmp_path_factory.mktemp("endless") / "starter")


def _is_bad(line: str) -> bool:
    return any(f" {level} " in line for level in ("WARNING", "ERROR", "CRITICAL"))
