"""`mmdesk train`: its arguments, the sample pictures, and no torch before it is needed."""

import argparse
import json
import subprocess
import sys

from PIL import Image

from mmdesk import paths
from mmdesk.training import command
from mmdesk.training.recipe import CPU, GPU
from mmdesk.training.samples import SAMPLES, file_names


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(words)


def test_neither_torch_nor_qt_is_imported_to_parse_arguments():
    code = (
        "import sys, mmdesk.training.command, mmdesk.evaluate.command\n"
        "print([m for m in ('torch', 'transformers', 'PySide6') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_samples_are_written_and_listed(tmp_path):
    assert command.run(parsed("samples", "--out", str(tmp_path))) == 0
    listed = json.loads((tmp_path / "samples.json").read_text(encoding="utf-8"))
    assert [entry["title"]["en"] for entry in listed] == ["Shapes", "Counting", "Two pictures"]
    for entry in listed:
        assert set(entry) == {"title", "pictures", "question"}
        assert set(entry["question"]) == {"en", "zh"}
        for name in entry["pictures"]:
            with Image.open(tmp_path / name) as picture:
                assert picture.size == (640, 480)
    assert len(listed[2]["pictures"]) == 2


def test_the_shipped_samples_are_what_the_command_makes(tmp_path):
    command.run(parsed("samples", "--out", str(tmp_path)))
    shipped = paths.samples()
    assert (shipped / "samples.json").read_text("utf-8") == (tmp_path / "samples.json").read_text(
        "utf-8"
    )
    for sample in SAMPLES:
        for name in file_names(sample):
            one, other = Image.open(shipped / name), Image.open(tmp_path / name)
            assert one.tobytes() == other.tobytes()


def test_recipes_fit_their_time_and_know_their_seeds():
    assert CPU.minutes <= 400  # three sittings of some two hours
    assert GPU.minutes <= 28  # three calls of ten minutes
    seeds = [stage.plan.seed for stage in CPU.seeded(5).stages]
    assert seeds == [5, 6, 7, 8, 9]
    assert CPU.seeded(5).seed == 5
    assert CPU.with_threads(8).threads == 8
    joint = [stage.plan.seed for stage in CPU.stages if stage.kind.value == "joint"]
    assert len(set(joint)) == len(joint)  # no stage repeats another's pictures
