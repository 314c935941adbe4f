"""The catalogue: models that are worth fetching, with what was found out about them and where.

``resources/catalogue.json`` is ``{"models": [...]}``. Within a role its entries stand in order of
preference, so that the recommended one is simply the first that suits the computer; there is no
rank to keep in step. Models for one task only, such as reading documents, stand behind the
general ones. Sizes and hashes are not in it: they come from the hub when a model is fetched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from mmdesk.core.errors import InstallationBroken
from mmdesk.core.models import ModelRole

GOOD_AT_LANGUAGES = ("en", "zh_CN")
"""Those of the window."""

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}", re.ASCII)
_FIELDS = frozenset(
    {
        "id", "role", "license", "parameters", "languages", "good_at", "points", "source",
        "checked",
    }
)  # fmt: skip
_OPTIONAL_FIELDS = frozenset({"modelscope"})


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One model.

    Attributes:
        id: ``maker/name`` at Hugging Face, exactly as published.
        license: Its SPDX identifier, or its name with what it forbids.
        parameters: Those of the whole checkpoint, vision tower and embeddings included; rounded
            as the source does.
        languages: ISO 639 codes; "mul" stands for many more.
        good_at: One line for people, by the window's languages.
        points: Whether its makers say that it can point: boxes or points in the picture.
        source: The page that the facts are from.
        checked: The day they were checked, as ISO date.
        modelscope: Its id at ModelScope.
    """

    id: str
    role: ModelRole
    license: str
    parameters: int
    languages: tuple[str, ...]
    good_at: tuple[tuple[str, str], ...]
    points: bool
    source: str
    checked: str
    modelscope: str


def load(path: Path) -> tuple[CatalogueEntry, ...]:
    """Read the catalogue, in its order.

    Raises:
        InstallationBroken: it is missing, or not exactly as it must be; names the entry.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InstallationBroken(what=f"{path.name} can't be read") from error
    except (ValueError, RecursionError) as error:
        raise InstallationBroken(what=f"{path.name} is not JSON") from error
    match content:
        case {"models": [_, *_] as models}:
            pass
        case _:
            raise InstallationBroken(what=f"{path.name} lists no models")
    entries: dict[str, CatalogueEntry] = {}
    for number, value in enumerate(models, 1):
        try:
            entry = _entry(value)
            if entry.id in entries:
                raise _Wrong("id", "is there twice")
        except _Wrong as wrong:
            name = _name(value, number)
            raise InstallationBroken(what=f"{path.name}, {name}: {wrong}") from wrong
        entries[entry.id] = entry
    return tuple(entries.values())


class _Wrong(Exception):
    """What is wrong with a field, as part of a sentence."""

    def __init__(self, field: str, what: str) -> None:
        super().__init__(f"“{field}” {what}")


def _name(value: object, number: int) -> str:
    match value:
        case {"id": str(name)} if name:
            return _shown(name)
        case _:
            return f"entry {number}"


def _shown(text: str) -> str:
    """Return a text that may be anything so that it can stand in a sentence."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text[:100])


def _entry(value: object) -> CatalogueEntry:
    if not isinstance(value, dict):
        raise _Wrong("models", "holds something else than an object")
    for field in sorted(_FIELDS - value.keys()):
        raise _Wrong(field, "is missing")
    for field in sorted(value.keys() - _FIELDS - _OPTIONAL_FIELDS):
        raise _Wrong(_shown(field), "is no field")
    model_id = _text(value, "id", _HUB_ID.fullmatch)
    return CatalogueEntry(
        id=model_id,
        role=ModelRole(_text(value, "role", lambda text: text in list(ModelRole))),
        license=_text(value, "license"),
        parameters=_parameters(value["parameters"]),
        languages=_languages(value["languages"]),
        good_at=_good_at(value["good_at"]),
        points=_points(value["points"]),
        source=_text(value, "source", _is_https),
        checked=_text(value, "checked", _is_day),
        modelscope=_text({"modelscope": model_id, **value}, "modelscope", _HUB_ID.fullmatch),
    )


def _text(
    entry: Mapping[str, object], field: str, holds: Callable[[str], object] | None = None
) -> str:
    """Return a field that is one line of text, and for which ``holds`` says yes."""
    text = entry[field]
    if not isinstance(text, str) or not text.strip() or not text.isprintable():
        raise _Wrong(field, "is not one line of text")
    if holds is not None and not holds(text):
        raise _Wrong(field, f"can't be “{text[:100]}”")
    return text


def _parameters(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise _Wrong("parameters", "is not a number of them")
    return value


def _points(value: object) -> bool:
    if not isinstance(value, bool):
        raise _Wrong("points", "is neither true nor false")
    return value


def _languages(value: object) -> tuple[str, ...]:
    codes = value if isinstance(value, list) else []
    valid = all(isinstance(code, str) and _LANGUAGE.fullmatch(code) for code in codes)
    if not codes or not valid or len(set(codes)) < len(codes):
        raise _Wrong("languages", "is not a list of different ISO 639 codes")
    return tuple(codes)


def _good_at(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict) or value.keys() != set(GOOD_AT_LANGUAGES):
        raise _Wrong("good_at", f"is not one line each for {' and '.join(GOOD_AT_LANGUAGES)}")
    return tuple((language, _text(value, language)) for language in GOOD_AT_LANGUAGES)


def _is_https(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)


def _is_day(text: str) -> bool:
    try:
        # fromisoformat alone takes 20261121 and 2026-W47-6 too.
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
