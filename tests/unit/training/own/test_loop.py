"""The loop: the same curve after a stop or a kill, early stopping, and what can go wrong."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from mmdesk.core.errors import (
    FileMissing,
    TrainingDamaged,
    TrainingDiverged,
    TrainingOutOfMemory,
    TrainingUnwritable,
)
from mmdesk.training.own.loop import OwnLoop
from mmdesk.training.own.options import Plan
from mmdesk.training.own.places import BEST, CHECKPOINT, CURVE
from mmdesk.training.own.stopping import Stop

PLAN = Plan(epochs=None, minutes=None, steps=60, batch=4, rate=1e-2, seed=3, patience=0)


class Line:
    """Learns y = 2x; with dropout, so that a step's chance counts too."""

    def __init__(self, count: int = 22, held_out: Sequence[float] | None = None) -> None:
        torch.manual_seed(0)
        self.first, self.last = nn.Linear(1, 8), nn.Linear(8, 1)
        self.module = nn.Sequential(self.first, nn.Dropout(0.2), self.last)
        self.device, self.count = torch.device("cpu"), count
        self.has_held_out = True
        self.seen: list[list[int]] = []
        self.fails: dict[int, BaseException] = {}
        self._held_out = iter(held_out) if held_out is not None else None

    def learn(self, numbers: Sequence[int]) -> float:
        self.seen.append(list(numbers))
        if failure := self.fails.pop(len(self.seen), None):
            raise failure
        loss = self._loss(torch.tensor([[float(number)] for number in numbers]) / 10)
        loss.backward()
        return float(loss.detach())

    def held_out_loss(self) -> float:
        if self._held_out is not None:
            return next(self._held_out)
        return float(self._loss(torch.tensor([[0.25], [0.75]])))

    def _loss(self, x: torch.Tensor) -> torch.Tensor:
        loss: torch.Tensor = ((self.module(x) - 2 * x) ** 2).mean()
        return loss


class Normalised(Line):
    """The same line through batch normalisation, whose means are far from the examples' own."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(8)
        self.norm.running_mean.fill_(0.5)
        self.module = nn.Sequential(self.first, self.norm, self.last)


def said(line: str) -> None:
    del line


def loop_of(task: Line, work: Path, plan: Plan = PLAN) -> OwnLoop:
    work.mkdir(exist_ok=True)
    return OwnLoop(task, plan, work, said)


def test_it_learns_and_takes_the_best(tmp_path):
    task = Line()
    loop = loop_of(task, tmp_path)
    assert loop.run(Stop())
    measured = loop.state.measured
    assert [step for step, _ in measured] == [0, 20, 40, 60]
    assert loop.state.best == min(loss for step, loss in measured if step)
    assert loop.state.best < measured[0][1] / 4
    with torch.no_grad():
        task.first.weight.zero_()
    loop.take_best()
    task.module.eval()
    with torch.no_grad():
        assert task.held_out_loss() == loop.state.best


def test_each_epoch_has_every_example_in_another_order(tmp_path):
    task = Line(20)
    loop_of(task, tmp_path, replace(PLAN, steps=None, epochs=3)).run(Stop())
    epochs = [[n for batch in task.seen[at : at + 5] for n in batch] for at in (0, 5, 10)]
    assert [sorted(epoch) for epoch in epochs] == [list(range(20))] * 3
    assert len({tuple(epoch) for epoch in epochs}) == 3


def test_a_run_that_stops_again_and_again_makes_the_same_curve(tmp_path):
    whole, broken = Line(), Line()
    one = loop_of(whole, tmp_path / "whole")
    assert one.run(Stop())
    for stop in (7, 13, 1, 19):
        broken = Line()
        assert not loop_of(broken, tmp_path / "broken").run(Stop(), stop_after=stop)
    broken = Line()
    two = loop_of(broken, tmp_path / "broken")
    assert two.run(Stop())
    assert two.state.curve == one.state.curve
    assert two.state.best == one.state.best
    for mine, theirs in zip(broken.module.parameters(), whole.module.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_a_run_that_was_killed_repeats_what_was_not_saved(tmp_path):
    """Killed 12 steps after its last checkpoint, with a newer best.pt."""
    one = loop_of(Line(), tmp_path / "whole")
    one.run(Stop())
    killed = Line()
    loop = loop_of(killed, tmp_path / "killed")
    loop.run(Stop(), stop_after=15)
    kept = (tmp_path / "killed" / CHECKPOINT).read_bytes()
    loop.run(Stop(), stop_after=12)
    (tmp_path / "killed" / CHECKPOINT).write_bytes(kept)
    (tmp_path / "killed" / "checkpoint.part").write_bytes(kept[:1000])
    two = loop_of(Line(), tmp_path / "killed")
    two.run(Stop())
    assert two.state.curve == one.state.curve


def test_it_ends_when_the_held_out_loss_no_longer_falls(tmp_path):
    task = Line(held_out=[9.0, 5.0, 4.0, 6.0, 7.0, 8.0, 1.0])
    loop = loop_of(task, tmp_path, replace(PLAN, steps=1000, patience=3))
    assert loop.run(Stop())
    assert loop.stopped_early
    assert (loop.state.step, loop.state.best_step, loop.state.best) == (100, 40, 4.0)


def test_minutes_end_it_too(tmp_path):
    loop = loop_of(Line(), tmp_path, replace(PLAN, steps=None, minutes=1e-9))
    assert loop.run(Stop())
    assert loop.state.step == 1


def test_a_stop_that_was_asked_for_saves(tmp_path):
    stop = Stop()
    stop.asked = True
    loop = loop_of(Line(), tmp_path)
    assert not loop.run(stop)
    assert {path.name for path in tmp_path.iterdir()} == {CHECKPOINT, CURVE}


def test_a_batch_larger_than_the_examples(tmp_path):
    task = Line(3)
    loop_of(task, tmp_path, replace(PLAN, steps=2, batch=100)).run(Stop())
    assert [sorted(numbers) for numbers in task.seen] == [[0, 1, 2]] * 2


def test_a_loss_that_is_no_number_ends_it_before_the_weights_are_spoiled(tmp_path):
    task = Line()
    task.last.weight.data.fill_(math.nan)
    with pytest.raises(TrainingDiverged) as caught:
        loop_of(task, tmp_path).run(Stop())
    assert caught.value.message.startswith("Training went astray at step 1")
    assert not (tmp_path / CHECKPOINT).exists()


def test_memory_that_does_not_suffice_is_said(tmp_path):
    task = Line()
    task.fails[2] = RuntimeError("DefaultCPUAllocator: can't allocate memory")
    with pytest.raises(TrainingOutOfMemory) as caught:
        loop_of(task, tmp_path).run(Stop())
    assert "--batch than 4" in caught.value.hint


def test_a_broken_picture_in_the_middle_loses_nothing(tmp_path):
    one = loop_of(Line(), tmp_path / "whole")
    one.run(Stop())
    task = Line()
    task.fails[30] = FileMissing(name="a.png")
    with pytest.raises(FileMissing):
        loop_of(task, tmp_path / "broken").run(Stop())
    two = loop_of(Line(), tmp_path / "broken")
    assert two.state.step == 29
    two.run(Stop())
    assert two.state.curve == one.state.curve


def test_a_full_disk_leaves_the_last_checkpoint(tmp_path, monkeypatch):
    loop = loop_of(Line(), tmp_path)
    loop.run(Stop(), stop_after=10)
    before = (tmp_path / CHECKPOINT).read_bytes()
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(TrainingUnwritable) as caught:
        loop.run(Stop(), stop_after=5)
    assert "no space left on device" in caught.value.message
    assert (tmp_path / CHECKPOINT).read_bytes() == before
    assert not [path for path in tmp_path.iterdir() if path.suffix == ".part"]
    monkeypatch.undo()
    again = loop_of(Line(), tmp_path)
    assert again.state.step == 10
    assert again.run(Stop())


def full(descriptor: int) -> None:
    del descriptor
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 no", None])
def test_a_checkpoint_that_can_not_be_read(tmp_path, damage):
    loop_of(Line(), tmp_path).run(Stop(), stop_after=3)
    file = tmp_path / CHECKPOINT
    file.write_bytes(file.read_bytes()[:-500] if damage is None else damage)
    with pytest.raises(TrainingDamaged):
        loop_of(Line(), tmp_path)


def test_a_checkpoint_of_another_model(tmp_path):
    torch.save(
        {"weights": {"x": torch.ones(1)}, "optimizer": {}, "state": {}}, tmp_path / CHECKPOINT
    )
    with pytest.raises(TrainingDamaged):
        loop_of(Line(), tmp_path)


def test_frozen_weights_are_not_saved(tmp_path):
    task = Line()
    task.first.requires_grad_(False)
    loop_of(task, tmp_path).run(Stop())
    assert set(torch.load(tmp_path / BEST)) == {"2.weight", "2.bias"}


def test_batch_normalisation_keeps_the_means_it_came_with(tmp_path):
    task = Normalised()
    before = {name: value.clone() for name, value in task.norm.state_dict().items()}
    assert loop_of(task, tmp_path).run(Stop())
    after = task.norm.state_dict()
    for name in ("running_mean", "running_var", "num_batches_tracked"):
        assert torch.equal(before[name], after[name])
    assert not torch.equal(before["weight"], after["weight"])
