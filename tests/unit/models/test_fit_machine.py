"""What this computer has, and what a control group leaves of it."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest

from mmdesk.models import machine as module
from mmdesk.models.machine import machine, main_memory

MIB = 2**20


def write(folder: Path, **files: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(f"{content}\n")


def test_this_computer() -> None:
    found = machine()
    assert 0 < found.available <= found.total <= psutil.virtual_memory().total
    assert machine() is found  # for a few seconds
    assert main_memory()[0] == found.total


@pytest.mark.skipif(sys.platform != "linux", reason="control groups are Linux's")
def test_limits_of_control_groups(tmp_path: Path) -> None:
    """The tightest one counts, also one further up; what is cached counts as free."""
    own = tmp_path / "cgroup"
    own.write_text("0::/user/app\n")
    stat = f"anon 1\ninactive_file {20 * MIB}"
    write(tmp_path / "user/app", memory__max="max", memory__current=1, memory__stat=stat)
    write(
        tmp_path / "user",
        memory__max=500 * MIB,
        memory__current=120 * MIB,
        memory__stat=stat,
    )
    assert module._cgroup_limits(tmp_path, own) == [(500 * MIB, 100 * MIB)]


@pytest.mark.skipif(sys.platform != "linux", reason="control groups are Linux's")
def test_limits_of_the_older_control_groups(tmp_path: Path) -> None:
    own = tmp_path / "cgroup"
    own.write_text("9:name=systemd:/\n8:cpu,memory:/box\n\nnonsense\n")
    write(
        tmp_path / "memory/box",
        memory__limit_in_bytes=300 * MIB,
        memory__usage_in_bytes=100 * MIB,
        memory__stat=f"total_inactive_file {10 * MIB}",
    )
    write(tmp_path / "memory", memory__limit_in_bytes=2**63 - 4096, memory__usage_in_bytes=1)
    assert module._cgroup_limits(tmp_path, own) == [(300 * MIB, 90 * MIB)]
    assert module._cgroup_limits(tmp_path, tmp_path / "none") == []


def test_torch_says_the_same_of_this_processor() -> None:
    from mmdesk.models.hardware import multiplies_bfloat16

    assert machine().bfloat16 == multiplies_bfloat16()


def test_torch_says_the_same_of_its_build() -> None:
    import torch

    assert module._torch_has_cuda() == (torch.version.cuda is not None)


def test_a_missing_driver_is_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """NVML is asked for real; only whether torch could use a GPU is presumed."""
    import torch

    monkeypatch.setattr(module, "_torch_has_cuda", lambda: True)
    gpus = module._gpus()
    assert torch.cuda.is_available() or not gpus or all(gpu.total >= gpu.free for gpu in gpus)
