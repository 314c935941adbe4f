"""``mmdesk match`` and ``mmdesk classify``: how well texts fit a picture, with bars."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mmdesk import compose, paths
from mmdesk.core.claims import contrasts, label_texts, labels_in, unfit
from mmdesk.core.errors import MatchModelUnfit, MatchNeedsPicture, MatchTextMissing
from mmdesk.core.matching import Matches, MatchModel, MatchPicture
from mmdesk.core.messages import Picture, well_formed
from mmdesk.core.models import STARTER, is_remote
from mmdesk.logs import open_log
from mmdesk.matching.local import LocalMatcher
from mmdesk.settings import Settings, load_settings
from mmdesk.terminal import CONTROLS

_BAR = 24
"""Characters of a bar at a probability of 1."""
_EIGHTHS = " ▏▎▍▌▋▊▉"
_MOST_ROWS = 40
_LONGEST = 120
"""Characters of a text in a row or a note."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a picture is compared with.

    Attributes:
        texts: As the model gets them, each once.
        shown: What the person wrote in the place of each; a contrast is shown as it is.
        claims: What the person wrote, which may be unfit.
        contrasts: How many of the texts were made from the one that was given.
        notes: What to tell about the texts.
    """

    texts: tuple[str, ...]
    shown: tuple[str, ...]
    claims: tuple[str, ...]
    contrasts: int = 0
    notes: list[str] = field(default_factory=list)


def add_match(parser: argparse.ArgumentParser) -> None:
    """Declare ``mmdesk match``."""
    _add_common(parser)
    parser.add_argument(
        "texts", nargs="+", metavar="TEXT", help="what the picture may show; one is enough"
    )


def add_classify(parser: argparse.ArgumentParser) -> None:
    """Declare ``mmdesk classify``."""
    _add_common(parser)
    parser.add_argument(
        "--labels", required=True, metavar="A,B,C", help="what there is to choose from"
    )


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("picture", type=Path, metavar="FILE", help="a picture")
    parser.add_argument(
        "--model", metavar="MODEL", help="a CLIP or SigLIP folder, or its id in “mmdesk models”"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run_match(arguments: argparse.Namespace) -> int:
    """Compare a picture with texts; one alone with its contrasts."""
    texts = tuple(map(well_formed, arguments.texts))
    question = _once(texts, texts)
    if len(question.texts) == 1 and (others := contrasts(question.texts[0])):
        both = question.texts + others
        question = Question(both, both, question.claims, len(others), question.notes)
    return _run(arguments, question)


def run_classify(arguments: argparse.Namespace) -> int:
    """Tell which of the labels a picture is of."""
    labels = labels_in(well_formed(arguments.labels))
    if not labels:
        raise MatchTextMissing
    return _run(arguments, _once(label_texts(labels), labels))


def _once(texts: Sequence[str], shown: Sequence[str]) -> Question:
    """Return a question with each text once."""
    notes = [
        f"“{_short(text)}” was given {count} times and counts once."
        for text, count in Counter(shown).items()
        if count > 1
    ]
    pairs = dict(zip(texts, shown, strict=True))
    return Question(tuple(pairs), tuple(pairs.values()), tuple(dict.fromkeys(shown)), notes=notes)


def _run(arguments: argparse.Namespace, question: Question) -> int:
    open_log(paths.log_file())
    settings = load_settings(paths.settings_file())
    model = _model(settings, arguments.model)
    picture, found = _compared(arguments.picture, question, model)
    notes = [f"{picture.name}: {note}" for note in picture.notes]
    notes += [*question.notes, *_notes(question, found, model.path)]
    if arguments.json:
        _print_json(question, found, notes)
    else:
        _print_table(question, found, notes)
    return 0


def _model(settings: Settings, name: str | None) -> MatchModel:
    """Return the model that is asked for, the chosen one, or the starter's."""
    path = None
    if name == paths.starter_clip().name:
        path = paths.starter_clip()
    elif name:
        key = compose.model_key(settings, name)
        if is_remote(key):
            kind, takes = "a model of a server", "pictures and questions"
            raise MatchModelUnfit(path=key, kind=kind, takes=takes)
        path = paths.starter() if key == STARTER else Path(key)
    return settings.match(paths.starter_clip(), path)


def _compared(path: Path, question: Question, model: MatchModel) -> tuple[Picture, Matches]:
    reader = compose.media_reader()
    matcher = LocalMatcher()
    try:
        _status(f"{path.name}: reading")
        picture = reader.read(path)
        if not isinstance(picture, Picture):
            raise MatchNeedsPicture(name=path.name)
        _status(f"{path.name}: comparing")
        found = matcher.match(MatchPicture(picture, question.texts, model))
        assert found is not None  # nothing cancels it
        return picture, found
    finally:
        _status("")
        matcher.close()
        reader.close()


def _notes(question: Question, found: Matches, model: Path) -> Iterator[str]:
    """Yield what to know about the probabilities."""
    if question.contrasts:
        made = f"{question.contrasts} others made from it, each with one thing changed."
        alone = "One text alone would get 1, whatever the picture shows: it is compared with "
        yield alone + made if found.among else f"Beside the text, there are {made}"
    written = dict(zip(question.texts, question.shown, strict=True))
    for text in found.cut[:_MOST_ROWS]:
        yield f"“{_short(written[text])}” is longer than the model reads: its end was left out."
    if not found.among:
        yield "Each probability is a text's own: they need not add up to 1."
    places = model == paths.absolute(paths.starter_clip())
    reasons: dict[str, list[str]] = {}
    for claim in question.claims:
        for phrase in unfit(claim, places=places):
            reasons.setdefault(str(phrase), []).append(claim)
    for reason, claims in reasons.items():
        more = f" and {len(claims) - 1} more" if len(claims) > 1 else ""
        yield f"Don't rely on “{_short(claims[0])}”{more}. {reason}"


def _print_json(question: Question, found: Matches, notes: list[str]) -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        # JSON is UTF-8 (RFC 8259); a lone surrogate becomes JSON's own escape.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    labels = question.shown if question.shown != question.texts else None
    matches: list[dict[str, object]] = [
        {"text": each.text, "probability": round(each.probability, 6)} for each in found.matches
    ]
    for label, match in zip(labels or (), matches, strict=bool(labels)):
        match["label"] = label
    document = {
        "model": found.model,
        "among": found.among,
        "matches": matches,
        "cut": list(found.cut),
        "notes": notes,
    }
    print(json.dumps(document, ensure_ascii=False))


def _print_table(question: Question, found: Matches, notes: list[str]) -> None:
    rows = [
        (each.probability, text) for each, text in zip(found.matches, question.shown, strict=True)
    ]
    rows.sort(key=lambda row: -row[0])
    for probability, text in rows[:_MOST_ROWS]:
        print(f"{probability:.2f}  {_bar(probability)}  {_short(text)}")
    if len(rows) > _MOST_ROWS:
        print(f"and {len(rows) - _MOST_ROWS} more, none above {rows[_MOST_ROWS][0]:.2f}")
    sys.stdout.flush()
    for note in notes:
        print(note.translate(CONTROLS), file=sys.stderr)


def _bar(probability: float) -> str:
    """Return a bar of :data:`_BAR` characters; of number signs, where blocks can't be printed."""
    eighths = round(probability * _BAR * 8)
    whole, rest = divmod(eighths, 8)
    bar = "█" * whole + (_EIGHTHS[rest] if rest else "")
    try:
        bar.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        bar = "#" * round(eighths / 8)
    return bar.ljust(_BAR)


def _short(text: str) -> str:
    line = " ".join(text.split()).translate(CONTROLS)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _status(text: str) -> None:
    """Say on a terminal what goes on, in one line that is written over."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text.translate(CONTROLS)}", end="", file=sys.stderr, flush=True)
