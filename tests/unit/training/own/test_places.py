"""Names of results, rates, and what memory means."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from mmdesk import paths
from mmdesk.core.errors import TrainingBusy, TrainingOutOfMemory
from mmdesk.training.own.memory import fitting
from mmdesk.training.own.options import usual_rate
from mmdesk.training.own.places import RESULT, clear, held, out_folder, remember_run


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("My cats & dogs", "My-cats-dogs-chat"),
        (".hidden", "hidden-chat"),
        ("org--name", "org-name-chat"),
        ("猫的照片", "猫的照片-chat"),
        ("...", "own-chat"),
        ("a" * 300, "a" * 60 + "-chat"),
    ],
)
def test_a_result_is_called_after_the_folder(folder, name):
    assert out_folder(None, Path("/data") / folder, "chat") == paths.models() / name


def test_one_training_at_a_time(tmp_path):
    with held(tmp_path / "work"), pytest.raises(TrainingBusy), held(tmp_path / "work"):
        pass
    with held(tmp_path / "work"):
        pass


def test_what_is_not_the_trainings_own_stays(tmp_path):
    (tmp_path / "mine.txt").touch()
    (tmp_path / RESULT).mkdir()
    with held(tmp_path):
        remember_run(tmp_path, {"--seed": 1})
        clear(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_home_is_understood(home):
    assert out_folder(Path("~/out"), Path("/data"), "clip") == home / "out"


def test_rates_fall_with_the_size_of_the_model():
    assert usual_rate("chat", 4_500_000, False) == 3e-4
    assert 1e-5 <= usual_rate("chat", 2_000_000_000, False) <= 2e-5
    assert 1e-4 <= usual_rate("chat", 2_000_000_000, True) <= 2e-4
    assert usual_rate("clip", 1000, False) == 1e-3


def test_lora_fits_where_all_weights_do_not(monkeypatch):
    cpu = torch.device("cpu")
    monkeypatch.setattr("mmdesk.training.own.memory.free_bytes", lambda device: 8 * 10**9)
    with pytest.raises(TrainingOutOfMemory):
        fitting(10**9, False, cpu, 8)
    assert fitting(10**9, True, cpu, 8).dtype == "float32"
    assert fitting(2 * 10**9, True, cpu, 8).dtype == "bfloat16"
    assert fitting(2 * 10**9, True, cpu, 8).recompute
    assert not fitting(10**7, False, cpu, 8).recompute
