"""The benchmark of durability, with a few of each of its faults."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from mmdesk.archive import document
from mmdesk.bench.durability import (
    damage,
    exchanging,
    faults,
    killing,
    migrating,
    opening,
    searching,
    suite,
)
from mmdesk.bench.durability.application import QUESTION, STREAM
from mmdesk.bench.durability.contents import Row, quiet, reading
from mmdesk.core.figures import Figure

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="made by POSIX means")

SEED = 3
tracing = pytest.mark.skipif(not faults.can_trace(), reason="strace can't trace here")


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with quiet():
        yield


def values(figures: Iterable[Figure]) -> dict[str, float | None]:
    """Return the figures that say how much was lost, none of them how long it took."""
    return {each.figure: each.value for each in figures if each.unit != "ms"}


def test_twenty_kills_lose_nothing(tmp_path: Path) -> None:
    found = values(killing.measure_kills(20, SEED, tmp_path))
    assert found == {"kill_acknowledged_lost": 0, "kill_integrity": 0}


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    found = values(killing.measure_full_disk(3, SEED, tmp_path))
    assert found == {"full_disk_lost": 0, "full_disk_ended": 0}


@tracing
def test_a_failed_call_leaves_old_or_new(tmp_path: Path) -> None:
    (figure,) = faults.measure(SEED, tmp_path, every=41)
    assert figure.n > 9
    assert figure.value == 0


def test_damaged_files_start_with_all_that_is_there(tmp_path: Path) -> None:
    found = values(damage.measure_files(40, SEED, tmp_path))
    assert found == {
        "damaged_not_started": 0,
        "damaged_readable_lost": 0,
        "damaged_backed_up_lost": 0,
    }


def test_a_mutated_row_hides_no_other(tmp_path: Path) -> None:
    assert values([damage.measure_rows(60, SEED, tmp_path)]) == {"mutated_rows_hiding_others": 0}


def test_a_killed_migration_leaves_old_or_new(tmp_path: Path) -> None:
    figure = migrating.measure(tmp_path, every=29)
    assert figure.n > 2
    assert figure.value == 0


def test_what_was_exported_comes_back(tmp_path: Path) -> None:
    assert values([exchanging.measure(30, SEED, tmp_path)]) == {"exported_imported_differing": 0}


def test_a_conversation_that_comes_back_as_another_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "_whole", lambda value: 7)
    found = values([exchanging.measure(5, SEED, tmp_path)])
    assert found == {"exported_imported_differing": 5}


def test_opening_is_timed(tmp_path: Path) -> None:
    assert opening.measure(12, SEED, tmp_path).value


def test_searches_are_timed_in_both_languages(tmp_path: Path) -> None:
    figures = list(searching.measure(400, SEED, tmp_path))
    assert [each.figure for each in figures] == ["search_english_p99_ms", "search_chinese_p99_ms"]
    assert all(each.value for each in figures)


def test_the_suite_has_every_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "can_trace", lambda: False)
    counts = suite.Counts(
        kills=1, files=1, rows=1, points=1, conversations=3, messages=100, long=8, every=10**6
    )
    figures = {each.figure: each for each in suite.measure(counts)}
    assert len(figures) == 16
    assert figures.pop("save_call_failed").value is None
    assert all(each.value is not None and each.bar is not None for each in figures.values())


def test_what_is_lost_is_counted() -> None:
    said = killing.Said()
    for line in (
        "ready\n",
        "turn c q a\n",
        "delta 10 1000000\n",
        "delta 30 5000000\n",
        "kept a 20\n",
        "settled a 30\n",
        "kept a 2",  # cut off by the kill
    ):
        said.take(line)
    assert (said.kept, said.settled) == ({"a": 20}, {"a": 30})
    whole = {"q": QUESTION + "xx", "a": STREAM[:30]}
    assert killing._lost(whole, said, said.settled) == 0
    assert killing._lost({**whole, "a": STREAM[:15]}, said, said.kept) == 5
    assert killing._lost({**whole, "a": "another text"}, said, said.kept) == 20
    assert killing._lost({"a": STREAM[:20]}, said, said.kept) == 1
    assert killing._unsaved_ms({"a": STREAM[:20]}, said, 9_000_000) == pytest.approx(4)
    assert killing._unsaved_ms({"a": STREAM[:30]}, said, 9_000_000) == 0


def test_a_row_is_the_same_as_far_as_its_parent_is_there() -> None:
    row = Row(("m", "c", "p", "user"), (("text",),))
    moved = Row(("m", "c", "q", "user"), (("text",),))
    assert row.is_kept_as(row, {"p"})
    assert row.is_kept_as(moved, {"m"})
    assert not row.is_kept_as(moved, {"p"})
    assert not row.is_kept_as(Row(row.message, ()), {"p"})
    assert not row.is_kept_as(None, ())


def test_a_schema_between_two_versions_is_seen(tmp_path: Path) -> None:
    database = tmp_path / "old" / "conversations.sqlite3"
    migrating.make_released(database, 2)
    assert migrating._is_old_or_new(database)
    with reading(database) as connection:
        connection.execute("ALTER TABLE conversation ADD COLUMN model TEXT")
    assert not migrating._is_old_or_new(database)
