"""`mmdesk eval starter`: arguments and output; torch is imported only when it runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mmdesk import paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds `starter` and its options."""
    parser.add_argument("name", choices=["starter"], help="what to measure")
    parser.add_argument("--seed", type=int, default=1, help="which fresh scenes (default 1)")
    parser.add_argument("--n", type=int, default=100, help="questions per skill and language")
    parser.add_argument("--model", type=Path, default=paths.starter(), help="checkpoint directory")
    parser.add_argument("--batch", type=int, default=50, help="conversations at a time")
    parser.add_argument("--json", action="store_true", help="one JSON object per figure")
    parser.add_argument("--wrong", action="store_true", help="also list wrong answers on stderr")


def run(args: argparse.Namespace) -> int:
    """Prints the figures. Status 0 if every bar holds, else 1; 2 for a missing model."""
    if not (args.model / "config.json").is_file():
        print(f"mmdesk eval: no checkpoint in {args.model}", file=sys.stderr)
        return 2
    from mmdesk.core.figures import print_figures
    from mmdesk.evaluate.starter import evaluate, figures

    answered = list(evaluate(args.model, args.seed, args.n, args.batch))
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
