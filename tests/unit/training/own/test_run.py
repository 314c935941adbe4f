"""`mmdesk train clip|chat` from the folder to the checkpoint, and every sentence on the way."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from mmdesk import compose, paths
from mmdesk.core.errors import (
    DataAllAlike,
    DataInvalid,
    DataTooFew,
    ModelMissing,
    ModelUnknown,
    PictureDamaged,
    TrainingDamaged,
    TrainingModelUnfit,
    TrainingNeedsPackage,
    TrainingOfOther,
    TrainingOutOfMemory,
    TrainingOutUnusable,
    TrainingUnwritable,
)
from mmdesk.core.models import ModelRole, Place
from mmdesk.core.requests import LoadModel
from mmdesk.engine.local import LocalChatEngine
from mmdesk.settings import Settings
from mmdesk.training.own import loop
from tests.unit.engine.families.family import all_families
from tests.unit.training.own.examples import (
    chat_folder,
    clip_folder,
    draw,
    refusal,
    train,
    write_lines,
)


def entry_of(name: str):
    """What the models page shows of a model."""
    entries = compose.shelf(Settings()).entries()
    return next(entry for entry in entries if entry.id == name)


def losses(curve: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in curve.read_text("utf-8").splitlines()]


def test_a_chat_model_is_trained_listed_and_answers(llava, chats, capsys):
    assert train("chat", "--data", chats, "--model", llava, "--steps", 25, "--rate", 3e-3) == 0
    out = paths.models() / "my-pictures-chat"
    assert f"wrote {out}; the models page lists it" in capsys.readouterr().out
    assert {path.name for path in out.iterdir()} == {
        "README.md", "chat_template.jinja", "config.json", "curve.jsonl", "generation_config.json",
        "loss.png", "model.safetensors", "processor_config.json", "tokenizer.json",
        "tokenizer_config.json",
    }  # fmt: skip
    assert list((paths.models() / ".training").iterdir()) == []
    entry = entry_of("my-pictures-chat")
    assert (entry.role, entry.place, entry.problem) == (ModelRole.CHAT, Place.DOWNLOADED, None)
    rows = losses(out / "curve.jsonl")
    assert [row["step"] for row in rows if "loss" in row] == [*range(1, 26)]
    assert rows[-2]["loss"] < rows[1]["loss"] / 2
    with Image.open(out / "loss.png") as plot:
        assert plot.format == "PNG"
    card = (out / "README.md").read_text("utf-8")
    assert "10 lines" not in card
    assert "9 lines to learn from, 1 held out" in card
    assert "highest learning rate 0.003, seed 0" in card
    assert f"| loss | {rows[0]['held_out']:.3f} | " in card
    assert "| exact_match | " in card
    engine = LocalChatEngine()
    assert engine.load(LoadModel(out), lambda event: None).parameters > 0
    engine.close()


def test_a_clip_model_is_trained_and_listed_as_what_it_is(clip, captions):
    assert train("clip", "--data", captions, "--model", clip, "--steps", 25, "--held-out", 0.4,
                 "--rate", 3e-3) == 0  # fmt: skip
    entry = entry_of("my-captions-clip")
    assert (entry.role, entry.problem) == (ModelRole.MATCH, None)
    card = (paths.models() / "my-captions-clip" / "README.md").read_text("utf-8")
    assert "It does not chat." in card
    assert "| recall_at_1_i2t | " in card
    assert "| recall_at_1_t2i | " in card


@pytest.mark.parametrize("kind", ["chat", "clip"])
def test_lora_is_merged_into_plain_weights(kind, request, tmp_path):
    model = request.getfixturevalue("llava" if kind == "chat" else "clip")
    data = request.getfixturevalue("chats" if kind == "chat" else "captions")
    out = tmp_path / "out"
    assert train(kind, "--data", data, "--model", model, "--lora", "--rank", 4, "--steps", 25,
                 "--out", out) == 0  # fmt: skip
    before = load_file(model / "model.safetensors")
    after = load_file(out / "model.safetensors")
    assert {name: value.shape for name, value in after.items()} == {
        name: value.shape for name, value in before.items()
    }
    changed = {name for name, value in before.items() if not torch.equal(value, after[name])}
    assert changed
    assert all(name.endswith("weight") for name in changed)
    assert not any("embed" in name or "norm" in name for name in changed)
    assert "LoRA of rank 4, merged" in (out / "README.md").read_text("utf-8")


def test_lora_in_little_memory(llava, chats, tmp_path, monkeypatch):
    """The model's own weights are then held in bfloat16, and activations computed again."""
    words = ["chat", "--data", chats, "--model", llava, "--lora", "--steps", 25]
    monkeypatch.setattr("mmdesk.training.own.memory.free_bytes", lambda device: 1_000_000)
    assert train(*words, "--out", tmp_path / "out") == 0
    rows = losses(tmp_path / "out" / "curve.jsonl")
    assert rows[-2]["loss"] < rows[1]["loss"]


@pytest.mark.parametrize("lora", [[], ["--lora"]])
def test_a_training_that_was_stopped_goes_on_to_the_same_curve(
    llava, chats, tmp_path, capsys, monkeypatch, lora
):
    words = ["chat", "--data", chats, "--model", llava, "--epochs", 12, "--batch", 4, *lora]
    assert train(*words, "--out", tmp_path / "whole") == 0
    original = loop.OwnLoop._step

    def interrupted(self: loop.OwnLoop) -> None:
        original(self)
        if self.state.step in (5, 21):
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(loop.OwnLoop, "_step", interrupted)
    for _ in range(2):
        assert train(*words, "--out", tmp_path / "broken") == 130
    said = capsys.readouterr().err
    assert f"stopped; the same command goes on from {tmp_path / '.training' / 'broken'}" in said
    assert not (tmp_path / "broken").exists()
    assert train(*words, "--out", tmp_path / "broken") == 0
    assert "going on from step 21" in capsys.readouterr().err
    whole, broken = (tmp_path / name for name in ("whole", "broken"))
    assert losses(broken / "curve.jsonl") == losses(whole / "curve.jsonl")
    one, two = (load_file(folder / "model.safetensors") for folder in (whole, broken))
    assert all(torch.equal(one[name], two[name]) for name in one)


KILLED = """
import os, signal, sys
import torch
torch.set_num_threads(1)
from mmdesk.__main__ import main
from mmdesk.training.own import loop

loop.SAVE_EVERY_S = 0.0
step = loop.OwnLoop._step

def killed(self):
    step(self)
    if self.state.step == 30:
        os.kill(os.getpid(), signal.SIGKILL)

loop.OwnLoop._step = killed
main(sys.argv[1:])
"""


def test_a_training_that_was_killed_goes_on_to_the_same_curve(llava, chats, tmp_path, capsys):
    words = ["chat", "--data", chats, "--model", llava, "--steps", 40, "--patience", 0,
             "--threads", 1]  # fmt: skip
    assert train(*words, "--out", tmp_path / "whole") == 0
    arguments = [sys.executable, "-c", KILLED, "train", *words, "--out", tmp_path / "killed"]
    done = subprocess.run([*map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert (tmp_path / ".training" / "killed" / "checkpoint.pt").exists()
    assert train(*words, "--out", tmp_path / "killed") == 0
    assert "going on from step " in capsys.readouterr().err
    whole, killed = (tmp_path / name for name in ("whole", "killed"))
    assert losses(killed / "curve.jsonl") == losses(whole / "curve.jsonl")
    one, two = (load_file(folder / "model.safetensors") for folder in (whole, killed))
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_nothing_is_overwritten(llava, chats, tmp_path):
    words = ["chat", "--data", chats, "--model", llava, "--steps", 1]
    for name in ("my-pictures-chat", "my-pictures-chat-2"):
        assert train(*words) == 0
        assert (paths.models() / name).is_dir()
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").touch()
    error = refusal(*words, "--out", out)
    assert isinstance(error, TrainingOutUnusable)
    assert "it is there already" in error.message
    assert [path.name for path in out.iterdir()] == ["mine.txt"]


def test_without_held_out_examples_the_last_weights_are_saved(llava, chats, tmp_path):
    out = tmp_path / "out"
    assert train("chat", "--data", chats, "--model", llava, "--steps", 2, "--held-out", 0,
                 "--out", out) == 0  # fmt: skip
    assert "nothing was measured" in (out / "README.md").read_text("utf-8")


def test_a_run_that_is_of_something_else_is_not_gone_on_with(llava, chats, tmp_path, monkeypatch):
    words = ["chat", "--data", chats, "--model", llava, "--steps", 9, "--out", tmp_path / "out"]
    monkeypatch.setattr(loop.OwnLoop, "run", lambda self, stop: self.save())
    assert train(*words) == 130
    error = refusal(*words, "--seed", 5)
    assert isinstance(error, TrainingOfOther)
    assert "another --seed" in error.message
    with (chats / "data.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n")
    assert "another folder of examples" in refusal(*words).message
    work = tmp_path / ".training" / "out"
    (work / "run.json").write_text("[]")
    assert isinstance(refusal(*words), TrainingDamaged)


def test_data_that_is_not_enough(llava, clip, chats, tmp_path):
    few = chat_folder(tmp_path / "few", 3)
    error = refusal("chat", "--data", few, "--model", llava)
    assert isinstance(error, DataTooFew)
    assert "3, and 4 are needed" in error.message
    error = refusal("clip", "--data", chats, "--model", clip)  # questions only
    assert isinstance(error, DataTooFew)
    assert "too few pictures with captions: 0" in error.message
    alike = clip_folder(tmp_path / "alike", 5)
    write_lines(alike, [{"picture": f"{n}.png", "caption": "A Cat"} for n in range(5)])
    error = refusal("clip", "--data", alike, "--model", clip)
    assert isinstance(error, DataAllAlike)
    assert "All captions" in error.message
    write_lines(
        alike, [{"picture": f"{n}.png", "question": f"{n}?", "answer": "No"} for n in range(5)]
    )
    assert "All answers" in refusal("chat", "--data", alike, "--model", llava).message
    copies = tmp_path / "copies"
    copies.mkdir()
    draw(copies / "0.png", 0)
    for number in range(1, 9):
        shutil.copy(copies / "0.png", copies / f"{number}.png")
    write_lines(copies, [{"picture": f"{n}.png", "caption": f"cat {n}"} for n in range(9)])
    assert isinstance(refusal("clip", "--data", copies, "--model", clip), DataTooFew)
    assert not paths.models().exists()


def test_lines_of_other_kinds_are_left_out_and_told(llava, chats, tmp_path, capsys):
    with (chats / "data.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"picture": "0.png", "caption": "red"}\n{"picture": "0.png", "label": "x"}\n')
    out = tmp_path / "out"
    assert train("chat", "--data", chats, "--model", llava, "--steps", 1, "--out", out) == 0
    assert "2 lines of other kinds are left out" in capsys.readouterr().err
    assert "2 lines of other kinds were not used" in (out / "README.md").read_text("utf-8")


def test_a_folder_with_faults_is_refused_before_anything_is_made(llava, chats):
    write_lines(chats, [{"picture": "gone.png", "question": "x", "answer": "y"}])
    assert isinstance(refusal("chat", "--data", chats, "--model", llava), DataInvalid)
    assert not paths.models().exists()


def test_a_picture_that_breaks_while_it_trains(llava, chats, tmp_path):
    """Its header was read; what it misses is found when it is decoded."""
    file = chats / "3.png"
    draw(file, 3)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)
    words = ["chat", "--data", chats, "--model", llava, "--steps", 8, "--out", tmp_path / "out"]
    error = refusal(*words)
    assert isinstance(error, PictureDamaged)
    assert "3.png" in error.message
    draw(file, 3)
    assert train(*words) == 0


@pytest.mark.parametrize(
    ("kind", "family", "said"),
    [
        ("clip", "llava", "is a chat model (LlavaForConditionalGeneration), and “mmdesk train "
         "clip” needs a CLIP model"),
        ("chat", "clip", "is a model that compares pictures with words (CLIPModel), and “mmdesk "
         "train chat” needs a model that answers questions about pictures"),
        ("chat", "speech", "is a speech model (WhisperForConditionalGeneration)"),
    ],
)  # fmt: skip
def test_a_model_of_the_wrong_kind(kind, family, said, request, chats):
    model = paths.starter_speech() if family == "speech" else request.getfixturevalue(family)
    error = refusal(kind, "--data", chats, "--model", model)
    assert isinstance(error, TrainingModelUnfit)
    assert said in error.message


def test_a_model_that_knows_no_conversation(llava, chats, tmp_path):
    family = next(each for each in all_families() if each.model_type == "paligemma")
    model = family.make(tmp_path / "model")
    error = refusal("chat", "--data", chats, "--model", model, "--out", tmp_path / "out")
    assert isinstance(error, TrainingModelUnfit)
    assert "a model that knows no conversation (paligemma)" in error.message
    words = ["chat", "--data", chats, "--model", llava, "--steps", 1, "--out", tmp_path / "out"]
    assert train(*words) == 0  # what was refused leaves nothing in the way


def test_models_that_are_not_there(llava, chats, tmp_path):
    assert isinstance(refusal("chat", "--data", chats, "--model", "nobody/nothing"), ModelUnknown)
    assert isinstance(refusal("chat", "--data", chats, "--model", tmp_path), ModelMissing)
    server = "https://example.org/v1#x"
    assert "is on a server" in refusal("chat", "--data", chats, "--model", server).message
    packed = shutil.copytree(llava, tmp_path / "packed")
    config = json.loads((packed / "config.json").read_text())
    config["quantization_config"] = {"quant_method": "bitsandbytes"}
    (packed / "config.json").write_text(json.dumps(config))
    assert "quantised" in refusal("chat", "--data", chats, "--model", packed).message


def test_packages_that_are_missing_are_told_before(llava, chats, tmp_path, monkeypatch):
    words = ["chat", "--data", chats, "--model", llava, "--out", tmp_path / "out"]
    with monkeypatch.context() as patched:
        patched.setitem(sys.modules, "matplotlib.figure", None)
        patched.setitem(sys.modules, "matplotlib", None)
        error = refusal(*words)
    assert isinstance(error, TrainingNeedsPackage)
    assert "matplotlib" in error.message
    monkeypatch.setitem(sys.modules, "peft", None)
    assert "peft" in refusal(*words, "--lora").message


def test_memory_is_looked_at_before(llava, chats, tmp_path, monkeypatch):
    monkeypatch.setattr("mmdesk.training.own.memory.free_bytes", lambda device: 1_000_000)
    error = refusal("chat", "--data", chats, "--model", llava, "--out", tmp_path / "out")
    assert isinstance(error, TrainingOutOfMemory)
    assert "--lora" in error.hint


def test_where_nothing_can_be_written(llava, chats, tmp_path):
    (tmp_path / "file").touch()
    words = ["chat", "--data", chats, "--model", llava, "--steps", 1]
    error = refusal(*words, "--out", tmp_path / "file" / "out")
    assert isinstance(error, TrainingUnwritable)
    assert "not a directory" in error.message


def test_a_disk_that_is_full_at_the_end_loses_nothing(llava, chats, tmp_path, monkeypatch, capsys):
    words = ["chat", "--data", chats, "--model", llava, "--steps", 3, "--out", tmp_path / "out"]

    def full(*args: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("transformers.PreTrainedModel.save_pretrained", full)
        error = refusal(*words)
    assert isinstance(error, TrainingUnwritable)
    assert "no space left on device" in error.message
    assert train(*words) == 0
    assert "going on from step 3" in capsys.readouterr().err


def test_activations_are_computed_again_where_memory_is_short(llava, chats, tmp_path, monkeypatch):
    words = ["chat", "--data", chats, "--model", llava, "--steps", 3]
    assert train(*words, "--out", tmp_path / "plain") == 0
    monkeypatch.setattr("mmdesk.training.own.memory.free_bytes", lambda device: 6_000_000)
    assert train(*words, "--out", tmp_path / "short") == 0
    one, two = (losses(tmp_path / name / "curve.jsonl") for name in ("plain", "short"))
    assert [r["loss"] for r in one[1:4]] == pytest.approx([r["loss"] for r in two[1:4]], rel=1e-4)


def test_the_data_folder_is_asked_for(capsys):
    assert train("chat") == 2
    assert "--data FOLDER is missing" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("--minutes", "0"), ("--minutes", "nan"), ("--steps", "0"),
                                   ("--threads", "-1")])  # fmt: skip
def test_lengths_that_are_none(words, chats, capsys):
    assert train("chat", "--data", chats, *words) == 2
    assert words[0] in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [("--batch", "0"), ("--rate", "0"), ("--rate", "nan"), ("--held-out", "0.95"),
     ("--held-out", "-1"), ("--epochs", "x"), ("--patience", "-1"), ("--rank", "2.5")],
)  # fmt: skip
def test_options_that_make_no_sense(words, capsys):
    with pytest.raises(SystemExit):
        train("chat", *words)
    assert words[0] in capsys.readouterr().err
