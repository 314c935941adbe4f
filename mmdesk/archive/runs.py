"""How answers are, and were, computed: what holds for a conversation, and each answer's run.

::

    "settings": {"system_prompt", "generation": GENERATION or null},
    GENERATION: {"temperature", "top_p", "max_tokens", "seed"}
    "run": {"settings": GENERATION, "tokens": [1, 2, 3], "begun", "system_prompt", "model",
            "sha256", "dtype", "device", "threads", "libraries": {"torch": "2.13.0"},
            "sight": see mmdesk.core.sight_document}
"""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from typing import Any

from mmdesk.archive.checked import LARGEST, Value
from mmdesk.core.conversations import NO_SETTINGS, ConversationSettings, Run
from mmdesk.core.errors import ArchiveNonsense
from mmdesk.core.requests import GenerationSettings
from mmdesk.core.sight import Sight
from mmdesk.core.sight_document import read_sight, sight_document

_SHA256 = re.compile(r"([0-9a-f]{64})?")
_SEEDS = (-(2**63), 2**64 - 1)
"""What torch takes for one."""
_LAST_TOKEN = 2**32 - 1
_MOST_TOKENS = 1 << 20
_MOST_LIBRARIES = 100


def settings_document(settings: ConversationSettings) -> dict[str, Any]:
    """Return what holds for a conversation alone."""
    generation = settings.generation
    return {
        "system_prompt": settings.system_prompt,
        "generation": asdict(generation) if generation and _is_sound(generation) else None,
    }


def run_document(run: Run) -> dict[str, Any] | None:
    """Return how an answer was computed, unless a damaged row makes it what no import takes."""
    value = {
        **asdict(replace(run, tokens=(), libraries=(), sight=None)),
        "tokens": list(run.tokens),
        "libraries": dict(run.libraries),
        "sight": sight_document(run.sight) if run.sight else None,
    }
    try:
        run_of(Value("", value, ""))
    except ArchiveNonsense:
        return None
    return value


def settings_of(value: Value) -> ConversationSettings:
    """Return what holds for a conversation alone. Raises ``ArchiveNonsense``."""
    if value.raw is None:
        return NO_SETTINGS
    return ConversationSettings(
        system_prompt=value.at("system_prompt").maybe(Value.text) or "",
        generation=value.at("generation").maybe(_generation),
    )


def run_of(value: Value) -> Run:
    """Return how an answer was computed. Raises ``ArchiveNonsense``."""
    tokens = value.at("tokens").maybe(_tokens) or ()
    begun = value.at("begun").maybe(Value.whole) or 0
    if begun > len(tokens):
        raise value.at("begun").refuse("is out of range")
    return Run(
        settings=_generation(value.at("settings")),
        tokens=tokens,
        begun=begun,
        system_prompt=value.at("system_prompt").maybe(Value.text) or "",
        model=value.at("model").maybe(Value.short) or "",
        sha256=value.at("sha256").maybe(lambda it: it.matching(_SHA256, "SHA-256")) or "",
        dtype=value.at("dtype").maybe(Value.short) or "",
        device=value.at("device").maybe(Value.short) or "",
        threads=value.at("threads").maybe(Value.whole) or 0,
        libraries=value.at("libraries").maybe(_libraries) or (),
        sight=value.at("sight").maybe(_sight),
    )


def _sight(value: Value) -> Sight:
    try:
        return read_sight(value.raw)
    except (TypeError, ValueError, KeyError) as error:
        raise value.refuse("is no sight") from error


def _generation(value: Value) -> GenerationSettings:
    """Return how answers are sampled; what isn't said is the default."""
    default = GenerationSettings()
    settings = GenerationSettings(
        temperature=_or(value.at("temperature").maybe(Value.number), default.temperature),
        top_p=_or(value.at("top_p").maybe(Value.number), default.top_p),
        max_tokens=_or(value.at("max_tokens").maybe(Value.whole), default.max_tokens),
        seed=value.at("seed").maybe(lambda it: it.between(*_SEEDS)),
    )
    if not _is_sound(settings):
        raise value.refuse("is out of range")
    return settings


def _is_sound(settings: GenerationSettings) -> bool:
    seed = settings.seed
    return (
        0 <= settings.temperature <= LARGEST
        and 0 < settings.top_p <= 1
        and 1 <= settings.max_tokens <= LARGEST
        and (seed is None or _SEEDS[0] <= seed <= _SEEDS[1])
    )


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value


def _tokens(value: Value) -> tuple[int, ...]:
    # Not one Value for each: an answer may have a hundred thousand.
    raw = value.raw
    if not isinstance(raw, list) or len(raw) > _MOST_TOKENS:
        raise value.refuse("is no list of tokens")
    if not all(type(token) is int and 0 <= token <= _LAST_TOKEN for token in raw):
        raise value.refuse("has what is no token")
    return tuple(raw)


def _libraries(value: Value) -> tuple[tuple[str, str], ...]:
    if not isinstance(value.raw, dict) or len(value.raw) > _MOST_LIBRARIES:
        raise value.refuse("is no object of versions")
    return tuple(
        (Value(value.name, name, value.where).short(), value.at(name).short()) for name in value.raw
    )
