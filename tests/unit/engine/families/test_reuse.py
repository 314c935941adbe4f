"""The table of what is computed once says what the engine does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.engine.families.family import Family, all_families, parameters
from tests.unit.engine.families.reuse import HEAD, committed, row

FAMILIES = [family for family in all_families() if not family.why_not]


@pytest.mark.parametrize("family", parameters(FAMILIES))
def test_the_table_is_true(family: Family, tmp_path: Path) -> None:
    assert row(family, tmp_path) in committed()


def test_the_table_has_a_line_for_each() -> None:
    names = [line.split(" | ")[0].removeprefix("| ") for line in committed()[len(HEAD) :]]
    assert committed()[: len(HEAD)] == list(HEAD)
    assert names == [family.name for family in FAMILIES]
