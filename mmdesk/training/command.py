"""`mmdesk train starter`, `starter-speech` and `samples`; torch is imported only when they run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Protocol, Self, TypeVar

from mmdesk import paths


class _Adjustable(Protocol):
    """What both recipes can be told."""

    def seeded(self, seed: int) -> Self: ...

    def with_threads(self, threads: int) -> Self: ...

    def within_minutes(self, minutes: float) -> Self: ...

    def within_steps(self, steps: int) -> Self: ...


_AnyRecipe = TypeVar("_AnyRecipe", bound=_Adjustable)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what to make and its options."""
    parser.add_argument(
        "name", choices=["starter", "starter-speech", "samples"], help="what to make"
    )
    parser.add_argument("--out", type=Path, help="where to (default: resources/)")
    parser.add_argument("--work", type=Path, help="checkpoint and log (default: OUT.work)")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, help="stretch the recipe to this long")
    length.add_argument("--steps", type=int, help="count steps instead of minutes")
    parser.add_argument("--device", help="cpu, cuda or mps (default: cuda if there is one)")
    parser.add_argument("--seed", type=int, help="another seed than the recipe's")
    parser.add_argument("--threads", type=int, help="CPU threads (default: the recipe's)")
    parser.add_argument("--clips", type=int, help="starter-speech: how many clips to make")
    parser.add_argument("--no-compile", action="store_true", help="never use torch.compile")


def run(args: argparse.Namespace) -> int:
    """Makes it; a training run that was stopped goes on where it was when called again."""
    if args.name == "samples":
        from mmdesk.training.samples import write_samples

        write_samples(args.out or paths.samples())
        return 0
    return _train_speech(args) if args.name == "starter-speech" else _train(args)


def _train_speech(args: argparse.Namespace) -> int:
    from mmdesk.training import starter_speech
    from mmdesk.training.speech.recipe import CPU, GPU
    from mmdesk.training.speech.voices import SynthesiserError

    device = _device(args)
    recipe = _adjusted(CPU if device == "cpu" else GPU, args)
    if args.clips is not None:
        recipe = recipe.with_clips(args.clips)
    out: Path = args.out or paths.starter_speech()
    # Not beside the weights: what lies in resources/ is packed.
    work: Path = args.work or Path("starter-speech.work")
    try:
        starter_speech.make(recipe, work, out, _report, device)
    except SynthesiserError as error:
        print(f"mmdesk train: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"stopped; the same command goes on from {work}")
        return 130
    print(f"wrote {out}; measure it with: mmdesk eval starter-speech --model {out}")
    return 0


def _train(args: argparse.Namespace) -> int:
    from mmdesk.training.recipe import CPU, GPU
    from mmdesk.training.starter import Trainer

    device = _device(args)
    recipe = _adjusted(CPU if device == "cpu" else GPU, args)
    out: Path = args.out or paths.starter()
    work: Path = args.work or out.with_name(out.name + ".work")
    trainer = Trainer(recipe, work, _report, device, compiled=not args.no_compile)
    try:
        trainer.run()
    except KeyboardInterrupt:
        trainer.checkpoint()
        print(f"stopped; the same command goes on from {work}")
        return 130
    trainer.export(out)
    print(f"wrote {out}; measure it with: mmdesk eval starter --model {out}")
    return 0


def _device(args: argparse.Namespace) -> str:
    import torch

    return args.device or ("cuda" if torch.cuda.is_available() else "cpu")


def _adjusted(recipe: _AnyRecipe, args: argparse.Namespace) -> _AnyRecipe:
    """The recipe as the command line wants it."""
    if args.seed is not None:
        recipe = recipe.seeded(args.seed)
    if args.threads is not None:
        recipe = recipe.with_threads(args.threads)
    if args.minutes is not None:
        recipe = recipe.within_minutes(args.minutes)
    if args.steps is not None:
        recipe = recipe.within_steps(args.steps)
    return recipe


def _report(line: str) -> None:
    print(line, flush=True)
