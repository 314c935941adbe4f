"""A worker over an engine that does what a test tells it to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mmdesk.session.worker import ModelWorker
from tests.unit.session.scripted import Events, ScriptedEngine


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def worker(engine: ScriptedEngine, events: Events) -> Iterator[ModelWorker]:
    worker = ModelWorker(lambda: engine, events.put)
    worker.start()
    yield worker
    engine.gate.set()
    engine.load_gate.set()
    engine.examine_gate.set()
    worker.close()
    assert engine.closed
