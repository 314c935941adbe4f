"""Places in JSON: objects with a box or a point and a label, as Qwen and Gemma write them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from mmdesk.core.pointing.written import Written

_OBJECT = re.compile(r"\{[^{}]*\}")
_LONGEST = 1000
"""Characters of an object; no model writes a label of that length."""
_PLACES = {"bbox_2d": 4, "box_2d": 4, "bbox": 4, "point_2d": 2, "point": 2}
_LABELS = ("label", "text", "text_content", "name")
_NAMED = re.compile(r"[\"'](?:" + "|".join(_PLACES) + r")[\"']")
_BEGINS = re.compile(
    r"(?P<fence>```\w*\s*)?(?P<list>\[\s*)?\{\s*[\"'](?:label|" + "|".join(_PLACES) + r")[\"']"
)
_MAY_BEGIN = re.compile(r"(?:`{1,3}\w*\s*)?(?:\[\s*)?(?:\{\s*(?:[\"']\w*[\"']?)?)?\Z")
_UNFINISHED = re.compile(r"\{[^{}]*" + _NAMED.pattern + r"[^{}]*\Z")


def written_places(answer: str) -> Iterator[Written]:
    """Yield the objects that have a place; the last one also where the answer stopped in it."""
    for found in _OBJECT.finditer(answer):
        if found.end() - found.start() > _LONGEST:
            continue
        try:
            values = json.loads(found.group())
        except (ValueError, RecursionError):
            if _NAMED.search(found.group()):
                yield Written("", (), *found.span())
            continue
        written = _written(values, *found.span())
        if written is not None:
            yield written
    tail = max(0, len(answer) - _LONGEST)
    if stopped := _UNFINISHED.search(answer, tail):
        yield Written("", (), *stopped.span())


def _written(values: dict[str, object], start: int, end: int) -> Written | None:
    for name, count in _PLACES.items():
        if name in values:
            label = next((values[each] for each in _LABELS if values.get(each)), "")
            return Written(str(label), _numbers(values[name], count), start, end)
    return None


def _numbers(written: object, count: int) -> tuple[float, ...]:
    if not isinstance(written, list) or len(written) != count:
        return ()
    if not all(isinstance(each, int | float) and abs(each) < 1e9 for each in written):
        return ()
    return tuple(map(float, written))


def without_places(written: str) -> str:
    """Return an answer that is still being written without JSON that stands for places.

    What is returned of a longer one begins with what was returned before: an end that may yet
    become such JSON is held back.
    """
    parts, at = [], 0
    while begin := _BEGINS.search(written, at):
        parts.append(written[at : begin.start()])
        ends = (r"\}", r"\s*\]" if begin["list"] else "", r"\s*```" if begin["fence"] else "")
        end = re.compile("".join(ends)).search(written, begin.end())
        if end is None:
            return "".join(parts)
        at = end.end()
    held = _MAY_BEGIN.search(written, at)
    return "".join((*parts, written[at : held.start() if held else None]))
