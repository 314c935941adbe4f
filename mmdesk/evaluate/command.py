"""`mmdesk eval`: what can be measured, and output; torch is imported only when it runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mmdesk import paths
from mmdesk.core.figures import Figure, print_figures
from mmdesk.evaluate.tables import markdown


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what to measure and its options."""
    parser.add_argument(
        "name", choices=["starter", "starter-clip", "starter-speech"], help="what to measure"
    )
    parser.add_argument("--seed", type=int, default=1, help="which scenes or sentences (default 1)")
    parser.add_argument(
        "--n", type=_positive,
        help="questions per skill and language (default 100), sentences (200), or galleries "
        "of 100 scenes (10)",
    )  # fmt: skip
    parser.add_argument("--model", type=Path, help="checkpoint directory (default: what ships)")
    parser.add_argument("--batch", type=_positive, default=50, help="how many at a time")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object per figure")
    form.add_argument("--markdown", action="store_true", help="a table with 95 %% intervals")
    parser.add_argument("--wrong", action="store_true", help="also list what is wrong on stderr")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


def run(args: argparse.Namespace) -> int:
    """Prints the figures. Status 0 if every bar holds, else 1; 2 where it can't be measured."""
    folder, measure = {
        "starter": (paths.starter, _starter),
        "starter-clip": (paths.starter_clip, _clip),
        "starter-speech": (paths.starter_speech, _speech),
    }[args.name]
    model: Path = args.model or folder()
    if not (model / "config.json").is_file():
        print(f"mmdesk eval: no checkpoint in {model}", file=sys.stderr)
        return 2
    return measure(args, model)


def _show(args: argparse.Namespace, found: list[Figure]) -> int:
    if args.markdown:
        print(markdown(found))
    else:
        print_figures(found, as_json=args.json)
    return 1 if any(figure.holds is False for figure in found) else 0


def _clip(args: argparse.Namespace, model: Path) -> int:
    from mmdesk.evaluate import starter_clip

    return _show(args, starter_clip.figures(model, args.seed, args.n or 10, args.batch))


def _starter(args: argparse.Namespace, model: Path) -> int:
    from mmdesk.evaluate.starter import evaluate, figures

    answered = list(evaluate(model, args.seed, args.n or 100, args.batch))
    if args.wrong:
        for trial in answered:
            if not trial.right:
                print(
                    f"{trial.skill.value} {trial.lang.value}: {trial.question!r} -> "
                    f"{trial.answer!r}, not {trial.expected!r}",
                    file=sys.stderr,
                )
    found = figures(answered, args.seed)
    return _show(args, found)


def _speech(args: argparse.Namespace, model: Path) -> int:
    from mmdesk.training.speech.voices import missing

    if (sentence := missing()) is not None:
        print(f"mmdesk eval: {sentence}", file=sys.stderr)
        return 2
    from mmdesk.evaluate import starter_speech

    ear = starter_speech.Ear(model)
    heard = list(starter_speech.listen(ear, args.n or 200, args.seed))
    if args.wrong:
        for one in heard:
            if not one.exact:
                print(f"{one.said.voice}: {one.said.text!r} -> {one.text!r}", file=sys.stderr)
    found = starter_speech.figures(heard, args.seed)
    found.append(starter_speech.silence_figure(ear, args.seed))
    return _show(args, found)
