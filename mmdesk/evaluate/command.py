"""`mmdesk eval`: what can be measured, and output; torch is imported only when it runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mmdesk import paths
from mmdesk.core.errors import MeasureNoPlot
from mmdesk.core.figures import Figure, print_figures
from mmdesk.evaluate.tables import markdown

_INTERRUPTED = 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what to measure and its options."""
    parser.add_argument(
        "name", metavar="FOLDER|starter|starter-clip|starter-evidence|starter-speech",
        help="a folder of your own examples (docs/measuring.md), or what ships with mmdesk",
    )  # fmt: skip
    parser.add_argument(
        "--model", metavar="DIR|NAME",
        help="what is measured (default: the chosen model, or what ships)",
    )  # fmt: skip
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N",
        help="which scenes or sentences, or which examples --limit takes (default 1)",
    )  # fmt: skip
    _add_own(parser)
    _add_starters(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object per figure")
    form.add_argument("--markdown", action="store_true", help="a table with 95 %% intervals")
    parser.add_argument(
        "--plot", type=Path, metavar="FILE",
        help="draw how sure and how right the answers to yes/no questions are, as .png or .svg",
    )  # fmt: skip
    parser.add_argument("--wrong", action="store_true", help="also list what is wrong on stderr")


def _add_own(parser: argparse.ArgumentParser) -> None:
    own = parser.add_argument_group("for a folder")
    own.add_argument("--limit", type=_positive, metavar="N", help="so many examples, drawn by seed")
    own.add_argument(
        "--append", default="", metavar="TEXT",
        help="stands below each question, such as “Answer with a single word.”",
    )  # fmt: skip
    own.add_argument(
        "--max-tokens", type=_positive, default=512, metavar="N",
        help="longest answer (default 512)",
    )  # fmt: skip


def _add_starters(parser: argparse.ArgumentParser) -> None:
    starters = parser.add_argument_group("for what ships")
    starters.add_argument(
        "--n", type=_positive, metavar="N",
        help="questions per skill and language (default 100), sentences (200), galleries of 100 "
        "scenes (10), or scenes (100)",
    )  # fmt: skip
    starters.add_argument("--batch", type=_positive, default=50, metavar="N", help="at a time")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


def run(args: argparse.Namespace) -> int:
    """Prints the figures. Status 0 if every bar holds, else 1; 2 where it can't be measured.

    A person's own folder has no bars: 130 after Ctrl+C, with the figures so far.
    """
    starters = {
        "starter": (paths.starter, _starter),
        "starter-clip": (paths.starter_clip, _clip),
        "starter-evidence": (paths.starter, _evidence),
        "starter-speech": (paths.starter_speech, _speech),
    }
    if (misplaced := _misplaced(args, args.name in starters)) is not None:
        print(f"mmdesk eval: {misplaced}", file=sys.stderr)
        return 2
    if args.name not in starters:
        return _own(args)
    folder, measure = starters[args.name]
    if args.plot is not None and args.name != "starter":
        raise MeasureNoPlot
    model = Path(args.model) if args.model else folder()
    if not (model / "config.json").is_file():
        print(f"mmdesk eval: no checkpoint in {model}", file=sys.stderr)
        return 2
    return measure(args, model)


def _misplaced(args: argparse.Namespace, starter: bool) -> str | None:
    if starter and (args.limit is not None or args.append):
        return "--limit and --append are for a folder; --n is how much a starter is asked"
    if not starter and args.n is not None:
        return "--n is for the starters; --limit takes so many examples of a folder"
    return None


def _show(args: argparse.Namespace, found: list[Figure]) -> int:
    if args.markdown:
        print(markdown(found))
    else:
        print_figures(found, as_json=args.json)
    return 1 if any(figure.holds is False for figure in found) else 0


def _own(args: argparse.Namespace) -> int:
    from mmdesk.evaluate.own import run as own
    from mmdesk.logs import open_log

    open_log(paths.log_file())
    found = own.measure(args)
    _show(args, found.figures)
    own.report(found, wrong=args.wrong)
    if args.plot is not None and (found.sure or not found.stopped):
        own.draw(found, args.plot)
    return _INTERRUPTED if found.stopped else 0


def _clip(args: argparse.Namespace, model: Path) -> int:
    from mmdesk.evaluate import starter_clip

    return _show(args, starter_clip.figures(model, args.seed, args.n or 10, args.batch))


def _evidence(args: argparse.Namespace, model: Path) -> int:
    from mmdesk.evaluate import starter_evidence

    return _show(args, starter_evidence.figures(model, args.seed, args.n or 100))


def _starter(args: argparse.Namespace, model: Path) -> int:
    if args.plot is not None:
        from mmdesk.bench.plot import check_plot

        check_plot(args.plot)
    from mmdesk.evaluate.starter import calibration, evaluate, figures

    answered = list(evaluate(model, args.seed, args.n or 100, args.batch))
    if args.wrong:
        for trial in answered:
            if not trial.right:
                print(
                    f"{trial.skill.value} {trial.lang.value}: {trial.question!r} -> "
                    f"{trial.answer!r}, not {trial.expected!r}",
                    file=sys.stderr,
                )
    status = _show(args, figures(answered, args.seed))
    if args.plot is not None:
        from mmdesk.evaluate.reliability_plot import write_reliability

        write_reliability(*calibration(answered), args.plot, "Starter: how sure, how right")
    return status


def _speech(args: argparse.Namespace, model: Path) -> int:
    from mmdesk.training.speech.voices import missing

    if (sentence := missing()) is not None:
        print(f"mmdesk eval: {sentence}", file=sys.stderr)
        return 2
    from mmdesk.evaluate import starter_speech
    from mmdesk.evaluate.packages import require

    require("jiwer", "word errors")
    ear = starter_speech.Ear(model)
    heard = list(starter_speech.listen(ear, args.n or 200, args.seed))
    if args.wrong:
        for one in heard:
            if not one.exact:
                print(f"{one.said.voice}: {one.said.text!r} -> {one.text!r}", file=sys.stderr)
    found = starter_speech.figures(heard, args.seed)
    found.append(starter_speech.silence_figure(ear, args.seed))
    return _show(args, found)
