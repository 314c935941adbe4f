"""`mmdesk eval FOLDER` with real models: chat, contrastive, speech; and with what doesn't fit."""

from __future__ import annotations

import json
import logging
import shutil
import wave
from pathlib import Path

import mmdesk.engine.torchvision_first  # noqa: F401

import pytest
from transformers import (
    SiglipConfig,
    SiglipImageProcessor,
    SiglipModel,
    SiglipProcessor,
)

from mmdesk import paths
from mmdesk.core.errors import (
    DataFolderUnusable,
    MeasureModelUnfit,
    MeasureNeedsPackage,
    MeasureNoPlot,
    MmdeskError,
    ModelUnknown,
    PlotUnwritable,
)
from mmdesk.core.requests import LoadModel
from mmdesk.evaluate import command
from mmdesk.evaluate.own import asking, run
from mmdesk.evaluate.own.chat import Chat
from mmdesk.evaluate.own.examples import tasks
from mmdesk.evaluate.own.pictures import Pictures
from mmdesk.training.clip import model as parts
from mmdesk.training.own.folder import read_folder
from mmdesk.training.samples import SAMPLES, file_names
from tests.unit.engine.families.tokenizers import qwen_tokenizer
from tests.unit.engine.tiny_models import make_llava
from tests.unit.evaluate.own.folders import BOX, parsed, written
from tests.unit.speech.tiny_whispers import make_folder


@pytest.fixture(autouse=True)
def no_log_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log would take this process's hooks for unexpected exceptions, for good."""
    monkeypatch.setattr("mmdesk.logs.open_log", lambda path: None)


@pytest.fixture(autouse=True)
def quiet_fonts(caplog: pytest.LogCaptureFixture) -> None:
    """matplotlib warns where it needs more than 5 s to look for fonts, on a busy machine."""
    caplog.set_level(logging.ERROR, "matplotlib.font_manager")


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A contrastive model that learned nothing."""
    folder = tmp_path_factory.mktemp("clip")
    shape = parts.Shape(
        vision_width=32, vision_layers=1, vision_heads=2,
        text_width=32, text_layers=1, text_heads=2, embedding=24,
    )  # fmt: skip
    tokenizer = parts.build_tokenizer(pictures=60, size=500)
    model = parts.build_model(len(tokenizer), shape)
    parts.save(model, parts.build_processor(tokenizer, shape), folder)
    return folder


@pytest.fixture(scope="session")
def llava(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_llava(tmp_path_factory.mktemp("models") / "llava")


def measured(capsys: pytest.CaptureFixture[str], folder: Path, *words: str) -> dict[str, dict]:
    assert command.run(parsed(folder, "--json", *words)) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return {row["figure"]: row for row in rows}


def samples(folder: Path) -> Path:
    """The sample pictures with their questions and the starter's answers, in both languages."""
    folder.mkdir()
    lines: list[object] = []
    for sample in SAMPLES:
        names = file_names(sample)
        for name in names:
            shutil.copy(paths.samples() / name, folder / name)
        lines += [{"pictures": names, "question": sample.question[lang],
                   "answer": sample.answer[lang]} for lang in ("en", "zh")]  # fmt: skip
    lines += [
        {"picture": names[0], "turns": [
            {"question": "Is there a triangle?", "answers": ["yes"]},
            {"question": "Is there a blue circle?", "answers": ["yes"]},
        ]},
        {"picture": names[0], "question": "图片中有三角形吗？", "answer": "没有"},
        {"picture": names[0], "question": "Find the star", "boxes": [BOX]},
        {"picture": names[0], "captions": ["a star", "a pink star"]},
        {"picture": names[0], "label": "star"},
    ]  # fmt: skip
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    (folder / "data.jsonl").write_text(text, encoding="utf-8")
    return folder


def test_the_starter_on_the_samples(tmp_path, capsys):
    plot = tmp_path / "sure.svg"
    folder = samples(tmp_path / "data")
    words = ("--model", "starter", "--plot", str(plot), "--wrong")
    assert command.run(parsed(folder, *words, "--json")) == 0
    printed = capsys.readouterr()
    found = {row["figure"]: row for row in map(json.loads, printed.out.splitlines())}
    asked = 2 * len(SAMPLES)
    assert found["vqa_accuracy"]["n"] == asked + 3
    assert found["vqa_accuracy"]["value"] >= asked / (asked + 3)
    assert found["ece"]["n"] == 3
    assert 0 <= found["ece"]["value"] <= 1
    assert found["mean_iou"]["n"] == found["ap50"]["n"] == 1
    assert found["bleu"]["n"] == 1
    assert found["unanswered"]["value"] == 0
    assert found["unanswered"]["n"] == asked + 5
    assert "left out: 1 lines with labels" in printed.err
    assert "3 yes/no questions" in plot.read_text(encoding="utf-8")


def test_a_table_for_people_and_no_more_than_a_limit(tmp_path, capsys, llava):
    lines = [{"picture": "a.png", "question": f"Is it {n}?", "answer": "no"} for n in range(20)]
    folder = written(tmp_path / "data", *lines)
    words = ("--model", str(llava), "--markdown", "--limit", "2", "--max-tokens", "3")
    assert command.run(parsed(folder, *words)) == 0
    table = capsys.readouterr().out.splitlines()
    assert table[0] == "| Figure | Value | 95 % interval | Bar | n |"
    assert table[2].startswith("| vqa_accuracy | ")
    assert table[2].endswith(" |  | 2 |")
    assert table[4].startswith("| ece | 0.")
    assert " ECE |  |  | 2 |" in table[4]
    rows = measured(capsys, folder, "--model", str(llava), "--limit", "2", "--max-tokens", "3")
    assert rows["vqa_accuracy"]["seed"] == 1
    rows = measured(capsys, folder, "--model", str(llava), "--max-tokens", "3")
    assert rows["vqa_accuracy"]["seed"] is None


def test_what_is_appended_is_asked(tmp_path, llava, monkeypatch):
    """Each turn is asked after the model's own answers."""
    turns = [{"question": "One?", "answer": "yes"}, {"question": "Two?", "answer": "red"}]
    folder = read_folder(written(tmp_path / "data", {"picture": "a.png", "turns": turns}))
    asked: list[list[str]] = []

    class Listening(Chat):
        def answer(self, messages):
            asked.append([message.text for message in messages])
            return super().answer(messages)

    chat = Listening(LoadModel(llava, dtype="float32", threads=1), 4)
    pictures = Pictures()
    task = tasks(folder.entries)[0]
    replies = list(asking.ask(chat, pictures, task, "Be brief."))
    pictures.close()
    assert asked[0] == ["One?\nBe brief."]
    assert asked[1] == ["One?\nBe brief.", replies[0].answer, "Two?\nBe brief."]
    assert replies[0].probability is not None
    assert replies[1].probability is None


def test_a_picture_that_is_gone_is_counted(tmp_path, capsys, llava, monkeypatch):
    line = {"picture": "a.png", "question": "What?", "answer": "red"}
    folder = written(tmp_path / "data", line, line | {"picture": "b.png"})
    found = read_folder(folder)
    monkeypatch.setattr(run, "read_folder", lambda path: found)
    (folder / "a.png").unlink()
    assert command.run(parsed(folder, "--model", str(llava), "--max-tokens", "2")) == 0
    printed = capsys.readouterr()
    assert "line 1: “a.png” is not there." in printed.err
    assert [line.split()[-1] for line in printed.out.splitlines()] == ["n=2"] * 3


def test_a_contrastive_model_both_ways(tmp_path, capsys, clip):
    folder = written(
        tmp_path / "data",
        {"picture": "a.png", "captions": ["red", "a red picture", "红色的图片"]},
        {"picture": "b.png", "caption": "blue"},
        {"picture": "c.png", "caption": "green"},
        {"picture": "a.png", "label": "red"},
        {"picture": "b.png", "label": "blue"},
        {"picture": "a.png", "question": "What?", "answer": "red"},
    )
    found = measured(capsys, folder, "--model", str(clip))
    assert found["recall_at_1_i2t_en"]["n"] == 3
    assert found["recall_at_1_t2i_en"]["n"] == 4
    assert found["recall_at_5_i2t_en"]["value"] is None  # there are four texts
    assert found["recall_at_1_t2i_zh"]["value"] is None  # one picture
    assert found["zero_shot"]["n"] == 2
    assert found["unanswered"]["value"] == 0


def test_one_caption_of_two_pictures_is_right_for_both(tmp_path, capsys, clip):
    folder = written(tmp_path / "data", {"picture": "a.png", "caption": "a picture"},
                     {"picture": "b.png", "caption": "a picture"},
                     {"picture": "c.png", "caption": "green"})  # fmt: skip
    found = measured(capsys, folder, "--model", str(clip))
    assert found["recall_at_1_t2i"]["n"] == 2
    assert found["recall_at_1_i2t"]["n"] == 3


@pytest.mark.logs("token_id must be")  # transformers' own defaults for SigLIP
def test_siglip_is_measured_too(tmp_path, capsys):
    side, tokenizer = 32, qwen_tokenizer()
    model = SiglipModel(SiglipConfig(
        text_config={"vocab_size": len(tokenizer), "hidden_size": 32, "num_hidden_layers": 1,
                     "num_attention_heads": 2, "intermediate_size": 32,
                     "max_position_embeddings": 16},
        vision_config={"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
                       "intermediate_size": 32, "image_size": side, "patch_size": 16},
    ))  # fmt: skip
    tokenizer.model_max_length = 16
    model.save_pretrained(tmp_path / "siglip")
    size = {"height": side, "width": side}
    processor = SiglipProcessor(SiglipImageProcessor(size=size), tokenizer)
    processor.save_pretrained(tmp_path / "siglip")
    folder = written(tmp_path / "data", {"picture": "a.png", "caption": "red " * 40},
                     {"picture": "b.png", "caption": "blue"})  # fmt: skip
    found = measured(capsys, folder, "--model", str(tmp_path / "siglip"))
    assert found["recall_at_1_i2t"]["n"] == 2


def test_a_speech_model_on_sounds(tmp_path, capsys):
    folder = written(tmp_path / "data", {"sound": "a.wav", "text": "It is red."},
                     {"sound": "a.wav", "text": "是红色。"})  # fmt: skip
    with wave.open(str(folder / "a.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(b"\0\0" * 16000)
    model = make_folder(tmp_path / "whisper")
    found = measured(capsys, folder, "--model", str(model))
    assert found["wer"]["value"] == found["cer"]["value"] == found["cer_zh"]["value"] == 1
    assert found["unanswered"]["value"] == 2  # nobody speaks


def refused(*arguments: object) -> MmdeskError:
    folder, *words = arguments
    assert isinstance(folder, Path)
    with pytest.raises(MmdeskError) as caught:
        command.run(parsed(folder, *map(str, words)))
    assert caught.value.hint
    return caught.value


def test_what_a_model_can_not_be_measured_with(tmp_path, clip, llava):
    questions = written(tmp_path / "q", {"picture": "a.png", "question": "?", "answer": "red"})
    labels = written(tmp_path / "l", {"picture": "a.png", "label": "red"})
    error = refused(questions, "--model", clip)
    assert isinstance(error, MeasureModelUnfit)
    assert error.message == (
        f"“{clip}” is a contrastive model (CLIP), which can't be measured with a folder of "
        "questions."
    )
    assert error.hint == "Name a chat model with --model; “mmdesk models” lists them."
    error = refused(labels, "--model", llava)
    assert error.hint.startswith("Name a contrastive model (CLIP) with --model")
    error = refused(questions, "--model", "https://example.org/v1#some/model")
    assert "a model on a server" in error.message
    assert isinstance(refused(questions, "--model", "no/such"), ModelUnknown)
    assert str(tmp_path / "q") in refused(questions, "--model", tmp_path / "q").message


def test_what_can_not_be_drawn_is_said_first(tmp_path, llava):
    plain = written(tmp_path / "q", {"picture": "a.png", "question": "?", "answer": "red"})
    either = written(tmp_path / "e", {"picture": "a.png", "question": "?", "answer": "yes"})
    words = ("--model", llava, "--plot")
    assert isinstance(refused(plain, *words, tmp_path / "p.png"), MeasureNoPlot)
    assert isinstance(refused(either, *words, tmp_path / "p.gif"), PlotUnwritable)
    assert isinstance(refused(either, *words, tmp_path / "no" / "p.png"), PlotUnwritable)


def test_a_missing_package_is_said_first(tmp_path, llava, monkeypatch):
    folder = written(tmp_path / "c", {"picture": "a.png", "caption": "red"})
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    error = refused(folder, "--model", llava)
    assert isinstance(error, MeasureNeedsPackage)
    assert error.message == "Measuring BLEU needs the Python package sacrebleu."


def test_folders_that_are_none(tmp_path):
    assert isinstance(refused(tmp_path / "startr"), DataFolderUnusable)
    assert isinstance(refused(tmp_path), DataFolderUnusable)


def test_options_that_are_for_the_other_are_refused(tmp_path, capsys):
    assert command.run(parsed(tmp_path, "--n", "3")) == 2
    assert "--limit" in capsys.readouterr().err
    assert command.run(parsed(Path("starter"), "--limit", "3")) == 2
    assert "--n" in capsys.readouterr().err


def test_control_c_keeps_what_was_measured(tmp_path, capsys, llava, monkeypatch):
    lines = [{"picture": "a.png", "question": f"Is it {n}?", "answer": "no"} for n in range(5)]
    folder = written(tmp_path / "data", *lines)
    answer = Chat.answer
    asked = []

    def pressed(self, messages):
        asked.append(messages)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return answer(self, messages)

    monkeypatch.setattr(Chat, "answer", pressed)
    words = ("--model", str(llava), "--max-tokens", "2", "--json")
    assert command.run(parsed(folder, *words)) == 130
    printed = capsys.readouterr()
    rows = {row["figure"]: row for row in map(json.loads, printed.out.splitlines())}
    assert rows["vqa_accuracy"]["n"] == 2
    assert "stopped after 2 questions; the figures are of those" in printed.err


def test_control_c_at_once_has_no_figures(tmp_path, capsys, clip, monkeypatch):
    def pressed(self, path):
        raise KeyboardInterrupt

    monkeypatch.setattr(Pictures, "get", pressed)
    folder = written(tmp_path / "data", {"picture": "a.png", "caption": "red"})
    assert command.run(parsed(folder, "--model", str(clip), "--json")) == 130
    assert capsys.readouterr().out == ""
