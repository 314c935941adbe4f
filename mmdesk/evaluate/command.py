"""`mmdesk eval starter` and `starter-speech`: arguments and output; torch only when they run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mmdesk import paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what to measure and its options."""
    parser.add_argument("name", choices=["starter", "starter-speech"], help="what to measure")
    parser.add_argument("--seed", type=int, default=1, help="which scenes or sentences (default 1)")
    parser.add_argument(
        "--n", type=int,
        help="questions per skill and language (default 100), or sentences (default 200)",
    )  # fmt: skip
    parser.add_argument("--model", type=Path, help="checkpoint directory (default: what ships)")
    parser.add_argument("--batch", type=int, default=50, help="starter: conversations at a time")
    parser.add_argument("--json", action="store_true", help="one JSON object per figure")
    parser.add_argument("--wrong", action="store_true", help="also list what is wrong on stderr")


def run(args: argparse.Namespace) -> int:
    """Prints the figures. Status 0 if every bar holds, else 1; 2 where it can't be measured."""
    speech = args.name == "starter-speech"
    model: Path = args.model or (paths.starter_speech() if speech else paths.starter())
    if not (model / "config.json").is_file():
        print(f"mmdesk eval: no checkpoint in {model}", file=sys.stderr)
        return 2
    return _speech(args, model) if speech else _starter(args, model)


def _starter(args: argparse.Namespace, model: Path) -> int:
    from mmdesk.core.figures import print_figures
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
    print_figures(found, as_json=args.json)
    return 1 if any(figure.holds is False for figure in found) else 0


def _speech(args: argparse.Namespace, model: Path) -> int:
    from mmdesk.training.speech.voices import missing

    if (sentence := missing()) is not None:
        print(f"mmdesk eval: {sentence}", file=sys.stderr)
        return 2
    from mmdesk.core.figures import print_figures
    from mmdesk.evaluate import starter_speech

    ear = starter_speech.Ear(model)
    heard = list(starter_speech.listen(ear, args.n or 200, args.seed))
    if args.wrong:
        for one in heard:
            if not one.exact:
                print(f"{one.said.voice}: {one.said.text!r} -> {one.text!r}", file=sys.stderr)
    found = starter_speech.figures(heard, args.seed)
    found.append(starter_speech.silence_figure(ear, args.seed))
    print_figures(found, as_json=args.json)
    return 1 if any(figure.holds is False for figure in found) else 0
