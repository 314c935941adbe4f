"""``mmdesk match`` and ``mmdesk classify`` with the model that ships."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from mmdesk import cli, match_command, paths
from mmdesk.settings import Settings, save_settings
from tests.end2end.pictures import blue_square, red_circle

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="POSIX streams and signals")


@pytest.fixture(autouse=True)
def no_log_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log would take this process's hooks for unexpected exceptions, for good."""
    monkeypatch.setattr(match_command, "open_log", lambda path: None)


@pytest.fixture
def circle(tmp_path: Path) -> Path:
    return red_circle(tmp_path / "circle.png")


def run(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[str, str]:
    """Return what is printed on standard output and standard error."""
    assert cli.main([str(word) for word in words]) == 0
    printed = capsys.readouterr()
    return printed.out, printed.err


def document(capsys: pytest.CaptureFixture[str], *words: str | Path) -> dict[str, Any]:
    out, err = run(capsys, *words, "--json")
    assert err == ""
    [line] = out.splitlines()
    found = json.loads(line)
    assert isinstance(found, dict)
    return found


def refused(capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    """Return the error: a sentence and a hint."""
    assert cli.main([str(word) for word in words]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert len(printed.err.splitlines()) == 2, printed.err
    return printed.err


def texts(found: dict[str, Any]) -> list[str]:
    return [match["text"] for match in found["matches"]]


def test_the_text_that_fits_is_the_probable_one(
    circle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = document(capsys, "match", circle, "a blue square", "a red circle", "一个红色圆形")
    assert texts(found) == ["a blue square", "a red circle", "一个红色圆形"]
    probabilities = [match["probability"] for match in found["matches"]]
    assert probabilities[0] < 0.05
    assert sum(probabilities) == pytest.approx(1, abs=1e-5)
    assert (found["model"], found["among"], found["cut"]) == ("starter-clip", True, [])
    assert found["notes"] == []


def test_bars_for_people_best_first(circle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, err = run(capsys, "match", circle, "a blue square", "a red circle", "a green star")
    rows = out.splitlines()
    assert rows[0].endswith("  a red circle")
    numbers = [row.split()[0] for row in rows]
    assert numbers == sorted(numbers, reverse=True)
    assert all(len(number) == 4 for number in numbers)
    bars = [row.count("█") for row in rows]
    assert bars[0] > 20 >= bars[1] == bars[2] == 0
    assert err == ""


def test_one_text_is_compared_with_others_made_from_it(
    circle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = document(capsys, "match", circle, "a red circle")
    assert texts(found)[:3] == ["a red circle", "a blue circle", "a red square"]
    assert len(texts(found)) == 9
    assert found["matches"][0]["probability"] > 0.5
    [note] = found["notes"]
    assert note.startswith("One text alone would get 1, whatever the picture shows")
    assert "8 others made from it" in note


def test_one_text_without_a_counterpart_is_no_question_for_a_clip(
    circle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(capsys, "match", circle, "the sky")
    assert "“the sky” alone would get a probability of 1" in said
    assert "a SigLIP model" in said


@pytest.mark.parametrize(
    ("labels", "best"),
    [("square,circle,star", "circle"), ("正方形，圆形、星形", "圆形"), ("blue, red ,green", "red")],
)
def test_a_picture_is_classified(
    labels: str, best: str, circle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = document(capsys, "classify", circle, "--labels", labels)
    first = max(found["matches"], key=lambda match: match["probability"])
    assert first["label"] == best
    assert first["text"] != best
    out, _ = run(capsys, "classify", circle, "--labels", labels)
    assert out.splitlines()[0].endswith(f"  {best}")


def test_labels_as_people_type_them(circle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, "classify", circle, "--labels", "a cat,, Dog ,dog,dog,🦄,")
    assert [match["label"] for match in found["matches"]] == ["a cat", "Dog", "dog", "🦄"]
    assert found["notes"] == ["“dog” was given 2 times and counts once."]


def test_no_labels_at_all(circle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no text to compare" in refused(capsys, "classify", circle, "--labels", " , ，")


def test_an_empty_text_is_told_by_its_number(
    circle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Text 2 is empty." in refused(capsys, "match", circle, "a cat", " ")


def test_of_many_labels_the_best_are_shown(
    circle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = ",".join(f"thing {number}" for number in range(300))
    out, err = run(capsys, "classify", circle, "--labels", labels)
    assert len(out.splitlines()) == 41
    assert out.splitlines()[-1].startswith("and 260 more, none above 0.")
    assert "Don't rely" not in err


def test_more_texts_than_anyone_reads(circle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(capsys, "match", circle, *(f"text {number}" for number in range(10_001)))
    assert "There are 10001 texts" in said


def test_what_the_model_can_t_judge_or_read_is_said(
    circle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, err = run(capsys, "match", circle, "two red circles", "three red circles", "x" * 9000)
    count, cut = sorted(err.splitlines())
    assert count.startswith("Don't rely on “two red circles” and 1 more.")
    assert "longer than the model reads" in cut
    assert len(cut) < 250
    _, err = run(capsys, "match", circle, "a star at the top left", "a circle")
    assert err == "", "the starter was taught places"


def test_a_text_cannot_write_to_the_terminal(
    circle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err = run(capsys, "match", circle, "no \x1b[31mcat\x07\n\nhere", "a \x9b31m dog")
    assert not set("\x1b\x07\x9b") & set(out + err)
    assert len(out.splitlines()) == 2


def test_a_text_that_is_no_text(circle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, "match", circle, "\udcff?", "a cat")
    assert texts(found) == ["\ufffd?", "a cat"]


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("starter", "takes pictures and questions"),
        (str(paths.starter_speech()), "takes sound"),
        ("https://example.org/v1#gpt", "a model of a server"),
        ("nobody/nothing", "mmdesk models"),
        ("./nowhere", "There is no model in"),
    ],
)
def test_a_model_for_something_else_is_refused(
    model: str, said: str, circle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in refused(capsys, "match", circle, "a", "b", "--model", model)


def test_the_chosen_model_compares_unless_another_is_named(
    circle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_settings(Settings(match_model=tmp_path / "chosen"), paths.settings_file())
    assert "chosen" in refused(capsys, "match", circle, "a", "b")
    found = document(capsys, "match", circle, "a", "b", "--model", "starter-clip")
    assert found["model"] == "starter-clip"


def test_what_is_no_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sound = tmp_path / "a.wav"
    with wave.open(str(sound), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(b"\0\0" * 16000)
    assert "is a sound file" in refused(capsys, "match", sound, "a", "b")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    assert "broken.png" in refused(capsys, "match", tmp_path / "broken.png", "a", "b")
    assert "none.png" in refused(capsys, "match", tmp_path / "none.png", "a", "b")


@pytest.mark.parametrize("size", [(1, 1), (10_000, 3)])
def test_pictures_of_odd_shapes(
    size: tuple[int, int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("RGB", size, (200, 0, 0)).save(tmp_path / "odd.png")
    found = document(capsys, "match", tmp_path / "odd.png", "a red picture", "a blue one")
    assert len(found["matches"]) == 2


@pytest.mark.parametrize("words", [["match", "a.png"], ["classify", "a.png"], ["match"]])
def test_wrong_usage(words: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(words)
    assert caught.value.code == 2
    assert "usage: mmdesk" in capsys.readouterr().err


def started(home: Path, *words: str | Path, **environment: str) -> subprocess.Popen[bytes]:
    variables = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | environment
    return subprocess.Popen(
        [sys.executable, "-m", "mmdesk", *words],
        cwd=home,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=heed_ctrl_c if os.name == "posix" else None,
    )


def heed_ctrl_c() -> None:
    """What a shell starts in the background ignores it, and so does all that it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_where_no_blocks_can_be_printed_bars_are_of_number_signs(tmp_path: Path) -> None:
    words = ("match", blue_square(tmp_path / "a.png"), "a red circle", "a blue square")
    with started(tmp_path, *words, PYTHONIOENCODING="ascii") as running:
        out, err = running.communicate(timeout=240)
    assert (running.returncode, err) == (0, b"")
    assert out.splitlines()[0].split()[1] == b"#" * 24


@POSIX
def test_ctrl_c_ends_it_without_a_trace(tmp_path: Path) -> None:
    labels = ",".join(f"label {number}" for number in range(10_000))
    words = ("classify", red_circle(tmp_path / "a.png"), "--labels", labels)
    pictures = Path(os.environ["MMDESK_HOME"]) / "cache" / "pictures"
    with started(tmp_path, *words) as running:
        while not list(pictures.glob("run-*/*.png")):
            assert running.poll() is None
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=240)
    assert running.returncode == 130
    assert b"Traceback" not in err
    assert list(pictures.iterdir()) == []
