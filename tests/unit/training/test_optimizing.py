"""Which parameters Muon has, and that a pair of optimizers goes on where it was."""

from copy import deepcopy

import torch
from torch import nn

from mmdesk.training.optimizing import MuonAdamW


class Small(nn.Module):
    """An embedding, two matrices, an output."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(5, 8)
        self.inside = nn.Sequential(nn.Linear(8, 12), nn.Tanh(), nn.Linear(12, 8))
        self.output = nn.Linear(8, 5)

    def forward(self, ids):
        return self.output(self.inside(self.words(ids)))


def learned(module: Small, optimizer: MuonAdamW, steps: int) -> float:
    ids = torch.arange(5)
    for _ in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = 0.01
        loss = nn.functional.cross_entropy(module(ids), ids)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return loss.item()


def made() -> tuple[Small, MuonAdamW]:
    torch.manual_seed(0)
    module = Small()
    return module, MuonAdamW(module, 0.01, [module.output])


def test_every_parameter_is_in_one_of_both():
    module, optimizer = made()
    muon, *others = [set(map(id, group["params"])) for group in optimizer.param_groups]
    assert muon == {id(module.inside[0].weight), id(module.inside[2].weight)}
    adam = set.union(*others)
    assert not muon & adam
    assert muon | adam == set(map(id, module.parameters()))


def test_it_learns():
    module, optimizer = made()
    assert learned(module, optimizer, 120) < 0.1


def test_it_goes_on_from_its_state():
    module, optimizer = made()
    learned(module, optimizer, 5)
    weights = {name: value.clone() for name, value in module.state_dict().items()}
    state = deepcopy(optimizer.state_dict())
    expected = learned(module, optimizer, 5)
    again, other = made()
    again.load_state_dict(weights)
    other.load_state_dict(state)
    assert learned(again, other, 5) == expected
