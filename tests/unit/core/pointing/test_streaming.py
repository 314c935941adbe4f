"""What is shown of an answer that points while it is still being written."""

from __future__ import annotations

import pytest

from mmdesk.core.pointing.json_places import without_places

BOX = '{"bbox_2d": [50, 700, 290, 950], "label": "yellow star"}'
CASES = {
    f"At the left. [{BOX}]": "At the left. ",
    f"[{BOX}, {BOX}] are two.": " are two.",
    f"```json\n[\n  {BOX}\n]\n```\nThat is it.": "\nThat is it.",
    f"{BOX} and {BOX}!": " and !",
    "[{'point_2d': [1, 2], 'label': 'x'}] [1]: see": " [1]: see",
    '{"label": "cat", "box_2d": [1, 2, 3, 4]}': "",
    "A [link](there), `code` and {braces}.": "A [link](there), `code` and {braces}.",
    '```json\n[{"name": "Bob"}]\n```\n!': '```json\n[{"name": "Bob"}]\n```\n!',
    "Nothing to see.": "Nothing to see.",
    '点在这里：[{"point": [3, 4]}]。好': "点在这里：。好",
}


@pytest.mark.parametrize(("answer", "shown"), CASES.items())
def test_each_piece_begins_with_the_one_before(answer: str, shown: str) -> None:
    before = ""
    for end in range(len(answer) + 1):
        now = without_places(answer[:end])
        assert now.startswith(before), answer[:end]
        assert not any(mark in now for mark in ("bbox", "box_2d", "point"))
        before = now
    assert before == shown


@pytest.mark.parametrize("end", ["[", "[{", "```", "```json", '[{"b', "{"])
def test_what_may_become_a_place_waits(end: str) -> None:
    assert without_places(f"It is {end}") == "It is "
    assert without_places(f"It is {end}.") in ("It is ", f"It is {end}.")
