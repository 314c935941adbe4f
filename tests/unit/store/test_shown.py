"""What the log may tell of a damaged value."""

from __future__ import annotations

import pytest

from mmdesk.store.fields import shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        (7, "7"),
        (1.5, "1.5"),
        ("0123456789abcdef" * 2, "0123456789abcdef" * 2),
        ("What is my diagnosis?", "a str of 21"),
        ("secret", "a str of 6"),
        (b"secret", "a bytes of 6"),
        ((1, 2), "a tuple of 2"),
        (object(), "something"),
    ],
)
def test_numbers_and_ids_and_nothing_of_a_text(value: object, text: str) -> None:
    assert shown(value) == text
