"""Trains the speech model by a recipe; a run that was killed goes on from its last checkpoint."""

from __future__ import annotations

import copy
import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from mmdesk.training.grammar import Lang
from mmdesk.training.loop import keep_memory
from mmdesk.training.speech.batches import Batch, SpeechBatches
from mmdesk.training.speech.corpus import Corpus
from mmdesk.training.speech.model import Learner, ctc_loss, guide_loss, next_token_loss
from mmdesk.training.speech.phonemes import Phonemes, of_clips
from mmdesk.training.speech.recipe import Recipe, Stage
from mmdesk.training.speech.vocabulary import Vocabulary

Report = Callable[[str], None]


@dataclass
class State:
    """Where a run stands; saved with every checkpoint."""

    step: int = 0
    seconds: float = 0.0
    clips: int = 0
    starts: int = 0


class SpeechTrainer:
    """Runs a recipe. `work` holds clips, vocabulary, checkpoint; `report` gets progress lines.

    share: (number, count) of this process among those that learn together.
    """

    def __init__(
        self,
        recipe: Recipe,
        work: Path,
        report: Report = print,
        device: str = "cpu",
        *,
        vocabulary: Vocabulary | None = None,
        save_every: float = 120.0,
        share: tuple[int, int] = (0, 1),
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.work = recipe, work
        self.report: Report = report if share[0] == 0 else _silent
        self.device = torch.device(device)
        if self.device.type == "cpu":
            torch.set_num_threads(1)
            keep_memory()
        work.mkdir(parents=True, exist_ok=True)
        self.vocabulary = vocabulary or Vocabulary.of_grammar(work / "vocabulary.json")
        self.phonemes = _phonemes(work)
        words, sounds = len(self.vocabulary), len(self.phonemes)
        learner = Learner(recipe.size, words, sounds, recipe.dropout)
        self.learner = learner.to(self.device)
        self.averaged = copy.deepcopy(self.learner).requires_grad_(False).eval()
        self.state = State()
        self._save_every, self._lap = save_every, 0.0
        self._optimizer = self._new_optimizer()
        self._share = share
        self._resume()
        torch.manual_seed(recipe.seed + 1000 * self.state.starts + share[0])

    def _new_optimizer(self) -> torch.optim.AdamW:
        decayed = [p for n, p in self.learner.named_parameters() if _decays(n, p)]
        others = [p for n, p in self.learner.named_parameters() if not _decays(n, p)]
        groups = [
            {"params": decayed, "weight_decay": self.recipe.weight_decay},
            {"params": others, "weight_decay": 0.0},
        ]
        return torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.98), fused=True)

    @property
    def stage(self) -> Stage:
        """The part of the recipe that is on."""
        stages = self.recipe.stages
        return next((s for s in stages if self.progress() < s.until), stages[-1])

    def _batches(self) -> Iterator[tuple[Stage, Batch]]:
        """Batches of the stage that is on, as long as the recipe lasts."""
        while self.progress() < 1:
            stage = self.stage
            self.state.starts += 1
            self.report(f"stage until {stage.until:.0%}")
            for batch in self._loader(stage):
                if self.progress() >= min(1.0, stage.until):
                    break
                yield stage, batch

    def _loader(self, stage: Stage) -> DataLoader[Batch]:
        seed = self.recipe.seed + self.state.starts
        data = SpeechBatches(
            self.work / "clips", self.vocabulary, self.phonemes, stage.mix, seed, self._share
        )
        workers = self.recipe.workers
        return DataLoader(
            data,
            batch_size=None,
            num_workers=workers,
            prefetch_factor=8 if workers else None,
            multiprocessing_context="spawn" if workers else None,
        )

    def progress(self) -> float:
        """How much of the recipe is done, 0 to 1."""
        if self.recipe.steps is not None:
            return self.state.step / self.recipe.steps
        return self.state.seconds / (60 * self.recipe.minutes)

    def run(self) -> State:
        """Trains to the recipe's end."""
        start = saved = shown = time.monotonic()
        for stage, batch in self._batches():
            loss, heard = self._step(stage, batch)
            now = time.monotonic()
            self._lap = now - start
            if now - shown > 20 or self.state.step <= 2:
                self._show(batch, float(loss), float(heard), now - start)
                shown = now
            if now - saved > self._save_every:
                self.checkpoint()
                saved = now
            start = now
        self.checkpoint()
        return self.state

    def _step(self, stage: Stage, batch: Batch) -> tuple[Tensor, Tensor]:
        recipe, progress = self.recipe, min(1.0, self.progress())
        fall = 0.5 + 0.5 * math.cos(math.pi * progress)
        for group in self._optimizer.param_groups:
            group["lr"] = recipe.rate * fall * min(1.0, (self.state.step + 1) / recipe.warmup)
        data = {name: value.to(self.device) for name, value in batch.items()}
        with torch.autocast(self.device.type, torch.bfloat16):
            states, scores, looks = self.learner(data["mel"], data["tokens"])
            loss = next_token_loss(self.learner, states, data["labels"], recipe.smoothing)
        heard = ctc_loss(scores, data["targets"], data["lengths"])
        guided = guide_loss(looks, data["spans"], data["words"])
        (loss + stage.ctc * heard + stage.guide * guided).backward()
        self._join()
        nn.utils.clip_grad_norm_(self.learner.parameters(), 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self._average()
        self.state.step += 1
        self.state.clips += len(batch["mel"]) * self._share[1]
        return loss.detach(), heard.detach()

    def _join(self) -> None:
        """Takes the mean of all processes' gradients, and of their clocks.

        The clocks set the learning rate and end a stage, so they must agree to the bit.
        """
        self.state.seconds += self._lap
        self._lap = 0.0
        if self._share[1] == 1:
            return
        gradients = [p.grad for p in self.learner.parameters() if p.grad is not None]
        clock = torch.tensor([self.state.seconds])
        flat = torch.cat([gradient.flatten() for gradient in gradients] + [clock])
        torch.distributed.all_reduce(flat)
        flat /= self._share[1]
        self.state.seconds = float(flat[-1])
        start = 0
        for gradient in gradients:
            gradient.copy_(flat[start : start + gradient.numel()].view_as(gradient))
            start += gradient.numel()

    def _average(self) -> None:
        if self._share[0] != 0:
            return
        kept = min(self.recipe.average, (1 + self.state.step) / (10 + self.state.step))
        with torch.no_grad():
            torch._foreach_lerp_(
                list(self.averaged.parameters()), list(self.learner.parameters()), 1 - kept
            )

    def _show(self, batch: Batch, loss: float, heard: float, seconds: float) -> None:
        state, mel = self.state, batch["mel"]
        self.report(
            f"{self.progress():6.1%} step {state.step} min {state.seconds / 60:.1f} "
            f"clips {state.clips} loss {loss:.4f} ctc {heard:.4f} "
            f"batch {len(mel)}x{mel.shape[-1] // 2} "
            f"clips/s {len(mel) * self._share[1] / seconds:.0f} "
            f"mean {state.clips / max(1e-3, state.seconds):.0f} "
            f"lr {self._optimizer.param_groups[0]['lr']:.2e}"
        )

    def checkpoint(self) -> None:
        """Saves everything that the run needs to go on from here."""
        if self._share[0] != 0:
            return
        path = self.work / "checkpoint.pt"
        scratch = path.with_suffix(".part")
        values = {
            "learner": self.learner.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "state": asdict(self.state),
        }
        torch.save(values, scratch)
        os.replace(scratch, path)

    def _resume(self) -> None:
        path = self.work / "checkpoint.pt"
        if not path.is_file():
            return
        values = torch.load(path, map_location=self.device, weights_only=True)
        self.learner.load_state_dict(values["learner"])
        self.averaged.load_state_dict(values["averaged"])
        self._optimizer.load_state_dict(values["optimizer"])
        self.state = State(**values["state"])
        self.report(f"going on from step {self.state.step}")


def _silent(line: str) -> None:
    """Of processes that learn together one reports."""


def _phonemes(work: Path) -> Phonemes:
    clips = [clip for _, clip in Corpus(work / "clips").clips]
    texts = {lang: [clip.text for clip in clips if clip.lang == lang.value] for lang in Lang}
    return of_clips(texts, work / "phonemes.json")


def _decays(name: str, parameter: Tensor) -> bool:
    return parameter.ndim > 1 and "embedding" not in name
