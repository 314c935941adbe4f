"""`mmdesk train clip|chat`: its options, and what is told at the end."""

from __future__ import annotations

import argparse
import math
import shlex
import sys
from pathlib import Path

from mmdesk import paths
from mmdesk.core.errors import TrainingModelUnfit
from mmdesk.core.models import STARTER, is_remote
from mmdesk.training.own.options import BATCH, Kind, Options, Places

INTERRUPTED = 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options that only training on own pictures has."""
    own = parser.add_argument_group("clip, chat: training on your own pictures")
    own.add_argument("--data", type=Path, help="a folder with pictures and one .jsonl file")
    own.add_argument(
        "--model", help="what to begin with: a folder, or a model that “mmdesk models” lists "
        "(default: starter, starter-clip)",
    )  # fmt: skip
    own.add_argument("--lora", action="store_true", help="train small matrices beside the weights")
    own.add_argument("--rank", type=_whole, default=16, help="of LoRA's matrices (default 16)")
    own.add_argument("--epochs", type=_whole, help="times through the examples (default 10)")
    own.add_argument("--batch", type=_whole, help="examples at a time (default: clip 32, chat 8)")
    own.add_argument("--rate", type=_rate, help="highest learning rate (default: by the size)")
    own.add_argument(
        "--held-out", type=_share, default=0.1,
        help="share of the pictures to measure on instead of learning them (default 0.1)",
    )  # fmt: skip
    own.add_argument(
        "--patience", type=_natural, default=5,
        help="end after so many measurements without a lower held-out loss (default 5; 0: never)",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Trains; returns the exit status. Raises `MmdeskError`."""
    kind: Kind = args.name
    if args.data is None:
        print(f"mmdesk train {kind}: --data FOLDER is missing", file=sys.stderr)
        return 2
    if (wrong := _wrong_length(args)) is not None:
        print(f"mmdesk train {kind}: {wrong}", file=sys.stderr)
        return 2
    from mmdesk.training.own.choosing import choose
    from mmdesk.training.own.loading import checked
    from mmdesk.training.own.places import held, out_folder, work_folder

    data = paths.absolute(args.data)
    out = out_folder(args.out, data, kind)
    model = _model(args.model, kind)
    options = _options(args, kind)
    checked(model, kind)  # both before torch is there, and before a folder is made
    chosen = choose(data, kind, options.held_out)
    from mmdesk.training.own.run import OwnTraining

    places = Places(data, model, out, work_folder(args.work, out))
    with held(places.work):
        done = OwnTraining(options, places, chosen, _command(), _report).run()
    if not done:
        print(f"stopped; the same command goes on from {places.work}", file=sys.stderr)
        return INTERRUPTED
    listed = "; the models page lists it" if out.parent == paths.models() else ""
    print(f"wrote {out}{listed}")
    return 0


def _wrong_length(args: argparse.Namespace) -> str | None:
    """What is wrong with the options that all trainings share."""
    if args.minutes is not None and not args.minutes > 0:
        return "--minutes must be more than 0"
    if args.steps is not None and args.steps < 1:
        return "--steps must be at least 1"
    if args.threads is not None and args.threads < 0:
        return "--threads must be at least 0"
    return None


def _options(args: argparse.Namespace, kind: Kind) -> Options:
    return Options(
        kind=kind,
        epochs=args.epochs,
        minutes=args.minutes,
        steps=args.steps,
        batch=args.batch or BATCH[kind],
        rate=args.rate,
        lora=args.lora,
        rank=args.rank,
        seed=(args.seed or 0) % 2**31,
        held_out=args.held_out,
        patience=args.patience,
        device=args.device or "auto",
        threads=args.threads or 0,
    )


def _model(name: str | None, kind: Kind) -> Path:
    """The folder of the model to begin with. Raises `ModelUnknown` or `TrainingModelUnfit`."""
    name = name or {"chat": STARTER, "clip": "starter-clip"}[kind]
    shipped = {STARTER: paths.starter, "starter-clip": paths.starter_clip}
    if name in shipped:
        return shipped[name]()
    from mmdesk import compose
    from mmdesk.settings import load_settings

    key = compose.model_key(load_settings(paths.settings_file()), name)
    if is_remote(key):
        raise TrainingModelUnfit(
            path=key, kind="on a server", wanted="one on this computer", command=kind
        )
    return Path(key)


def _command() -> str:
    return shlex.join(["mmdesk", *sys.argv[1:]])


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _whole(text: str) -> int:
    return _number(text, 1)


def _natural(text: str) -> int:
    return _number(text, 0)


def _number(text: str, least: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if not least <= number <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a whole number from {least} on")
    return number


def _rate(text: str) -> float:
    return _within(text, 1.0, "a learning rate above 0, at most 1", above=True)


def _share(text: str) -> float:
    return _within(text, 0.9, "a share from 0 to 0.9", above=False)


def _within(text: str, most: float, what: str, *, above: bool) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (0 < number <= most or (number == 0 and not above)):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not {what}")
    return number
