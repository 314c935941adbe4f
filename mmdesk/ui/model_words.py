"""What is said of models, servers and downloads, in the person's language and figures."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QLocale

from mmdesk.core.languages import LANGUAGES
from mmdesk.core.models import STARTER, Fit, FitEstimate, ModelEntry, ModelKey, short_name

DOT = " · "
_MANY = "mul"
DTYPES = {"bfloat16": "bf16", "float16": "fp16", "float32": "fp32"}
"""Number formats as they are written in the field; the others are short already."""


def size_text(size: float) -> str:
    """Return bytes in decimal units, as hubs and disks count them: 4.2 GB."""
    for unit, bytes_of in (("GB", 1e9), ("MB", 1e6)):
        if size >= bytes_of:
            value = size / bytes_of
            return f"{QLocale().toString(value, 'f', 1 if value < 100 else 0)} {unit}"
    return f"{max(1, round(size / 1e3))} kB" if size > 0 else "0 kB"


def time_text(seconds: float) -> str:
    """Return how long something still takes, no finer than a person plans by."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return QCoreApplication.translate("models", "{seconds} s").format(
            seconds=max(1, round(seconds))
        )
    if minutes < 120:
        return QCoreApplication.translate("models", "{minutes} min").format(minutes=minutes)
    return QCoreApplication.translate("models", "{hours} h {minutes} min").format(
        hours=minutes // 60, minutes=minutes % 60
    )


def fit_text(fit: Fit) -> str:
    """Return the verdict: whether a model fits into this computer's memory."""
    return {
        Fit.FITS: QCoreApplication.translate("models", "Fits"),
        Fit.TIGHT: QCoreApplication.translate("models", "Tight"),
        Fit.NO: QCoreApplication.translate("models", "Does not fit"),
    }[fit]


def fit_detail(estimate: FitEstimate) -> str:
    """Return what the verdict rests on, a line each."""
    dtype = DTYPES.get(estimate.dtype, estimate.dtype)
    context = QLocale().toString(estimate.context)
    rows = (
        (QCoreApplication.translate("models", "Weights ({dtype})"), estimate.weights),
        (QCoreApplication.translate("models", "KV cache ({context} tokens)"), estimate.kv_cache),
        (QCoreApplication.translate("models", "Working memory"), estimate.working),
        (QCoreApplication.translate("models", "Together"), estimate.total),
        (QCoreApplication.translate("models", "Available on {device}"), estimate.available),
    )
    lines = [f"{name}: {size_text(size)}" for name, size in rows]
    device = estimate.device
    return "\n".join(
        line.replace("{dtype}", dtype).replace("{context}", context).replace("{device}", device)
        for line in lines
    )


def languages_text(codes: Sequence[str], most: int = 4) -> str:
    """Return the languages' names; beyond ``most`` only how many more there are.

    "mul" is ISO 639-2's code for many.
    """
    named = [
        QCoreApplication.translate("languages", LANGUAGES[code]) if code in LANGUAGES else code
        for code in codes
        if code != _MANY
    ]
    if _MANY in codes:
        shown = QCoreApplication.translate("models", ", ").join(named)
        many = QCoreApplication.translate("models", "{languages} and many more languages")
        return many.replace("{languages}", shown) if named else _many_languages()
    if len(named) <= most:
        return QCoreApplication.translate("models", ", ").join(named)
    shown = QCoreApplication.translate("models", ", ").join(named[: most - 1])
    more = QCoreApplication.translate("models", "{languages} and {count} more languages")
    return more.replace("{languages}", shown).replace("{count}", str(len(named) - most + 1))


def _many_languages() -> str:
    return QCoreApplication.translate("models", "many languages")


def breakable(text: str) -> str:
    """Let a long name wrap: behind its signs, and anywhere in what has none for too long."""
    parted = re.sub(r"(?<=[-_./:@])(?=.)", "\u200b", text)
    return re.sub(r"([^\s\u200b]{24})(?=[^\s\u200b])", "\\1\u200b", parted)


def good_at(entry: ModelEntry) -> str:
    """Return the line on what a model is good at in the window's language, else in English."""
    lines = dict(entry.good_at)
    return (lines.get("zh_CN") if _speaks_chinese() else None) or lines.get("en", "")


def _speaks_chinese() -> bool:
    """Whether the window does; the locale's numbers may still be the system's."""
    return QCoreApplication.translate("ModelDisplay", "Starter") != "Starter"


def model_name(key: ModelKey, entries: Sequence[ModelEntry] = ()) -> str:
    """Return a key's name for people."""
    if key == STARTER:
        return QCoreApplication.translate("ModelDisplay", "Starter")
    known = next((entry for entry in entries if entry.key == key), None)
    return known.name if known else short_name(key)
