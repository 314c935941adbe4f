"""`mmdesk eval FOLDER`: reads the examples, asks the model, and says how right it was."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mmdesk import paths
from mmdesk.core.errors import MeasureNoPlot, MmdeskError
from mmdesk.core.figures import Figure
from mmdesk.core.models import ModelRole, short_name
from mmdesk.core.requests import LoadModel
from mmdesk.evaluate.own import examples
from mmdesk.evaluate.own.choosing import Chosen, choose
from mmdesk.evaluate.own.examples import MEASURES, Kind, counted, in_words, kind_of
from mmdesk.evaluate.own.progress import Progress
from mmdesk.evaluate.own.yes_no import expected
from mmdesk.evaluate.packages import require
from mmdesk.settings import Settings, load_settings
from mmdesk.terminal import CONTROLS
from mmdesk.training.own.folder import Entry, read_folder

_SHOWN = 5


@dataclass(slots=True)
class Measured:
    """What is known so far.

    Attributes:
        stopped: Whether Ctrl+C ended it.
        wrong: What is wrong, for people, with the line's number.
        problems: What could not be measured, with the line's number.
        sure: The probability of the likelier one of yes and no, question by question.
        right: Whether it is the right one.
    """

    model: Path
    figures: list[Figure]
    stopped: bool = False
    done: str = ""
    wrong: list[str] = field(default_factory=list)
    problems: list[tuple[int, MmdeskError]] = field(default_factory=list)
    sure: list[float] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)


def measure(args: argparse.Namespace) -> Measured:
    """Measure as the command line says; what doesn't fit is said before anything is loaded.

    Raises:
        DataError, MediaError: the folder can't be used.
        MeasureError, ModelError, ModelUnknown, SpeechError: the model can't be measured with it.
        BenchError: the plot can't be drawn.
    """
    folder = read_folder(Path(args.name))
    settings = load_settings(paths.settings_file())
    entries = examples.some(folder.entries, args.limit, args.seed)
    kinds = counted(entries)
    chosen = choose(args.model, settings, kinds)
    usable = [entry for entry in entries if kind_of(entry) in MEASURES[chosen.role]]
    _check(args.plot, chosen.role, usable)
    left = [kind for kind in Kind if kind in kinds and kind not in MEASURES[chosen.role]]
    if left:
        number = len(entries) - len(usable)
        tell(f"left out: {number} lines with {in_words(left)}, which are for another kind of model")
    seed = args.seed if len(entries) < len(folder.entries) else None
    by_role = {ModelRole.CHAT: _chat, ModelRole.MATCH: _match, ModelRole.SPEECH: _speech}
    return by_role[chosen.role](args, chosen, settings, usable, seed)


def tell(text: str) -> None:
    """Say something beside the figures; names and answers can't steer the terminal."""
    print(f"mmdesk eval: {text.translate(CONTROLS)}", file=sys.stderr)


def report(found: Measured, *, wrong: bool) -> None:
    """Say what went wrong: the first few problems, and all wrong answers if they are wanted."""
    if wrong:
        for text in found.wrong:
            tell(text)
    for line, problem in found.problems[:_SHOWN]:
        tell(f"line {line}: {problem.message}")
    if len(found.problems) > _SHOWN:
        tell(f"and {len(found.problems) - _SHOWN} more")
    if found.stopped:
        tell(f"stopped after {found.done}; the figures are of those")


def draw(found: Measured, plot: Path) -> None:
    """Draw how sure and how right the model was.

    Raises:
        MeasureNoPlot: no probability is known.
        PlotUnwritable: the file can't be written.
    """
    from mmdesk.evaluate.reliability_plot import write_reliability

    if not found.sure:
        raise MeasureNoPlot
    title = f"{short_name(str(found.model))}: how sure, how right"
    write_reliability(found.sure, found.right, plot, title)


def _check(plot: Path | None, role: ModelRole, entries: Sequence[Entry]) -> None:
    """Find out what would only show at the end, before minutes are spent."""
    if role is ModelRole.SPEECH:
        require("jiwer", "word errors")
    elif role is ModelRole.CHAT and any(entry.captions for entry in entries):
        require("sacrebleu", "BLEU")
    if plot is None:
        return
    from mmdesk.bench.plot import check_plot

    asked = (turn for entry in entries for turn in entry.turns if turn.answers)
    if role is not ModelRole.CHAT or all(expected(turn.answers) is None for turn in asked):
        raise MeasureNoPlot
    check_plot(plot)


def _chat(
    args: argparse.Namespace, chosen: Chosen, settings: Settings, entries: Sequence[Entry],
    seed: int | None,
) -> Measured:  # fmt: skip
    from mmdesk.evaluate.own import chat_figures
    from mmdesk.evaluate.own.asking import Reply, ask
    from mmdesk.evaluate.own.chat import Chat
    from mmdesk.evaluate.own.pictures import Pictures

    asked = examples.tasks(entries)
    request = LoadModel(chosen.path, settings.device, settings.dtype, settings.threads)
    chat = Chat(request, args.max_tokens)
    replies: list[Reply] = []
    pictures = Pictures()

    def each(number: int) -> None:
        replies.extend(ask(chat, pictures, asked[number], args.append))

    try:
        stopped = _through(len(asked), "questions", each)
    finally:
        pictures.close()
    made = chat_figures.figures(replies, seed) if replies else []
    found = Measured(chosen.path, made, stopped)
    found.done = f"{len(replies)} questions"
    found.problems = [(r.line, r.problem) for r in replies if r.problem is not None]
    said = [(reply.line, chat_figures.wrong(reply)) for reply in replies]
    found.wrong = [f"line {line}: {text}" for line, text in said if text is not None]
    found.sure, found.right = chat_figures.calibration(replies)
    return found


def _match(
    args: argparse.Namespace, chosen: Chosen, settings: Settings, entries: Sequence[Entry],
    seed: int | None,
) -> Measured:  # fmt: skip
    from mmdesk.evaluate.own.matching import Embedded, embed, figures, load
    from mmdesk.evaluate.own.pictures import Pictures

    del args
    matcher = load(chosen.path, settings.device)
    shown = list(dict.fromkeys(entry.pictures[0] for entry in entries))
    embedded = Embedded()
    pictures = Pictures()
    try:
        stopped = _through(
            len(shown), "pictures", lambda n: embed(matcher, pictures, shown[n], embedded)
        )
    finally:
        pictures.close()
    found = Measured(
        chosen.path, figures(matcher, embedded, entries, seed) if embedded.seen else [], stopped
    )
    found.done = f"{len(embedded.seen)} pictures"
    lines = {entry.pictures[0]: entry.line for entry in reversed(entries)}
    found.problems = [(lines[path], error) for path, error in embedded.problems.items()]
    return found


def _speech(
    args: argparse.Namespace, chosen: Chosen, settings: Settings, entries: Sequence[Entry],
    seed: int | None,
) -> Measured:  # fmt: skip
    from mmdesk.core.errors import SoundSilent
    from mmdesk.evaluate.own.hearing import Heard, figures, hear, hearing

    del args
    heard: list[Heard] = []
    with hearing(replace(settings, speech_model=chosen.path)) as ear:
        stopped = _through(
            len(entries), "sounds", lambda number: heard.append(hear(ear, entries[number]))
        )
    found = Measured(chosen.path, figures(heard, seed) if heard else [], stopped)
    found.done = f"{len(heard)} sounds"
    found.problems = [
        (each.line, each.problem)
        for each in heard
        if each.problem is not None and not isinstance(each.problem, SoundSilent)
    ]
    found.wrong = [
        f"line {each.line}: {each.wrote!r}, not {each.said!r}"
        for each in heard
        if each.wrote != each.said
    ]
    return found


def _through(count: int, what: str, each: Callable[[int], None]) -> bool:
    """Go through all of them; returns whether Ctrl+C ended it."""
    progress = Progress(what)
    try:
        for number in range(count):
            progress(number, count)
            each(number)
    except KeyboardInterrupt:
        return True
    finally:
        progress.end()
    return False
