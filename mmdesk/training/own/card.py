"""The README.md of a trained checkpoint: what it was made from, how, and what was measured."""

from __future__ import annotations

from dataclasses import dataclass

from mmdesk import __version__
from mmdesk.training.own.loop import State
from mmdesk.training.own.options import Kind, Plan

_WHAT = {
    "chat": "Answers questions about pictures. Choose it on the models page of mmdesk, or with "
    "`mmdesk ask --model`.",
    "clip": "Compares pictures with words: it finds pictures and sorts them. It does not chat.",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure on the held-out examples before and after; `n` examples."""

    name: str
    before: float
    after: float
    n: int


@dataclass(frozen=True, slots=True)
class Made:
    """What a card tells. `examples` and `held_out` count lines, `left_out` those not used."""

    kind: Kind
    name: str
    model: str
    data: str
    data_sha256: str
    examples: int
    held_out: int
    left_out: int
    command: str
    lora: int | None
    figures: tuple[Measured, ...]


def card_of(made: Made, plan: Plan, state: State) -> str:
    """The text in Markdown."""
    how = "all weights" if made.lora is None else f"LoRA of rank {made.lora}, merged"
    left = f" ({made.left_out} lines of other kinds were not used)" if made.left_out else ""
    lines = [
        f"# {made.name}",
        "",
        f"{_WHAT[made.kind]} Made by mmdesk {__version__} out of the model `{made.model}`, whose "
        "licence holds for this one too.",
        "",
        f"- Examples: the folder `{made.data}`, {made.examples} lines to learn from, "
        f"{made.held_out} held out, none of whose pictures was learned from{left}; its list has "
        f"the SHA-256 `{made.data_sha256}`.",
        f"- Training: {how}; {state.step} steps of {plan.batch}, {state.seconds / 60:.1f} minutes, "
        f"AdamW, highest learning rate {plan.rate:g}, seed {plan.seed}.",
        f"- Saved: the weights after step {state.best_step or state.step}"
        + (", which had the lowest held-out loss." if state.best_step else "."),
        f"- Command: `{made.command}`",
        "",
        "| On the held-out examples | before | after | n |",
        "|---|---|---|---|",
        *(_row(figure) for figure in made.figures),
    ]
    if not made.figures:
        lines[-2:] = ["No examples were held out, so nothing was measured."]
    return "\n".join([*lines, "", "`loss.png` and `curve.jsonl` show the losses.", ""])


def _row(figure: Measured) -> str:
    if figure.name == "loss":
        return f"| {figure.name} | {figure.before:.3f} | {figure.after:.3f} | {figure.n} |"
    return f"| {figure.name} | {figure.before:.1%} | {figure.after:.1%} | {figure.n} |"
