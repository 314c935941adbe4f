"""One training on own pictures from the folder of examples to the checkpoint.

Whatever can be wrong with folder, model, packages and places is said before training begins.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from typing import Any

import mmdesk.engine.torchvision_first  # noqa: F401

import torch

from mmdesk.models.hardware import choose_device, device_name, set_threads
from mmdesk.models.shape import read_shape
from mmdesk.training.own import export, loading
from mmdesk.training.own.adapters import check_peft, merged, with_lora
from mmdesk.training.own.card import Made, Measured, card_of
from mmdesk.training.own.chat import ChatTask
from mmdesk.training.own.choosing import Chosen
from mmdesk.training.own.clip import ClipTask
from mmdesk.training.own.loop import OwnLoop
from mmdesk.training.own.memory import fitting
from mmdesk.training.own.options import Options, Places, Plan, plan_of
from mmdesk.training.own.places import (
    BEFORE,
    CURVE,
    RESULT,
    clear,
    read_object,
    remember_run,
    unwritable,
    write_text,
)
from mmdesk.training.own.plot import check_plot, write_plot
from mmdesk.training.own.saving import damaged
from mmdesk.training.own.stopping import stoppable

Report = Callable[[str], None]
_PLOT = "loss.png"


class OwnTraining:
    """A training that is ready to go.

    Args:
        command: As the person gave it, for the card.

    Raises:
        ModelError: the model can't be loaded.
        TrainingError: the model isn't of the right kind, a package is missing, a stopped training
            there is of something else, the memory doesn't suffice.
    """

    def __init__(
        self, options: Options, places: Places, chosen: Chosen, command: str, report: Report
    ) -> None:
        check_plot()
        if options.lora:
            check_peft()
        self.options, self.places, self.command, self.report = options, places, command, report
        self.chosen = chosen
        config, weights = loading.checked(places.model, options.kind)
        set_threads(options.threads)
        device = choose_device(options.device, places.model)
        fit = fitting(weights.elements, options.lora, device, options.batch)
        self.plan = plan_of(options, weights.elements)
        remember_run(places.work, _identity(options, self.plan, places, self.chosen))
        report(self._beginning(device_name(device), weights.elements))
        model = loading.load_model(config, weights, options.kind, fit.dtype)
        processor = loading.load_processor(places.model)
        module = _prepared(model, options, fit.recompute)
        self._task = _task(chosen, options, processor, module, device, report)
        if isinstance(self._task, ChatTask) and not self._task.prompts.chats:
            raise loading.no_chat(places.model, config.model_type)
        self._task.module.to(device)

    def run(self) -> bool:
        """Trains, and writes the checkpoint to its place; returns False where it was stopped.

        Raises:
            TrainingError: see `OwnLoop.run`, `export` and `publish`.
            MediaError: a picture can't be decoded.
        """
        with stoppable() as stop:
            before = self._figures_before()
            loop = OwnLoop(self._task, self.plan, self.places.work, self.report)
            if not loop.run(stop):
                return False
        state = loop.state
        loop.take_best()
        measured = state.measured
        figures: list[Measured] = []
        if measured:
            after = self._figures()
            best = measured[-1][1] if state.best is None else state.best
            figures = [Measured("loss", measured[0][1], best, self._task.measured)]
            figures += [Measured(n, before[n][0], v, c) for n, (v, c) in after.items()]
        result = self.places.work / RESULT
        dtype = read_shape(self.places.model).stored_dtype
        export.export(merged(self._task.module), self.places.model, dtype, result)
        try:
            card = card_of(self._made(tuple(figures)), self.plan, state)
            (result / "README.md").write_text(card, encoding="utf-8")
            shutil.copyfile(self.places.work / CURVE, result / CURVE)
            title = f"{self.places.out.name}: loss"
            write_plot(state.curve, state.best_step, result / _PLOT, title)
        except OSError as error:
            raise unwritable(result, error) from error
        export.publish(result, self.places.out)
        clear(self.places.work)
        self._tell(figures, loop)
        return True

    def _beginning(self, device: str, parameters: int) -> str:
        chosen, parts = self.chosen, self.chosen.parts
        left = f"; {chosen.left_out} lines of other kinds are left out" if chosen.left_out else ""
        how = f"LoRA of rank {self.options.rank}" if self.options.lora else "all weights"
        return (
            f"{len(parts.training)} examples to learn from, {len(parts.held_out)} held out{left}; "
            f"{parameters / 1e6:.1f} million parameters, {how}, on {device}"
        )

    def _figures_before(self) -> dict[str, tuple[float, int]]:
        """Figures of the model as it was: measured once, also where a run goes on."""
        work = self.places.work
        if not (work / BEFORE).is_file():
            write_text(work, BEFORE, json.dumps(self._figures()))
        kept = read_object(work, BEFORE)
        try:
            return {name: (float(value), int(count)) for name, (value, count) in kept.items()}
        except (TypeError, ValueError) as error:
            raise damaged(work, error) from error

    def _figures(self) -> dict[str, tuple[float, int]]:
        """What is measured beside the loss: names, values, and of how many."""
        if isinstance(self._task, ClipTask):
            recall = self._task.recall()
            if recall is None:
                return {}
            by_image, by_text, count = recall
            return {"recall_at_1_i2t": (by_image, count), "recall_at_1_t2i": (by_text, count)}
        exact = self._task.exact_match()
        return {} if exact is None else {"exact_match": exact}

    def _made(self, figures: tuple[Measured, ...]) -> Made:
        chosen, options = self.chosen, self.options
        return Made(
            options.kind, self.places.out.name, self.places.model.name, self.places.data.name,
            chosen.folder.sha256, len(chosen.parts.training), len(chosen.parts.held_out),
            chosen.left_out, self.command, options.rank if options.lora else None, figures,
        )  # fmt: skip

    def _tell(self, figures: list[Measured], loop: OwnLoop) -> None:
        if loop.stopped_early:
            self.report("stopped early: the held-out loss no longer went down")
        for each in figures:
            values = f"{each.before:.4f} before, {each.after:.4f} after"
            self.report(f"{each.name} on {each.n} held out: {values}")
        if figures and figures[0].after >= figures[0].before:
            self.report(
                "The held-out loss did not go down: the result may be no better than the model "
                "that it was made of. More examples help most."
            )


def _task(
    chosen: Chosen, options: Options, processor: Any, module: Any, device: torch.device,
    report: Report,
) -> ChatTask | ClipTask:  # fmt: skip
    if options.kind == "clip":
        return ClipTask(module, processor, chosen.parts, chosen.folder, device)
    return ChatTask(module, processor, chosen.parts, device, report)


def _prepared(model: Any, options: Options, recompute: bool) -> Any:
    """The model with all weights to be trained, or with LoRA around it."""
    if recompute and model.supports_gradient_checkpointing:
        model.activation_checkpointing_enable()
    if options.lora:
        return with_lora(model, options.rank, options.seed)
    model.requires_grad_(True)
    return model


def _identity(options: Options, plan: Plan, places: Places, chosen: Chosen) -> dict[str, object]:
    """What has to be the same for a stopped run to go on."""
    return {
        "folder of examples": [str(chosen.folder.path), chosen.folder.sha256],
        "model": str(places.model),
        "kind": options.kind,
        "--lora": options.rank if options.lora else None,
        "--epochs": plan.epochs,
        "--minutes": plan.minutes,
        "--steps": plan.steps,
        "--batch": plan.batch,
        "--rate": plan.rate,
        "--seed": plan.seed,
        "--held-out": options.held_out,
    }
