"""Makes the starter's speech model: speaks the clips, learns, and writes the checkpoint."""

from __future__ import annotations

import os
from pathlib import Path

import torch
import torch.distributed
from torch.multiprocessing.spawn import spawn

from mmdesk.training.speech import corpus, export, heads
from mmdesk.training.speech.recipe import Recipe
from mmdesk.training.speech.trainer import Report, SpeechTrainer


def make(recipe: Recipe, work: Path, out: Path, report: Report, device: str) -> None:
    """Makes what is missing in `work`, trains from where it stopped, and exports into `out`.

    Raises:
        SynthesiserError: espeak-ng is not installed.
    """
    processes = max(2, os.cpu_count() or 2)
    corpus.make(work / "clips", recipe.clips, recipe.seed, processes, report)
    if recipe.processes == 1:
        SpeechTrainer(recipe, work, report, device).run()
    else:
        # The main process has not learned anything yet, but has the phonemes made for all.
        SpeechTrainer(recipe, work, report, device)
        _together(recipe, work, device)
    write(recipe, work, out, report)


def write(recipe: Recipe, work: Path, out: Path, report: Report) -> None:
    """Exports the averaged weights of the last checkpoint, on the CPU."""
    trainer = SpeechTrainer(recipe, work, report)
    chosen, share = heads.aligning(trainer.averaged, trainer.vocabulary)
    report(f"heads that align: {chosen}; the best has {share:.0%} of its weight on the right word")
    export.export(trainer.averaged, trainer.vocabulary, chosen, out)


def _together(recipe: Recipe, work: Path, device: str) -> None:
    meeting = work / "meeting"
    meeting.unlink(missing_ok=True)
    spawn(_learn, (recipe, work, device, meeting.absolute().as_uri()), nprocs=recipe.processes)
    meeting.unlink(missing_ok=True)


def _learn(number: int, recipe: Recipe, work: Path, device: str, meeting: str) -> None:
    torch.distributed.init_process_group(
        "gloo", init_method=meeting, rank=number, world_size=recipe.processes
    )
    SpeechTrainer(recipe, work, _print, device, share=(number, recipe.processes)).run()
    torch.distributed.destroy_process_group()


def _print(line: str) -> None:
    print(line, flush=True)
