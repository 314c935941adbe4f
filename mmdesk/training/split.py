"""What is kept apart for the test: photos, unknown topics, words."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum


class Split(Enum):
    """Which half of what is held apart."""

    TRAIN = "train"
    TEST = "test"


def part(values: Sequence[str], split: Split) -> list[str]:
    """Every fifth value is the test's, the others are for training."""
    return [v for i, v in enumerate(values) if (i % 5 == 0) is (split is Split.TEST)]


def words_of(text: str) -> list[str]:
    """The words of a list that is written as text."""
    return text.split()
