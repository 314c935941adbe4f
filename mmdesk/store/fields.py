"""Values that a column holds as JSON or as bytes, and back.

Reading never fails: what can't be understood is the default, with a line in the log.
"""

from __future__ import annotations

import json
import logging
import math
import re
import struct
from collections.abc import Sized
from dataclasses import asdict, replace
from functools import lru_cache
from itertools import chain
from typing import Any

from mmdesk.core.conversations import Failure, Run
from mmdesk.core.messages import well_formed
from mmdesk.core.phrases import Phrase
from mmdesk.core.requests import GenerationSettings
from mmdesk.core.sight_document import read_sight, sight_document

_log = logging.getLogger(__name__)
_DAMAGED = (
    ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError,
)  # fmt: skip
_SEEDS = (-(2**63), 2**64)
"""What torch takes for one (https://pytorch.org/docs/stable/generated/torch.manual_seed.html)."""
_TOKEN_BYTES = 4
_ID = re.compile("[0-9a-f]{8,64}")
_RUN_TEXTS = ("system_prompt", "model", "sha256", "dtype", "device")
_DEFAULTS = asdict(GenerationSettings())


def failure_json(failure: Failure | None) -> str | None:
    """Return the column of a failure."""
    if failure is None:
        return None
    return _dump(
        {
            "kind": failure.kind,
            "message": _phrase_json(failure.message),
            "hint": _phrase_json(failure.hint),
        }
    )


def read_failure(text: object) -> Failure | None:
    """Return a failure, None where there is none."""
    if not text:
        return None
    try:
        value = json.loads(str(text))
        message, hint = _read_phrase(value["message"]), _read_phrase(value["hint"])
        return Failure(str(value["kind"]), message, hint)
    except _DAMAGED:
        _log.warning("the failure of a message is damaged")
        return None


def notes_json(notes: tuple[Phrase, ...]) -> str:
    """Return the column of what was noted about a picture or an answer."""
    return _dump([_phrase_json(note) for note in notes])


def read_notes(text: object) -> tuple[Phrase, ...]:
    """Return what was noted about a picture or an answer."""
    if not text or text == "[]":
        return ()
    try:
        return tuple(_read_phrase(note) for note in json.loads(str(text)))
    except _DAMAGED:
        _log.warning("the notes of a picture or an answer are damaged")
        return ()


def generation_json(settings: GenerationSettings | None) -> str | None:
    """Return the column of how answers are sampled."""
    return None if settings is None else _dump(asdict(settings))


def read_generation(text: object) -> GenerationSettings | None:
    """Return how answers are sampled, None where that follows the application."""
    if text is None:
        return None
    try:
        return _read_generation(json.loads(str(text)))
    except _DAMAGED:
        _log.warning("the settings of a conversation are damaged")
        return None


def run_row(run: Run | None) -> dict[str, object]:
    """Return the columns of how an answer was computed.

    Token ids that 32 bits can't hold are no model's: the run is kept without any.
    """
    if run is None:
        return {"run": None, "tokens": None}
    value = asdict(replace(run, tokens=(), sight=None))
    del value["tokens"]
    if run.sight is None:
        del value["sight"]
    else:
        value["sight"] = sight_document(run.sight)
    value["libraries"] = [list(map(well_formed, pair)) for pair in run.libraries]
    texts = {name: well_formed(text) for name, text in value.items() if isinstance(text, str)}
    return {"run": _dump(value | texts), "tokens": _tokens_bytes(run.tokens)}


def read_run(text: object, tokens: object) -> Run | None:
    """Return how an answer was computed, None where nobody knows.

    Args:
        text: The column ``run``.
        tokens: The column ``tokens``; where it is damaged the run has none.
    """
    if text is None:
        return None
    try:
        run = _read_run(str(text))
    except _DAMAGED:
        _log.warning("how an answer was computed is damaged")
        return None
    if tokens is None:
        return run
    ids = _read_tokens(tokens)
    return replace(run, begun=0) if ids is None else replace(run, tokens=ids)


def shown(value: object) -> str:
    """Return a value for a line of the log; of what may be a person's words the length alone."""
    if value is None or isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str) and _ID.fullmatch(value):
        return value
    return f"a {type(value).__name__} of {len(value)}" if isinstance(value, Sized) else "something"


def _dump(value: object) -> str:
    # ASCII, so that lone surrogates in a field stay escapes; a path in a field becomes text.
    return json.dumps(value, default=str)


def _phrase_json(phrase: Phrase) -> dict[str, object]:
    return {"template": phrase.template, "fields": phrase.fields}


def _read_phrase(value: dict[str, object]) -> Phrase:
    fields = value["fields"]
    if not isinstance(fields, dict):
        raise TypeError("fields are no object")
    phrase = Phrase(str(value["template"]), fields)
    str(phrase)  # raises where template and fields don't fit
    return phrase


def _read_generation(value: dict[str, Any]) -> GenerationSettings:
    given = _DEFAULTS | value  # an earlier mmdesk may have known fewer
    seed = given["seed"]
    return GenerationSettings(
        temperature=_number(given["temperature"], 0.0, math.inf),
        top_p=_number(given["top_p"], math.ulp(0.0), 1.0),
        max_tokens=_whole(given["max_tokens"], 1),
        seed=None if seed is None else _whole(seed, *_SEEDS),
    )


# Where nothing is drawn all answers of a conversation have the same; what raises isn't kept.
@lru_cache(maxsize=16)
def _read_run(text: str) -> Run:
    value = json.loads(text)
    texts = {name: value[name] for name in _RUN_TEXTS if name in value}
    libraries = tuple(map(tuple, value.get("libraries", ())))
    for text in chain(texts.values(), *libraries):
        if not isinstance(text, str):
            raise TypeError("no text")
    if any(len(pair) != 2 for pair in libraries):
        raise ValueError("no name and version")
    return Run(
        settings=_read_generation(value["settings"]),
        begun=_whole(value.get("begun", 0), 0),
        threads=_whole(value.get("threads", 0), 0),
        libraries=libraries,
        sight=read_sight(value["sight"]) if "sight" in value else None,
        **texts,
    )


def _tokens_bytes(tokens: tuple[int, ...]) -> bytes | None:
    try:
        return struct.pack(f"<{len(tokens)}I", *tokens) if tokens else None
    except struct.error:
        _log.warning("the tokens of an answer are kept by no model: %s", shown(tokens[:8]))
        return None


def _read_tokens(tokens: object) -> tuple[int, ...] | None:
    if isinstance(tokens, bytes) and len(tokens) % _TOKEN_BYTES == 0:
        return struct.unpack(f"<{len(tokens) // _TOKEN_BYTES}I", tokens)
    _log.warning("the tokens of an answer are damaged")
    return None


def _number(value: object, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("no number")
    if not least <= value <= most or math.isinf(value):
        raise ValueError("out of range")
    return float(value)


def _whole(value: object, least: int, below: int = 2**63) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("no whole number")
    if not least <= value < below:
        raise ValueError("out of range")
    return value
