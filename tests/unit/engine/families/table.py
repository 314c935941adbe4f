"""The support table in docs/models.md.

``python -m tests.unit.engine.families.table`` runs every family and writes it anew.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.unit.engine.families.examine import Outcome, examine
from tests.unit.engine.families.family import Family, all_families

DOCUMENT = Path(__file__).parents[4] / "docs" / "models.md"
BEGIN = "<!-- made by: python -m tests.unit.engine.families.table -->"
END = "<!-- end of the support table -->"
_COLUMNS = (
    "Family", "`model_type`", "Processor", "Style", "0 pictures", "1 picture", "3 pictures",
    "Streamed", "Cancelled", "Regenerated", "Real weights",
)  # fmt: skip


def row(family: Family, outcome: Outcome) -> str:
    """Return a family's line of the table."""
    cells = [
        family.name, f"`{family.model_type}`", f"`{family.processor}`", family.style,
        outcome.none, outcome.one, outcome.three,
        outcome.streamed, outcome.cancelled, outcome.regenerated, "not tested here",
    ]  # fmt: skip
    return _line(cells)


def block(rows: list[str], families: list[Family]) -> str:
    """Return the table and, below it, why a family can't work."""
    lines = [_line(_COLUMNS), _line(["---"] * len(_COLUMNS)), *rows]
    reasons = [f"- **{family.name}**: {family.why_not}" for family in families if family.why_not]
    return "\n".join([*lines, "", *reasons, ""] if reasons else [*lines, ""])


def committed() -> str:
    """Return the block that docs/models.md holds now."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return text.partition(BEGIN + "\n")[2].partition(END)[0]


def write(new: str) -> None:
    """Put a block in the place of the old one."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN + "\n")
    DOCUMENT.write_text(f"{before}{BEGIN}\n{new}{END}{rest.partition(END)[2]}", encoding="utf-8")


def _line(cells: list[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Run every family and write the table."""
    families = all_families()
    rows = []
    for family in families:
        with tempfile.TemporaryDirectory() as folder:
            rows.append(row(family, examine(family, Path(folder))))
        print(rows[-1], file=sys.stderr)
    write(block(rows, families))


if __name__ == "__main__":
    main()
