"""One line of a list of examples: what it may say.

Each is a JSON object with "picture" (or "pictures") and one of these:

* "caption" or "captions": for a contrastive model;
* "question" with "answer" (or "answers", as several people gave them), or "turns": a list of
  such pairs; for a chat model;
* "question" with "boxes": a list of `{"bbox_2d": [x0, y0, x1, y1], "label": "…"}`, corners in
  thousandths of the picture's width and height, as Qwen3-VL writes them;
* "label": the class that the picture belongs to.

Or "sound" with "text", what is said in it; for a speech model.
"""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NoReturn

from mmdesk.core.boxes import WHOLE, Corners

_TURN_FIELDS = ("question", "answer", "answers")
_FIELDS = (
    "picture", "pictures", "caption", "captions", *_TURN_FIELDS, "turns", "label", "boxes",
    "sound", "text",
)  # fmt: skip
_BOX_FIELDS = ("bbox_2d", "label")
_ONE_PICTURE = ("caption", "label", "boxes")


class Wrong(Exception):
    """A line can't be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and the answers to it: one to learn, or as many as people gave."""

    question: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A place in a picture: corners in thousandths of its sides, and what is there."""

    corners: Corners
    label: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a line says; `names` are its pictures' as they stand there, or `sound` its sound's."""

    names: tuple[str, ...]
    captions: tuple[str, ...] = ()
    turns: tuple[Turn, ...] = ()
    label: str | None = None
    boxes: tuple[Box, ...] | None = None
    sound: str | None = None
    text: str | None = None


def parse_line(text: str) -> Said:
    """What a line that isn't blank says. Raises `Wrong`."""
    found = _object(text)
    _require_known(found, _FIELDS)
    if "sound" in found or "text" in found:
        return _sound(found)
    names = _texts(found, "picture", "pictures")
    if not names:
        raise Wrong("it names no “picture”")
    kind = _kind(found)
    if kind in _ONE_PICTURE and len(names) > 1:
        raise Wrong(f"“{kind}” is about one picture, and there are {len(names)}")
    if kind == "caption":
        return Said(names, captions=_texts(found, "caption", "captions"))
    if kind == "label":
        return Said(names, label=_text(found["label"], "label"))
    if kind == "boxes":
        asked = Turn(_text(found["question"], "question"), ())
        return Said(names, turns=(asked,), boxes=_boxes(found["boxes"]))
    if "turns" in found:
        return Said(names, turns=_turns(found["turns"]))
    return Said(names, turns=(_turn(found),))


def _sound(found: dict[str, Any]) -> Said:
    for field, other in (("sound", "text"), ("text", "sound")):
        if field not in found:
            raise Wrong(f"it has a “{other}” without “{field}”")
    for field in found:
        if field not in ("sound", "text"):
            raise Wrong(f"it has “sound” and “{field}”: give each a line of its own")
    return Said((), sound=_text(found["sound"], "sound"), text=_text(found["text"], "text"))


def _kind(found: dict[str, Any]) -> str:
    """Which of the four a line is: "caption", "question", "label" or "boxes"."""
    kinds = [
        kind
        for kind, fields in (
            ("caption", ("caption", "captions")),
            ("question", ("answer", "answers", "turns")),
            ("label", ("label",)),
            ("boxes", ("boxes",)),
        )
        if any(field in found for field in fields)
    ]
    if len(kinds) > 1:
        raise Wrong(f"it has “{kinds[0]}” and “{kinds[1]}”: give each a line of its own")
    if not kinds:
        if "question" in found:
            raise Wrong("it has a “question” without “answer”")
        raise Wrong("it has neither “caption” nor “question”, “label” or “boxes”")
    if "question" in found:
        if kinds[0] in ("caption", "label"):
            raise Wrong(f"it has “{kinds[0]}” and “question”: give each a line of its own")
        if "turns" in found:
            raise Wrong("it has “question” and “turns”: put the question into “turns”")
    elif kinds[0] in ("question", "boxes") and "turns" not in found:
        field = next(f for f in ("answer", "answers", "boxes") if f in found)
        raise Wrong(f"it has “{field}” without “question”")
    if "turns" in found and ("answer" in found or "answers" in found):
        raise Wrong("it has “answer” and “turns”: put the answer into “turns”")
    return kinds[0]


def _object(text: str) -> dict[str, Any]:
    if text.startswith("["):
        raise Wrong("it is a list; write one object {…} a line, without brackets around them")
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise Wrong(f"it is no JSON: {error.msg} at character {error.pos + 1}") from error
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits; a thousand brackets
        raise Wrong("it is no JSON that makes sense") from error
    if not isinstance(found, dict):
        raise Wrong("it is no JSON object {…}")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Wrong(f"“{twice[:40]}” stands there twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise Wrong(f"{text} is no number")


def _require_known(found: dict[str, Any], known: Collection[str]) -> None:
    for name in found:
        if name not in known:
            alike = difflib.get_close_matches(name[:40], known, 1)
            hint = f"; did you mean “{alike[0]}”?" if alike else f" (known: {', '.join(known)})"
            raise Wrong(f"“{name[:40]}” is no field{hint}")


def _texts(found: dict[str, Any], one: str, many: str) -> tuple[str, ...]:
    """What is given under one name or the other; () where neither is."""
    if one in found and many in found:
        raise Wrong(f"it has “{one}” and “{many}”: leave one of them")
    if one in found:
        return (_text(found[one], one),)
    if many not in found:
        return ()
    values = found[many]
    if not isinstance(values, list) or not values:
        raise Wrong(f"“{many}” must be a list of texts, not {_shown(values)}")
    return tuple(_text(value, many) for value in values)


def _text(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise Wrong(f"“{field}” must be a text, not {_shown(value)}")
    text = value.strip()
    if not text:
        raise Wrong(f"“{field}” is empty")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise Wrong(f"“{field}” has half a character in it (a lone surrogate)")
    return text


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return ("an empty " if not value else "a ") + ("list" if isinstance(value, list) else "{…}")
    return json.dumps(value, ensure_ascii=False)[:40]


def _turns(values: Any) -> tuple[Turn, ...]:
    if not isinstance(values, list) or not values:
        raise Wrong(f"“turns” must be a list of questions and answers, not {_shown(values)}")
    turns = []
    for value in values:
        if not isinstance(value, dict):
            raise Wrong(f"each of “turns” must be an object {{…}}, not {_shown(value)}")
        _require_known(value, _TURN_FIELDS)
        turns.append(_turn(value))
    return tuple(turns)


def _turn(found: dict[str, Any]) -> Turn:
    if "question" not in found:
        raise Wrong("it has an “answer” without “question”")
    answers = _texts(found, "answer", "answers")
    if not answers:
        raise Wrong("it has a “question” without “answer”")
    return Turn(_text(found["question"], "question"), answers)


def _boxes(values: Any) -> tuple[Box, ...]:
    if not isinstance(values, list):
        raise Wrong(f"“boxes” must be a list, not {_shown(values)}")
    return tuple(_box(value) for value in values)


def _box(value: Any) -> Box:
    if not isinstance(value, dict):
        raise Wrong(f"each of “boxes” must be an object {{…}}, not {_shown(value)}")
    _require_known(value, _BOX_FIELDS)
    numbers = value.get("bbox_2d")
    if not isinstance(numbers, list) or len(numbers) != 4 or not all(map(_is_number, numbers)):
        raise Wrong("“bbox_2d” must be four numbers: left, top, right, bottom")
    x0, y0, x1, y1 = (round(number) for number in numbers)
    if not (0 <= x0 < x1 <= WHOLE and 0 <= y0 < y1 <= WHOLE):
        raise Wrong(f"“bbox_2d” must be thousandths, left < right and top < bottom, not {numbers}")
    return Box((x0, y0, x1, y1), _text(value.get("label"), "label"))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
