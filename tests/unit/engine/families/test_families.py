"""Every family through the public path, and the table in the docs that says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.engine.families.examine import examine
from tests.unit.engine.families.family import Family, all_families, parameters
from tests.unit.engine.families.table import block, committed, row

FAMILIES = all_families()


@pytest.mark.parametrize("family", parameters(FAMILIES))
def test_the_family_does_what_the_table_says(family: Family, tmp_path: Path) -> None:
    assert row(family, examine(family, tmp_path)) in committed().splitlines()


def test_the_table_has_these_families_and_no_other() -> None:
    rows = [line for line in committed().splitlines() if line.startswith("| ")][2:]
    assert committed() == block(rows, FAMILIES)
    assert [line.split(" | ")[0] for line in rows] == [f"| {family.name}" for family in FAMILIES]
