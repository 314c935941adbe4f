"""The table in docs/models.md of what each family need not compute twice.

``python -m tests.unit.engine.families.reuse`` loads every family and writes it anew.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from mmdesk.core.requests import LoadModel
from mmdesk.engine.local import LocalChatEngine
from mmdesk.engine.reading import LOOKING_AHEAD, REUSING
from tests.unit.engine.conversing import ask, talk
from tests.unit.engine.families.family import Family, all_families
from tests.unit.engine.families.table import DOCUMENT
from tests.unit.engine.pictures import draw_picture

BEGIN = "<!-- made by: python -m tests.unit.engine.families.reuse -->"
END = "<!-- end of the table of reuse -->"
HEAD = (
    "| Family | `model_type` | Conversation | Picture | Token step |",
    "| --- | --- | --- | --- | --- |",
)
ANYWHERE, BETWEEN = "any beginning", "any beginning that ends in no picture"
WHOLE, NOTHING = "whole beginnings", "-"


def row(family: Family, folder: Path) -> str:
    """Ask a family's tiny checkpoint once, and return its line."""
    engine = LocalChatEngine()
    engine.load(LoadModel(family.make(folder / "model"), dtype="float32"), lambda event: None)
    try:
        ask(engine, talk(("What is it?", (draw_picture(folder),))), max_tokens=2)
        loaded = engine._loaded
        assert loaded is not None
        kept = loaded.reader._kept._kept
        assert bool(kept) == (family.model_type in REUSING and family.style == "chat")
        conversation = NOTHING
        if kept:
            cut = BETWEEN if family.model_type in LOOKING_AHEAD else ANYWHERE
            conversation = cut if kept[-1].cuttable else WHOLE
        picture = "once" if loaded.reader._encoder.takes_features else "each time"
        step = "transformers'" if loaded.decode is None else "short"
    finally:
        engine.close()
    cells = family.name, f"`{family.model_type}`", conversation, picture, step
    return f"| {' | '.join(cells)} |"


def committed() -> list[str]:
    """Return the lines that docs/models.md holds now."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return text.partition(BEGIN + "\n")[2].partition(END)[0].splitlines()


def main() -> None:
    """Load every family and write the table."""
    rows = []
    for family in all_families():
        if family.why_not:
            continue
        with tempfile.TemporaryDirectory() as folder:
            rows.append(row(family, Path(folder)))
        print(rows[-1], file=sys.stderr)
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN + "\n")
    table = "\n".join((*HEAD, *rows, ""))
    DOCUMENT.write_text(f"{before}{BEGIN}\n{table}{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
