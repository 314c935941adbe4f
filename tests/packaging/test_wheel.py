"""The wheel holds what a person needs outside of the source tree, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mmdesk import __version__

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Build the wheel, offline."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def tracked(folder: str) -> set[str]:
    """Return the files below ``folder`` that belong to the product."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".ts"
    }


def test_holds_every_module_and_resource(wheel: zipfile.ZipFile) -> None:
    inside = {name for name in wheel.namelist() if name.startswith("mmdesk/")}
    resources = {
        name.replace("resources/", "mmdesk/_resources/", 1) for name in tracked("resources")
    }
    assert inside == tracked("mmdesk") | resources


def test_holds_the_starter_and_the_samples(wheel: zipfile.ZipFile) -> None:
    inside = set(wheel.namelist())
    for name in ("config.json", "tokenizer.json", "chat_template.jinja"):
        assert f"mmdesk/_resources/starter/{name}" in inside
    assert any(name.endswith(".safetensors") for name in inside)
    assert any(name.startswith("mmdesk/_resources/samples/") for name in inside)


def test_installs_the_command_and_the_desktop_entry(wheel: zipfile.ZipFile) -> None:
    information = f"mmdesk-{__version__}.dist-info"
    assert wheel.read(f"{information}/entry_points.txt").decode().split() == [
        "[console_scripts]",
        "mmdesk",
        "=",
        "mmdesk.__main__:main",
    ]
    data = f"mmdesk-{__version__}.data/data/share"
    assert {
        f"{data}/applications/mmdesk.desktop",
        f"{data}/metainfo/org.mmdesk.mmdesk.metainfo.xml",
        f"{data}/icons/hicolor/scalable/apps/mmdesk.svg",
        f"{information}/licenses/LICENSE",
        f"{information}/licenses/THIRD_PARTY_NOTICES.md",
    } <= set(wheel.namelist())
