"""What was heard against what was said: word and character error rates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

from mmdesk.core.claims import has_han
from mmdesk.core.errors import MeasureNeedsPackage

Unit = Literal["wer", "cer"]


def words(text: str) -> str:
    """Return the text as errors are counted on it: lower case, no marks, Chinese unspaced."""
    folded = unicodedata.normalize("NFKC", text).replace("’", "'").lower()
    bare = re.sub(r"[^\w']+", " ", folded).strip()
    return bare.replace(" ", "") if has_han(bare) else bare


def error_rate(said: Sequence[str], heard: Sequence[str], unit: Unit) -> float | None:
    """Return errors per word ("wer") or character ("cer") that was said, over all texts together.

    (substitutions + deletions + insertions) / what was said: Levenshtein 1966, as jiwer counts;
    may be above 1. None where nothing was said.

    Raises:
        MeasureNeedsPackage: jiwer isn't there.
    """
    try:
        import jiwer
    except ImportError as error:
        raise MeasureNeedsPackage(package=error.name or "jiwer", what=unit.upper()) from error
    pairs = [(words(one), words(other)) for one, other in zip(said, heard, strict=True)]
    expected = [one for one, _ in pairs]
    if not any(expected):
        return None
    measure = jiwer.wer if unit == "wer" else jiwer.cer
    return float(measure(expected, [other for _, other in pairs]))
