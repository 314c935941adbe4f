"""`mmdesk train`: what can be made, and how; torch is imported only when it runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Protocol, Self, TypeVar

from mmdesk import paths
from mmdesk.training.own import command as own

_OWN = ("clip", "chat")


class _Adjustable(Protocol):
    """What both recipes can be told."""

    def seeded(self, seed: int) -> Self: ...

    def with_threads(self, threads: int) -> Self: ...

    def within_minutes(self, minutes: float) -> Self: ...

    def within_steps(self, steps: int) -> Self: ...


class _Trainer(Protocol):
    """What both picture recipes' trainers do."""

    def run(self) -> object: ...

    def checkpoint(self) -> None: ...

    def export(self, out: Path) -> None: ...


_AnyRecipe = TypeVar("_AnyRecipe", bound=_Adjustable)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what to make and its options."""
    parser.add_argument(
        "name",
        choices=["starter", "starter-clip", "starter-speech", "fusion", "samples", *_OWN],
        help="what to make; clip and chat are trained on your own pictures",
    )
    parser.add_argument(
        "--out", type=Path, help="where to (default: resources/; clip, chat: among the models)"
    )
    parser.add_argument("--work", type=Path, help="checkpoint and log (default: OUT.work)")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, help="stretch the recipe to this long")
    length.add_argument("--steps", type=int, help="count steps instead of minutes")
    parser.add_argument("--device", help="cpu, cuda or mps (default: cuda if there is one)")
    parser.add_argument("--seed", type=int, help="another seed than the recipe's")
    parser.add_argument("--threads", type=int, help="CPU threads (default: the recipe's)")
    parser.add_argument("--clips", type=int, help="starter-speech: how many clips to make")
    parser.add_argument(
        "--tower", type=Path,
        help="starter-clip: take over this chat model's vision tower, without the dense stage",
    )  # fmt: skip
    parser.add_argument("--workers", type=int, help="starter: how many processes draw")
    parser.add_argument("--start", type=Path, help="starter: begin with this checkpoint's weights")
    parser.add_argument("--stage", type=int, default=1, help="starter: the first stage to run")
    parser.add_argument(
        "--snapshot", type=Path, help="starter: where to save the weights so far when stopped"
    )
    parser.add_argument("--no-compile", action="store_true", help="never use torch.compile")
    own.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Makes it; a training run that was stopped goes on where it was when called again."""
    if args.name in _OWN:
        return own.run(args)
    if args.name == "samples":
        from mmdesk.training.samples import write_samples

        write_samples(args.out or paths.samples())
        return 0
    if args.name == "starter-speech":
        return _train_speech(args)
    if args.name == "fusion":
        return _compare_fusion(args)
    return _train_clip(args) if args.name == "starter-clip" else _train(args)


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
    from mmdesk.training.warm import StartUnfit

    device = _device(args)
    recipe = _adjusted(CPU if device == "cpu" else GPU, args)
    out: Path = args.out or paths.starter()
    work: Path = args.work or out.with_name(out.name + ".work")
    try:
        trainer = Trainer(
            recipe, work, _report, device, compiled=not args.no_compile, workers=args.workers,
            start=args.start, stage=args.stage - 1,
        )  # fmt: skip
    except StartUnfit as error:
        print(f"mmdesk train: {error}", file=sys.stderr)
        return 2
    status = _finish(trainer, args.name, out, work)
    if status and args.snapshot:
        trainer.export(args.snapshot)
    return status


def _compare_fusion(args: argparse.Namespace) -> int:
    from mmdesk.training.fusion_trial import compare
    from mmdesk.training.recipe import FUSION

    device = _device(args)
    work: Path = args.work or Path("fusion.work")
    try:
        table = compare(_adjusted(FUSION, args), work, _report, device, not args.no_compile)
    except KeyboardInterrupt:
        print(f"stopped; the same command goes on from {work}")
        return 130
    print(table)
    return 0


def _train_clip(args: argparse.Namespace) -> int:
    from mmdesk.training.clip.model import TowerUnfit
    from mmdesk.training.clip.recipe import CPU, GPU
    from mmdesk.training.clip.trainer import ClipTrainer

    device = _device(args)
    recipe = CPU if device == "cpu" else GPU
    recipe = _adjusted(recipe.with_tower() if args.tower else recipe, args)
    out: Path = args.out or paths.starter_clip()
    # Not beside the weights: what lies in resources/ is packed.
    work: Path = args.work or Path("starter-clip.work")
    try:
        trainer = ClipTrainer(
            recipe, work, _report, device, tower=args.tower, compiled=not args.no_compile
        )
    except TowerUnfit as error:
        print(f"mmdesk train: {error}", file=sys.stderr)
        return 2
    return _finish(trainer, args.name, out, work)


def _finish(trainer: _Trainer, name: str, out: Path, work: Path) -> int:
    try:
        trainer.run()
    except KeyboardInterrupt:
        trainer.checkpoint()
        print(f"stopped; the same command goes on from {work}")
        return 130
    trainer.export(out)
    print(f"wrote {out}; measure it with: mmdesk eval {name} --model {out}")
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
