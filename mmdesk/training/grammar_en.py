"""The English words of the starter's questions and answers.

In question templates `[a|b]` is a choice and `{slot}` is filled by `forms`. The first template of
each kind, and the first choice in it, is the textbook form.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mmdesk.training.world import Cell, Colour, Item, Shape, Size

if TYPE_CHECKING:
    from mmdesk.training.grammar import Noun

PIC = "[picture|image|picture|image|photo|drawing]"
COL = "[color|colour]"
WHATS = "[what is|what's|whats]"

QUESTIONS: dict[str, tuple[str, ...]] = {
    "colour": (
        f"what {COL} is {{the_noun}}",
        f"what {COL} is {{the_noun}}",
        f"{WHATS} the {COL} of {{the_noun}}",
        f"which {COL} is {{the_noun}}",
        f"what {COL} does {{the_noun}} have",
        f"tell me the {COL} of {{the_noun}}",
        f"{{the_noun}} is what {COL}",
    ),
    "colour_at": (
        f"what {COL} is the [shape|thing|object|figure] {{at_cell}}",
        f"{WHATS} the {COL} of the [shape|thing|object] {{at_cell}}",
        f"what {COL} is the {{cell}} [shape|one|object]",
    ),
    "background": (
        f"what {COL} is the background",
        f"what {COL} is the background",
        f"{WHATS} the [background {COL}|{COL} of the background]",
        f"{WHATS} the {COL} behind the shapes",
        f"which {COL} is the background",
        f"what {COL} is the background of [the|this] {PIC}",
        f"what background {COL} does [the|this] {PIC} have",
    ),
    "what_at": (
        "what is {at_cell}",
        f"[what is|what's] {{at_cell}} [|of the {PIC}]",
        "what do you see {at_cell}",
        "what [object|thing] is {at_cell}",
        f"what is [there|shown|drawn] {{at_cell}} [|of the {PIC}]",
        "is there anything {at_cell} and what is it",
    ),
    "shape_at": (
        "what shape is {at_cell}",
        f"[what|which] shape is {{at_cell}} [|of the {PIC}]",
        "what shape do you see {at_cell}",
        f"{WHATS} the shape {{at_cell}}",
        "what is the {cell} shape",
    ),
    "shape_of": (
        "what shape is the {colour} [one|thing|object]",
        "which shape is {colour}",
        "what is the {colour} [thing|object|shape]",
    ),
    "place": (
        "where is {the_noun}",
        "[where is|where's|wheres] {the_noun}",
        f"where [in the {PIC}|] is {{the_noun}}",
        "[where can i find|find|where do you see|locate] {the_noun}",
        f"[what|in what|in which] [part|corner|area] of the {PIC} is {{the_noun}}",
        "[what|which] position is {the_noun} in",
    ),
    "count_all": (
        "how many shapes are there",
        f"how many [shapes|objects|things|figures|items] are [there|in the {PIC}|in this {PIC}]",
        "how many [shapes|objects|things|figures|items] [do you see|can you see|can you count]",
        f"count the [shapes|objects|things|figures|items] [|in the {PIC}]",
        "[what is|what's] the number of [shapes|objects|figures]",
        "how many [shapes|objects] [in total|altogether|overall|]",
    ),
    "count_kind": (
        "how many {nouns} are there",
        f"how many {{nouns}} are [there|in the {PIC}|there in the {PIC}]",
        "how many {nouns} [do you see|can you see|can you count|]",
        f"count the {{nouns}} [|in the {PIC}]",
        "[what is|what's] the number of {nouns}",
    ),
    "exists": (
        "is there {a_noun}",
        f"is there {{a_noun}} [|in the {PIC}|in this {PIC}|here]",
        "[do you see|can you see] {a_noun}",
        f"does [the|this] {PIC} [have|contain|show] {{a_noun}}",
        "are there any {nouns}",
        "any {nouns} [|here|there]",
    ),
    "exists_at": (
        "is there {a_noun} {at_cell}",
        "do you see {a_noun} {at_cell}",
        "is {a_noun} {at_cell}",
    ),
    "is_colour": ("is {the_noun} {colour}", f"is the {COL} of {{the_noun}} {{colour}}"),
    "describe": (
        f"describe the {PIC}",
        f"[describe|please describe] [the|this] {PIC} [|in one sentence|briefly]",
        f"what is [in|on|shown in] [the|this] {PIC}",
        f"[what's|whats] in [the|this] {PIC}",
        "what do you see [|here]",
        f"what can you see [|in the {PIC}]",
        f"what does [the|this] {PIC} show",
        f"[tell me|say] what is in [the|this] {PIC}",
        f"[what shapes|which shapes] [are there|do you see|are in the {PIC}]",
        "describe it",
    ),
    "size": (
        "is {the_noun} big or small",
        "is {the_noun} [big or small|small or big|large or small]",
        "what size is {the_noun}",
        "how [big|large] is {the_noun}",
    ),
    "filled": (
        "is {the_noun} filled or outlined",
        "is {the_noun} [filled or an outline|solid or outlined|filled or empty|filled or hollow]",
    ),
    "left_of": (
        "is {the_noun} left of {the_other}",
        "is {the_noun} [to the left of|on the left of|left of|further left than] {the_other}",
    ),
    "right_of": (
        "is {the_noun} right of {the_other}",
        "is {the_noun} [to the right of|on the right of|right of|further right than] {the_other}",
    ),
    "above": (
        "is {the_noun} above {the_other}",
        "is {the_noun} [above|higher than|over|further up than] {the_other}",
    ),
    "below": (
        "is {the_noun} below {the_other}",
        "is {the_noun} [below|lower than|under|beneath|further down than] {the_other}",
    ),
    "which_left": (
        "which is further left, {the_noun} or {the_other}",
        "[which|what] is [further left|more to the left|on the left], {the_noun} or {the_other}",
    ),
    "which_right": (
        "which is further right, {the_noun} or {the_other}",
        "[which|what] is [further right|more to the right|on the right], {the_noun} or {the_other}",
    ),
    "which_above": (
        "which is higher, {the_noun} or {the_other}",
        "[which|what] is [higher|further up|above], {the_noun} or {the_other}",
    ),
    "which_below": (
        "which is lower, {the_noun} or {the_other}",
        "[which|what] is [lower|further down|below], {the_noun} or {the_other}",
    ),
    "what_left": (
        "what is left of {the_noun}",
        "[what is|what's] [to the |on the |]left of {the_noun}",
    ),
    "what_right": (
        "what is right of {the_noun}",
        "[what is|what's] [to the |on the |]right of {the_noun}",
    ),
    "what_above": ("what is above {the_noun}", "[what is|what's] [above|over] {the_noun}"),
    "what_below": ("what is below {the_noun}", "[what is|what's] [below|under|beneath] {the_noun}"),
    # two pictures
    "more": (
        "which picture has more {nouns}",
        "which [picture|image|one] [has|contains|shows] more {nouns}",
        "are there more {nouns} in the first or the second [picture|image]",
        "[where are|in which picture are] there more {nouns}",
    ),
    "which_has": (
        "which picture has {a_noun}",
        "which [picture|image|one] [has|contains|shows] {a_noun}",
        "in which [picture|image] is there {a_noun}",
        "is {a_noun} in the first or the second [picture|image]",
    ),
    "colour_in": (
        "what color is {the_noun} in the {nth} picture",
        f"what {COL} is {{the_noun}} in the {{nth}} [picture|image|one]",
        f"in the {{nth}} [picture|image], what {COL} is {{the_noun}}",
    ),
    "count_in": (
        "how many {nouns} are in the {nth} picture",
        "how many {nouns} are [in|there in] the {nth} [picture|image|one]",
        "count the {nouns} in the {nth} [picture|image]",
    ),
    "background_in": (
        "what color is the background of the {nth} picture",
        f"what {COL} is the background [of|in] the {{nth}} [picture|image|one]",
        f"{WHATS} the background {COL} of the {{nth}} [picture|image]",
    ),
    "place_in": (
        "where is {the_noun} in the {nth} picture",
        "[where is|where's] {the_noun} in the {nth} [picture|image|one]",
        "in the {nth} [picture|image], where is {the_noun}",
    ),
    # follow-ups
    "then_place": (
        "and where is it",
        "[and|] [where is it|where's it|where is that]",
        "where [in the picture|] is it",
        "where",
    ),
    "then_colour": (
        "and what color is it",
        f"[and|] what {COL} is [it|that|that one]",
        f"[what is|what's] its {COL}",
        f"[what|which] {COL}",
    ),
    "then_other": ("and {the_noun}", "[and|what about|how about|and what about] {the_noun}"),
    "then_nouns": (
        "and how many {nouns}",
        "[and|] how many {nouns} [|are there]",
        "[and|what about|how about|and] {nouns}",
    ),
}

ANSWERS: dict[str, str] = {
    "colour": "it is {colour}.",
    "thing": "{a_noun}.",
    "the_thing": "the {noun}.",
    "nothing_there": "there is nothing there.",
    "nothing_else": "nothing.",
    "place": "{cell}.",
    "count": "{there_are}.",
    "missing": "there is no {noun}.",
    "yes": "yes.",
    "no": "no.",
    "has": "yes.",
    "has_not": "no.",
    "describe": "{listing} on a {colour} background.",
    "empty": "an empty {colour} picture.",
    "size": "it is {size}.",
    "filled": "it is filled.",
    "outlined": "it is outlined.",
    "first": "the first picture.",
    "second": "the second picture.",
    "same": "both have the same number.",
    "both": "both pictures.",
    "neither": "neither picture.",
    "no_picture": "I see no picture. Add one and ask me about it.",
    "unknown": (
        "I don't know this. I know drawn shapes: their colors, places and how many there are. "
        "For more, choose a larger model in Settings, Model."
    ),
}

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
    raise KeyError(name)


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
