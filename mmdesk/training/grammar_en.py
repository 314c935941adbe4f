"""The English words that fill the sentences: nouns, places, lists, and how people type."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mmdesk.core.boxes import written_boxes
from mmdesk.training.vocabulary import as_typed
from mmdesk.training.world import Cell, Colour, Item, Shape, Size

if TYPE_CHECKING:
    from mmdesk.training.grammar import Noun

_CELL_WORDS: dict[Cell, tuple[str, ...]] = {
    Cell.TOP_LEFT: ("top left", "top left", "upper left", "top left corner", "top-left"),
    Cell.TOP: ("top", "top", "top center", "top middle", "upper middle"),
    Cell.TOP_RIGHT: ("top right", "top right", "upper right", "top right corner", "top-right"),
    Cell.LEFT: ("left", "left", "left side", "middle left", "center left"),
    Cell.CENTER: ("center", "center", "middle", "centre"),
    Cell.RIGHT: ("right", "right", "right side", "middle right", "center right"),
    Cell.BOTTOM_LEFT: (
        "bottom left", "bottom left", "lower left", "bottom left corner", "bottom-left",
    ),
    Cell.BOTTOM: ("bottom", "bottom", "bottom center", "bottom middle", "lower middle"),
    Cell.BOTTOM_RIGHT: (
        "bottom right", "bottom right", "lower right", "bottom right corner", "bottom-right",
    ),
}  # fmt: skip
_SHAPE_WORDS: dict[Shape, tuple[str, ...]] = {
    **{shape: (shape.value,) for shape in Shape},
    Shape.DIAMOND: ("diamond", "diamond", "diamond", "diamond", "rhombus"),
    Shape.CROSS: ("cross", "cross", "cross", "cross", "plus sign"),
}
_GRAY = ("gray", "gray", "grey")


def _pick(rng: random.Random | None, words: Sequence[str]) -> str:
    return words[0] if rng is None else rng.choice(words)


def colour_word(colour: Colour, rng: random.Random | None = None) -> str:
    """The colour's name; in questions gray may be spelled grey."""
    return _pick(rng, _GRAY) if colour is Colour.GRAY else colour.value


def _plural(word: str) -> str:
    return word + ("es" if word.endswith("s") else "s")


def _article(words: str) -> str:
    return ("an " if words[0] in "aeiou" else "a ") + words


def _noun(noun: Noun, rng: random.Random | None) -> str:
    size = ""
    if noun.size is not None:
        size = _pick(rng, ("big", "large")) if noun.size is Size.BIG else "small"
    colour = "" if noun.colour is None else colour_word(noun.colour, rng)
    shape = "shape" if noun.shape is None else _pick(rng, _SHAPE_WORDS[noun.shape])
    return " ".join(word for word in (size, colour, shape) if word)


def at_cell(cell: Cell, rng: random.Random | None = None) -> str:
    """ "at the top left", "in the center", "on the left"."""
    word = _pick(rng, _CELL_WORDS[cell])
    if rng is not None:
        return f"{rng.choice(('in', 'at', 'on'))} the {word}"
    preposition = {Cell.CENTER: "in", Cell.LEFT: "on", Cell.RIGHT: "on"}.get(cell, "at")
    return f"{preposition} the {word}"


def listing(items: Sequence[Item]) -> str:
    """ "A red circle at the top left, a star in the center and a cross at the bottom"."""
    parts = [
        _article(f"{item.colour.value} {item.shape.value}") + " " + at_cell(item.cell)
        for item in items
    ]
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def there_are(count: int, noun: Noun) -> str:
    """ "There are 3 red circles", "There is 1 star", "There are no shapes"."""
    word = _noun(noun, None)
    if count == 1:
        return f"there is 1 {word}"
    return f"there are {count or 'no'} {_plural(word)}"


_NTH = ("first", "second", "third", "fourth")


def quoted(texts: Sequence[str]) -> str:
    """ "“A”, “B” and “C”"."""
    marked = [f"“{text}”" for text in texts]
    return marked[0] if len(marked) == 1 else ", ".join(marked[:-1]) + " and " + marked[-1]


def _printed_forms(name: str, value: Any, rng: random.Random | None) -> dict[str, str]:
    if name in ("text", "number", "rows", "columns"):
        return {name: value}
    if name == "texts":
        return {"texts": quoted(value)}
    if name in ("name", "other_name"):
        return {name: as_typed(value, rng)}
    if name in ("row", "column"):
        return {name: str(value + 1), f"{name}_nth": _NTH[value]}
    if name == "boxes":
        return {"boxes": written_boxes([(b, _noun(noun, None)) for b, noun in value])}
    raise KeyError(name)


def forms(name: str, value: Any, rng: random.Random | None) -> dict[str, str]:
    """The words that the slot `name` may be asked for in a template."""
    if name == "noun" or name == "other":
        word = _noun(value, rng)
        suffix = "" if name == "noun" else "_other"
        plural = _plural(word)
        if name == "other":
            return {"the_other": f"the {word}"}
        return {"noun": word, "nouns": plural, "a_noun" + suffix: _article(word),
                "the_noun": f"the {word}"}  # fmt: skip
    if name == "colour":
        return {"colour": colour_word(value, rng)}
    if name == "cell":
        word = _pick(rng, _CELL_WORDS[value])
        return {"cell": word, "at_cell": at_cell(value, rng)}
    if name == "items":
        return {"listing": listing(value)}
    if name == "tally":
        return {"there_are": there_are(*value)}
    if name == "nth":
        return {"nth": ("first", "second")[value]}
    if name == "size":
        return {"size": value.value}
    return _printed_forms(name, value, rng)


_COMMANDS = ("describe", "count", "tell", "find", "locate", "say", "please d")
_POLITE = ("please ", "can you tell me ", "hey, ", "tell me: ", "ok, ", "so ")


def finish(text: str, rng: random.Random) -> str:
    """Case, final mark and politeness as people type them."""
    if rng.random() < 0.06:
        text = rng.choice(_POLITE) + text
    if rng.random() < 0.6:
        text = text[0].upper() + text[1:]
    command = text.lower().startswith(
        ("describe", "count", "tell", "find", "locate", "say", "please d")
    )
    roll = rng.random()
    if roll < 0.62:
        text += "." if command and rng.random() < 0.7 else "?"
    elif roll < 0.66:
        text += " please"
    if rng.random() < 0.02:
        text = text.upper()
    return text
