"""Small tables: two to four rows, two or three columns of numbers, with or without names."""

from __future__ import annotations

import random
from dataclasses import dataclass

from mmdesk.training import vocabulary
from mmdesk.training.grammar import Ask, Reply, Skill
from mmdesk.training.labels import ink
from mmdesk.training.pages import (
    Form,
    Page,
    Stroke,
    fit_all,
    sample_page_size,
    sample_paper,
)
from mmdesk.training.printed import Box, Word, letters
from mmdesk.training.shades import Rgb, sample_shade
from mmdesk.training.split import Split


@dataclass(frozen=True)
class Table:
    """Texts row by row. `head`: the first row names the columns; `named`: the first column names
    the rows. What is neither is a number."""

    rows: tuple[tuple[str, ...], ...]
    head: bool
    named: bool

    def numbers(self) -> list[tuple[int, int]]:
        """Row and column, from 0, of every number."""
        return [
            (row, column)
            for row in range(self.head, len(self.rows))
            for column in range(self.named, len(self.rows[0]))
        ]


def _texts(rng: random.Random, split: Split) -> Table:
    rows, columns = rng.randint(2, 4), rng.randint(2, 3)
    head, named = rng.random() < 0.4 and rows > 2, rng.random() < 0.6
    longest = 4 if columns == 3 else 6
    # There are nine numbers of one digit, and no two in a table are the same.
    digits = rng.choice((1, 2, 2, 2, 3, 3) if rows * columns < 7 else (2, 2, 3))
    names = vocabulary.names(rng, split, longest, rows + columns)
    taken: set[str] = set()
    lines = []
    for row in range(rows):
        line = []
        for column in range(columns):
            if (head and row == 0) or (named and column == 0):
                text = names.pop()
            else:
                text = vocabulary.number(rng, max(1, digits - (rng.random() < 0.2)))
                while text in taken:
                    text = vocabulary.number(rng, digits)
                taken.add(text)
            line.append(text)
        lines.append(tuple(line))
    return Table(tuple(lines), head, named)


def _cells(table: Table, rng: random.Random) -> list[list[Box]]:
    rows, columns = len(table.rows), len(table.rows[0])
    left, right = rng.uniform(0.02, 0.1), rng.uniform(0.9, 0.98)
    top = rng.uniform(0.03, 0.2)
    bottom = min(0.97, top + rows * rng.uniform(0.15, 0.3))
    wide, tall = (right - left) / columns, (bottom - top) / rows
    return [
        [
            (left + c * wide, top + r * tall, left + (c + 1) * wide, top + (r + 1) * tall)
            for c in range(columns)
        ]
        for r in range(rows)
    ]


def _lines(table: Table, cells: list[list[Box]], paper: Rgb, rng: random.Random) -> list[Stroke]:
    line = ink(rng, paper)
    thick = rng.randint(1, 4)
    style = rng.choice(("grid", "grid", "rows", "frame"))
    strokes = []
    for r, row in enumerate(cells):
        for x0, y0, x1, y1 in row:
            if style == "grid":
                strokes.append(Stroke(Form.BOX, ((x0, y0), (x1, y1)), None, line, thick))
        if style == "rows" or (style == "frame" and r == 0 and table.head):
            ends = ((row[0][0], row[0][3]), (row[-1][2], row[0][3]))
            strokes.append(Stroke(Form.LINE, ends, line, None, thick))
    first, last = cells[0][0], cells[-1][-1]
    if style == "frame":
        strokes.append(Stroke(Form.BOX, (first[:2], last[2:]), None, line, thick))
    return strokes


def sample_table(rng: random.Random, split: Split) -> Page:
    """A page with one table."""
    size = sample_page_size(rng)
    paper = sample_paper(rng)
    table = _texts(rng, split)
    cells = _cells(table, rng)
    strokes = _lines(table, cells, paper, rng)
    rgb = ink(rng, paper)
    words = list(
        fit_all(rng, [t for row in table.rows for t in row], [b for row in cells for b in row],
                rgb, size)
    )  # fmt: skip
    if table.head and rng.random() < 0.5:
        shade = sample_shade(rng.choice(("blue", "gray", "green", "black", "yellow")), rng)
        corner, end = cells[0][0][:2], cells[0][-1][2:]
        strokes.insert(0, Stroke(Form.BOX, (corner, end), shade))
        on_head = ink(rng, shade)
        columns = len(table.rows[0])
        words[:columns] = [Word(**{**w.__dict__, "rgb": on_head}) for w in words[:columns]]
    return Page(*size, paper, tuple(strokes), tuple(words), table)


def _word(page: Page, row: int, column: int) -> Word:
    return page.words[row * len(page.facts.rows[0]) + column]


def _answer(page: Page, row: int, column: int) -> tuple[Reply, Word]:
    word = _word(page, row, column)
    kind = "number" if word.text.isdigit() else "text"
    return Reply(kind, {kind: word.text}), word


def _asked(kind: str, page: Page, spot: tuple[int, int], slots: dict[str, object],
           others: tuple[Word, ...] = ()) -> Ask:  # fmt: skip
    reply, word = _answer(page, *spot)
    traced = letters(word, page.width, page.height)
    return Ask(Skill.TABLE, kind, reply, slots, (word,), others, traced)


def table_ask(page: Page, rng: random.Random) -> Ask:
    """What is in row 2, column 3? Which value is the largest? What is the value of TEA?"""
    table: Table = page.facts
    rows, columns = len(table.rows), len(table.rows[0])
    numbers = table.numbers()
    roll = rng.random()
    if roll < 0.4:
        spot = rng.randrange(rows), rng.randrange(columns)
        return _asked("cell", page, spot, {"row": spot[0], "column": spot[1]})
    if roll < 0.7 or not table.named:
        if roll > 0.94:
            kind, count = rng.choice((("rows", rows), ("columns", columns)))
            return Ask(Skill.TABLE, kind, Reply(kind, {"number": str(count)}))
        most = rng.random() < 0.6
        choose = max if most else min
        spot = choose(numbers, key=lambda at: int(table.rows[at[0]][at[1]]))
        others = tuple(_word(page, *at) for at in numbers if at != spot)
        return _asked("largest" if most else "smallest", page, spot, {}, others)
    if columns == 2 and roll < 0.8:
        most = rng.random() < 0.6
        choose = max if most else min
        row, _ = choose(numbers, key=lambda at: int(table.rows[at[0]][at[1]]))
        return _asked("most" if most else "least", page, (row, 0), {}, (_word(page, row, 1),))
    row, column = rng.choice(numbers)
    name = table.rows[row][0]
    if columns == 2:
        return _asked("value_of", page, (row, column), {"name": name}, (_word(page, row, 0),))
    slots = {"name": name, "column": column}
    return _asked("value_in_column", page, (row, column), slots, (_word(page, row, 0),))
